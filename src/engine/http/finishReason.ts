import { visibleText } from '../gateway/visibleText';

/** The meaning of a finish reason: the answer is complete, a filter stopped it, or the provider failed. */
export type Finish =
  { readonly type: 'complete'; readonly reason: string } | { readonly type: 'filtered' } | { readonly type: 'cut' };

/**
 * The spellings of the providers behind OpenAI-compatible gateways, without case and separators. Sources: the finish
 * reasons of OpenAI, Anthropic (`stop_reason`), Google (`FinishReason`), Mistral, Cohere, Bedrock, DeepSeek, Zhipu
 * and vLLM.
 */
const spellings: readonly (readonly [pattern: RegExp, finish: Finish])[] = [
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

/** Maximum length of a reason that is kept, in characters. The known reasons are at most half as long. */
const longestReason = 60;

/**
 * Reads a `finish_reason` in any provider's spelling. An unknown reason means a complete answer, under its own name.
 * @returns undefined where there is none: null, empty, or the text `"null"`
 */
export function readFinishReason(value: unknown): Finish | undefined {
  if (typeof value !== 'string') return undefined;
  const reason = visibleText(value, longestReason);
  if (reason === '' || /^(null|none)$/i.test(reason)) return undefined;
  const bare = reason.toLowerCase().replace(/[\s_-]/g, '');
  return spellings.find(([pattern]) => pattern.test(bare))?.[1] ?? { type: 'complete', reason };
}
