import type { Usage } from '../events';
import type { Finish } from './finishReason';

/** A part of a tool call. The arguments of all parts with the same index, concatenated, are the JSON of the call. */
export interface ToolCallPart {
  readonly index: number;
  /** Empty in all parts except the first. */
  readonly id: string;
  /** Empty in all parts except the first. */
  readonly name: string;
  readonly arguments: string;
}

export type Delta =
  | { readonly type: 'text' | 'reasoning'; readonly text: string }
  /** The text of the attempt so far turned out to be reasoning, because the gateway marks only the end of reasoning. */
  | { readonly type: 'textWasReasoning'; readonly text: string }
  | { readonly type: 'toolCall'; readonly part: ToolCallPart }
  | { readonly type: 'finish'; readonly finish: Finish }
  /** The chunk has an empty `finish_reason` field. */
  | { readonly type: 'finishReasonPending' }
  | { readonly type: 'usage'; readonly usage: Usage }
  | { readonly type: 'restartInStream' }
  /** An error in the format that `readProviderError` reads. */
  | { readonly type: 'error'; readonly error: unknown };

export type AnswerDelta = Extract<
  Delta,
  { readonly type: 'text' | 'reasoning' | 'textWasReasoning' | 'toolCall' | 'restartInStream' }
>;

export type DeltaSink = (delta: Delta) => void;

/** A sink that passes deltas on to another sink and may hold some of them back until it is flushed. */
export interface DeltaFilter {
  readonly onDelta: DeltaSink;
  /** Passes on the deltas that are held back. Call this when no further delta can belong to them. */
  flush(): void;
}
