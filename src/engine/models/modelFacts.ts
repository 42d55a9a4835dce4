import { modelTable } from './modelTable';

/** What is known about a model. An absent field is unknown. */
export interface ModelFacts {
  /** Size of the context window in tokens. */
  readonly contextWindow?: number | undefined;
  /** Maximum input in tokens, only where it is less than the context window. */
  readonly maxInput?: number | undefined;
  /** Maximum output in tokens, including reasoning. */
  readonly maxOutput?: number | undefined;
  /** Whether the model accepts images. */
  readonly images?: boolean | undefined;
  /** Whether the model calls tools. */
  readonly tools?: boolean | undefined;
  /** Whether the model can reason before it answers. */
  readonly reasons?: boolean | undefined;
  /** False if the model refuses the parameter `temperature`. */
  readonly takesTemperature?: boolean | undefined;
  /** List price of the vendor in USD per million tokens. A gateway may charge another price. */
  readonly price?:
    { readonly input: number; readonly output: number; readonly cacheRead?: number | undefined } | undefined;
  readonly family?: string | undefined;
  readonly vendor?: string | undefined;
}

const months = '(?:0[1-9]|1[0-2])';
const days = '(?:0[1-9]|[12]\\d|3[01])';

/**
 * A date behind the name of a model: `-20250929`, `-2025-08-07`, `-250528`, `-0528`, `-05-06` or `-09-2025`. Year and
 * month alone (`-2507`) are not a date here, because Qwen and Mistral number different models in this way.
 */
const date = new RegExp(
  `-(?:20\\d\\d-?${months}-?${days}|2\\d${months}${days}|${months}-?${days}|${months}-20\\d\\d)$`,
);

/**
 * A suffix that stands for the same model: an alias, the state of its release, a price, a number format, or the
 * revision at Google (`-001`) and Amazon (`-v1:0`).
 */
const variant =
  /-(?:latest|preview|exp|experimental|beta|free|online|nitro|floor|exacto|extended|maas|fp8|fp4|nvfp4|bf16|int[48]|awq|gptq|0\d\d|v\d-0)$/;

/** A suffix with which gateways make a model reason, or set its effort. It is ignored for models that don't reason. */
const effort = /-(?:thinking|minimal|low|medium|high|xhigh)$/;

const vendors =
  'openai|azure|anthropic|google|vertex(?:_ai)?|gemini|bedrock|amazon|aws|deepseek|mistral|moonshot|zhipu|xai|openrouter|siliconflow|groq';
/** A path, `[provider]`, `us.anthropic.` or `openai:` in front of the name of a model. */
const vendorPrefix = new RegExp(`^(?:.*[/\\])】）]\\s*)?(?:(?:[a-z-]+\\.)+(?=[a-z])|(?:${vendors}):)?`);

/** Returns the name of a model without the vendor in front, in the spelling that {@link unifiedName} describes. */
export function plainName(model: string): string {
  return unifiedName(model.trim().toLowerCase().replace(vendorPrefix, ''));
}

/**
 * Returns the name in lower case and with a dash for each separator. Gateways disagree about `claude-4-sonnet` and
 * `claude-sonnet-4`.
 */
function unifiedName(name: string): string {
  const dashed = name.toLowerCase().replace(/[\s._:@]+/g, '-');
  return dashed.replace(/^claude-(\d(?:-\d)?)-(opus|sonnet|haiku)\b/, 'claude-$2-$1');
}

/**
 * Removes the last suffix that does not change which model the name means, or returns undefined if there is none. A date
 * behind a name without a number, such as `qwen-plus`, belongs to another model than the name alone.
 */
function withoutSuffix(name: string): string | undefined {
  const shorter = name.replace(variant, '');
  if (shorter !== name) return shorter;
  const undated = name.replace(date, '');
  return undated !== name && /\d/.test(undated) ? undated : undefined;
}

/** Returns a name without all suffixes that do not change which model it means. */
export function nameWithoutSuffixes(name: string): string {
  const shorter = withoutSuffix(name);
  return shorter === undefined ? name : nameWithoutSuffixes(shorter);
}

/** Longest name that is looked up, in characters. */
const maxNameChars = 200;

/** A line of the table. Its columns are read when a model is looked up, because most models never are. */
interface Row {
  readonly columns: readonly string[];
  readonly vendor: string | undefined;
  readonly family: string | undefined;
}

let rows: ReadonlyMap<string, Row> | undefined;
const factsByRow = new Map<Row, ModelFacts>();

/**
 * Returns the facts of a model by any gateway's spelling of its name, or undefined if the table does not have it. An
 * exact name comes first. Then suffixes are removed one by one; a shorter name means the alias without a date
 * (`claude-opus-4` is `claude-opus-4-0`), or else the newest model that differs from it only in its date.
 */
export function factsOf(model: string): ModelFacts | undefined {
  if (model.length > maxNameChars) return undefined;
  rows ??= rowsByName();
  let name: string | undefined = plainName(model);
  let mustReason = false;
  while (name !== undefined) {
    const row = rows.get(name);
    if (row) {
      const facts = factsOfRow(row);
      return mustReason && !facts.reasons ? undefined : facts;
    }
    const plain: string = name.replace(effort, '');
    mustReason ||= plain !== name;
    name = plain !== name ? plain : withoutSuffix(name);
  }
  return undefined;
}

/**
 * Returns the rows by unified name, with and without suffixes. If several models have the same name without suffixes,
 * the first one in the table gets it.
 */
function rowsByName(): ReadonlyMap<string, Row> {
  const exact = new Map<string, Row>();
  const shortened = new Map<string, Row>();
  let vendor: string | undefined;
  let family: string | undefined;
  for (const line of modelTable.trim().split('\n')) {
    const [first = '', ...columns] = line.split(' ');
    if (first === '#') {
      [vendor, family] = columns;
      continue;
    }
    const row = { columns, vendor, family };
    const name = unifiedName(first);
    exact.set(name, row);
    for (let short = shortName(name); short !== undefined; short = shortName(short)) {
      if (!shortened.has(short)) shortened.set(short, row);
    }
  }
  for (const [name, row] of exact) shortened.set(name, row);
  return shortened;
}

/** Anthropic's aliases of the first models of a generation end with `-0`. */
function shortName(name: string): string | undefined {
  const isAlias = name.startsWith('claude-') && name.endsWith('-0');
  return isAlias ? name.slice(0, -'-0'.length) : withoutSuffix(name);
}

function factsOfRow(row: Row): ModelFacts {
  const known = factsByRow.get(row);
  if (known) return known;
  const { columns, vendor, family } = row;
  const [limits = '', flags = '', prices = ''] = columns;
  const [contextWindow, maxOutput, maxInput] = limits.split('/').map(readTokens);
  const [input, output, cacheRead] = prices === '' ? [] : prices.split('/').map(Number);
  const facts: ModelFacts = {
    ...{ contextWindow, maxOutput, maxInput, vendor, family },
    images: flags.includes('i'),
    tools: flags.includes('t'),
    reasons: flags.includes('r'),
    takesTemperature: !flags.includes('n'),
    price: input === undefined || output === undefined ? undefined : { input, output, cacheRead },
  };
  factsByRow.set(row, facts);
  return facts;
}

function readTokens(text: string): number | undefined {
  const count = Number.parseInt(text, 10);
  if (text.endsWith('k')) return count * 1000;
  return text.endsWith('K') ? count * 1024 : count || undefined;
}
