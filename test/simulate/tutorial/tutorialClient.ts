import type { Clock } from '../../../src/engine/clock';

/** The simulated environment of the tutorial client. */
interface TutorialWorld {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly random: () => number;
}

const maxRetries = 5;
const baseMs = 1000;
const capMs = 60_000;
const retriedStatuses = [429, 500, 502, 503, 504];
const retriedCodes = ['ECONNRESET', 'ETIMEDOUT'];

class HttpError extends Error {
  constructor(readonly status: number) {
    super(`HTTP ${status}`);
  }
}

/**
 * The client that tutorials teach: exponential backoff around a streaming generator. After a 429 response it waits for
 * the maximum delay, whatever the `Retry-After`. When a stream breaks, it requests the complete answer again and
 * appends it.
 */
export async function* tutorialClient(world: TutorialWorld, prompt: string): AsyncGenerator<string, void> {
  for (let n = 0; ; n++) {
    try {
      yield* streamOnce(world, prompt);
      return;
    } catch (error) {
      if (n >= maxRetries || !isRetried(error)) throw error;
      const delayMs = isStatus(error, 429) ? capMs : Math.min(capMs, baseMs * 2 ** n + world.random() * 1000);
      await new Promise<void>((resolve) => world.clock.callAfter(delayMs, resolve));
    }
  }
}

async function* streamOnce({ fetch }: TutorialWorld, prompt: string): AsyncGenerator<string, void> {
  const response = await fetch('https://gateway.test/v1/chat/completions', {
    method: 'POST',
    headers: { authorization: 'Bearer hsa-secret-key-1', 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: prompt }], stream: true }),
  });
  if (!response.ok) throw new HttpError(response.status);
  for await (const line of lines(response)) {
    if (!line.startsWith('data: ')) continue;
    const data = line.slice('data: '.length);
    if (data === '[DONE]') return;
    const content = (JSON.parse(data) as Chunk).choices[0]?.delta.content;
    if (content) yield content;
  }
}

interface Chunk {
  readonly choices: readonly { readonly delta: { readonly content?: string } }[];
}

async function* lines({ body }: Response): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let pending = '';
  for await (const bytes of body as AsyncIterable<Uint8Array>) {
    const parts = (pending + decoder.decode(bytes, { stream: true })).split('\n');
    pending = parts.pop() ?? '';
    yield* parts;
  }
}

function isRetried(error: unknown): boolean {
  if (error instanceof HttpError) return retriedStatuses.includes(error.status);
  const code = error instanceof Error ? (error.cause as { readonly code?: string } | undefined)?.code : undefined;
  return code !== undefined && retriedCodes.includes(code);
}

function isStatus(error: unknown, status: number): boolean {
  return error instanceof HttpError && error.status === status;
}
