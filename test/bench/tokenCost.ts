import { engineFor, request, sdkFor, type Endpoint } from './clients';

/** An answer, and who serves it. */
export interface Load {
  readonly tokens: number;
  readonly characters: number;
  /** A fresh one for each reading. */
  readonly serve: () => typeof fetch;
}

/** Reads an answer to its end. @returns the characters of its text */
export type Read = (endpoint: Endpoint) => Promise<number>;

/**
 * User and system time of the whole process for a token, in microseconds, garbage collection included.
 * @throws where the text has not arrived whole
 */
export async function costPerToken(read: Read, { tokens, characters, serve }: Load): Promise<number> {
  globalThis.gc?.();
  const start = process.cpuUsage();
  const length = await read({ baseUrl: 'http://127.0.0.1:1/v1', fetch: serve() });
  const { user, system } = process.cpuUsage(start);
  if (length !== characters) throw new Error(`${characters} characters were sent, ${length} have arrived.`);
  return (user + system) / tokens;
}

/** Goes on at once where it has to wait: a pause is no work. */
export async function readWithEngine(endpoint: Endpoint): Promise<number> {
  let length = 0;
  const turn = engineFor(endpoint).stream(request);
  for await (const event of turn) {
    if (event.type === 'text') length += event.text.length;
    else if (event.type === 'waiting') turn.retryNow();
  }
  return length;
}

export async function readWithSdk(endpoint: Endpoint): Promise<number> {
  let length = 0;
  for await (const chunk of await sdkFor(endpoint).open()) length += chunk.choices[0]?.delta.content?.length ?? 0;
  return length;
}
