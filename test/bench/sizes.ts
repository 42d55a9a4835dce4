import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { out, root } from '../support/paths';
import { none, type Row } from './row';

/** Of the production build and the VSIX that the `package` step has made. */
export function sizes(): Promise<readonly Row[]> {
  return Promise.resolve([
    row('extension.js, gzipped', gzipped('dist/extension.js'), '≤ 25 KB'),
    row('app.js, gzipped, loaded after the start', gzipped('dist/app.js'), none),
    row('webview.js, gzipped', gzipped('dist/webview.js'), none),
    row('VSIX', statSync(path.join(out, 'holysheep-prompt.vsix')).size, '≤ 450 KB'),
  ]);
}

function gzipped(file: string): number {
  return gzipSync(readFileSync(path.join(root, file))).length;
}

/** @param aim KB, as file listings count: 1024 bytes */
function row(what: string, bytes: number, aim: string): Row {
  return { what, ours: `${(bytes / 1024).toFixed(1)} KB`, peer: none, ratio: none, aim };
}
