import { startGateway } from '../support/testGateway';
import { answer } from '../support/replies';
import type { Engine } from '../../src/engine/engine';
import { apiKey, engineFor, request, sdkFor, type Endpoint } from './clients';
import { progress } from './progress';
import { ratioOf, type Row } from './row';
import { median, percentile } from './statistics';

const runs = 1500;
const warmUps = 300;

/** Reads an answer completely, so that the connection is reused. @returns milliseconds until its first text */
type Contender = () => Promise<number>;

/** Measures the time from the request to the first text over an open connection. */
export async function firstToken(): Promise<readonly Row[]> {
  const gateway = await startGateway({ script: () => answer('Hello!') });
  try {
    const endpoint = { baseUrl: gateway.baseUrl, fetch };
    const engine = engineFor(endpoint);
    const sdk = sdkFor(endpoint);
    const [ours = NaN, bare = NaN, peer = NaN] = await medians([
      () => firstTextWithEngine(engine),
      () => withFetch(endpoint),
      () => withSdk(sdk),
    ]);
    const row = (name: string, ms: number, aim: string): Row => ({
      what: `First text over a warm connection, median of ${runs}`,
      ours: `${ours.toFixed(2)} ms`,
      peer: `${ms.toFixed(2)} ms, ${name}`,
      ratio: ratioOf(ours, ms),
      aim,
    });
    return [row('fetch and one read', bare, '≤ 1.4'), row('openai SDK', peer, '≤ 1')];
  } finally {
    await gateway.close();
  }
}

/** Alternates the clients, so that each is equally often first, second and third. */
async function medians(contenders: readonly Contender[]): Promise<readonly number[]> {
  const times = contenders.map((): number[] => []);
  for (let run = -warmUps; run < runs; run++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const index = (turn + run + warmUps) % contenders.length;
      const ms = await contenders[index]?.();
      if (run >= 0 && ms !== undefined) times[index]?.push(ms);
    }
  }
  for (const values of times) {
    const spread = [10, 50, 90].map((percent) => percentile(values, percent).toFixed(3));
    progress(`first text, ms: p10, p50, p90 ${spread.join(', ')}`);
  }
  return times.map(median);
}

/** Reads an answer completely. @returns milliseconds until its first text */
export async function firstTextWithEngine(engine: Engine): Promise<number> {
  const start = performance.now();
  let ms: number | undefined;
  for await (const event of engine.stream(request)) if (event.type === 'text') ms ??= performance.now() - start;
  return told(ms);
}

async function withSdk(sdk: ReturnType<typeof sdkFor>): Promise<number> {
  const start = performance.now();
  let ms: number | undefined;
  for await (const chunk of await sdk.open()) {
    if (chunk.choices[0]?.delta.content) ms ??= performance.now() - start;
  }
  return told(ms);
}

/** A minimal client: one request, and the first bytes of its body as text. */
async function withFetch({ baseUrl, fetch }: Endpoint): Promise<number> {
  const start = performance.now();
  let ms: number | undefined;
  const response = await fetch(`${baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ ...request, stream: true }),
  });
  const decoder = new TextDecoder();
  for await (const bytes of response.body ?? []) {
    if (decoder.decode(bytes, { stream: true }) !== '') ms ??= performance.now() - start;
  }
  return told(ms);
}

function told(ms: number | undefined): number {
  if (ms === undefined) throw new Error('There was no text.');
  return ms;
}
