import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';

/** Resolves with the extension's log of this window as soon as it contains `line`, because VS Code writes logs with a delay. */
export async function logOfExtension(line: RegExp): Promise<string> {
  const userData = process.env['USER_DATA_FOLDER'] ?? '';
  for (;;) {
    const files = readdirSync(userData, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('HolySheep Prompt.log'),
    );
    const log = files.map((file) => readFileSync(path.join(userData, file), 'utf8')).join('\n');
    if (line.test(log)) return log;
    await setImmediate();
  }
}
