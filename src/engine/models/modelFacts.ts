import { reasoningEfforts, type ReasoningEffort } from '../request';
import table from './models.json';

/** Names of the request parameters with which gateways let clients set the reasoning effort. */
export const reasoningFormats = [
  'reasoning_effort',
  'reasoning',
  'thinking',
  'enable_thinking',
  'chat_template_kwargs',
  'none',
] as const;

export type ReasoningFormat = (typeof reasoningFormats)[number];

/** What is known about a model. An absent field means that the fact is unknown. */
export interface ModelFacts {
  /** Size of the context window, in tokens. */
  readonly contextWindow?: number | undefined;
  /** Maximum input in tokens. Set only if it is less than the context window. */
  readonly maxInput?: number | undefined;
  /** Maximum output in tokens, including reasoning. */
  readonly maxOutput?: number | undefined;
  readonly images?: boolean | undefined;
  readonly tools?: boolean | undefined;
  /** Whether the model can reason before it answers. */
  readonly reasons?: boolean | undefined;
  /** False if the model refuses the parameter `temperature`. */
  readonly takesTemperature?: boolean | undefined;
  /** Whether requests leave out the temperature even if the user has set it. */
  readonly omitsTemperature?: boolean | undefined;
  /** Levels of reasoning effort that the model accepts, in ascending order. */
  readonly efforts?: readonly ReasoningEffort[] | undefined;
  /**
   * Whether the reasoning can be switched on and off. Models with levels of reasoning effort or with a reasoning budget
   * can also have this switch.
   */
  readonly reasoningToggle?: boolean | undefined;
  /** Minimum and maximum of the reasoning budget in tokens, for models that accept a budget. */
  readonly reasoningBudget?: { readonly min?: number | undefined; readonly max?: number | undefined } | undefined;
  /** Request parameter that sets the reasoning effort. The default depends on the gateway and the model family. */
  readonly reasoningFormat?: ReasoningFormat | undefined;
  /** `explicit` if the provider caches a prompt only where a request marks the end of the part to cache. */
  readonly caching?: 'explicit' | undefined;
  /** Fields that the user adds to the body of each request to the model. */
  readonly extraBody?: Readonly<Record<string, unknown>> | undefined;
  /** Whether the gateway silently leaves out the beginning of a prompt that is longer than the context window. */
  readonly cutsLongPrompts?: boolean | undefined;
  /** List price of the vendor in USD per million tokens. A gateway can charge another price. */
  readonly price?:
    | {
        readonly input: number;
        readonly output: number;
        readonly cacheRead?: number | undefined;
        readonly cacheWrite?: number | undefined;
      }
    | undefined;
  readonly family?: string | undefined;
  readonly vendor?: string | undefined;
}

const months = '(?:0[1-9]|1[0-2])';
const days = '(?:0[1-9]|[12]\\d|3[01])';

/**
 * Matches a date at the end of a model name: `-20250929`, `-2025-08-07`, `-250528`, `-0528`, `-05-06` or `-09-2025`. A
 * year and month alone (`-2507`) do not match, because Qwen and Mistral use them to distinguish models.
 */
const date = new RegExp(
  `-(?:20\\d\\d-?${months}-?${days}|2\\d${months}${days}|${months}-?${days}|${months}-20\\d\\d)$`,
);

/**
 * Matches a suffix of a model name that does not change which model is meant: an alias, a release state, a price, a
 * number format, or a revision at Google (`-001`) or Amazon (`-v1:0`).
 */
const variant =
  /-(?:latest|preview|exp|experimental|beta|free|online|nitro|floor|exacto|extended|maas|fp8|fp4|nvfp4|bf16|int[48]|awq|gptq|0\d\d|v\d-0)$/;

/**
 * Matches a suffix that switches reasoning on or sets its effort, such as `-thinking` or `-high`. The suffix can be
 * ignored only if the model without the suffix can reason. Otherwise, the two names mean different models.
 */
const effort = /-(?:thinking|minimal|low|medium|high|xhigh)$/;

const vendors =
  'openai|azure|anthropic|google|vertex(?:_ai)?|gemini|bedrock|amazon|aws|deepseek|mistral|moonshot|zhipu|xai|openrouter|siliconflow|groq';
/** Matches the vendor or path in front of a model name, such as `[provider]`, `us.anthropic.` or `openai:`. */
const vendorPrefix = new RegExp(`^(?:.*[/\\])】）]\\s*)?(?:(?:[a-z-]+\\.)+(?=[a-z])|(?:${vendors}):)?`);

/** Returns the name of a model without the vendor in front, in the spelling that {@link unifiedName} describes. */
export function plainName(model: string): string {
  return unifiedName(model.trim().toLowerCase().replace(vendorPrefix, ''));
}

/**
 * Returns a model name in lower case, with a dash for each separator. Also unifies the order of words, because gateways
 * disagree about `claude-4-sonnet` and `claude-sonnet-4`.
 */
