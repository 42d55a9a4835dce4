import * as v from 'valibot';

/**
 * Owns the text that nobody has sent yet: drafts, their context, prompts that are being edited, prefilled prompts that wait
 * for a key, and prompts that were sent and that the host has not taken. There is one record per conversation, in the
 * `localStorage` that all pages of the extension share: it outlives a reload, a closed panel, a killed window and a dead
 * extension host. VS Code's own state of a panel only names the conversation, and the host keeps nothing of all this.
 * Windows share the records, so a page must not write the record of a conversation that another window writes.
 */
export class UnsentStore {
  private deleted: ReadonlySet<string> = new Set();

  /**
   * @param storage throws where the browser has no storage for the page: then nothing is kept
   * @param now epoch milliseconds
   */
  constructor(
    private readonly storage: () => UnsentStorage,
    private readonly now: () => number,
  ) {
    attempt(() => {
      const { length } = storage();
      const keys = Array.from({ length }, (_, index) => storage().key(index) ?? '');
      for (const key of keys) if (key.startsWith(prefix) && !this.read(key)) storage().removeItem(key);
    });
  }

  /** Returns what the last page of a conversation has left. */
  of(conversationId: string): Unsent | undefined {
    return this.read(prefix + conversationId);
  }

  /**
   * Replaces the record of a conversation. Where the storage is full, the record stays as it was.
   * @returns whether the record was replaced
   */
  keep(conversationId: string, unsent: Unsent): boolean {
    if (this.deleted.has(conversationId)) return false;
    const record = JSON.stringify({ ...unsent, at: this.now() });
    const isKept = attempt(() => {
      this.storage().setItem(prefix + conversationId, record);
      return true;
    });
    return isKept ?? false;
  }

  /** Removes the records of deleted conversations, and stores no further records of them. */
  remove(conversationIds: readonly string[]): void {
    this.deleted = new Set(conversationIds);
    attempt(() => {
      for (const id of conversationIds) this.storage().removeItem(prefix + id);
    });
  }

  /** @returns undefined for nothing, for what has expired, and for what another version has left */
  private read(key: string): Unsent | undefined {
    return attempt(() => {
      const record: unknown = JSON.parse(this.storage().getItem(key) ?? 'null');
      return isUnsent(record) && this.now() - record.at <= keptMs ? record : undefined;
    });
  }
}

/** The part of `localStorage` that is used. */
export type UnsentStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

const prefix = 'holysheep.draft.';
/**
 * How long records are kept: long enough to return to a window that was closed over a weekend, but no longer, because they
 * may contain code.
 */
const keptMs = 7 * 24 * 60 * 60 * 1000;

/** What a page leaves to the next page of its conversation. */
export interface Unsent {
  readonly draft: string;
  /** Those that are part of the draft or of a pending prompt, the latest first. */
  readonly prefilled?: readonly Prefilled[] | undefined;
  /** Ids of the draft's context, to be read again by the host. */
  readonly context?: readonly string[] | undefined;
  /** Prompts that are being edited. */
  readonly edits?: readonly OpenEdit[] | undefined;
  /** Prompts that were sent and that the host has not taken. */
  readonly pending?: readonly string[] | undefined;
  /** Id of the last exchange that was shown: a pending prompt that was taken comes after it. */
  readonly seen?: string | undefined;
  /** Absent: the end, which is followed. */
  readonly place?: ReadingPlace | undefined;
  /** Ids of the exchanges whose long prompt is shown as a whole. */
  readonly unfolded?: readonly string[] | undefined;
}

/** A prompt that a command has put into the composer. */
export interface Prefilled {
  readonly text: string;
  /** What goes along with it, e.g. code. The page does not look at it and gives it back to the host. */
  readonly more?: object | undefined;
  /** It is sent when there is a key, if nobody has changed it by then. */
  readonly awaitsKey?: boolean | undefined;
}

/** Where the person reads: so many pixels of the answer are above what is in view. */
export interface ReadingPlace {
  readonly exchangeId: string;
  readonly offset: number;
}

export interface OpenEdit {
  readonly exchangeId: string;
  readonly text: string;
}

/** Whether there is something to go on with; a panel that is opened again begins at the end else. */
export function hasUnsentText({ draft, edits = [], context = [], pending = [] }: Unsent): boolean {
  return draft !== '' || edits.length > 0 || context.length > 0 || pending.length > 0;
}

const text = v.string();
const texts = v.optional(v.array(text));
const finite = v.pipe(v.number(), v.finite());

const unsentSchema = v.object<{ readonly [K in keyof Unsent | 'at']-?: v.GenericSchema }>({
  at: finite,
  draft: text,
  prefilled: v.optional(
    v.array(v.object({ text, more: v.optional(v.looseObject({})), awaitsKey: v.optional(v.boolean()) })),
  ),
  context: texts,
  edits: v.optional(v.array(v.object({ exchangeId: text, text }))),
  pending: texts,
  seen: v.optional(text),
  place: v.optional(v.object({ exchangeId: text, offset: finite })),
  unfolded: texts,
});

function isUnsent(record: unknown): record is Unsent & { readonly at: number } {
  return v.is(unsentSchema, record);
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
