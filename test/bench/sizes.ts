import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { out, root } from '../support/paths';
import { none, type Row } from './row';

const dist = path.join(root, 'dist');

/** Measures the sizes of the production build and the VSIX that the `package` stage has made. */
export function sizes(): Promise<readonly Row[]> {
  return Promise.resolve([
    ...readdirSync(dist)
      .filter((name) => /\.js$/.test(name))
      .map((name) => row(`${name}, gzipped`, gzipped(name), name === 'extension.js' ? '≤ 25 KB' : none)),
    row('VSIX', statSync(path.join(out, 'holysheep-prompt.vsix')).size, '≤ 400 KB'),
  ]);
}

function gzipped(name: string): number {
  return gzipSync(readFileSync(path.join(dist, name))).length;
}

/** @param aim limit in KB of 1024 bytes */
function row(what: string, bytes: number, aim: string): Row {
  return { what, ours: `${(bytes / 1024).toFixed(1)} KB`, peer: none, ratio: none, aim };
}
