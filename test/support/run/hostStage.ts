import { runTests, TestRunFailedError } from '@vscode/test-electron';
import { cpSync } from 'node:fs';
import path from 'node:path';
import { runNode } from '../childProcess';
import { out, root, sampleWorkspace } from '../paths';
import { removeTemporaryFolder, temporaryFolder } from '../temporaryFolder';
import { ensureVSCode } from '../vscode/install';
import { quietSettings, writeUserSettings } from '../vscode/quietSettings';
import { countMocha, reporter } from './mochaStage';
import type { Stage } from './stage';

/** Desktop VS Code is downloaded where that is asked for, and where VS Code's server does not run. */
const desktopVersion = process.env['VSCODE_TEST_DESKTOP'] ?? (process.platform === 'win32' ? 'stable' : undefined);

/** Mocha inside the extension host of a real VS Code, with the development build. */
export const hostStage: Stage = {
  name: 'host',
  run: async (mochaArgs) => {
    for (const script of ['esbuild.js', 'test/support/run/buildIntegration.mjs']) {
      if ((await runNode(path.join(root, script), [])) !== 0) {
        return { passed: 0, failed: 1 };
      }
    }
    return countMocha((env) =>
      runInHost({ ...env, MOCHA_REPORTER: reporter, MOCHA_ARGUMENTS: JSON.stringify(mochaArgs) }),
    );
  },
};

async function runInHost(env: Readonly<Record<string, string>>): Promise<number> {
  const folder = temporaryFolder();
  const userData = path.join(folder, 'user-data');
  const workspace = path.join(folder, 'workspace');
  writeUserSettings(userData, quietSettings);
  cpSync(sampleWorkspace, workspace, { recursive: true });
  try {
    return await runTests({
      ...(desktopVersion === undefined
        ? { vscodeExecutablePath: path.join(root, 'test/support/vscodeFromNpm.mjs') }
        : { version: desktopVersion }),
      extensionDevelopmentPath: root,
      extensionTestsPath: path.join(out, 'test/integration/index.js'),
      extensionTestsEnv: { ...env, VSCODE_SERVER: (await ensureVSCode()).server },
      launchArgs: [workspace, '--user-data-dir', userData, '--extensions-dir', path.join(folder, 'extensions')],
    });
  } catch (error) {
    console.error(String(error));
    return error instanceof TestRunFailedError ? (error.code ?? 1) : 1;
  } finally {
    removeTemporaryFolder(folder);
  }
}
