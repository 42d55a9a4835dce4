import { engineFor, sdkFor } from './clients';
import { ratioOf, withSpread, type Row } from './row';
import { median } from './statistics';
import { costPerToken, endpoint, readWithEngine, readWithSdk, type Read } from './tokenCost';
import { characters, lastRead, streamOf, tokenReads } from './tokens';

const tokens = 200_000;
/** Length of the two compared parts of the answer, and the tokens at which they end. */
const stretch = 50_000;
const [early, late] = [75_000, tokens];
const block = 1000;
const rounds = 15;

/**
 * Compares the cost of a token after 200,000 tokens to the cost after 50,000, which shows work that grows with the
 * answer. Both parts belong to one answer, so that the start-up cost of an answer does not hide the growth.
 */
export async function growth(): Promise<readonly Row[]> {
  const ours: number[] = [];
  const peer: number[] = [];
  // The first answers are slower at their beginning, because the code is not compiled yet.
  const engine = engineFor(endpoint);
  const sdk = sdkFor(endpoint);
  const withEngine: Read = () => readWithEngine(engine);
  const withSdk: Read = () => readWithSdk(sdk);
  for (const read of [withEngine, withSdk]) await growthOf(read);
  for (let round = 0; round < rounds; round++) {
    ours.push(await growthOf(withEngine));
    peer.push(await growthOf(withSdk));
  }
  return [
    {
      what: 'CPU per token near 200k tokens ÷ near 50k',
      ours: `${withSpread(ours)} ×`,
      peer: `${withSpread(peer)} ×, openai SDK`,
      ratio: ratioOf(median(ours), median(peer)),
      aim: '≤ 1.05 ×',
    },
  ];
}

async function growthOf(read: Read): Promise<number> {
  /** CPU time of the process in microseconds, by number of tokens read. */
  const spent = new Map<number, number>();
  const mark = (sent: number): void => {
    const { user, system } = process.cpuUsage();
    spent.set(sent, user + system);
  };
  // Repeats the same thousand tokens, so that the input needs no additional memory.
  const reads = tokenReads(0, block, 8);
  function* all(): Iterable<Uint8Array> {
    for (let sent = 0; sent < tokens; sent += block) {
      mark(sent);
      yield* reads;
    }
    mark(tokens);
    yield lastRead;
  }
  await costPerToken(read, {
    tokens,
    characters: (characters(block) * tokens) / block,
    // The reader keeps up, so all delivered tokens have been read.
    serve: () => () => Promise.resolve(streamOf(all(), { each: 'loop turn' })),
  });
  const costOf = (end: number): number => (spent.get(end) ?? NaN) - (spent.get(end - stretch) ?? NaN);
  return costOf(late) / costOf(early);
}
