import path from 'node:path';

export const root = path.resolve(__dirname, '../..');
/** Everything a run leaves behind; ignored by git. */
export const out = path.join(root, 'out');
export const sampleWorkspace = path.join(root, 'test/support/workspace');

/** A script of an installed package, to be run by this process' own Node. */
export function packageScript(file: string): string {
  return path.join(root, 'node_modules', file);
}
