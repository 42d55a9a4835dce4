// Builds the VSIX in the root folder, and prints the command that installs it in VS Code.
import { readFileSync } from 'node:fs';
import { ensureDependencies, runScript } from './install/dependencies.mjs';

await ensureDependencies();
await runScript('node_modules/@vscode/vsce/vsce', ['package', '--no-dependencies']);
if (process.exitCode === 0) {
  const { name, version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  console.log(`code --install-extension ${name}-${version}.vsix`);
}
