// Usage: node --import tsx test/support/run/hostWindow.ts <newest|oldest> <window>. Runs mocha inside VS Code's
// extension host.
import { runTests } from '@vscode/test-electron';
import path from 'node:path';
import { out, root } from '../paths';
import { removeTemporaryFolder, temporaryFolder } from '../temporaryFolder';
import { writeUserSettings } from '../vscode/quietSettings';
import { testHost } from '../vscode/testHost';
import { newest, oldest } from '../vscode/versions';
import { hostWindows } from './hostWindows';

async function main(version: string | undefined, name: string | undefined): Promise<void> {
  const window = hostWindows.find((candidate) => candidate.name === name);
  if (window === undefined) throw new Error(`No such window: ${name ?? ''}`);
  // Turns SIGTERM into SIGINT, because the test runner closes VS Code only on SIGINT.
  process.once('SIGTERM', () => process.emit('SIGINT'));
  const host = await testHost(version === 'oldest' ? oldest : newest);
  const folder = temporaryFolder();
  const userData = path.join(folder, 'user-data');
  writeUserSettings(userData, window.settings);
  try {
    await runTests({
      ...host.start,
      extensionDevelopmentPath: root,
      extensionTestsPath: path.join(out, 'test/integration/index.js'),
      extensionTestsEnv: {
        ...host.env,
        ...window.environment?.(folder),
        TESTS_OF_WINDOW: window.tests,
        ...(version === 'oldest' ? { TEST_FILES: JSON.stringify(window.inOldest) } : {}),
        USER_DATA_FOLDER: userData,
      },
      launchArgs: [
        window.open(folder),
        '--user-data-dir',
        userData,
        '--extensions-dir',
        path.join(folder, 'extensions'),
        ...(window.untrusted ? ['--enable-workspace-trust'] : []),
      ],
    });
  } finally {
    removeTemporaryFolder(folder);
  }
}

const [version, name] = process.argv.slice(2);
main(version, name).catch((error: unknown) => {
  console.error(String(error));
  process.exitCode = 1;
});
