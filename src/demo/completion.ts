import type { GatewayRequest } from './script';

type Origin = Pick<GatewayRequest, 'n' | 'at' | 'json'>;

/** One event of a stream, in OpenAI's shape. */
export function completionChunk(
  request: Origin,
  delta: Readonly<Record<string, unknown>>,
  finishReason: string | null = null,
): unknown {
  return { ...origin(request, 'chat.completion.chunk'), choices: [{ index: 0, delta, finish_reason: finishReason }] };
}

/** The event that carries the usage: it has no choices. */
export function usageChunk(request: Origin, usage: Readonly<Record<string, unknown>>): unknown {
  return { ...origin(request, 'chat.completion.chunk'), choices: [], usage };
}

/** What a request without `stream` is answered with. */
export function wholeCompletion(
  request: Origin,
  reply: {
    readonly content: string;
    readonly reasoning?: string | undefined;
    readonly finishReason?: string | null | undefined;
    readonly usage?: Readonly<Record<string, unknown>> | undefined;
  },
): unknown {
  const message = {
    role: 'assistant',
    content: reply.content,
    ...(reply.reasoning ? { reasoning_content: reply.reasoning } : {}),
  };
  return {
    ...origin(request, 'chat.completion'),
    choices: [{ index: 0, message, finish_reason: reply.finishReason === undefined ? 'stop' : reply.finishReason }],
    ...(reply.usage ? { usage: reply.usage } : {}),
  };
}

function origin(request: Origin, object: string): Readonly<Record<string, unknown>> {
  return {
    id: `chatcmpl-${request.n}`,
    object,
    created: Math.floor(request.at / 1000),
    model: request.json?.model ?? '',
  };
}
