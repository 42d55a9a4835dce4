import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { createEngine } from '../../src/engine/createEngine';
import type { Engine, EngineDeps, StreamOptions, TurnHandle } from '../../src/engine/engine';
import type { EngineSettings } from '../../src/engine/environment';
import { isTerminal, type StreamEvent } from '../../src/engine/events/events';
import { KeyRedactor } from '../../src/engine/gateway/keyRedactor';
import { noSharedCooldowns, type SharedCooldowns } from '../../src/engine/gate/cooldowns';
import type { ChatRequest } from '../../src/engine/request';
import { ScriptedFetch, type Reply } from './scriptedFetch';
import { gatewaysFrom, type DescribedGateways } from './testGateways';
import { settle, VirtualClock } from './virtualClock';

export const defaultSettings: EngineSettings = {
  retry: { maxRetries: 5, baseDelayMs: 1000, maxDelayMs: 60_000, jitter: 'full', maxHintMs: 300_000 },
  fallbackModels: [],
  resume: 'auto',
  continueWithFallback: 'off',
  timeout: { headersMs: null, firstTokenMs: null, idleMs: null, silentMs: null },
  isWorkspaceModel: false,
};

type SettingsChange = Partial<Omit<EngineSettings, 'retry'>> & {
  readonly retry?: Partial<EngineSettings['retry']>;
};

interface WorldOptions {
  readonly replies: readonly Reply[];
  readonly settings?: SettingsChange;
  readonly random?: () => number;
  readonly connection?: () => Promise<DescribedGateways>;
  /** Models that only the workspace names. */
  readonly workspaceModels?: readonly string[];
  readonly clock?: VirtualClock;
  readonly cooldowns?: SharedCooldowns;
  readonly keys?: KeyRedactor;
  /** Dependencies of the engine that replace the usual ones. */
  readonly deps?: Partial<EngineDeps>;
}

interface TurnOptions {
  readonly request?: Partial<ChatRequest>;
  readonly options?: StreamOptions;
}

/** The real engine with scripted replies in virtual time. Several turns share it, as in a window. */
export class EngineWorld {
  readonly clock: VirtualClock;
  readonly log: string[] = [];
  readonly wire: ScriptedFetch;
  readonly engine: Engine;

  constructor({
    replies,
    settings,
    random = () => 0.5,
    connection = () => Promise.resolve({ baseUrl: 'https://gateway.test/v1', apiKey: 'hsa-secret-key-1' }),
    workspaceModels = [],
    clock,
    cooldowns,
    keys = new KeyRedactor(),
    deps,
  }: WorldOptions) {
    this.clock = clock ?? new VirtualClock();
    this.wire = new ScriptedFetch(replies);
    const note = (line: string): void => void this.log.push(line);
    const merged = settingsWith(settings);
    this.engine = createEngine({
      clock: this.clock,
      random,
      fetch: this.wire.fetch,
      log: { debug: note, info: note, warn: note, error: (problem) => note(inspect(problem)) },
      localize: (message, args = {}) => message.replace(/\{(\w+)\}/g, (_, name: string) => String(args[name])),
      formatTime: (at) => new Date(at).toISOString().slice(11, 16),
      settings: (model) => ({ ...merged, isWorkspaceModel: workspaceModels.includes(model) }),
      gateways: async () => gatewaysFrom(await connection()),
      cooldowns: cooldowns ?? noSharedCooldowns,
      keys,
      userAgent: 'HolySheepPrompt/test',
      ...deps,
    });
  }

  ask(options: TurnOptions = {}): EngineRun {
    return new EngineRun({ world: this, ...options });
  }
}

function settingsWith(change: SettingsChange = {}): EngineSettings {
  return {
    ...defaultSettings,
    ...change,
    retry: { ...defaultSettings.retry, ...change.retry },
  };
}

function promiseWithResolver(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((resolvePromise) => (resolve = resolvePromise));
  return { promise, resolve };
}

/** A turn of the real engine with scripted replies in virtual time, and all its events so far. */
export class EngineRun {
  readonly world: EngineWorld;
  readonly clock: VirtualClock;
  readonly events: StreamEvent[] = [];
  readonly log: string[];
  readonly wire: ScriptedFetch;
  readonly turn: TurnHandle;
  readonly finished: Promise<void>;

  constructor({ request, options, ...world }: TurnOptions & (WorldOptions | { readonly world: EngineWorld })) {
    this.world = 'world' in world ? world.world : new EngineWorld(world);
    const { clock, log, wire, engine } = this.world;
    this.clock = clock;
    this.log = log;
    this.wire = wire;
    const { promise, resolve } = promiseWithResolver();
    this.finished = promise;
    this.turn = engine.run(
      { model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }], temperature: 0.7, maxTokens: 100, ...request },
      {
        ...options,
        onEvents: (events) => {
          this.events.push(...events);
          if (this.terminal) resolve();
        },
      },
    );
  }

  /** Advances the clock until the turn has ended. */
  async toEnd(): Promise<this> {
    for (let timers = 0; !this.terminal && (await this.clock.next()) !== undefined; timers++) {
      assert.ok(timers < 10_000, 'the turn does not end');
    }
    assert.ok(this.terminal, 'the turn has no terminal event');
    await this.finished;
    return this;
  }

  get terminal(): StreamEvent | undefined {
    return this.events.find(isTerminal);
  }

  get types(): readonly string[] {
    return this.events.map((event) => event.type);
  }

  of<T extends StreamEvent['type']>(type: T): (StreamEvent & { type: T })[] {
    return this.events.filter((event): event is StreamEvent & { type: T } => event.type === type);
  }

  last<T extends StreamEvent['type']>(type: T): StreamEvent & { type: T } {
    const event = this.of(type).at(-1);
    assert.ok(event, `no ${type} event among: ${this.types.join(' ')}`);
    return event;
  }

  /** Returns the text that a consumer of the events shows. */
  get shownText(): string {
    return this.events.reduce(
      (text, event) => (event.type === 'text' ? text + event.text : event.type === 'replaced' ? event.text : text),
      '',
    );
  }

  /** Lets all pending promises settle. */
  async settle(): Promise<this> {
    await settle();
    return this;
  }
}
