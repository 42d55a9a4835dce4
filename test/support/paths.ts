import path from 'node:path';

export const root = path.resolve(__dirname, '../..');
/** Folder for the output of a run, which git ignores. */
export const out = path.join(root, 'out');
/** Folder that contains only the packaged extension. All workbenches of a run share it. */
export const extensionsFolder = path.join(out, 'e2e-extensions');
/** Folder for the screenshots of all windows in which a test of the latest run failed. */
export const failuresFolder = path.join(out, 'e2e-failures');
export const sampleWorkspace = path.join(root, 'test/support/workspace');

/** Returns the path of a script of an installed package, which this process' Node can run. */
export function packageScript(file: string): string {
  return path.join(root, 'node_modules', file);
}
