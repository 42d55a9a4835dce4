const encoder = new TextEncoder();

/** Returns unique tokens, because repeated text would look like an overlap. */
function token(n: number): string {
  return ` token${n}`;
}

/** Returns the network reads of a stream with the deltas from `first` to before `end`. */
export function tokenReads(first: number, end: number, eventsPerRead: number): readonly Uint8Array[] {
  const reads: Uint8Array[] = [];
  for (let from = first; from < end; from += eventsPerRead) {
    const count = Math.min(eventsPerRead, end - from);
    const events = Array.from({ length: count }, (_, n) => chunkEvent({ content: token(from + n) }, null));
    reads.push(encoder.encode(events.join('')));
  }
  return reads;
}

/** Network read with the finish reason and `[DONE]`. */
export const lastRead = encoder.encode(`${chunkEvent({}, 'stop')}data: [DONE]\n\n`);

/** Returns the number of characters of the first `tokens` tokens. */
export function characters(tokens: number): number {
  let sum = 0;
  for (let n = 0; n < tokens; n++) sum += token(n).length;
  return sum;
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

/** How the response delivers its reads. */
export interface Delivery {
  /**
   * `loop turn` delivers each read in a separate turn of the event loop, as a socket does. Default: as fast as the
   * reader reads.
   */
  readonly each?: 'loop turn';
  /** `cut` breaks the stream like a lost connection. */
  readonly ending?: 'cut';
}

/** Creates a response whose body delivers one read per pull. */
export function streamOf(reads: Iterable<Uint8Array>, { each, ending }: Delivery = {}): Response {
  const iterator = reads[Symbol.iterator]();
  let left = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const give = (): void => {
        if (left) return;
        const next = iterator.next();
        if (!next.done) controller.enqueue(next.value);
        else if (ending === 'cut') controller.error(new TypeError('terminated'));
        else controller.close();
      };
      if (each === 'loop turn') return loopTurn().then(give);
      give();
      return undefined;
    },
    cancel() {
      left = true;
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
}

function loopTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
