import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const open = new Set<string>();

/** A fresh folder, removed by {@link removeTemporaryFolder} or when the process exits. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'holysheep-'));
  open.add(folder);
  return folder;
}

export function removeTemporaryFolder(folder: string): void {
  // A process that is just ending may still write a last file; what is written after that goes when this one exits.
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

process.once('exit', () => open.forEach(removeTemporaryFolder));
