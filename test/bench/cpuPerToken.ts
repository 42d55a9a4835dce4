import { progress } from './progress';
import { ratioOf, type Row } from './row';
import { median } from './statistics';
import { costPerToken, readWithEngine, readWithSdk, type Load } from './tokenCost';
import { characters, lastRead, streamOf, tokenReads, type Delivery } from './tokens';

const tokens = 20_000;
/** By then there are fewer than 60,000 characters: the rest is asked for, and not all of it again. */
const cutAt = 5_000;
const rounds = 9;

/** With all clocks, accounts and joins of the engine. The peer reads as many tokens and has none of these. */
export async function cpuPerToken(): Promise<readonly Row[]> {
  const socket: Delivery = { each: 'loop turn' };
  const whole = wholeLoad(8, socket);
  return [
    await compare('Host CPU per token, one event a network read', wholeLoad(1)),
    await compare('Host CPU per token, eight events a read', wholeLoad(8)),
    // A reader that falls behind finds a queue, which is cheaper than to be woken: from a socket it does not.
    await compare('Host CPU per token, eight events a read and loop turn', whole),
    await compare('The same, cut after a quarter and continued', whole, cutLoad(8, socket)),
  ];
}

/** @param mine what the engine reads, where that is not the same */
async function compare(what: string, load: Load, mine = load): Promise<Row> {
  const measureOurs = (): Promise<number> => costPerToken(readWithEngine, mine);
  const measurePeer = (): Promise<number> => costPerToken(readWithSdk, load);
  for (const measure of [measureOurs, measurePeer, measureOurs, measurePeer]) await measure();
  const ours: number[] = [];
  const peer: number[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await measureOurs());
    peer.push(await measurePeer());
  }
  const print = (values: readonly number[]): string => values.map((value) => value.toFixed(1)).join(' ');
  progress(`${what}, µs: ours ${print(ours)}; peer ${print(peer)}`);
  const [own, theirs] = [median(ours), median(peer)];
  return {
    what,
    ours: `${own.toFixed(1)} µs`,
    peer: `${theirs.toFixed(1)} µs, openai SDK`,
    ratio: ratioOf(own, theirs),
    aim: '≤ 0.45',
  };
}

function wholeLoad(eventsPerRead: number, delivery?: Delivery): Load {
  const reads = [...tokenReads(0, tokens, eventsPerRead), lastRead];
  return { tokens, characters: characters(tokens), serve: () => () => Promise.resolve(streamOf(reads, delivery)) };
}

/** The same answer in two responses, of which the second begins where the first ends. */
function cutLoad(eventsPerRead: number, delivery: Delivery): Load {
  const first = tokenReads(0, cutAt, eventsPerRead);
  const rest = [...tokenReads(cutAt, tokens, eventsPerRead), lastRead];
  const serve = (): typeof fetch => {
    let requests = 0;
    return () =>
      Promise.resolve(requests++ === 0 ? streamOf(first, { ...delivery, ending: 'cut' }) : streamOf(rest, delivery));
  };
  return { tokens, characters: characters(tokens), serve };
}
