#!/usr/bin/env node
// Accepts desktop VS Code's command line for extension tests, and runs the tests in VS Code's server with a headless
// browser.
import 'tsx';

const { runWindow } = await import('./vscode/testWindow.ts');
process.exit(await runWindow(process.argv.slice(2)));
