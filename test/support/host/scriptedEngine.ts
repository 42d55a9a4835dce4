import type { Engine, EngineReport, RunningTurn, RunOptions, StreamOptions } from '../../../src/engine/engine';
import { EventQueue } from '../../../src/engine/createEngine';
import { isTerminal, type StreamEvent } from '../../../src/engine/events/events';
import type { FaultKind } from '../../../src/engine/events/kinds';
import type { ChatRequest } from '../../../src/engine/request';
import { gatewaysFor } from '../../../src/engine/gateway/gateway';
import { refOf } from '../gatewayRef';

/** A turn that emits the events that the test provides, each call as one batch. */
class ScriptedTurn implements RunningTurn {
  readonly controls: string[] = [];
  private readonly queue = new EventQueue(() => {
    if (!this.isFinished) this.stop();
  });
  private text = '';
  private isFinished = false;
  /** To which *Switch gateway* leads. */
  nextGateway: string | undefined;

  constructor(
    readonly request: ChatRequest,
    readonly options: Partial<RunOptions> = {},
  ) {}

  emit(...events: readonly StreamEvent[]): void {
    if (this.isFinished) return;
    for (const event of events) if (event.type === 'text') this.text += event.text;
    this.isFinished = events.some(isTerminal);
    this.queue.push(events);
    this.options.onEvents?.(events);
  }

  [Symbol.asyncIterator](): AsyncIterator<StreamEvent> {
    return this.queue;
  }

  stop(): void {
    this.controls.push('stop');
    this.emit(stopped(this.text));
  }

  retryNow(): void {
    this.controls.push('retryNow');
  }

  tryAnyway(): void {
    this.controls.push('tryAnyway');
  }

  switchModel(model: string): void {
    this.controls.push(`switchModel ${model}`);
  }

  continueWith(model: string, reason: FaultKind): void {
    this.controls.push(`continueWith ${model} ${reason}`);
  }

  switchGateway(): string | undefined {
    this.controls.push('switchGateway');
    return this.nextGateway;
  }
}

export class ScriptedEngine implements Engine {
  readonly turns: ScriptedTurn[] = [];
  readonly probe: Engine['probe'] = () => Promise.resolve({ state: 'cancelled' });
  readonly localFacts: Engine['localFacts'] = () => Promise.resolve(new Map());
  readonly nextAttempt: Engine['nextAttempt'] = (model, gateways) => ({
    gateway: gatewaysFor({ model, isOfWorkspace: false }, gateways)[0],
  });

  run(request: ChatRequest, options: RunOptions): ScriptedTurn {
    return this.start(request, options);
  }

  stream(request: ChatRequest, options?: StreamOptions): ScriptedTurn {
    return this.start(request, options);
  }

  onWindowFocused(): void {
    // Does nothing, because this engine has no gateways.
  }

  onGatewaysChanged(): void {
    // Does nothing, because a conversation does not forward this call to its turns.
  }

  resetNetworkState(): Promise<void> {
    return Promise.resolve();
  }

  reasoningFor() {
    return { fields: {} };
  }

  cooldownOf(): undefined {
    return undefined;
  }

  report(): EngineReport {
    return { turns: [], gateways: [] };
  }

  get turn(): ScriptedTurn {
    return this.turns.at(-1)!;
  }

  private start(request: ChatRequest, options: Partial<RunOptions> | undefined): ScriptedTurn {
    const turn = new ScriptedTurn(request, options);
    this.turns.push(turn);
    return turn;
  }
}

export const attempt = (model = 'm', number = 1): StreamEvent => ({
  type: 'attempt',
  gateway: refOf('https://gateway.test'),
  model,
  why: 'first',
  time: 0,
  attempt: number,
  at: 0,
});
export const text = (content: string, at = 1): StreamEvent => ({ type: 'text', text: content, attempt: 1, at });
export const reasoning = (content: string, at = 1): StreamEvent => ({
  type: 'reasoning',
  text: content,
  attempt: 1,
  at,
});
export const resumed = (resumePoint: number): StreamEvent => ({
  type: 'resumed',
  how: 'continue',
  trimmed: 0,
  resumePoint,
  attempt: 1,
  at: 1,
});
export const done = (content: string, finishReason = 'stop'): StreamEvent => ({
  type: 'done',
  finishReason,
  attempts: 1,
  text: content,
  waitedMs: 0,
  attempt: 1,
  at: 9,
});
/** The end of an attempt that the gateway has charged for. */
export const paid = (cost: number): StreamEvent => ({
  type: 'ended',
  how: 'finished',
  cost,
  ms: 1,
  bytes: 1,
  chars: 1,
  attempt: 1,
  at: 8,
});
export const stopped = (content: string): StreamEvent => ({ type: 'stopped', text: content, attempt: 1, at: 9 });
export const failed = (content: string): StreamEvent => ({
  type: 'failed',
  kind: 'connection',
  status: undefined,
  requestId: undefined,
  message: 'Connection lost',
  text: content,
  actions: ['retryNow'],
  attempt: 1,
  at: 9,
});
export const waiting: StreamEvent = {
  type: 'waiting',
  until: 0,
  delayMs: 4000,
  source: 'backoff',
  reason: 'rate-limit',
  maxAttempts: 6,
  message: 'Rate limited',
  actions: ['retryNow'],
  attempt: 2,
  at: 2,
};

/** Waits until all promises that need no timer and no file are settled. */
export async function waitForEvents(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
