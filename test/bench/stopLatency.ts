import { setTimeout as delay } from 'node:timers/promises';
import { startGateway, type Gateway, type GatewayRequest } from '../support/testGateway';
import { engineFor, request, sdkFor, type Endpoint } from './clients';
import { progress } from './progress';
import { none, ratioOf, type Row } from './row';
import { percentile } from './statistics';
import { stopStates, type StopState } from './stopStates';

const runs = 200;
/** Time after which a socket counts as left open, in milliseconds. */
const longestMs = 2000;

interface Reading {
  /** Resolves when the loop that reads the stream has ended. */
  readonly over: Promise<void>;
  stop(): void;
}

/** @param begun callback for the event that starts the state */
type Open = (endpoint: Endpoint, state: StopState, begun: () => void) => Reading;

/** Times since the stop call, in milliseconds. */
interface Times {
  readonly loop: number;
  readonly socket: number | undefined;
}

/** Measures the time until the reading loop ends and until the gateway sees the socket close. */
export async function stopLatency(): Promise<readonly Row[]> {
  const gateway = await startGateway();
  try {
    const rows: Row[] = [];
    for (const state of stopStates) rows.push(await rowOf(gateway, state));
    return rows;
  } finally {
    await gateway.close();
  }
}

/** Alternates the clients, so that other load of the machine affects both. */
async function rowOf(gateway: Gateway, state: StopState): Promise<Row> {
  const { name, noPeer, socket } = state;
  const [ours, theirs]: [Times[], Times[]] = [[], []];
  for (let run = 0; run < runs; run++) {
    const moment = 1 + (run % 7) * 0.7;
    ours.push(await timesOf(gateway, state, openEngine, moment));
    if (noPeer === undefined) theirs.push(await timesOf(gateway, state, openSdk, moment));
  }
  const what = `Stop ${name}, p95 of ${runs} runs`;
  const own = p95(`stop ${name}, ours`, ours);
  const aim = socket ? '≤ 5 ms, socket ≤ 25 ms' : '≤ 5 ms';
  if (noPeer !== undefined) return { what, ours: print(own), peer: noPeer, ratio: none, aim };
  const other = p95(`stop ${name}, peer`, theirs);
  return { what, ours: print(own), peer: `${print(other)}, openai SDK`, ratio: ratioOf(own.loop, other.loop), aim };
}

async function timesOf(gateway: Gateway, state: StopState, open: Open, moment: number): Promise<Times> {
  let last: GatewayRequest | undefined;
  let begin = (): void => undefined;
  const begun = new Promise<'begun'>((resolve) => (begin = () => resolve('begun')));
  const script = state.script(state.beginsWith && open === openEngine ? () => undefined : begin);
  gateway.script = (arrived) => {
    last = arrived;
    return script(arrived);
  };
  const reading = open({ baseUrl: gateway.baseUrl, fetch: state.fetch ?? fetch }, state, begin);
  const early = reading.over.then(() => 'over' as const);
  if ((await Promise.race([begun, early])) === 'over') throw new Error(`It was over ${state.name}.`);
  await delay(moment);
  const closed = state.socket ? closeOf(last) : undefined;
  const stoppedAt = performance.now();
  reading.stop();
  await reading.over;
  const loop = performance.now() - stoppedAt;
  const closedAt = await closed;
  return { loop, socket: closedAt === undefined ? undefined : closedAt - stoppedAt };
}

/** Returns when the gateway saw the client close the socket. */
async function closeOf(arrived: GatewayRequest | undefined): Promise<number> {
  const by = await Promise.race([arrived?.closed, delay(longestMs, undefined, { ref: false })]);
  if (by !== 'client') throw new Error(`The client has left its socket open, closed by ${by ?? 'nobody'}.`);
  return performance.now();
}

function openEngine(endpoint: Endpoint, { beginsWith }: StopState, begun: () => void): Reading {
  const turn = engineFor(endpoint).stream(request);
  const read = async (): Promise<void> => {
    for await (const { type } of turn) {
      if (type === beginsWith) begun();
      // The wait before a resume is not part of the measurement.
      else if (type === 'waiting') turn.retryNow();
    }
  };
  return { over: read(), stop: () => turn.stop() };
}

function openSdk(endpoint: Endpoint): Reading {
  const controller = new AbortController();
  const { signal } = controller;
  const read = async (): Promise<void> => {
    try {
      const stream = (await sdkFor(endpoint).open(signal))[Symbol.asyncIterator]();
      while (!(await stream.next()).done);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  };
  return { over: read(), stop: () => controller.abort() };
}

function p95(what: string, times: readonly Times[]): Times {
  const loops = times.map(({ loop }) => loop);
  const sockets = times.flatMap(({ socket }) => socket ?? []);
  const spread = (values: readonly number[]): string =>
    [50, 95, 100].map((percent) => percentile(values, percent).toFixed(3)).join(', ');
  progress(`${what}, ms: p50, p95, max ${spread(loops)}${sockets.length > 0 ? `; socket ${spread(sockets)}` : ''}`);
  return { loop: percentile(loops, 95), socket: sockets.length > 0 ? percentile(sockets, 95) : undefined };
}

function print({ loop, socket }: Times): string {
  return `${loop.toFixed(2)} ms${socket === undefined ? '' : `, socket ${socket.toFixed(2)} ms`}`;
}
