import type { Engine, RunningTurn } from './engine';
import { lateStream } from './lateStream';

type Control = (turn: RunningTurn) => void;

/**
 * An engine that is loaded with its first turn, so that activation does not pay for it. Controls used before it is
 * there are carried out, in order, as soon as it is.
 * @param load called once; when it rejects, so does the first step of the turn's loop, and the next turn tries again
 */
export function lazyEngine(load: () => Promise<Engine>): Engine {
  let engine: Engine | undefined;
  let loading: Promise<Engine> | undefined;
  // One for all: turns that start together share what they learn of the network.
  const loaded = (): Promise<Engine> => {
    loading ??= load().then(
      (it) => (engine = it),
      (error: unknown) => {
        loading = undefined;
        throw error;
      },
    );
    return loading;
  };
  return {
    stream(request, options) {
      if (engine) return engine.stream(request, options);
      let turn: RunningTurn | undefined;
      const early: Control[] = [];
      const started = loaded().then((it) => {
        turn = it.stream(request, options);
        for (const control of early) control(turn);
        return turn;
      });
      // Whoever runs the loop hears of a failure; until then it must not count as unhandled.
      started.catch(() => undefined);
      const act = (control: Control): void => {
        if (turn) control(turn);
        else early.push(control);
      };
      return {
        stop: () => act((running) => running.stop()),
        retryNow: () => act((running) => running.retryNow()),
        tryAnyway: () => act((running) => running.tryAnyway()),
        switchModel: (model) => act((running) => running.switchModel(model)),
        [Symbol.asyncIterator]: () => lateStream(started)[Symbol.asyncIterator](),
      };
    },
    connectionChanged: () => engine?.connectionChanged(),
    resetNetworkState: async () => (await loaded()).resetNetworkState(),
    pauseOf: (scope) => engine?.pauseOf(scope),
    report: () => engine?.report() ?? { turns: [], network: { budgets: [], gates: [] } },
  };
}
