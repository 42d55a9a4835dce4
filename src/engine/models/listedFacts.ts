import { isRecord, recordIn } from '../json';
import { reasoningEfforts, type ReasoningEffort } from '../request';
import { factsOf, type ModelFacts } from './modelFacts';

export interface ListedFacts extends ModelFacts {
  /** Whether the model writes text. Models that create images or embeddings do not. */
  readonly writesText?: boolean | undefined;
}

/** Largest number of tokens and highest price that a model list can contain. Larger values are assumed to be errors. */
const maxListedTokens = 1e8;
export const maxUsdPerMillionTokens = 10_000;

/**
 * Returns the facts of a model from its entry in a model list, or undefined if the entry contains none. Reads the
 * fields of OpenRouter, and the names of vLLM, SGLang and LM Studio for the context window. Absurd values are left out.
 */
export function readListedFacts(entry: Readonly<Record<string, unknown>>): ListedFacts | undefined {
  const provider = recordIn(entry['top_provider']);
  const architecture = recordIn(entry['architecture']);
  const inputs = textsOf(architecture['input_modalities']);
  const outputs = textsOf(architecture['output_modalities']);
  const parameters = textsOf(entry['supported_parameters']);
  // Every model has a parameter for its token limit. If a list of parameters lacks it, the list is incomplete, and the
  // absence of another parameter means nothing.
  const isComplete = takesAny(parameters, 'max_tokens', 'max_completion_tokens');
  const takes = (...names: string[]): boolean | undefined =>
    takesAny(parameters, ...names) || (isComplete ? false : undefined);
  return knownFields({
    contextWindow: firstTokens(
      entry['context_length'],
      provider['context_length'],
      entry['context_window'],
      entry['max_model_len'],
      entry['max_context_length'],
    ),
    maxOutput: firstTokens(
      entry['max_output_tokens'],
      entry['max_completion_tokens'],
      provider['max_completion_tokens'],
    ),
    images: inputs?.includes('image'),
    tools: takes('tools'),
    // A list of parameters without the reasoning parameters does not show that the model can't reason: the gateway
    // might not forward these parameters.
    reasons: reasonsOf(entry['reasoning']) ?? (takesAny(parameters, ...reasoningParameters) || undefined),
    efforts: effortsOf(entry),
    takesTemperature: takes('temperature'),
    price: priceOf(recordIn(entry['pricing'])),
    writesText: outputs?.includes('text'),
  });
}

/**
 * Returns the facts without undefined fields, because an undefined field would override the table of model facts.
 * Returns undefined if no facts are known.
 */
export function knownFields(facts: ListedFacts): ListedFacts | undefined {
  const knownEntries = Object.entries(facts).filter(([, value]) => value !== undefined);
  return knownEntries.length > 0 ? Object.fromEntries(knownEntries) : undefined;
}

const reasoningParameters = ['reasoning', 'include_reasoning', 'reasoning_effort'];

/**
 * Returns whether a model reasons. Some gateways list a boolean, and others list an object that describes the
 * reasoning.
 */
function reasonsOf(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : isRecord(value) || undefined;
}

/**
 * Returns the levels of reasoning effort that a model list names. OpenRouter can send null instead of naming all
 * levels. Only the field `mandatory` then shows whether the level `none` exists.
 */
function effortsOf(entry: Readonly<Record<string, unknown>>): ModelFacts['efforts'] {
  const { supported_efforts: supported, mandatory } = recordIn(entry['reasoning']);
  const namedLevels =
    supported === null ? reasoningEfforts : textsOf(supported ?? entry['supported_reasoning_efforts']);
  const isListed = (level: ReasoningEffort): boolean =>
    level === 'none' && typeof mandatory === 'boolean' ? !mandatory : namedLevels?.includes(level) === true;
  const levels = reasoningEfforts.filter(isListed);
  return levels.some((level) => level !== 'none') ? levels : undefined;
}

export type FactsById = ReadonlyMap<string, ListedFacts>;

/**
 * Matches the names of models that can't chat, such as embedding models. Most gateways list only names, so nothing else
 * shows this.
 */
const nonChatModel =
  /embed|rerank|whisper|(?:^|[-/])(?:tts|stt|asr)(?:[-/]|$)|dall-e|moderation|transcribe|(?:^|[-/])(?:image|video|audio|speech)(?:[-/]|$)|stable-diffusion|flux|sora|veo|suno|midjourney|(?:^|[-/])realtime(?:[-/]|$)/i;

export function canChat(model: string, listed?: FactsById): boolean {
  return listed?.get(model)?.writesText ?? !nonChatModel.test(model);
}

/** Returns what is known about a model. The gateway's model list has priority over the table of model facts. */
export function knownFacts(model: string, listed: FactsById | undefined): ModelFacts | undefined {
  const listedFacts = listed?.get(model);
  return listedFacts ? { ...factsOf(model), ...listedFacts } : factsOf(model);
}

function textsOf(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const texts = value.filter((item): item is string => typeof item === 'string');
  return texts.length > 0 ? texts : undefined;
}

function takesAny(parameters: readonly string[] | undefined, ...names: readonly string[]): boolean {
  return names.some((name) => parameters?.includes(name));
}

/** Returns the first value that is a plausible number of tokens. */
export function firstTokens(...values: readonly unknown[]): number | undefined {
  return values.find(
    (value): value is number => Number.isInteger(value) && Number(value) > 0 && Number(value) <= maxListedTokens,
  );
}

/** Returns the price of a model in USD per million tokens. Gateways list the price in USD per token, as text. */
function priceOf(pricing: Readonly<Record<string, unknown>>): ModelFacts['price'] {
  const input = perMillion(pricing['prompt']);
  const output = perMillion(pricing['completion']);
  if (input === undefined || output === undefined) return undefined;
  const cacheRead = perMillion(pricing['input_cache_read']);
  const cacheWrite = perMillion(pricing['input_cache_write']);
  return { input, output, cacheRead, cacheWrite };
}

function perMillion(value: unknown): number | undefined {
  const perToken = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof perToken !== 'number') return undefined;
  // The product is rounded, because 0.0000006 × 10^6 is not exactly 0.6.
  const price = Number((perToken * 1e6).toPrecision(6));
  return price >= 0 && price <= maxUsdPerMillionTokens ? price : undefined;
}
