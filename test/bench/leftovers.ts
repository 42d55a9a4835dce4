import { getEventListeners } from 'node:events';
import { setImmediate as loopTurn } from 'node:timers/promises';
import { engineFor, request, sdkFor, type Endpoint } from './clients';
import { progress } from './progress';
import { none, ratioOf, type Row } from './row';
import { median } from './statistics';
import { lastRead, streamOf, tokenReads } from './tokens';

const batch = 2_000;
const batches = 5;
const requests = batch * batches;
/** Warm-up requests, because compiling and optimising code also takes memory, but only once. */
const warmUpBatches = 5;

/** Sends a request and reads its response completely. */
type Ask = (signal: AbortSignal) => Promise<void>;

/** Measures the memory, listeners and timers that remain after all requests have ended. */
interface Leftovers {
  readonly bytesPerRequest: number;
  readonly listeners: number;
  readonly timers: number;
}

/** Sends many requests with one client and one abort signal, as in a window that stays open for weeks. */
export async function leftovers(): Promise<readonly Row[]> {
  const reads = [...tokenReads(0, 4, 4), lastRead];
  const endpoint: Endpoint = {
    baseUrl: 'http://127.0.0.1:1/v1',
    fetch: () => Promise.resolve(streamOf(reads)),
  };
  const ours = await leftBy('ours', askEngine(endpoint));
  const peer = await leftBy('peer', askSdk(endpoint));
  const many = `${requests.toLocaleString('en')} requests`;
  const count = (what: string, own: number, other: number): Row => ({
    what: `${what}, ${many}`,
    ours: String(own),
    peer: `${other}, openai SDK`,
    ratio: none,
    aim: '0',
  });
  const [own, other] = [Math.max(0, ours.bytesPerRequest), Math.max(0, peer.bytesPerRequest)];
  return [
    {
      what: `Heap kept per request, ${many}`,
      ours: `${own.toFixed(0)} B`,
      peer: `${other.toFixed(0)} B, openai SDK`,
      ratio: other === 0 ? none : ratioOf(own, other),
      aim: '≤ 50 B',
    },
    count('Listeners left on a shared signal', ours.listeners, peer.listeners),
    count('Timers left', ours.timers, peer.timers),
  ];
}

/** Returns the median growth of the heap per batch. A hash table that grows affects one batch, a leak affects all. */
async function leftBy(who: string, ask: Ask): Promise<Leftovers> {
  const { signal } = new AbortController();
  const heapAfterBatch = async (): Promise<number> => {
    for (let n = 0; n < batch; n++) await ask(signal);
    return heapUsed();
  };
  for (let n = 1; n < warmUpBatches; n++) await heapAfterBatch();
  const heaps = [await heapAfterBatch()];
  const before = { listeners: listenersOn(signal), timers: timers() };
  for (let n = 0; n < batches; n++) heaps.push(await heapAfterBatch());
  const counts = { listeners: listenersOn(signal) - before.listeners, timers: timers() - before.timers };
  const growths = heaps.slice(1).map((heap, n) => (heap - (heaps[n] ?? NaN)) / batch);
  const print = growths.map((bytes) => bytes.toFixed(1)).join(' ');
  progress(`leftovers, ${who}: bytes a request ${print}; ${JSON.stringify(counts)}`);
  return { bytesPerRequest: median(growths), ...counts };
}

function askEngine(endpoint: Endpoint): Ask {
  const engine = engineFor(endpoint);
  return async (signal) => {
    let outcome = '';
    for await (const { type } of engine.stream(request, { signal })) outcome = type;
    if (outcome !== 'done') throw new Error(`A request ended as ${outcome}.`);
  };
}

function askSdk(endpoint: Endpoint): Ask {
  const sdk = sdkFor(endpoint);
  return async (signal) => {
    let finished = false;
    for await (const { choices } of await sdk.open(signal)) finished ||= choices[0]?.finish_reason === 'stop';
    if (!finished) throw new Error('A request has not finished.');
  };
}

/** Some objects are released only one turn of the event loop after a garbage collection. */
export async function heapUsed(): Promise<number> {
  if (!globalThis.gc) throw new Error('Without --expose-gc nothing can be said of the heap.');
  for (let collection = 0; collection < 4; collection++) {
    globalThis.gc();
    await loopTurn();
  }
  return process.memoryUsage().heapUsed;
}

function listenersOn(signal: AbortSignal): number {
  return getEventListeners(signal, 'abort').length;
}

function timers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
}
