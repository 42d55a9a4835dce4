import { rmSync } from 'node:fs';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { installExtension } from '../../support/vscode/codeServer';
import { extensionsFolder } from './extensionsFolder';

/** The VSIX as it is published, installed as a person would; nothing of an earlier run is left. */
export async function installPackaged(vsix: string): Promise<void> {
  rmSync(extensionsFolder, { recursive: true, force: true });
  const userData = temporaryFolder();
  await installExtension(vsix, userData, extensionsFolder);
  removeTemporaryFolder(userData);
}
