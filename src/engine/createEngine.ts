import type { Engine, EngineDeps, EngineLog } from './engine';
import { describeError } from './faults/transportError';
import { NetworkState } from './gate/networkState';
import { KnownKeys } from './gateway/knownKeys';
import type { TurnRecord } from './state/ledger';
import { Turn } from './turn/turn';

/** As many turns are kept for the diagnostics. */
const maxRecordedTurns = 50;

/** The retrying, streaming client. Cheap to create; the SDK is loaded with the first request. */
export function createEngine(given: EngineDeps): Engine {
  const deps = withSafeObservers(given);
  const network = new NetworkState(deps.clock, deps.cooldowns, deps.onCooldownChange);
  const keys = deps.keys ?? new KnownKeys();
  let running: readonly Turn[] = [];
  let records: readonly TurnRecord[] = [];
  /** When a turn ends, only its record is kept, without the prompt, the answer and the key. */
  const settle = (): void => {
    const ended = running.filter(({ record }) => record.outcome !== 'running');
    if (ended.length === 0) return;
    running = running.filter((turn) => !ended.includes(turn));
    records = [...records, ...ended.map(({ record }) => record)].slice(-maxRecordedTurns);
  };
  return {
    stream: (request, options = {}) => {
      const turn = new Turn(deps, network, keys, request, options, settle);
      running = [...running, turn];
      // A turn that was aborted before it started is over already.
      settle();
      return turn;
    },
    connectionChanged: () => {
      for (const turn of running) void turn.reconsider();
    },
    resetNetworkState: async () => {
      await network.reset();
      for (const turn of running) turn.endWait();
    },
    cooldownOf: (scope) => network.cooldownOf(scope),
    report: () => {
      const turns = [...records, ...running.map(({ record }) => record)];
      return { turns: turns.toSorted((one, other) => one.time - other.time), network: network.report() };
    },
  };
}

/** Returns the dependencies with a log and a listener that never throw, because an observer must not end a turn. */
function withSafeObservers(deps: EngineDeps): EngineDeps {
  const log = safeLog(deps.log);
  const onCooldownChange = (): void => {
    try {
      deps.onCooldownChange?.();
    } catch (error) {
      log.warn(`onCooldownChange: ${describeError(error)}`);
    }
  };
  return { ...deps, log, onCooldownChange };
}

function safeLog(log: EngineLog): EngineLog {
  const safely = (write: () => void): void => {
    try {
      write();
    } catch {
      // There is nowhere to report that the log fails.
    }
  };
  return {
    debug: (message) => safely(() => log.debug(message)),
    info: (message) => safely(() => log.info(message)),
    warn: (message) => safely(() => log.warn(message)),
    error: (problem) => safely(() => log.error(problem)),
  };
}
