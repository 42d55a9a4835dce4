// Opens the extension in a real VS Code with a sample workspace and the offline demo, until Ctrl+C.
import { ensureDependencies, runScript } from './install/dependencies.mjs';

await ensureDependencies();
await runScript('test/support/start/main.ts', process.argv.slice(2));
