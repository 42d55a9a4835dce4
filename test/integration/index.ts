import Mocha from 'mocha';
import { readdirSync } from 'node:fs';
import path from 'node:path';

/** Called by VS Code inside its extension host; rejects if a test fails. */
export async function run(): Promise<void> {
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: 60_000,
    forbidOnly: true,
    reporter: process.env['MOCHA_REPORTER'] ?? 'spec',
    ...grepArgument(),
  });
  const folder = path.join(__dirname, process.env['TESTS_OF_WINDOW'] ?? '.');
  const { TEST_FILES: chosen } = process.env;
  const files = chosen === undefined ? undefined : (JSON.parse(chosen) as string[]).map((name) => `${name}.test.js`);
  for (const file of files ?? readdirSync(folder)) {
    if (file.endsWith('.test.js')) mocha.addFile(path.join(folder, file));
  }
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) {
    throw new Error(`${failures} tests failed`);
  }
}

/** Returns the value of mocha's `--grep`, the only supported argument. */
function grepArgument(): { readonly grep?: string } {
  const args = JSON.parse(process.env['MOCHA_ARGUMENTS'] ?? '[]') as string[];
  const grep = args[args.findIndex((arg) => arg === '--grep' || arg === '-g') + 1];
  return args.length > 1 && grep !== undefined ? { grep } : {};
}
