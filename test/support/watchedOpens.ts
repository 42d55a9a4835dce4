import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/** The files that were opened with `open` of `node:fs/promises`. */
interface WatchedOpens {
  readonly opened: number;
  /** Largest number of files that were open at the same time. */
  readonly mostOpen: number;
  restore(): void;
}

/**
 * Replaces `open` of `node:fs/promises` for the whole process. Call `restore` after the test.
 * @param isDenied returns whether opening a file fails with `EACCES`, because tests may run as a user who may read every
 * file
 */
export function watchOpens(isDenied: (path: string) => boolean): WatchedOpens {
  const { open } = files;
  let [opened, isOpen, mostOpen] = [0, 0, 0];
  files.open = async (...parameters) => {
    if (isDenied(String(parameters[0]))) throw Object.assign(new Error('permission denied'), { code: 'EACCES' });
    opened++;
    mostOpen = Math.max(mostOpen, ++isOpen);
    const file = await open(...parameters);
    const close = file.close.bind(file);
    return Object.assign(file, { close: () => close().finally(() => isOpen--) });
  };
  syncBuiltinESMExports();
  return {
    get opened() {
      return opened;
    },
    get mostOpen() {
      return mostOpen;
    },
    restore() {
      files.open = open;
      syncBuiltinESMExports();
    },
  };
}
