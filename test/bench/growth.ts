import { progress } from './progress';
import { ratioOf, type Row } from './row';
import { median } from './statistics';
import { costPerToken, readWithEngine, readWithSdk, type Read } from './tokenCost';
import { characters, lastRead, streamOf, tokenReads } from './tokens';

const tokens = 200_000;
/** Two stretches of one answer, as long as one another, and where they end. */
const stretch = 50_000;
const [early, late] = [75_000, tokens];
const block = 1000;
const rounds = 5;

/**
 * What a token costs when 200,000 are there beside one when 50,000 are: work that grows with the answer shows. In one
 * answer, for what each answer costs at its beginning would hide it.
 */
export async function growth(): Promise<readonly Row[]> {
  const ours: number[] = [];
  const peer: number[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await growthOf(readWithEngine));
    peer.push(await growthOf(readWithSdk));
  }
  const print = (values: readonly number[]): string => values.map((value) => value.toFixed(3)).join(' ');
  progress(`growth: ours ${print(ours)}; peer ${print(peer)}`);
  const [own, other] = [median(ours), median(peer)];
  return [
    {
      what: 'CPU per token near 200k tokens ÷ near 50k',
      ours: `${own.toFixed(2)} ×`,
      peer: `${other.toFixed(2)} ×, openai SDK`,
      ratio: ratioOf(own, other),
      aim: '≤ 1.05 ×',
    },
  ];
}

async function growthOf(read: Read): Promise<number> {
  /** CPU time of the process in microseconds, by the tokens that were read by then. */
  const spent = new Map<number, number>();
  const mark = (sent: number): void => {
    const { user, system } = process.cpuUsage();
    spent.set(sent, user + system);
  };
  // The same thousand tokens again and again, so that what is read takes no memory of its own.
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
    // The reader keeps up: what has been given has been read.
    serve: () => () => Promise.resolve(streamOf(all(), { each: 'loop turn' })),
  });
  const costOf = (end: number): number => (spent.get(end) ?? NaN) - (spent.get(end - stretch) ?? NaN);
  return costOf(late) / costOf(early);
}
