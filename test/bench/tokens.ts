import OpenAI from 'openai';
import { createEngine } from '../../src/core/createEngine';
import type { EngineDeps } from '../../src/core/engine';
import { systemClock } from '../../src/host/systemClock';
import { defaultSettings } from '../support/engineRun';

const encoder = new TextEncoder();

/** Network reads of one event each: what a provider's stream looks like from the socket. */
export function tokenStream(tokens: number): () => Response {
  const chunks: Uint8Array[] = [];
  const frame = (delta: object, finish: string | null): Uint8Array =>
    encoder.encode(
      `data: ${JSON.stringify({
        id: 'chatcmpl-D8Z5oo6uDh67AD85p73ksdT1KxhE0',
        object: 'chat.completion.chunk',
        created: 1770933892,
        model: 'gpt-4.1-nano-2025-04-14',
        service_tier: 'default',
        system_fingerprint: 'fp_de604bd877',
        choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
        usage: null,
      })}\n\n`,
    );
  for (let n = 0; n < tokens; n++) chunks.push(frame({ content: ` token${n % 100}` }, null));
  chunks.push(frame({}, 'stop'), encoder.encode('data: [DONE]\n\n'));
  return () => {
    let next = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        const chunk = chunks[next++];
        if (chunk) controller.enqueue(chunk);
        else controller.close();
      },
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  };
}

const ignore = (): void => undefined;

export function engineDeps(fetch: EngineDeps['fetch']): EngineDeps {
  return {
    clock: systemClock,
    random: Math.random,
    fetch,
    log: { debug: ignore, info: ignore, warn: ignore },
    localize: (message) => message,
    formatTime: String,
    settings: () => defaultSettings,
    connection: () => Promise.resolve({ baseUrl: 'http://127.0.0.1:1/v1', apiKey: 'hsa-bench-key' }),
    userAgent: 'bench',
  };
}

export async function readWithEngine(response: () => Response): Promise<number> {
  let length = 0;
  const engine = createEngine(engineDeps(() => Promise.resolve(response())));
  for await (const event of engine.stream({ model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }] })) {
    if (event.type === 'text') length += event.text.length;
  }
  return length;
}

export async function readWithSdk(response: () => Response): Promise<number> {
  let length = 0;
  const client = new OpenAI({
    apiKey: 'x',
    baseURL: 'http://127.0.0.1:1/v1',
    fetch: () => Promise.resolve(response()),
  });
  const stream = await client.chat.completions.create({
    model: 'gpt-4o',
    messages: [{ role: 'user', content: 'hi' }],
    stream: true,
  });
  for await (const chunk of stream) length += chunk.choices[0]?.delta.content?.length ?? 0;
  return length;
}
