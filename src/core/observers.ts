import type { EngineDeps, EngineLog } from './engine';
import { describeError } from './faults/transportError';

/** Returns the dependencies with a log and a listener that never throw, because an observer must not end a turn. */
export function withSafeObservers(deps: EngineDeps): EngineDeps {
  const log = safeLog(deps.log);
  const onPause = (): void => {
    try {
      deps.onPause?.();
    } catch (error) {
      log.warn(`onPause: ${describeError(error)}`);
    }
  };
  return { ...deps, log, onPause };
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
