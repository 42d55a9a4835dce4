import type { Usage } from '../events/events';
import { isRecord, recordIn, type JsonRecord } from '../json';
import { roundCost } from '../state/usage';
import { maxCost, maxTokens } from '../events/kinds';

/**
 * The fields in which gateways report numbers of tokens. The first field with a plausible number is used. A dot in a
 * path leads to a field of a nested object. Sources: OpenAI's chat and responses APIs, Anthropic, Gemini, DeepSeek,
 * OpenRouter, and new-api (`cached_creation_tokens`).
 */
const countFields = {
  promptTokens: ['prompt_tokens', 'input_tokens', 'promptTokens', 'promptTokenCount'],
  completionTokens: ['completion_tokens', 'output_tokens', 'completionTokens', 'candidatesTokenCount'],
  totalTokens: ['total_tokens', 'totalTokens', 'totalTokenCount'],
  cachedTokens: [
    'prompt_tokens_details.cached_tokens',
    'input_tokens_details.cached_tokens',
    'prompt_cache_hit_tokens',
    'cache_read_input_tokens',
    'cached_tokens',
  ],
  cacheWriteTokens: [
    'prompt_tokens_details.cache_write_tokens',
    'input_tokens_details.cache_write_tokens',
    'prompt_tokens_details.cached_creation_tokens',
    'cache_creation_input_tokens',
  ],
  reasoningTokens: [
    'completion_tokens_details.reasoning_tokens',
    'output_tokens_details.reasoning_tokens',
    'reasoning_tokens',
  ],
} as const satisfies Partial<Record<keyof Usage, readonly string[]>>;

const costFields = ['cost', 'cost_usd', 'cost.total_cost'] as const;

/**
 * Returns the usage of a chunk, without implausible values. A usage with only zeros is ignored, because some gateways
 * send zeros until they have counted the tokens.
 * @param chunk the object that contains the usage; some gateways report the cost in this object
 */
export function readUsage(usage: unknown, chunk: JsonRecord): Usage | undefined {
  // Some gateways send the cost in a chunk without usage.
  if (!isRecord(usage)) return 'cost' in chunk || 'cost_usd' in chunk ? readUsage({}, chunk) : undefined;
  const count = (name: keyof typeof countFields): number | undefined =>
    countFields[name].map((path) => fieldAt(usage, path)).find(isCount);
  const cachedTokens = count('cachedTokens');
  const cacheWriteTokens = count('cacheWriteTokens');
  const reportedReasoning = count('reasoningTokens');
  const reportedTokens = count('promptTokens') ?? 0;
  const promptTokens = reportedTokens + tokensOutsidePrompt(reportedTokens, cachedTokens, cacheWriteTokens, usage);
  const reportedAnswer = count('completionTokens');
  const answerTokens = reportedAnswer ?? 0;
  const reportedTotal = count('totalTokens') ?? 0;
  const completeTokens = answerTokens + (reportedReasoning ?? 0);
  // Google and xAI include the reasoning tokens in the total, but not in the completion tokens. Google sometimes omits
  // the number of reasoning tokens. This number is then computed from the total.
  const isReasoningApart = [promptTokens, reportedTokens].some((prompt) => reportedTotal === prompt + completeTokens);
  const onlyInTotal = promptTokens === 0 ? 0 : Math.max(0, reportedTotal - promptTokens - answerTokens);
  const completionTokens = isReasoningApart ? completeTokens : answerTokens + onlyInTotal;
  const reasoningTokens = reportedReasoning ?? (reportedAnswer === undefined ? undefined : onlyInTotal || undefined);
  const totalTokens = Math.max(promptTokens + completionTokens, reportedTotal);
  const cost = readCost(usage, chunk);
  if (totalTokens === 0 && !cost) return undefined;
  return {
    promptTokens,
    completionTokens,
    totalTokens,
    ...(cachedTokens !== undefined && { cachedTokens }),
    ...(cacheWriteTokens !== undefined && { cacheWriteTokens }),
    ...(reasoningTokens !== undefined && { reasoningTokens }),
    ...(cost !== undefined && { cost }),
  };
}

/**
 * Returns the number of prompt tokens that are missing from the reported number. Anthropic, and some gateways that
 * convert Anthropic's usage, have separate fields for the tokens that were read from the cache or written to the cache.
 */
function tokensOutsidePrompt(promptTokens: number, read = 0, written = 0, usage: JsonRecord): number {
  const { cache_read_input_tokens: anthropicRead, cache_creation_input_tokens: anthropicWritten } = usage;
  const isAnthropic = usage['prompt_tokens'] === undefined && [anthropicRead, anthropicWritten].some(isCount);
  // The numbers are compared one by one, because OpenAI can count a token both as read and as written.
  return isAnthropic || Math.max(read, written) > promptTokens ? read + written : 0;
}

/**
 * Reads the cost of a request. If an OpenRouter user brings an API key of a provider (BYOK), this provider charges most
 * of the cost, and OpenRouter reports the provider's cost in a separate field.
 */
function readCost(usage: JsonRecord, chunk: JsonRecord): number | undefined {
  const [cost] = [usage, chunk].flatMap((source) => costFields.flatMap((path) => costOf(fieldAt(source, path)) ?? []));
  const upstreamCost = usage['is_byok'] === true ? fieldAt(usage, 'cost_details.upstream_inference_cost') : 0;
  return cost === undefined ? undefined : roundCost(cost + (costOf(upstreamCost) ?? 0));
}

/**
 * Reads the cost in USD from LiteLLM's response header. Zero is ignored, because LiteLLM can't compute the cost at the
 * start of a stream.
 */
export function usageInHeaders(headers: Headers): Usage | undefined {
  const cost = headers.get('x-litellm-response-cost');
  return cost === null ? undefined : readUsage({ cost }, {});
}

function fieldAt(usage: JsonRecord, path: string): unknown {
  const [name = '', inner] = path.split('.');
  const value = usage[name];
  return inner === undefined ? value : recordIn(value)[inner];
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= maxTokens;
}

/** Some gateways send the cost as text, such as `"0.0123"` or `"1.2e-05"`. */
function costOf(value: unknown): number | undefined {
  const cost = typeof value === 'string' && /^[\d.e+-]+$/i.test(value) ? Number(value) : value;
  return typeof cost === 'number' && cost >= 0 && cost <= maxCost ? cost : undefined;
}
