import { visibleText } from '../gateway/visibleText';

/** The meaning of a finish reason: the answer is complete, a filter stopped it, or the provider failed. */
export type Finish =
  { readonly type: 'complete'; readonly reason: string } | { readonly type: 'filtered' } | { readonly type: 'cut' };

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
    /^(contentfilter|contentfiltered|sensitive|safety|recitation|(image)?prohibitedcontent|blocklist|spii|imagesafety|modelarmor|refusal|guardrailintervened|errortoxic)/,
    { type: 'filtered' },
  ],
  [
    /^(abort|aborted|cancelled|canceled|networkerror|insufficientsystemresource|error|servererror|engineerror|unknownerror|internalerror|upstreamerror|timeout)/,
    { type: 'cut' },
  ],
];

/**
 * Maximum length of a finish reason, in characters. A longer one is truncated. The documented finish reasons are at
 * most half as long.
 */
const maxReasonChars = 60;

/**
 * Returns the meaning of a `finish_reason` in any provider's spelling. A finish reason that is not in the list counts
 * as complete.
 * @returns undefined if there is no finish reason: null, an empty text, or the text `"null"`
 */
export function readFinishReason(value: unknown): Finish | undefined {
  if (typeof value !== 'string') return undefined;
  const reason = visibleText(value, maxReasonChars);
  if (reason === '' || /^(null|none)$/i.test(reason)) return undefined;
  const normalized = reason.toLowerCase().replace(/[\s_-]/g, '');
  return finishReasons.find(([pattern]) => pattern.test(normalized))?.[1] ?? { type: 'complete', reason };
}
