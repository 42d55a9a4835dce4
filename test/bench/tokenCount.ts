import { clearMergeCache, countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { estimateTokens } from '../../src/host/chat/provider/tokenEstimator';
import { root } from '../support/paths';
import { progress } from './progress';
import { ratioOf, type Row } from './row';
import { median } from './statistics';

/** Approximate number of token counts that VS Code's chat requests for one short prompt. */
const calls = 5_000;
const rounds = 9;

/** Compares the estimator to a tokenizer with a loaded table and an empty cache. */
export function tokenCount(): Promise<readonly Row[]> {
  const texts = requestTexts();
  const ours: number[] = [];
  const peer: number[] = [];
  for (let round = -2; round < rounds; round++) {
    clearMergeCache();
    const own = costOf(texts, estimated);
    const theirs = costOf(texts, (text) => countTokens(text));
    if (round < 0) continue;
    ours.push(own);
    peer.push(theirs);
  }
  const print = (values: readonly number[]): string => values.map((value) => value.toFixed(1)).join(' ');
  progress(`Estimating tokens, ms: ours ${print(ours)}; peer ${print(peer)}`);
  const [own, theirs] = [median(ours), median(peer)];
  return Promise.resolve([
    {
      what: `Estimating tokens, ${calls.toLocaleString('en')} texts of a request`,
      ours: `${own.toFixed(1)} ms`,
      peer: `${theirs.toFixed(1)} ms, gpt-tokenizer, whole o200k_base`,
      ratio: ratioOf(own, theirs),
      aim: '≤ 0.5',
    },
  ]);
}

function estimated(text: string): number {
  const { latin, eastAsian, other } = estimateTokens(text);
  return Math.ceil(latin + eastAsian + other);
}

/** Returns complete files, their sections and their lines, as VS Code counts them to fit a prompt into its budget. */
function requestTexts(): readonly string[] {
  const files = ['README.md', 'README.zh-CN.md', 'CONTRIBUTING.md', 'src/shared/protocol.ts'].map((file) =>
    readFileSync(path.join(root, file), 'utf8'),
  );
  const texts = files.flatMap((text) => [text, ...text.split('\n\n'), ...text.split('\n')]);
  return Array.from({ length: calls }, (_, call) => texts[call % texts.length] ?? '');
}

/** Returns the user and system time in milliseconds. */
function costOf(texts: readonly string[], count: (text: string) => number): number {
  globalThis.gc?.();
  const start = process.cpuUsage();
  let sum = 0;
  for (const text of texts) sum += count(text);
  const { user, system } = process.cpuUsage(start);
  if (sum < texts.length) throw new Error(`${sum} tokens in ${texts.length} texts.`);
  return (user + system) / 1000;
}
