import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { runNode } from '../childProcess';
import { out, packageScript } from '../paths';

/** Builds the VSIX as it is published; resolves with its path. `onOutput` gets what the packager says. */
export async function packageExtension(onOutput?: (text: string) => void): Promise<string> {
  const vsix = path.join(out, 'holysheep-prompt.vsix');
  mkdirSync(out, { recursive: true });
  const args = ['package', '--no-dependencies', '--out', vsix];
  const code = await runNode(packageScript('@vscode/vsce/vsce'), args, { onOutput });
  if (code !== 0) {
    throw new Error(`vsce package failed with exit code ${code}`);
  }
  return vsix;
}
