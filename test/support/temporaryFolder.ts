import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const open = new Set<string>();

/** Creates a folder that {@link removeTemporaryFolder} or the exit of the process removes. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'holysheep-'));
  open.add(folder);
  return folder;
}

export function removeTemporaryFolder(folder: string): void {
  // An ending process may still write a last file. Files written later are removed when this process exits.
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

process.once('exit', () => {
  for (const folder of open) {
    try {
      removeTemporaryFolder(folder);
    } catch (error) {
      // A killed process may still be writing. Mocha catches exceptions, so an exception here would prevent the exit.
      console.error(String(error));
    }
  }
});
