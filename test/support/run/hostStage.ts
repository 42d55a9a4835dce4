import { runTests, TestRunFailedError } from '@vscode/test-electron';
import path from 'node:path';
import { runNode } from '../childProcess';
import { out, root } from '../paths';
import { removeTemporaryFolder, temporaryFolder } from '../temporaryFolder';
import { writeUserSettings } from '../vscode/quietSettings';
import { testHost, type TestHost } from '../vscode/testHost';
import type { VSCodeVersion } from '../vscode/versions';
import { hostWindows, type HostWindow } from './hostWindows';
import { countMocha, reporter } from './mochaStage';
import type { Stage, StageResult } from './stage';

/** Mocha inside the extension host of a real VS Code, with the development build, in one window after the other. */
export function hostStage(name: string, version: VSCodeVersion): Stage {
  return {
    name,
    run: async (mochaArgs) => {
      for (const script of ['esbuild.js', 'test/support/run/buildIntegration.mjs']) {
        if ((await runNode(path.join(root, script), [])) !== 0) {
          return { passed: 0, failed: 1 };
        }
      }
      const host = await testHost(version);
      const results: StageResult[] = [];
      for (const window of hostWindows.filter(({ untrusted }) => !untrusted || host.knowsTrust)) {
        console.log(`\n  in ${window.name}`);
        const result = await countMocha(
          (env) =>
            runInHost(host, window, { ...env, MOCHA_REPORTER: reporter, MOCHA_ARGUMENTS: JSON.stringify(mochaArgs) }),
          { mayBeEmpty: mochaArgs.length > 0 },
        );
        results.push(result);
        // Who asks for one suite has found it, and need not wait for windows that don't have it.
        if (mochaArgs.length > 0 && result.passed + result.failed > 0) break;
      }
      return sum(results);
    },
  };
}

async function runInHost(host: TestHost, window: HostWindow, env: Readonly<Record<string, string>>): Promise<number> {
  const folder = temporaryFolder();
  const userData = path.join(folder, 'user-data');
  writeUserSettings(userData, window.settings);
  try {
    return await runTests({
      ...host.start,
      extensionDevelopmentPath: root,
      extensionTestsPath: path.join(out, 'test/integration/index.js'),
      extensionTestsEnv: {
        ...env,
        ...host.env,
        ...window.environment?.(folder),
        TESTS_OF_WINDOW: window.tests,
        USER_DATA_FOLDER: userData,
      },
      launchArgs: [
        window.open(folder),
        ...['--user-data-dir', userData, '--extensions-dir', path.join(folder, 'extensions')],
        ...(window.untrusted ? ['--enable-workspace-trust'] : []),
      ],
    });
  } catch (error) {
    console.error(String(error));
    return error instanceof TestRunFailedError ? (error.code ?? 1) : 1;
  } finally {
    removeTemporaryFolder(folder);
  }
}

function sum(results: readonly StageResult[]): StageResult {
  const passed = results.reduce((total, result) => total + result.passed, 0);
  const failed = results.reduce((total, result) => total + result.failed, 0);
  const told = results.flatMap((result) => result.told ?? []);
  if (passed + failed === 0) return { passed, failed: 1, told: ['No test has run.'] };
  return { passed, failed, told };
}
