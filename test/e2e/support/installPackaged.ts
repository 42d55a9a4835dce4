import { rmSync } from 'node:fs';
import { extensionsFolder } from '../../support/paths';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { installExtension } from '../../support/vscode/codeServer';

/** Installs the VSIX from the command line, after removing the installation of a previous run. */
export async function installPackaged(vsix: string): Promise<void> {
  rmSync(extensionsFolder, { recursive: true, force: true });
  const userData = temporaryFolder();
  await installExtension(vsix, userData, extensionsFolder);
  removeTemporaryFolder(userData);
}
