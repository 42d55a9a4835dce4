import { isUtf8 } from 'node:buffer';
import { brotliDecompressSync } from 'node:zlib';

const bytes = 256;

/** A token's text, or its bytes where they are not whole characters; by rank. */
export type Ranks = (string | number[])[];

/**
 * The ranks that `build/tokenRanks.cjs` has packed: every token is one byte or two earlier tokens.
 *
 * @throws when they are not what was packed
 */
export function readRankTable(packed: Uint8Array): Ranks {
  const table = brotliDecompressSync(packed);
  const merges = (table.length - bytes) / 4;
  if (!(merges >= 0 && Number.isInteger(merges))) throw new RangeError('The table of token ranks is cut.');
  // Latin-1: a character for a byte.
  const tokens = Array.from(table.subarray(0, bytes), (byte) => String.fromCharCode(byte));
  const part = (plane: number, merge: number): string => {
    const at = bytes + plane * merges + merge;
    const token = tokens[table.readUInt8(at) + 256 * table.readUInt8(at + merges)];
    if (token === undefined) throw new RangeError('The table of token ranks is damaged.');
    return token;
  };
  for (let merge = 0; merge < merges; merge++) tokens.push(part(0, merge) + part(2, merge));
  return tokens.map(textOrBytes);
}

function textOrBytes(token: string): string | number[] {
  // Most are, and need no detour.
  if (/^\p{ASCII}*$/u.test(token)) return token;
  const encoded = Buffer.from(token, 'latin1');
  return isUtf8(encoded) ? encoded.toString() : [...encoded];
}
