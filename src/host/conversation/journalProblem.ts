import type { WriteFailure } from './writeFailure';

/** What is wrong with a conversation on disk, for the person to know. */
export type JournalProblem =
  /** The file is damaged and is kept aside as `keptAs`; `salvaged` turns could be read. */
  | { readonly kind: 'corrupt'; readonly keptAs: string; readonly salvaged: number; readonly error: unknown }
  /** A later version of the extension wrote the file; it is left as it is. */
  | { readonly kind: 'newer'; readonly error: unknown }
  /** The file is not changed. */
  | { readonly kind: 'too-large'; readonly path: string }
  /** Another window has it open; here it can only be read. */
  | { readonly kind: 'elsewhere' }
  /** It was open here, and another window has taken it over: nothing of it is written here any more. */
  | { readonly kind: 'taken'; readonly id: string }
  /** Tried again until it works. */
  | { readonly kind: 'unwritten'; readonly why: WriteFailure; readonly error: unknown }
  /** What was unwritten is on disk now. */
  | { readonly kind: 'written' };
