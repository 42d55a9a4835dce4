import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';

/** What the extension has written to its log in this window, as soon as `line` is in it: it is written behind. */
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
