import { engineFor, sdkFor } from './clients';
import { progress } from './progress';
import { withSpread, type Row } from './row';
import { median } from './statistics';
import { costPerToken, endpoint, readWithEngine, readWithSdk, type Load, type Read } from './tokenCost';
import { characters, lastRead, streamOf, tokenReads, type Delivery } from './tokens';

const tokens = 20_000;
/** Token at which the stream is cut. The answer is short enough to be resumed rather than restarted. */
const cutAt = 5_000;
const rounds = 9;

/**
 * Compares the engine, with its timeouts, accounting and splicing, to the SDK, which reads the same tokens without
 * them.
 */
export async function cpuPerToken(): Promise<readonly Row[]> {
  const socket: Delivery = { each: 'loop turn' };
  const whole = wholeLoad(8, socket);
  const client = engineFor(endpoint);
  const engine: Read = () => readWithEngine(client);
  return [
    await compare('Host CPU per token, one event a network read', engine, '≤ 0.40', wholeLoad(1)),
    await compare('Host CPU per token, eight events a read', engine, '≤ 0.35', wholeLoad(8)),
    // A slow reader finds queued data, which is cheaper than waking up for each read. A socket delivers one read per
    // turn.
    await compare('Host CPU per token, eight events a read and loop turn', engine, '≤ 0.35', whole),
    await compare('The same, cut after a quarter and continued', engine, '≤ 0.45', whole, cutLoad(8, socket)),
  ];
}

/** Compares the complete path of an answer through the host (to the disk and to the page) with the SDK alone. */
export async function wholeHostPerToken(): Promise<readonly Row[]> {
  const { HostPath } = await import('./hostPath');
  const path = new HostPath(endpoint);
  const host: Read = () => path.read();
  const what = 'CPU per token of the whole host: engine, state, journal and messages to the page';
  const socket: Delivery = { each: 'loop turn' };
  return [
    await compare(`${what}, one event a network read`, host, '≤ 0.60', wholeLoad(1)),
    await compare('The same, eight events a read and loop turn', host, '≤ 0.60', wholeLoad(8, socket)),
  ];
}

/** @param mine load of the engine, if it differs from the load of the SDK */
async function compare(what: string, read: Read, aim: string, load: Load, mine = load): Promise<Row> {
  const sdk = sdkFor(endpoint);
  const measureOurs = (): Promise<number> => costPerToken(read, mine);
  const measurePeer = (): Promise<number> => costPerToken(() => readWithSdk(sdk), load);
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
    ratio: withSpread(ours.map((value, round) => value / (peer[round] ?? NaN))),
    aim,
    peerRounds: peer,
  };
}

function wholeLoad(eventsPerRead: number, delivery?: Delivery): Load {
  const reads = [...tokenReads(0, tokens, eventsPerRead), lastRead];
  return { tokens, characters: characters(tokens), serve: () => () => Promise.resolve(streamOf(reads, delivery)) };
}

/** Returns the same answer in two responses. The second starts where the first ends. */
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
