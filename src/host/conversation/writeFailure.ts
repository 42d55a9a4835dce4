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
