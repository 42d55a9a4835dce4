/** What is wrong with a conversation on disk, for the person to know. */
export type JournalProblem =
  /** The file is damaged and is kept aside as `keptAs`; `salvaged` turns could be read. */
  | { readonly kind: 'corrupt'; readonly keptAs: string; readonly salvaged: number; readonly error: unknown }
  /** A later version of the extension wrote the file; it is left as it is. */
  | { readonly kind: 'newer'; readonly error: unknown }
  /** The file is not changed. */
  | { readonly kind: 'too-large'; readonly path: string }
  /** Another window has it: it is not renamed or deleted here. */
  | { readonly kind: 'elsewhere' }
  /** Another window has taken it away: it is read-only here now. */
  | { readonly kind: 'taken' }
  /** Tried again until it works. */
  | { readonly kind: 'unwritten'; readonly why: WriteFailure; readonly error: unknown }
  /** What was unwritten is on disk now. */
  | { readonly kind: 'written' };

/** Why a conversation can't be written, as far as a person can do something about it. */
export type WriteFailure = 'full' | 'read-only' | 'forbidden' | 'gone' | 'slow' | 'other';

/** The disk has not answered for seconds; the write may still succeed. */
export class SlowWriteError extends Error {
  override readonly name = 'SlowWriteError';

  constructor() {
    super('the disk does not respond');
  }
}

const byCode: Readonly<Record<string, WriteFailure>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EROFS: 'read-only',
  EACCES: 'forbidden',
  EPERM: 'forbidden',
  ENOENT: 'gone',
};

export function writeFailureOf(error: unknown): WriteFailure {
  if (error instanceof SlowWriteError) return 'slow';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return Object.hasOwn(byCode, code) ? (byCode[code] ?? 'other') : 'other';
}
