import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { startGateway, type Gateway, type GatewayOptions, type Script, type Step } from '../../../src/demo/gateway';
import { createEngine } from '../../../src/engine/createEngine';
import type { Engine, StreamOptions } from '../../../src/engine/engine';
import type { StreamEvent } from '../../../src/engine/events';
import { noSharedCooldowns } from '../../../src/engine/gate/cooldowns';
import type { Connection } from '../../../src/engine/request';
import { defaultSettings } from '../../support/engineRun';
import { ImpatientClock } from './impatientClock';
import type { Scene } from './wireCase';
import { WireRun } from './wireRun';

export const wireKey = 'hsa-key-of-the-wire-tests';

/** The engine, its gateway on the loopback address and the time they live in; anew for every case. */
export class Stage {
  readonly clock = new ImpatientClock();
  readonly log: string[] = [];
  readonly runs: WireRun[] = [];
  readonly engine: Engine;
  gateway!: Gateway;
  /** A second one, where a case is about going there, or not. */
  other!: Gateway;
  connection!: Connection;
  /** The engine calls this to get its connection. */
  connect = (): Promise<Connection> => Promise.resolve(this.connection);
  /** In the place of the runtime's own; for what a loopback address can't do. */
  fetch: typeof fetch = (url, init) => globalThis.fetch(url, init);
  random = 0.5;
  /** What a journal has of the turn when its window goes away. */
  written: readonly StreamEvent[] = [];
  private readonly closing: (() => Promise<unknown>)[] = [];
  private readonly cancels: (() => void)[] = [];
  private underWay = 0;

  constructor(readonly scene: Scene) {
    const note = (line: string): void => void this.log.push(line);
    const settings = { ...defaultSettings, ...scene.settings };
    this.engine = createEngine({
      clock: this.clock,
      random: () => this.random,
      fetch: (url, init) => this.send(url, init),
      log: { debug: note, info: note, warn: note, error: (problem) => note(inspect(problem)) },
      localize: (message, args = {}) => message.replace(/\{(\w+)\}/g, (_, name: string) => String(args[name])),
      formatTime: (at) => new Date(at).toISOString().slice(11, 16),
      settings: () => settings,
      connection: () => this.connect(),
      cooldowns: noSharedCooldowns,
      userAgent: 'HolySheepPrompt/test',
    });
  }

  /** The turn that the case is about. */
  get run(): WireRun {
    const [first] = this.runs;
    assert.ok(first, 'nothing has been asked');
    return first;
  }

  async open(): Promise<void> {
    const replies = this.scene.replies(this);
    this.gateway = await this.listen({
      script: (request) => (replies[Math.min(request.n, replies.length) - 1] ?? replies[0])(request),
    });
    this.connection = { baseUrl: this.gateway.baseUrl, apiKey: wireKey };
    void this.clock.run(() => this.pace());
    await this.scene.before?.(this);
  }

  /** Another gateway of this case. */
  async listen({ script, ...options }: GatewayOptions & { readonly script: Script }): Promise<Gateway> {
    const gateway = await startGateway({
      requireKey: wireKey,
      ...options,
      script: (request) => this.watched(script(request)),
    });
    this.closing.push(() => gateway.close());
    return gateway;
  }

  /** @param close is called when the case is over */
  owns(close: () => Promise<unknown>): void {
    this.closing.push(close);
  }

  ask(options: StreamOptions = {}): WireRun {
    const run = new WireRun(this, options);
    this.runs.push(run);
    return run;
  }

  /** Virtual milliseconds, for the gateway. */
  passed(ms: number): Promise<void> {
    return new Promise((resolve) => this.cancels.push(this.clock.after(ms, resolve)));
  }

  async close(): Promise<void> {
    for (const run of this.runs) run.turn.stop();
    this.clock.stop();
    for (const cancel of this.cancels) cancel();
    await Promise.all(this.closing.map((close) => close()));
  }

  /** Only a wait of every turn that runs is worth skipping. */
  private pace(): 'at once' | 'when quiet' | 'not now' {
    const running = this.runs.filter((run) => !run.terminal);
    if (running.length > 0 && running.every(({ waits }) => waits) && this.underWay === 0) return 'at once';
    return this.scene.stalls ? 'when quiet' : 'not now';
  }

  private async send(...[url, init]: Parameters<typeof fetch>): Promise<Response> {
    this.underWay++;
    try {
      return await this.fetch(url, init);
    } finally {
      this.underWay--;
      this.clock.touch();
    }
  }

  /** Time stands still while the gateway is at work; a stalled one is not. */
  private async *watched(steps: ReturnType<Script>): AsyncIterable<Step> {
    for await (const step of steps) {
      const works = !('until' in step || ('end' in step && step.end === 'stall'));
      const release = works ? this.clock.hold() : undefined;
      try {
        yield step;
      } finally {
        release?.();
      }
    }
  }
}
