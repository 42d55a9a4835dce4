import { runTests, TestRunFailedError } from '@vscode/test-electron';
import { cpSync } from 'node:fs';
import path from 'node:path';
import { runNode } from '../childProcess';
import { out, root, sampleWorkspace } from '../paths';
import { removeTemporaryFolder, temporaryFolder } from '../temporaryFolder';
import { quietSettings, writeUserSettings } from '../vscode/quietSettings';
import { testHost } from '../vscode/testHost';
import type { VSCodeVersion } from '../vscode/versions';
import { countMocha, reporter } from './mochaStage';
import type { Stage } from './stage';

/** Mocha inside the extension host of a real VS Code, with the development build. */
export function hostStage(name: string, version: VSCodeVersion): Stage {
  return {
    name,
    run: async (mochaArgs) => {
      for (const script of ['esbuild.js', 'test/support/run/buildIntegration.mjs']) {
        if ((await runNode(path.join(root, script), [])) !== 0) {
          return { passed: 0, failed: 1 };
        }
      }
      return countMocha((env) =>
        runInHost(version, { ...env, MOCHA_REPORTER: reporter, MOCHA_ARGUMENTS: JSON.stringify(mochaArgs) }),
      );
    },
  };
}

async function runInHost(version: VSCodeVersion, env: Readonly<Record<string, string>>): Promise<number> {
  const folder = temporaryFolder();
  const userData = path.join(folder, 'user-data');
  const workspace = path.join(folder, 'workspace');
  writeUserSettings(userData, quietSettings);
  cpSync(sampleWorkspace, workspace, { recursive: true });
  try {
    const host = await testHost(version);
    return await runTests({
      ...host.start,
      extensionDevelopmentPath: root,
      extensionTestsPath: path.join(out, 'test/integration/index.js'),
      extensionTestsEnv: { ...env, ...host.env },
      launchArgs: [workspace, '--user-data-dir', userData, '--extensions-dir', path.join(folder, 'extensions')],
    });
  } catch (error) {
    console.error(String(error));
    return error instanceof TestRunFailedError ? (error.code ?? 1) : 1;
  } finally {
    removeTemporaryFolder(folder);
  }
}
