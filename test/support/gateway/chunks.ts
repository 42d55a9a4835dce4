import type { GatewayRequest } from './script';

/** Returns a chunk of a stream in the format of the OpenAI API. */
export function completionChunk(
  request: GatewayRequest,
  delta: Readonly<Record<string, unknown>>,
  finishReason: string | null = null,
): unknown {
  return { ...commonFields(request), choices: [{ index: 0, delta, finish_reason: finishReason }] };
}

/** Returns the chunk that carries the usage. The chunk has no choices. */
export function usageChunk(request: GatewayRequest, usage: Readonly<Record<string, unknown>>): unknown {
  return { ...commonFields(request), choices: [], usage };
}

function commonFields({ n, at, json }: GatewayRequest): Readonly<Record<string, unknown>> {
  return {
    id: `chatcmpl-${n}`,
    object: 'chat.completion.chunk',
    created: Math.floor(at / 1000),
    model: json?.model ?? '',
  };
}
