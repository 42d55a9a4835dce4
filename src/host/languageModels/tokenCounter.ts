import { BytePairEncodingCore } from 'gpt-tokenizer/BytePairEncodingCore';
import { O200K_TOKEN_SPLIT_REGEX } from 'gpt-tokenizer/encodingParams/constants';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { chunksOf } from './textChunks';
import { readRankTable } from './rankTable';
import { RecentCounts } from './recentCounts';
import { roughEstimate } from './roughEstimate';

export interface TokenCounter {
  /** Tokens of a text. Never throws. */
  readonly count: (text: string) => number;
}

export interface TokenCounterOptions {
  /** The packed ranks; what it throws is for `onFailure`. */
  readonly readTable?: () => Uint8Array;
  /** What has been counted before. */
  readonly recent?: RecentCounts;
  /** Called at most once: the tokenizer can't be had, and counts are a rule of thumb from now on. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Counts tokens as GPT-4o does (o200k_base), with the first part of its vocabulary. Merges happen in rank order, so what
 * is missing are the last of them: a count is right or too high, never too low. The other models of a gateway have
 * vocabularies that are not public or are as large again, so for them it is an estimate.
 *
 * The table is read when the first text is counted, which takes tens of milliseconds, once.
 */
export function loadTokenCounter({
  readTable = readShippedTable,
  recent = new RecentCounts(),
  onFailure,
}: TokenCounterOptions): TokenCounter {
  let tokenize: ((text: string) => number) | undefined;
  const load = (): ((text: string) => number) => {
    try {
      return tokenizer(readTable());
    } catch (error) {
      onFailure(error);
      return roughEstimate;
    }
  };
  const countChunk = (text: string): number => {
    const known = recent.get(text);
    if (known !== undefined) return known;
    const count = (tokenize ??= load())(text);
    recent.set(text, count);
    return count;
  };
  return {
    count: (text) => {
      let sum = 0;
      for (const chunk of chunksOf(text)) sum += countChunk(chunk);
      return sum;
    },
  };
}

/** Where esbuild.js puts it: beside the file that this one is bundled into. */
function readShippedTable(): Uint8Array {
  return readFileSync(path.join(__dirname, 'tokens.bin'));
}

/** The time to merge a piece grows with the square of its length. Words are far shorter. */
const longestRun = 64;

/** Pieces that are merged, by the library, which is slow to forget: few suffice, `RecentCounts` comes first. */
const mergeCacheSize = 256;

function tokenizer(packed: Uint8Array): (text: string) => number {
  const core = new BytePairEncodingCore({
    bytePairRankDecoder: readRankTable(packed),
    // Each `+` and `*` of the pattern repeats a class of characters.
    tokenSplitRegex: new RegExp(
      O200K_TOKEN_SPLIT_REGEX.source.replaceAll('+', `{1,${longestRun}}`).replaceAll('*', `{0,${longestRun}}`),
      'gu',
    ),
    mergeCacheSize,
  });
  return (text) => core.countNative(text);
}
