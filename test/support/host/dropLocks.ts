import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Removes all locks, as if the processes of all windows had exited. In tests, all windows share one running process. */
export function dropLocks(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) if (name.endsWith('.lock')) rmSync(join(folder, name));
}
