import type { Usage } from '../events/events';
import { visibleText } from '../gateway/visibleText';

/**
 * A part of a tool call. The JSON of the call's arguments is the concatenation of `arguments` of all parts with the
 * same index.
 */
export interface ToolCallPart {
  readonly index: number;
  /**
   * ID of the tool call. The ID and the name are sent only in the first part of a call and are empty in all other
   * parts.
   */
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** What a chunk of the response contains: a part of the answer, or information about the answer. */
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
  /** The stream is complete: the event was `[DONE]`. */
  | { readonly type: 'done' }
  | { readonly type: 'unreadable'; readonly fault: 'garbledStream' | 'endlessEvent' }
  /** An error in the format that `readProviderError` reads. */
  | { readonly type: 'error'; readonly error: unknown };

export type TextDelta = Extract<Delta, { readonly type: 'text' | 'reasoning' }>;

export type AnswerDelta = TextDelta | Extract<Delta, { readonly type: 'textWasReasoning' | 'toolCall' }>;

export type DeltaSink = (delta: Delta) => void;

/**
 * Receives deltas. `onDelta` is a method and not a closure, because V8 would optimize a closure separately for each
 * attempt.
 */
export interface DeltaReceiver {
  onDelta(delta: Delta): void;
}

/** Filters deltas and passes them on to another receiver. A filter can hold back text until `flush` is called. */
export interface DeltaFilter extends DeltaReceiver {
  /** Passes on the text that is held back. Must be called at the end of the text. */
  flush(): void;
}

/**
 * The meaning of a finish reason: the answer is complete, a content filter stopped the answer, or the provider failed.
 */
export type Finish =
  | { readonly type: 'complete'; readonly reason: string }
  | { readonly type: 'filtered' }
  | { readonly type: 'cut' };

/**
 * Patterns for the finish reasons of the providers behind OpenAI-compatible gateways, in lower case and without
 * separators. Sources: the documented finish reasons of OpenAI, Anthropic (`stop_reason`), Google (`FinishReason`),
 * Mistral, Cohere, Bedrock, DeepSeek, Zhipu and vLLM.
 */
const finishReasons: readonly (readonly [pattern: RegExp, finish: Finish])[] = [
  [/^(stop|endturn|stopsequence|eos|eostoken|complete|completed)$/, { type: 'complete', reason: 'stop' }],
  [
    /^(length|modellength|maxlength|max(output|completion|new)?tokens|tokenlimit|errorlimit|(model|max)?context.*)$/,
    { type: 'complete', reason: 'length' },
  ],
  [/^(toolcalls?|tooluse|functioncall)$/, { type: 'complete', reason: 'tool_calls' }],
  [
    /^(contentfilter|contentfiltered|sensitive|safety|recitation|(image)?prohibitedcontent|blocklist|spii|imagesafety|modelarmor|refusal|guardrailintervened|errortoxic|blocked|flagged|censored|(content)?(moderat|policy))/,
    { type: 'filtered' },
  ],
  [
    /^(abort|aborted|cancelled|canceled|networkerror|insufficientsystemresource|error|servererror|engineerror|unknownerror|internalerror|upstreamerror|timeout)/,
    { type: 'cut' },
  ],
];

/** Maximum length of a finish reason, in characters. Documented finish reasons have at most half of this length. */
const maxReasonChars = 60;

/** Reads a `finish_reason` in any spelling. If the finish reason is unknown, the answer is treated as complete. */
export function readFinishReason(value: unknown): Finish | undefined {
  if (typeof value !== 'string') return undefined;
  const reason = visibleText(value, maxReasonChars);
  if (reason === '' || /^(null|none)$/i.test(reason)) return undefined;
  const normalized = reason.toLowerCase().replace(/[\s_-]/g, '');
  return finishReasons.find(([pattern]) => pattern.test(normalized))?.[1] ?? { type: 'complete', reason };
}
