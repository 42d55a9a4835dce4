import type { Engine } from '../../src/engine/engine';
import { isTerminal, type StreamEvent } from '../../src/engine/events/events';
import { request, type Endpoint, type sdkFor } from './clients';

/** An answer and the function that serves it. */
export interface Load {
  readonly tokens: number;
  readonly characters: number;
  /** Creates a new `fetch` for each measurement. */
  readonly serve: () => typeof fetch;
}

/** Reads an answer completely. @returns the length of its text in characters */
export type Read = () => Promise<number>;

let served: typeof fetch = () => Promise.reject(new Error('There is no answer.'));

/** Serves the answer that is being measured, because an engine and a client live as long as the extension host. */
export const endpoint: Endpoint = { baseUrl: 'http://127.0.0.1:1/v1', fetch: (...request) => served(...request) };

/**
 * Returns the user and system time of the process for each token, including garbage collection, in microseconds.
 * @throws if the text is not complete
 */
export async function costPerToken(read: Read, { tokens, characters, serve }: Load): Promise<number> {
  served = serve();
  globalThis.gc?.();
  const start = process.cpuUsage();
  const length = await read();
  const { user, system } = process.cpuUsage(start);
  if (length !== characters) throw new Error(`${characters} characters were sent, ${length} have arrived.`);
  return (user + system) / tokens;
}

/** Takes the events as a conversation does, in batches. Skips all waits, because a wait is no work. */
export async function readWithEngine(engine: Engine): Promise<number> {
  await engine.resetNetworkState();
  return new Promise((resolve) => {
    let length = 0;
    const onEvents = (events: readonly StreamEvent[]): void => {
      for (const event of events) {
        if (event.type === 'text') length += event.text.length;
        else if (event.type === 'waiting') turn.retryNow();
        else if (isTerminal(event)) resolve(length);
      }
    };
    const turn = engine.run(request, { onEvents });
  });
}

export async function readWithSdk(sdk: ReturnType<typeof sdkFor>): Promise<number> {
  let length = 0;
  for await (const chunk of await sdk.open()) length += chunk.choices[0]?.delta.content?.length ?? 0;
  return length;
}
