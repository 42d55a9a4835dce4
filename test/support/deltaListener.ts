import type { Delta, DeltaSink } from '../../src/engine/http/dialect';

/** Records the calls of a sink in order, as `[type, value]`, without pending finish reasons. */
export type Said = readonly [type: Delta['type'], value: unknown];

export function listen(): { readonly said: Said[]; readonly sink: DeltaSink } {
  const said: Said[] = [];
  const sink = ({ type, ...fields }: Delta): void => {
    if (type !== 'finishReasonPending') said.push([type, Object.values(fields)[0]]);
  };
  return { said, sink };
}
