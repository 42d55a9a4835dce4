import { setTimeout } from 'node:timers/promises';
import { completionChunk, usageChunk } from './chunks';
import type { Ending, GatewayRequest, Script, Step } from './script';
import { unlessAborted, type ReplySocket } from './replySocket';

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
  private hasSentRole = false;

  constructor(
    private readonly request: GatewayRequest,
    private readonly socket: ReplySocket,
  ) {}

  async perform(step: Exclude<Step, { end: unknown }>): Promise<void> {
    const { request, socket } = this;
    const { signal } = socket;
    if ('status' in step) socket.sendHead(step.status, step.headers);
    else if ('raw' in step) await socket.writeRaw(step.raw);
    else if ('send' in step) await socket.write(step.send);
    else if ('event' in step) await this.sendEvent(step.event);
    else if ('waitMs' in step) await unlessAborted(setTimeout(step.waitMs, undefined, { signal }), signal);
    else if ('until' in step) await unlessAborted(step.until, signal);
    else if ('done' in step) await socket.write('data: [DONE]\n\n');
    else if ('delta' in step) await this.sendDelta({ content: step.delta });
    else if ('reasoning' in step) await this.sendDelta({ reasoning_content: step.reasoning });
    else {
      await this.sendEvent(completionChunk(request, {}, step.finish));
      if (step.usage) await this.sendEvent(usageChunk(request, step.usage));
    }
  }

  async end(ending: Ending): Promise<void> {
    switch (ending) {
      case 'fin':
        return this.socket.finish();
      case 'short':
        this.socket.endSocket();
        return;
      case 'reset':
        this.socket.reset();
        return;
      case 'stall':
        await this.socket.closed;
    }
  }

  /** Adds `role: 'assistant'` to the first delta, as gateways do. */
  private async sendDelta(delta: Readonly<Record<string, string>>): Promise<void> {
    const role = this.hasSentRole ? {} : { role: 'assistant' };
    this.hasSentRole = true;
    await this.sendEvent(completionChunk(this.request, { ...role, ...delta }));
  }

  private sendEvent(value: unknown): Promise<void> {
    return this.socket.write(`data: ${JSON.stringify(value)}\n\n`);
  }
}
