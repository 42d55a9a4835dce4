import { completionBody, completionChunk, usageChunk } from './replies';
import type { Ending, GatewayRequest, Script, Step } from './script';
import { pause, unlessAborted, type ReplySocket } from './replySocket';

/**
 * Plays a script until it ends or the client disconnects.
 * @param report called with an error that a script throws when its iterator is closed. This may happen after the end of
 * the reply, because an iterator that awaits a promise closes only when the promise has settled.
 * @throws the error that the script throws
 */
export async function play(
  script: Script,
  request: GatewayRequest,
  socket: ReplySocket,
  report: (error: unknown) => void,
): Promise<void> {
  const steps = script(request);
  const iterator = Symbol.asyncIterator in steps ? steps[Symbol.asyncIterator]() : steps[Symbol.iterator]();
  const writer = new ReplyWriter(request, socket);
  try {
    for (;;) {
      const next = await unlessAborted(Promise.resolve(iterator.next()), socket.signal);
      if (!next || next.done) break;
      if ('end' in next.value) {
        await writer.end(next.value.end);
        return;
      }
      await writer.perform(next.value);
    }
    await writer.end('fin');
  } finally {
    closeIterator(iterator).catch(report);
  }
}

async function closeIterator(iterator: Iterator<Step> | AsyncIterator<Step>): Promise<void> {
  await iterator.return?.();
}

/** Writes a reply, step by step. */
class ReplyWriter {
  private readonly isStreaming: boolean;
  private hasSentRole = false;
  private collected: { content: string; reasoning: string; finishReason: string | null; usage?: UsageJson } | undefined;

  constructor(
    private readonly request: GatewayRequest,
    private readonly socket: ReplySocket,
  ) {
    this.isStreaming = request.json?.stream === true;
  }

  async perform(step: Exclude<Step, { end: unknown }>): Promise<void> {
    if ('status' in step) this.socket.sendHead(step.status, step.headers);
    else if ('raw' in step) await this.sendRaw(step.raw);
    else if ('send' in step) await this.sendBytes(step.send, step.chunk, step.everyMs);
    else if ('event' in step) await this.sendEvent(step.event);
    else if ('waitMs' in step) await pause(step.waitMs, this.socket.signal);
    else if ('until' in step) await unlessAborted(step.until, this.socket.signal);
    else if (this.isStreaming) await this.streamStep(step);
    else this.collect(step);
  }

  async end(ending: Ending): Promise<void> {
    switch (ending) {
      case 'fin':
        if (this.collected && !this.socket.hasStarted) await this.sendCompletion(this.collected);
        return this.socket.finish();
      case 'short': {
        this.socket.endSocket();
        return;
      }
      case 'reset': {
        this.socket.reset();
        return;
      }
      case 'stall':
        await this.socket.closed;
    }
  }

  private async sendRaw(bytes: string | Uint8Array): Promise<void> {
    this.socket.switchToRaw();
    await this.socket.write(bytes);
  }

  private async sendBytes(bytes: string | Uint8Array, chunk?: number, everyMs = 0): Promise<void> {
    const data = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    const size = Math.max(1, chunk ?? data.length);
    for (let from = 0; from < data.length && !this.socket.signal.aborted; from += size) {
      if (from > 0 && everyMs > 0) await pause(everyMs, this.socket.signal);
      await this.socket.write(data.subarray(from, from + size));
    }
  }

  private sendEvent(value: unknown): Promise<void> {
    return this.socket.write(`data: ${JSON.stringify(value)}\n\n`);
  }

  private async streamStep(step: AnswerStep): Promise<void> {
    if ('comment' in step) return this.socket.write(`: ${step.comment}\n\n`);
    if ('done' in step) return this.socket.write('data: [DONE]\n\n');
    if ('delta' in step) return this.sendEvent(completionChunk(this.request, this.withRole({ content: step.delta })));
    if ('reasoning' in step) {
      return this.sendEvent(completionChunk(this.request, this.withRole({ reasoning_content: step.reasoning })));
    }
    await this.sendEvent(completionChunk(this.request, {}, step.finish));
    if (step.usage) await this.sendEvent(usageChunk(this.request, step.usage));
  }

  /** Adds the role to the first delta of a stream. */
  private withRole(delta: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    const isFirst = !this.hasSentRole;
    this.hasSentRole = true;
    return isFirst ? { role: 'assistant', ...delta } : delta;
  }

  private collect(step: AnswerStep): void {
    const collected = (this.collected ??= { content: '', reasoning: '', finishReason: null });
    if ('delta' in step) collected.content += step.delta;
    else if ('reasoning' in step) collected.reasoning += step.reasoning;
    else if ('finish' in step) {
      collected.finishReason = step.finish;
      if (step.usage) collected.usage = step.usage;
    }
  }

  private async sendCompletion(collected: NonNullable<typeof this.collected>): Promise<void> {
    this.socket.sendHead(200, { 'content-type': 'application/json' });
    await this.socket.write(JSON.stringify(completionBody(this.request, collected)));
  }
}

/** Token counts, with the field names of the OpenAI API. */
type UsageJson = Readonly<Record<string, unknown>>;

/** The steps that are sent as events or collected into one JSON body, depending on the `stream` field of the request. */
type AnswerStep = Extract<
  Step,
  { delta: unknown } | { reasoning: unknown } | { finish: unknown } | { comment: unknown } | { done: unknown }
>;
