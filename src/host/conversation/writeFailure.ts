/** Why a conversation can't be written, as far as a person can do something about it. */
export type WriteFailure = 'full' | 'read-only' | 'forbidden' | 'gone' | 'other';

const byCode: Readonly<Record<string, WriteFailure>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EROFS: 'read-only',
  EACCES: 'forbidden',
  EPERM: 'forbidden',
  ENOENT: 'gone',
};

export function writeFailureOf(error: unknown): WriteFailure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return Object.hasOwn(byCode, code) ? (byCode[code] ?? 'other') : 'other';
}
