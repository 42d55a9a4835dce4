import { setTimeout as delay } from 'node:timers/promises';
import { startGateway, type Gateway, type Script } from '../../src/demo/gateway';
import { rateLimited } from '../../src/demo/replies';
import { engineFor, openSdkStream, request, type Endpoint } from './clients';
import { progress } from './progress';
import { none, ratioOf, type Row } from './row';
import { percentile } from './statistics';

const runs = 200;
const everyMs = 2;
const aim = '≤ 5 ms';

/** @param moment milliseconds between what the run waits for and the stop @returns milliseconds to the loop's exit */
type Run = (endpoint: Endpoint, moment: number) => Promise<number>;

/** From the call that stops to the exit of the loop that reads, against the fault gateway on a socket. */
export async function stopLatency(): Promise<readonly Row[]> {
  const gateway = await startGateway();
  try {
    const [ours = NaN, peer = NaN] = await p95(gateway, 'while streaming', endless, [
      (endpoint, moment) => stopEngine(endpoint, moment, 'text'),
      abortSdk,
    ]);
    const [waiting = NaN] = await p95(gateway, 'while waiting', () => rateLimited(60), [
      (endpoint, moment) => stopEngine(endpoint, moment, 'waiting'),
    ]);
    const what = `p95 of ${runs} runs`;
    return [
      {
        what: `Stop while streaming, ${what}`,
        ours: milliseconds(ours),
        peer: `${milliseconds(peer)}, openai SDK`,
        ratio: ratioOf(ours, peer),
        aim,
      },
      {
        what: `Stop while waiting for a retry, ${what}`,
        ours: milliseconds(waiting),
        peer: 'openai SDK sleeps on',
        ratio: none,
        aim,
      },
    ];
  } finally {
    await gateway.close();
  }
}

/** In turns, so that what else the machine does meets all of them. */
async function p95(gateway: Gateway, what: string, script: Script, contenders: readonly Run[]): Promise<number[]> {
  gateway.script = script;
  const endpoint = { baseUrl: gateway.baseUrl, fetch };
  const times = contenders.map((): number[] => []);
  for (let run = 0; run < runs; run++) {
    const moment = (run % 7) * 0.7;
    for (const [index, contender] of contenders.entries()) times[index]?.push(await contender(endpoint, moment));
  }
  for (const values of times) {
    const spread = [50, 95, 100].map((percent) => percentile(values, percent).toFixed(3));
    progress(`stop ${what}, ms: p50, p95, max ${spread.join(', ')}`);
  }
  return times.map((values) => percentile(values, 95));
}

function* endless(): ReturnType<typeof rateLimited> {
  for (;;) {
    yield { delta: ' token' };
    yield { waitMs: everyMs };
  }
}

async function stopEngine(endpoint: Endpoint, moment: number, at: 'text' | 'waiting'): Promise<number> {
  const turn = engineFor(endpoint).stream(request);
  let stopped: Promise<number> | undefined;
  for await (const event of turn) {
    if (event.type === at) stopped ??= after(moment, () => turn.stop());
  }
  return elapsedSince(stopped);
}

async function abortSdk(endpoint: Endpoint, moment: number): Promise<number> {
  const stream = await openSdkStream(endpoint);
  let stopped: Promise<number> | undefined;
  for await (const chunk of stream) {
    if (chunk.choices[0]?.delta.content) stopped ??= after(moment, () => stream.controller.abort());
  }
  return elapsedSince(stopped);
}

/** @returns when `stop` was called */
async function after(ms: number, stop: () => void): Promise<number> {
  await delay(ms);
  const at = performance.now();
  stop();
  return at;
}

async function elapsedSince(stopped: Promise<number> | undefined): Promise<number> {
  const now = performance.now();
  if (!stopped) throw new Error('The stream has ended before it was stopped.');
  return now - (await stopped);
}

function milliseconds(value: number): string {
  return `${value.toFixed(2)} ms`;
}
