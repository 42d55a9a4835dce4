import { cpSync } from 'node:fs';
import path from 'node:path';
import { sampleWorkspace } from '../paths';
import { temporaryFolder } from '../temporaryFolder';
import { quietSettings, writeUserSettings } from '../vscode/quietSettings';
import { findDesktop, startDesktop } from './desktop';
import { startInBrowser } from './inBrowser';
import type { Playground } from './playground';

async function main(): Promise<void> {
  const folder = temporaryFolder();
  const playground: Playground = {
    userDataFolder: path.join(folder, 'user-data'),
    extensionsFolder: path.join(folder, 'extensions'),
    workspace: path.join(folder, 'sample'),
    env: { HOLYSHEEP_DEMO: '1' },
  };
  writeUserSettings(playground.userDataFolder, quietSettings);
  cpSync(sampleWorkspace, playground.workspace, { recursive: true });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // Exit handlers end the servers and remove the folder.
    process.once(signal, () => process.exit(0));
  }
  const desktop = process.env['HOLYSHEEP_START'] === 'npm' ? undefined : findDesktop();
  await (desktop === undefined ? startInBrowser(playground) : startDesktop(desktop, playground));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
