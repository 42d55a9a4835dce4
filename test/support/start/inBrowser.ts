import { packageExtension } from '../vscode/package';
import { installExtension, startCodeServer } from '../vscode/codeServer';
import { ensureVSCode } from '../vscode/install';
import { openBrowser } from './openBrowser';
import type { Playground } from './playground';

/** Serves VS Code from npm with the packaged extension until the process ends. */
export async function startInBrowser(playground: Playground): Promise<void> {
  await ensureVSCode();
  console.log('Packaging the extension…');
  const vsix = await packageExtension();
  console.log('Installing it into VS Code…');
  await installExtension(vsix, playground.userDataFolder, playground.extensionsFolder);
  console.log('Starting VS Code…');
  const server = await startCodeServer({ ...playground, port: Number(process.env['PORT'] ?? 0) });
  const address = server.address({ folder: playground.workspace });
  console.log(`\nOpen ${address}\n`);
  console.log('The address contains a token, which nobody else should see: it gives access to your files.');
  console.log('The offline demo answers: no key, no network. Ctrl+C ends everything.');
  openBrowser(address);
  await server.process.ended;
  throw new Error(`VS Code has ended:\n${server.process.log().slice(-3000)}`);
}
