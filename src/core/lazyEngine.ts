import type { Engine, RunningTurn } from './engine';

type Control = (turn: RunningTurn) => void;

/**
 * An engine that is loaded with its first turn, so that activation does not pay for it. Controls used before it is
 * there are carried out, in order, as soon as it is.
 * @param load called once; when it rejects, so does the first step of the turn's loop, and the next turn tries again
 */
export function lazyEngine(load: () => Promise<Engine>): Engine {
  let engine: Engine | undefined;
  return {
    stream(request, options) {
      if (engine) return engine.stream(request, options);
      let turn: RunningTurn | undefined;
      const early: Control[] = [];
      const started = load().then((loaded) => {
        engine = loaded;
        turn = loaded.stream(request, options);
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
        switchModel: (model) => act((running) => running.switchModel(model)),
        async *[Symbol.asyncIterator]() {
          yield* await started;
        },
      };
    },
  };
}
