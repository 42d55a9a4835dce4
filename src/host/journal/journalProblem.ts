import { errorCode } from '../util/files';

/** A problem with a conversation on disk that is logged or shown to the user. */
export type JournalProblem =
  /** The file is damaged. A copy was saved as `savedAs`, and `salvaged` exchanges could be read. */
  | { readonly kind: 'corrupt'; readonly savedAs: string; readonly salvaged: number; readonly damage: string }
  /** A newer version of the extension has written the file, which is left unchanged. */
  | { readonly kind: 'newer'; readonly path: string }
  /** The file is too large to be read and is left unchanged. */
  | { readonly kind: 'too-large'; readonly path: string }
  /** Another window has the conversation open, so that it can't be renamed or deleted here. */
  | { readonly kind: 'open-elsewhere' }
  /** Another window has taken over the conversation, which is now read-only here. `isComplete`: nothing was lost. */
  | { readonly kind: 'taken'; readonly isComplete: boolean }
  /** A write failed. It is tried again until it succeeds. */
  | { readonly kind: 'unwritten'; readonly failure: WriteFailure; readonly error: unknown }
  /** Everything is on disk again after a failed write. */
  | { readonly kind: 'written' };

/** Why a conversation can't be written. There is one category for each piece of advice to the user. */
export type WriteFailure = 'full' | 'read-only' | 'forbidden' | 'gone' | 'slow' | 'other';

const failuresByCode = new Map<string, WriteFailure>([
  ['ENOSPC', 'full'],
  ['EDQUOT', 'full'],
  ['EROFS', 'read-only'],
  ['EACCES', 'forbidden'],
  ['EPERM', 'forbidden'],
  ['ENOENT', 'gone'],
  ['ETIMEDOUT', 'slow'],
]);

/** Returns the category of a write error. */
export function classifyWriteError(error: unknown): WriteFailure {
  return failuresByCode.get(errorCode(error)) ?? 'other';
}
