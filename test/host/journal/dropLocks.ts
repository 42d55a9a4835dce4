import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** What is left where the processes of all windows are gone; in a test they are one process, which is not. */
export function dropLocks(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) if (name.endsWith('.lock')) rmSync(join(folder, name));
}
