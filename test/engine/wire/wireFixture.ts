import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { startGateway, type Gateway, type GatewayOptions, type Script, type Step } from '../../support/testGateway';
import { createEngine } from '../../../src/engine/createEngine';
import { KeyRedactor } from '../../../src/engine/gateway/keyRedactor';
import type { Engine } from '../../../src/engine/engine';
import type { EngineSettings } from '../../../src/engine/environment';
import type { StreamEvent } from '../../../src/engine/events/events';
import { noSharedCooldowns } from '../../../src/engine/gate/cooldowns';
import type { ChatRequest } from '../../../src/engine/request';
import { defaultSettings } from '../../support/engineRun';
import { AutoAdvancingClock } from './autoAdvancingClock';
import { WireTurn } from './wireTurn';
import { gatewaysFrom, type DescribedGateways } from '../../support/testGateways';

/** A turn over a real connection: its request, and what the loopback gateway and the user do. */
export interface WireScenario {
  /** Replies of the loopback gateway to the first, second … request. The last one is repeated. */
  readonly replies: (fixture: WireFixture) => readonly [Script, ...Script[]];
  /** Fields that differ from the default request. */
  readonly request?: Partial<ChatRequest>;
  readonly settings?: Partial<EngineSettings>;
  /** Called before the turn starts. */
  readonly before?: (fixture: WireFixture) => void | Promise<void>;
  /** Called for each event of the turn. Virtual time stands still until the promise resolves. */
  readonly onEvent?: (event: StreamEvent, fixture: WireFixture) => void | Promise<void>;
  /** Virtual time also passes while a request is in flight and nothing happens. By default, only waits take time. */
  readonly timePassesDuringRequests?: true;
}

export const wireKey = 'hsa-key-of-the-wire-tests';

/** An engine, a gateway on the loopback address and a virtual clock, created for each case. */
export class WireFixture {
  readonly clock = new AutoAdvancingClock();
  readonly log: string[] = [];
  readonly turns: WireTurn[] = [];
  readonly engine: Engine;
  gateway!: Gateway;
  /** A second gateway, for cases about a redirect or a changed connection. */
  otherGateway!: Gateway;
  connection!: DescribedGateways;
  /** The `fetch` of the engine. A case replaces it for faults that a loopback address can't produce. */
  fetch: typeof fetch = (url, init) => globalThis.fetch(url, init);
  private readonly closers: (() => Promise<unknown>)[] = [];
  private readonly cancels: (() => void)[] = [];
  private requestsInFlight = 0;

  constructor(readonly scenario: WireScenario) {
    const addLine = (line: string): void => void this.log.push(line);
    const settings = { ...defaultSettings, ...scenario.settings };
    this.engine = createEngine({
      keys: new KeyRedactor(),
      clock: this.clock,
      random: () => 0.5,
      fetch: (url, init) => this.send(url, init),
      log: { debug: addLine, info: addLine, warn: addLine, error: (problem) => addLine(inspect(problem)) },
      localize: (message, args = {}) => message.replace(/\{(\w+)\}/g, (_, name: string) => String(args[name])),
      formatTime: (at) => new Date(at).toISOString().slice(11, 16),
      settings: () => settings,
      gateways: () => Promise.resolve(gatewaysFrom(this.connection)),
      cooldowns: noSharedCooldowns,
      userAgent: 'HolySheepPrompt/test',
    });
  }

  /** The turn that the case tests. */
  get turn(): WireTurn {
    const [first] = this.turns;
    assert.ok(first, 'no turn has been started');
    return first;
  }

  async open(): Promise<void> {
    const replies = this.scenario.replies(this);
    this.gateway = await this.listen({
      script: (request) => (replies[Math.min(request.n, replies.length) - 1] ?? replies[0])(request),
    });
    this.connection = { baseUrl: this.gateway.baseUrl, apiKey: wireKey };
    void this.clock.run(() => this.timeMode());
    await this.scenario.before?.(this);
  }

  /** Starts another gateway for this case. */
  async listen({ script, ...options }: GatewayOptions & { readonly script: Script }): Promise<Gateway> {
    const gateway = await startGateway({
      requireKey: wireKey,
      ...options,
      script: (request) => this.holdTimeDuring(script(request)),
    });
    this.closers.push(() => gateway.close());
    return gateway;
  }

  /** Registers a function that is called at the end of the case. */
  onClose(close: () => Promise<unknown>): void {
    this.closers.push(close);
  }

  ask(): WireTurn {
    const turn = new WireTurn(this);
    this.turns.push(turn);
    return turn;
  }

  /** Resolves after a virtual time in milliseconds. */
  delay(ms: number): Promise<void> {
    return new Promise((resolve) => this.cancels.push(this.clock.callAfter(ms, resolve)));
  }

  async close(): Promise<void> {
    for (const turn of this.turns) turn.handle.stop();
    this.clock.stop();
    for (const cancel of this.cancels) cancel();
    await Promise.all(this.closers.map((close) => close()));
  }

  /** Returns whether virtual time may pass: at once only if every running turn waits and no request is in flight. */
  private timeMode(): 'at once' | 'when quiet' | 'not now' {
    const running = this.turns.filter((turn) => !turn.terminal);
    if (running.length > 0 && running.every(({ isWaiting }) => isWaiting) && this.requestsInFlight === 0)
      return 'at once';
    return this.scenario.timePassesDuringRequests ? 'when quiet' : 'not now';
  }

  private async send(...[url, init]: Parameters<typeof fetch>): Promise<Response> {
    this.requestsInFlight++;
    try {
      return await this.fetch(url, init);
    } finally {
      this.requestsInFlight--;
      this.clock.recordActivity();
    }
  }

  /** Stops time while the gateway performs a step, except for a step that waits or stalls. */
  private async *holdTimeDuring(steps: ReturnType<Script>): AsyncIterable<Step> {
    for await (const step of steps) {
      const isWorking = !('until' in step || ('end' in step && step.end === 'stall'));
      const release = isWorking ? this.clock.hold() : undefined;
      try {
        yield step;
      } finally {
        release?.();
      }
    }
  }
}
