import type { Engine, EngineDeps, RunOptions, TurnHandle } from './engine';
import { isTerminal, type StreamEvent } from './events/events';
import { GatewayStates } from './gate/gatewayState';
import { readKeys } from './gateway/gateway';
import { readLocalFacts } from './http/localFacts';
import { probe } from './http/probe';
import { reasoningFields } from './models/reasoningFields';
import type { ChatRequest } from './request';
import { TurnHistory } from './retry/turnHistory';
import type { TurnRecord } from './state/ledger';
import { Turn } from './turn/turn';
import { refOf, TurnGateways } from './turn/turnGateways';

/** Maximum number of finished turns whose records are kept for the diagnostics report. */
const maxRecordedTurns = 50;

/**
 * Creates the engine, a client that streams answers and retries failed requests. The call is fast, because the OpenAI
 * SDK is not loaded until the first request.
 */
export function createEngine(unsafeDeps: EngineDeps): Engine {
  const deps = withSafeListeners(unsafeDeps);
  const runningTurns = new Set<Turn>();
  /**
   * Keeps the turn that ended last in memory, so that V8 keeps the optimized code of the turn's classes. V8 discards
   * the code of a class when no object of the class is left. Processing a token of the next answer would then take
   * twice as long.
   */
  const retained: { lastTurn?: Turn } = {};
  const mayProbe = (): boolean => runningTurns.size > 0 || (deps.isWindowFocused?.() ?? false);
  const states = new GatewayStates({ ...deps, mayProbe });
  /** Records of the turns that have ended. They contain no prompts, answers or API keys. */
  let records: readonly TurnRecord[] = [];
  const run = (request: ChatRequest, options: RunOptions): TurnHandle => {
    // The OpenAI SDK is loaded early, so that it is ready when the turn needs it. A loading error is ignored here,
    // because the turn will meet the same error and report it.
    import('./http/sdk').catch(() => undefined);
    const turn = new Turn(deps, states, request, options, () => {
      runningTurns.delete(turn);
      retained.lastTurn = turn;
      records = [...records, turn.record].slice(-maxRecordedTurns);
      deps.onTurnEnd?.(turn.record);
    });
    runningTurns.add(turn);
    states.sendOverdueProbes();
    turn.start();
    return turn;
  };
  return {
    run,
    stream: (request, options = {}) => {
      const queue = new EventQueue(() => turn.stop());
      const turn = run(request, { ...options, onEvents: (events) => queue.push(events) });
      return Object.assign(turn, { [Symbol.asyncIterator]: () => queue });
    },
    onGatewaysChanged: () => {
      void forgetUnusedGateways(deps, states);
      for (const turn of runningTurns) void turn.handleGatewaysChange();
    },
    onWindowFocused: () => states.sendOverdueProbes(),
    resetNetworkState: async () => {
      await states.forgetAll();
      for (const turn of runningTurns) turn.endWait();
    },
    nextAttempt: (model, gateways, preferredGateway) => {
      const output = { emit: () => undefined };
      const options = { preferredGateway };
      const turnGateways = new TurnGateways(states, deps.settings, output, new TurnHistory(model), options);
      const gateway = turnGateways.choose(gateways);
      const cooldown = gateway && turnGateways.cooldownOf(gateway);
      const next = turnGateways.nextGateway();
      const otherGateway = next && turnGateways.canAnswerNow(next) ? refOf(next) : undefined;
      return { gateway, cooldown: cooldown && { ...cooldown, otherGateway } };
    },
    reasoningFor: (target, effort) => {
      const { baseUrl, sentModel: model } = target;
      const { efforts: learned } = states.of(baseUrl).behavior(model);
      return reasoningFields(effort, { baseUrl, model, facts: deps.facts?.(target), learned });
    },
    cooldownOf: ({ gateway, key, model }) => states.of(gateway).cooldownOf(model, key),
    probe: (baseUrl, key, signal) => probe(deps, baseUrl, key, signal),
    localFacts: (baseUrl, key, models, signal) => readLocalFacts(deps, baseUrl, key, models, signal),
    report: () => {
      const turns = [...records, ...[...runningTurns].map(({ record }) => record)];
      return { turns: turns.toSorted((a, b) => a.time - b.time), gateways: states.report() };
    },
  };
}

/**
 * Forgets the outages of gateways that are no longer in the settings. If the base URL or the keyring can't be read,
 * forgets all outages, because no turn can use a gateway. The promise never rejects.
 */
async function forgetUnusedGateways({ gateways }: EngineDeps, states: GatewayStates): Promise<void> {
  const current = await gateways()
    .then(readKeys)
    .catch(() => undefined);
  const inUse = new Set(current && [current.primaryGateway, ...current.keys.keys()]);
  states.keepOutages(inUse.size > 1 ? [...inUse].map(({ id }) => id) : []);
}

/**
 * Returns the dependencies of the engine with listeners that never throw. Otherwise, an exception in a listener could
 * end a turn.
 */
function withSafeListeners(deps: EngineDeps): EngineDeps {
  const safely =
    <Args extends readonly unknown[]>(listener: ((...args: Args) => void) | undefined) =>
    (...args: Args): void => {
      try {
        listener?.(...args);
      } catch (error) {
        deps.log.error(error);
      }
    };
  return {
    ...deps,
    onCooldownChange: safely(deps.onCooldownChange),
    onAttemptEnd: safely(deps.onAttemptEnd),
    onGatewayChange: safely(deps.onGatewayChange),
    onTurnEnd: safely(deps.onTurnEnd),
  };
}

/**
 * The events of a turn, for a single consumer that iterates over them. When the consumer leaves the loop early,
 * `onLeave` is called immediately, even if the consumer is waiting for an event.
 */
export class EventQueue implements AsyncIterableIterator<StreamEvent, undefined> {
  private events: StreamEvent[] = [];
  /**
   * Index in `events` of the next event to read. The array is cleared only when all of its events have been read,
   * because removing single events from a long array would be slow.
   */
  private position = 0;
  private reads: ((result: IteratorResult<StreamEvent, undefined>) => void)[] = [];
  private isClosed = false;

  constructor(private readonly onLeave: () => void) {}

  /** Adds events. A terminal event closes the queue. */
  push(events: readonly StreamEvent[]): void {
    if (this.isClosed) return;
    // Adding all events with `push(...events)` would overflow the stack if there are very many events.
    for (const event of events) this.events.push(event);
    this.isClosed = events.some(isTerminal);
    this.answerReads();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<StreamEvent, undefined>> {
    return new Promise((resolve) => {
      this.reads.push(resolve);
      this.answerReads();
    });
  }

  return(): Promise<IteratorResult<StreamEvent, undefined>> {
    this.isClosed = true;
    this.events = [];
    this.onLeave();
    return this.next();
  }

  private answerReads(): void {
    while (this.reads.length > 0 && (this.position < this.events.length || this.isClosed)) {
      const value = this.events[this.position++];
      this.reads.shift()?.(value ? { value, done: false } : { value: undefined, done: true });
    }
    if (this.position < this.events.length) return;
    this.events = [];
    this.position = 0;
  }
}
