/** The unsent text of a page. Pages store it, and the host keeps a copy for pages in another location. */
import * as v from 'valibot';

const text = v.string();
const finite = v.pipe(v.number(), v.finite());
const listOf = <T extends v.GenericSchema>(item: T) => v.optional(v.pipe(v.array(item), v.readonly()));

const prefilled = v.object({
  text,
  /** Data of a prefilled prompt, such as code. The page sends this data back to the host with the prompt. */
  more: v.optional(v.custom<object>((value) => typeof value === 'object' && value !== null)),
});

const readingPosition = v.object({
  answerId: text,
  /** Height of the part of the answer that is above the visible area, in pixels. */
  offset: finite,
  /**
   * First visible block of the answer's text, and the share of its height that is above the visible area. Unlike the
   * offset, the block is the same at every width of the page. Absent if the start of the answer is visible.
   */
  block: v.optional(v.object({ index: v.number(), shareAbove: finite })),
});

/** Unfinished edit of a prompt or a summary. `id` is the id of the exchange, or of the answer of the summary. */
const openEdit = v.object({ id: text, text });

/** Unsent text of a conversation, together with the view of the page. Both are restored after a reload. */
const unsent = v.object({
  draft: text,
  /** Prefilled prompts whose text is part of the draft or of a pending prompt, newest first. */
  prefilled: listOf(prefilled),
  /** Ids of the draft's context items. After a reload, the host reads the content of the items again. */
  context: listOf(text),
  edits: listOf(openEdit),
  pending: listOf(text),
  /**
   * Id of the last exchange or summary on the page. If a later exchange contains a pending prompt, that prompt has
   * reached the host.
   */
  seen: v.optional(text),
  /** Reading position in the conversation. Absent if autoscroll was following the end. */
  place: v.optional(readingPosition),
  unfolded: listOf(text),
  /** IDs of the notices above the composer that the user has dismissed. */
  dismissed: listOf(text),
});
/** Unsent text with the time of its last change, in epoch milliseconds of the page's clock. */
export const storedUnsent = v.object({ ...unsent.entries, at: finite });

export type Prefilled = Readonly<v.InferOutput<typeof prefilled>>;
export type ReadingPosition = Readonly<v.InferOutput<typeof readingPosition>>;
export type OpenEdit = Readonly<v.InferOutput<typeof openEdit>>;
export type Unsent = Readonly<v.InferOutput<typeof unsent>>;
export type StoredUnsent = Readonly<v.InferOutput<typeof storedUnsent>>;
