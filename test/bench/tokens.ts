const encoder = new TextEncoder();

/** No two are alike: a text that repeats itself would look like an answer that overlaps what came before. */
function token(n: number): string {
  return ` token${n}`;
}

/** The network reads of a provider's stream, as its socket gives them: the deltas from number `first` to before `end`. */
export function tokenReads(first: number, end: number, eventsPerRead: number): readonly Uint8Array[] {
  const reads: Uint8Array[] = [];
  for (let from = first; from < end; from += eventsPerRead) {
    const count = Math.min(eventsPerRead, end - from);
    const events = Array.from({ length: count }, (_, n) => chunkEvent({ content: token(from + n) }, null));
    reads.push(encoder.encode(events.join('')));
  }
  return reads;
}

/** The finish reason and `[DONE]`. */
export const lastRead = encoder.encode(`${chunkEvent({}, 'stop')}data: [DONE]\n\n`);

/** Of the text of these tokens. */
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

/** How reads come. */
export interface Delivery {
  /** `loop turn`: each in a turn of the event loop of its own, as from a socket. The default: as fast as they are read. */
  readonly each?: 'loop turn';
  /** `cut`: as a socket that dies. */
  readonly ending?: 'cut';
}

/** A response whose body gives one read at a time, when it is asked for. */
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
