import { engineFor, openSdkStream, request, type Endpoint } from './clients';
import { progress } from './progress';
import { ratioOf, type Row } from './row';
import { median } from './statistics';
import { streamOf, tokenReads } from './tokens';

const tokens = 20_000;
const rounds = 9;

type Read = (endpoint: Endpoint) => Promise<number>;

/** User and system time of the whole process for a token, garbage collection included. */
export async function cpuPerToken(): Promise<readonly Row[]> {
  return [
    await compare('Host CPU per token, one event a network read', tokenReads(tokens, 1)),
    await compare('Host CPU per token, eight events a read', tokenReads(tokens, 8)),
  ];
}

async function compare(what: string, reads: readonly Uint8Array[]): Promise<Row> {
  const characters = await readWithSdk(endpointOf(reads));
  const measure = async (read: Read): Promise<number> => {
    globalThis.gc?.();
    const start = process.cpuUsage();
    const length = await read(endpointOf(reads));
    const { user, system } = process.cpuUsage(start);
    if (length !== characters) throw new Error(`${characters} characters were sent, ${length} have arrived.`);
    return (user + system) / tokens;
  };
  for (const read of [readWithEngine, readWithSdk, readWithEngine, readWithSdk]) await measure(read);
  const ours: number[] = [];
  const peer: number[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await measure(readWithEngine));
    peer.push(await measure(readWithSdk));
  }
  const print = (values: readonly number[]): string => values.map((value) => value.toFixed(1)).join(' ');
  progress(`${what}, µs: ours ${print(ours)}; peer ${print(peer)}`);
  const [mine, theirs] = [median(ours), median(peer)];
  return {
    what,
    ours: `${mine.toFixed(1)} µs`,
    peer: `${theirs.toFixed(1)} µs, openai SDK`,
    ratio: ratioOf(mine, theirs),
    aim: '≤ 0.5',
  };
}

function endpointOf(reads: readonly Uint8Array[]): Endpoint {
  return { baseUrl: 'http://127.0.0.1:1/v1', fetch: () => Promise.resolve(streamOf(reads)) };
}

async function readWithEngine(endpoint: Endpoint): Promise<number> {
  let length = 0;
  for await (const event of engineFor(endpoint).stream(request)) {
    if (event.type === 'text') length += event.text.length;
  }
  return length;
}

async function readWithSdk(endpoint: Endpoint): Promise<number> {
  let length = 0;
  for await (const chunk of await openSdkStream(endpoint)) length += chunk.choices[0]?.delta.content?.length ?? 0;
  return length;
}
