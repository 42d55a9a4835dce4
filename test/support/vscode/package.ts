import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { runNode } from '../childProcess';
import { out, packageScript } from '../paths';

/** Builds the VSIX as it is published; resolves with its path. */
export async function packageExtension(): Promise<string> {
  const vsix = path.join(out, 'holysheep-prompt.vsix');
  mkdirSync(out, { recursive: true });
  const code = await runNode(packageScript('@vscode/vsce/vsce'), ['package', '--no-dependencies', '--out', vsix]);
  if (code !== 0) {
    throw new Error(`vsce package failed with exit code ${code}`);
  }
  return vsix;
}
