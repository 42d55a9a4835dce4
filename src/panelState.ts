import * as v from 'valibot';

/** What is kept of a panel's page, by VS Code and by the page. For both sides of the protocol. */

/** Where the person reads: so many pixels of the answer are above what is in view. */
export interface ReadingPlace {
  readonly exchangeId: string;
  readonly offset: number;
}

/** A prompt that is being put into other words. */
export interface OpenEdit {
  readonly exchangeId: string;
  readonly text: string;
}

/** Kept by the webview while it is hidden and across reloads through `setState`, and by the host's serializer. */
export interface PanelState {
  readonly conversationId: string;
  /** When it was so, epoch milliseconds: of two the later counts. */
  readonly at?: number | undefined;
  readonly draft: string;
  /** What the host has put into the composer and may hold until there is a key. */
  readonly composed?: string | undefined;
  /** What goes along with that while it is the draft, e.g. code: the host's, and given back to it as it is. */
  readonly more?: object | undefined;
  /** Absent: the end, which is followed. */
  readonly place?: ReadingPlace | undefined;
  readonly edits?: readonly OpenEdit[] | undefined;
  /** Ids of the exchanges whose long prompt is shown as a whole. */
  readonly unfolded?: readonly string[] | undefined;
  /** Ids of the draft's context, to be read again. */
  readonly context?: readonly string[] | undefined;
  /** Prompts that were sent and that the host has not taken. */
  readonly pending?: readonly string[] | undefined;
  /** Id of the last exchange that was shown: what is pending comes after it, if it has been taken. */
  readonly seen?: string | undefined;
}

const text = v.string();
const texts = v.optional(v.array(text));
const finite = v.pipe(v.number(), v.finite());

const panelState = v.object<{ readonly [K in keyof PanelState]-?: v.GenericSchema<unknown, PanelState[K]> }>({
  conversationId: text,
  at: v.optional(finite),
  draft: text,
  composed: v.optional(text),
  more: v.optional(v.looseObject({})),
  place: v.optional(v.object({ exchangeId: text, offset: finite })),
  edits: v.optional(v.array(v.object({ exchangeId: text, text }))),
  unfolded: texts,
  context: texts,
  pending: texts,
  seen: v.optional(text),
});

/** It may be of another version, or of anybody who can write where it is kept. */
export function isPanelState(state: unknown): state is PanelState {
  return v.is(panelState, state);
}
