import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runNode } from '../childProcess';
import { out, packageScript } from '../paths';

export const vsixFile = path.join(out, 'holysheep-prompt.vsix');
/** File to which the output of the packager is written. */
export const packagerLog = path.join(out, 'holysheep-prompt.vsix.log');

/** Builds the VSIX for publication and resolves with its path. */
export async function packageExtension(): Promise<string> {
  mkdirSync(out, { recursive: true });
  let log = '';
  const onOutput = (text: string): void => {
    log += text;
    process.stdout.write(text);
  };
  const args = ['package', '--no-dependencies', '--out', vsixFile];
  const code = await runNode([packageScript('@vscode/vsce/vsce'), ...args], { onOutput });
  writeFileSync(packagerLog, log);
  if (code !== 0) {
    throw new Error(`vsce package failed with exit code ${code}`);
  }
  return vsixFile;
}