function unifiedName(name: string): string {
  const dashed = name.toLowerCase().replace(/[\s._:@]+/g, '-');
  return dashed.replace(/^claude-(\d(?:-\d)?)-(opus|sonnet|haiku)\b/, 'claude-$2-$1');
}

/**
 * Returns a model name without its last suffix, or undefined if no suffix can be removed. A date remains if the rest of
 * the name has no version number, because `qwen-plus` with a date is another model than `qwen-plus`.
 */
function withoutSuffix(name: string): string | undefined {
  const shorter = name.replace(variant, '');
  if (shorter !== name) return shorter;
  const undated = name.replace(date, '');
  return undated !== name && /\d/.test(undated) ? undated : undefined;
}

export function nameWithoutSuffixes(name: string): string {
  const shorter = withoutSuffix(name);
  return shorter === undefined ? name : nameWithoutSuffixes(shorter);
}

const maxNameChars = 200;

/**
 * A model in `models.json`, which `npm run models` writes from the data of models.dev. If model names differ only in a
 * date or a suffix, the preferred model comes first.
 */
interface Row {
  readonly name: string;
  /**
   * Flags of the model: `i` accepts images, `r` reasons, `t` calls tools, `n` refuses the temperature, `s` can switch
   * its reasoning on and off.
   */
  readonly flags: string;
  /** Context window and maximum output in tokens, and the maximum input if it is less than the context window. */
  readonly tokens?: readonly number[] | undefined;
  /** Levels of reasoning effort that the model accepts, as letters of `effortCodes`. */
  readonly efforts?: string | undefined;
  /** Minimum and maximum of the reasoning budget, in tokens. */
  readonly budget?: readonly number[] | undefined;
  /**
   * Prices in USD per million tokens: of input, of output, of input that is read from the cache, and of input that is
   * written to the cache.
   */
  readonly price?: readonly [input: number, output: number, cacheRead?: number, cacheWrite?: number] | undefined;
}

let factsByName: ReadonlyMap<string, ModelFacts> | undefined;

/**
 * Returns the facts of a model, or undefined if the table of model facts lacks the model. Suffixes are removed from the
 * name one by one until the table contains the name. A name without a date (`claude-opus-4`) means the alias
 * `claude-opus-4-0` or, without such an alias, the newest model whose name differs only in its date.
 */
export function factsOf(model: string): ModelFacts | undefined {
  if (model.length > maxNameChars) return undefined;
  factsByName ??= readTable();
  // Most gateways use the names of the table, so the exact name is looked up before names are unified.
  const exact = factsByName.get(model);
  if (exact) return exact;
  let name: string | undefined = plainName(model);
  let mustReason = false;
  while (name !== undefined) {
    const facts = factsByName.get(name);
    if (facts) return mustReason && !facts.reasons ? undefined : facts;
    const plain: string = name.replace(effort, '');
    mustReason ||= plain !== name;
    name = plain !== name ? plain : withoutSuffix(name);
  }
  return undefined;
}

/**
 * Returns the facts of all known models, keyed by unified name. Each model can also be found by its shorter names,
 * which lack some or all of its suffixes. A shorter name that several models share means the first of them.
 */
export function readTable(): ReadonlyMap<string, ModelFacts> {
  const all = new Map<string, ModelFacts>();
  for (const { vendor, family, models, caching } of table.groups) {
    const shared = { vendor, family, ...(caching === 'explicit' && ({ caching } as const)) };
    for (const row of models as readonly Row[]) all.set(unifiedName(row.name), { ...factsOfRow(row), ...shared });
  }
  // The loop also visits the short names that it adds. It adds nothing for these names, because the map already
  // contains their shorter forms.
  for (const [name, facts] of all) {
    for (let short = shortName(name); short !== undefined; short = shortName(short)) {
      if (!all.has(short)) all.set(short, facts);
    }
  }
  return all;
}

/**
 * Returns a model name without its last suffix. The `-0` at the end of a Claude alias, such as `claude-opus-4-0`, is
 * also a suffix here.
 */
function shortName(name: string): string | undefined {
  const isAlias = name.startsWith('claude-') && name.endsWith('-0');
  return isAlias ? name.slice(0, -'-0'.length) : withoutSuffix(name);
}

/** One letter for each level of reasoning effort, in the order of `reasoningEfforts`. */
const effortCodes = 'nilmhxX';

function factsOfRow({ flags, tokens, efforts, budget, price }: Row): ModelFacts {
  const [contextWindow, maxOutput, maxInput] = tokens?.map((count) => count || undefined) ?? [];
  return {
    contextWindow,
    maxOutput,
    maxInput,
    images: flags.includes('i'),
    tools: flags.includes('t'),
    reasons: flags.includes('r'),
    takesTemperature: !flags.includes('n'),
    ...(flags.includes('s') && { reasoningToggle: true }),
    ...(efforts && { efforts: reasoningEfforts.filter((_, index) => efforts.includes(effortCodes.charAt(index))) }),
    ...(budget && { reasoningBudget: { min: budget[0], max: budget[1] } }),
    price: price && { input: price[0], output: price[1], cacheRead: price[2], cacheWrite: price[3] },
  };
}
