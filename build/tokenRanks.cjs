const { promisify } = require('node:util');
const { brotliCompress, constants } = require('node:zlib');
const { default: o200k } = require('gpt-tokenizer/bpeRanks/o200k_base');

/**
 * How much of o200k_base ships. All 200,000 ranks are a megabyte, packed; these are 80 kB, and count about a tenth too
 * many tokens in English and in code. `src/host/languageModels/rankTable.ts` reads what is packed here.
 */
const shippedRanks = 28_000;

/** Each single byte is a token, and nothing has to be merged for it. */
const bytes = 256;

/**
 * The first tokens of a byte pair encoding: 256 bytes in rank order, then for every later token the ranks of the two it
 * is merged from, as four planes (left low, left high, right low, right high), brotli'd. Half the size of the texts.
 *
 * @param {number} count at most 65,536
 * @returns {Promise<Buffer>}
 */
async function packTokenRanks(count = shippedRanks) {
  // Latin-1: a character for a byte, for many tokens are no whole characters.
  const tokens = o200k.slice(0, count).map((token) => Buffer.from(token).toString('latin1'));
  const ranks = new Map(tokens.map((token, rank) => [token, rank]));
  const merges = count - bytes;
  const table = Buffer.alloc(bytes + 4 * merges);
  table.write(tokens.slice(0, bytes).join(''), 'latin1');
  for (let merge = 0; merge < merges; merge++) {
    const [left, right] = mergedFrom(tokens[bytes + merge], ranks);
    [left & 255, left >> 8, right & 255, right >> 8].forEach(
      (byte, plane) => (table[bytes + plane * merges + merge] = byte),
    );
  }
  // For this table the one below the highest quality is the smallest as well as three times as fast.
  return promisify(brotliCompress)(table, { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } });
}

/** What is left of a token when all merges but its own are done, as in its training. */
function mergedFrom(token, ranks) {
  let parts = [...token];
  while (parts.length > 2) {
    const pairs = parts.slice(1).map((part, left) => ranks.get(parts[left] + part) ?? Infinity);
    const lowest = Math.min(...pairs);
    if (lowest >= ranks.get(token)) throw new Error(`Nothing merges into the token of rank ${ranks.get(token)}.`);
    const at = pairs.indexOf(lowest);
    parts = [...parts.slice(0, at), parts[at] + parts[at + 1], ...parts.slice(at + 2)];
  }
  return parts.map((part) => ranks.get(part));
}

module.exports = { packTokenRanks, shippedRanks };
