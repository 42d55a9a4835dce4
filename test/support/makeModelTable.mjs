// Writes src/engine/models/modelTable.ts. Usage: npm run models -- path/to/models.json
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

/** In thousands (`k`) or in multiples of 1024 (`K`), where that is shorter. */
function tokens(count) {
  if (!count) return '';
  if (count % 1000 === 0) return `${count / 1000}k`;
  return count % 1024 === 0 ? `${count / 1024}K` : `${count}`;
}

const usd = (price) => (price === undefined ? '' : `${price}`.replace(/^0(?=\.)/, ''));

const joined = (columns) => columns.join('/').replace(/\/+$/, '');

function row([name, { context, input, output, images, reasoning, temperature, tools, price }]) {
  const maxInput = input < context ? tokens(input) : '';
  const flags = [images && 'i', reasoning && 'r', tools && 't', temperature === false && 'n'].filter(Boolean).join('');
  // Leaves out a price of 0, because it is the vendor's offer for trials and no other gateway's price.
  const prices = price?.input || price?.output ? joined([price.input, price.output, price.cacheRead].map(usd)) : '';
  return [name, joined([context, output].map(tokens).concat(maxInput)), flags, prices].join(' ').trimEnd();
}

let group = '';
const lines = Object.entries({ ...models, ...additions })
  .sort(order)
  .flatMap((entry) => {
    const { vendor: name, family } = entry[1];
    const header = `# ${name} ${family ?? ''}`.trimEnd();
    if (header === group) return row(entry);
    group = header;
    return [header, row(entry)];
  });

writeFileSync(
  'src/engine/models/modelTable.ts',
  `/**
 * Facts about models from models.dev (MIT license) as of ${asOf}, written by \`npm run models\`. A line with \`#\` names
 * the vendor and the family of the models below it. Of models whose names differ only in a date or a suffix, the
 * preferred one comes first. Columns: name; context window, maximum output and maximum input in tokens (k = 1000, K = 1024);
 * \`i\` takes images, \`r\` reasons, \`t\` calls tools, \`n\` refuses the temperature; USD per million tokens of input,
 * output and cached input.
 */
export const modelTable = \`
${lines.join('\n')}
\`;
`,
);
