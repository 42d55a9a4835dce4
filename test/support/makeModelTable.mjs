// Writes src/engine/models/models.json. Usage: npm run models -- path/to/models.json
import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Models that the source lacks. Those of the first group are on most gateways. Those of the second group would
 * otherwise be found as the model with the same name but without the last part, which has other limits.
 */
const additions = {
  'deepseek-v3': { ...vendor('deepseek', 'deepseek'), context: 128_000, output: 8192, tools: true },

  'o1-preview': { ...vendor('openai', 'o'), context: 128_000, output: 32_768, reasoning: true, temperature: false },
  'gpt-4-turbo-preview': { ...vendor('openai', 'gpt'), context: 128_000, output: 4096, tools: true },
  'gpt-4-1106-preview': { ...vendor('openai', 'gpt'), context: 128_000, output: 4096, tools: true },
  'gpt-4-0125-preview': { ...vendor('openai', 'gpt'), context: 128_000, output: 4096, tools: true },
  'gpt-3.5-turbo-0613': { ...vendor('openai', 'gpt'), context: 4096, output: 4096, tools: true },
};

function vendor(name, family) {
  return { vendor: name, family, released: '', images: false, tools: false, reasoning: false };
}

const [path] = process.argv.slice(2);
if (!path) throw new Error('Usage: npm run models -- path/to/models.json');
const { asOf, models } = JSON.parse(readFileSync(path, 'utf8'));

const isDated = (name) => /\d{4}/.test(name);
const order = ([a, x], [b, y]) =>
  x.vendor.localeCompare(y.vendor) ||
  (x.family ?? '').localeCompare(y.family ?? '') ||
  isDated(a) - isDated(b) ||
  y.released.localeCompare(x.released) ||
  a.localeCompare(b);

/** The codes of the levels of reasoning effort, which `effortCodes` in modelFacts.ts reads. */
const effortCodes = { none: 'n', minimal: 'i', low: 'l', medium: 'm', high: 'h', xhigh: 'x', max: 'X' };

/**
 * Vendors that cache a prompt only where a request contains `cache_control`. Source: Anthropic's documentation about
 * prompt caching.
 */
const explicitlyCaching = new Set(['anthropic']);

/**
 * Price of writing a token to the cache, as a multiple of the input price. Source: Anthropic's prices for a cache that
 * expires after five minutes.
 */
const cacheWriteFactor = 1.25;

/**
 * Returns the prices of a model in the order of `Row` in modelFacts.ts. Returns undefined if all prices are 0, because
 * this is the vendor's offer for trials and no other gateway's price.
 */
function pricesOf({ vendor: name, price }) {
  if (!price?.input && !price?.output) return undefined;
  const { input, output, cacheRead } = price;
  const hasWritePrice = cacheRead !== undefined && explicitlyCaching.has(name);
  return [input, output, cacheRead, hasWritePrice ? input * cacheWriteFactor : undefined].filter(
    (usd) => usd !== undefined,
  );
}

function row([name, model]) {
  const { context, input, output, images, reasoning, temperature, tools, ...levels } = model;
  const { toggle } = levels;
  const flags = [images && 'i', reasoning && 'r', tools && 't', temperature === false && 'n', toggle && 's'];
  const limits = [output, ...(input < context ? [input] : [])];
  const tokens = context ? [context, ...(limits.some(Boolean) ? limits : [])] : undefined;
  const efforts = levels.efforts?.map((level) => effortCodes[level]).join('');
  const budget = levels.budget && [levels.budget.min, levels.budget.max].filter((limit) => limit !== undefined);
  const price = pricesOf(model);
  return JSON.stringify({ name, flags: flags.filter(Boolean).join(''), tokens, efforts, budget, price });
}

const groups = new Map();
for (const entry of Object.entries({ ...models, ...additions }).sort(order)) {
  const [, { vendor: name, family }] = entry;
  const caching = explicitlyCaching.has(name) ? 'explicit' : undefined;
  const group = JSON.stringify({ vendor: name, family, caching }).slice(0, -1);
  groups.set(group, [...(groups.get(group) ?? []), row(entry)]);
}

// Each model has its own line, so that changes are easy to review.
const lines = [...groups].map(([group, rows]) => `${group},"models":[\n${rows.join(',\n')}\n]}`).join(',\n');
const source = `models.dev (MIT license) as of ${asOf}, written by npm run models`;
writeFileSync('src/engine/models/models.json', `{"source":${JSON.stringify(source)},"groups":[\n${lines}\n]}\n`);
