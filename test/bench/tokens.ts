const encoder = new TextEncoder();

/** The network reads of a provider's stream of `tokens` deltas, as its socket gives them. */
export function tokenReads(tokens: number, eventsPerRead: number): readonly Uint8Array[] {
  const events = Array.from({ length: tokens }, (_, n) => chunkEvent({ content: ` token${n % 100}` }, null));
  events.push(chunkEvent({}, 'stop'), 'data: [DONE]\n\n');
  const reads: Uint8Array[] = [];
  for (let from = 0; from < events.length; from += eventsPerRead) {
    reads.push(encoder.encode(events.slice(from, from + eventsPerRead).join('')));
  }
  return reads;
}

function chunkEvent(delta: object, finishReason: string | null): string {
  const chunk = {
    id: 'chatcmpl-D8Z5oo6uDh67AD85p73ksdT1KxhE0',
    object: 'chat.completion.chunk',
    created: 1770933892,
    model: 'gpt-4.1-nano-2025-04-14',
    service_tier: 'default',
    system_fingerprint: 'fp_de604bd877',
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
    usage: null,
  };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

/** A response whose body gives one read at a time, when it is asked for. */
export function streamOf(reads: readonly Uint8Array[]): Response {
  let next = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const read = reads[next++];
      if (read) controller.enqueue(read);
      else controller.close();
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
}
