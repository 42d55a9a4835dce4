import { progress } from './progress';
import { ratioOf, type Row } from './row';
import { median } from './statistics';
import { costPerToken, readWithEngine, readWithSdk, type Load, type Read } from './tokenCost';
import { characters, lastRead, streamOf, tokenReads } from './tokens';

const [short, long] = [50_000, 200_000];
const block = 1000;
const eventsPerRead = 8;
const rounds = 3;

/** What a token of a long answer costs beside one of a shorter: work that grows with what is already there shows. */
export async function growth(): Promise<readonly Row[]> {
  const loads = { short: loadOf(short), long: loadOf(long) };
  const growths = { ours: [] as number[], peer: [] as number[] };
  for (const read of [readWithEngine, readWithSdk]) await costPerToken(read, loads.short);
  for (let round = 0; round < rounds; round++) {
    growths.ours.push(await growthOf(readWithEngine, loads));
    growths.peer.push(await growthOf(readWithSdk, loads));
  }
  const print = (values: readonly number[]): string => values.map((value) => value.toFixed(3)).join(' ');
  progress(`growth: ours ${print(growths.ours)}; peer ${print(growths.peer)}`);
  const [ours, peer] = [median(growths.ours), median(growths.peer)];
  return [
    {
      what: `CPU per token, ${long / 1000}k tokens ÷ ${short / 1000}k`,
      ours: `${ours.toFixed(2)} ×`,
      peer: `${peer.toFixed(2)} ×, openai SDK`,
      ratio: ratioOf(ours, peer),
      aim: '≤ 1.05 ×',
    },
  ];
}

/** As many tokens in each of the two: a process that has just collected its garbage is slower for a while. */
async function growthOf(read: Read, loads: { readonly short: Load; readonly long: Load }): Promise<number> {
  const perToken = await costPerToken(read, loads.short, long / short);
  return (await costPerToken(read, loads.long)) / perToken;
}

/** The same thousand tokens again and again, so that what is read takes no memory of its own. */
function loadOf(tokens: number): Load {
  const reads = tokenReads(0, block, eventsPerRead);
  function* all(): Iterable<Uint8Array> {
    for (let sent = 0; sent < tokens; sent += block) yield* reads;
    yield lastRead;
  }
  return {
    tokens,
    characters: (characters(block) * tokens) / block,
    serve: () => () => Promise.resolve(streamOf(all(), { each: 'loop turn' })),
  };
}
