import type { DeltaSink } from '../../src/core/dialect';

/** What a sink was told, in its order: `[kind, value]`. */
export type Said = readonly [kind: keyof DeltaSink, value: unknown];

export function listen(): { readonly said: Said[]; readonly sink: DeltaSink } {
  const said: Said[] = [];
  const to = (kind: keyof DeltaSink) => (value: unknown) => void said.push([kind, value]);
  const sink = {
    text: to('text'),
    reasoning: to('reasoning'),
    toolCall: to('toolCall'),
    finish: to('finish'),
    finishReasonPending: () => undefined,
    restartInStream: () => void said.push(['restartInStream', undefined]),
    usage: to('usage'),
    error: to('error'),
  };
  return { said, sink };
}
