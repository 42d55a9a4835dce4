import type { Delta, DeltaSink } from '../../src/engine/http/dialect';

/** What a sink was told, in its order: `[type, value]`. Pending finish reasons are left out. */
export type Said = readonly [type: Delta['type'], value: unknown];

export function listen(): { readonly said: Said[]; readonly sink: DeltaSink } {
  const said: Said[] = [];
  const sink = ({ type, ...fields }: Delta): void => {
    if (type !== 'finishReasonPending') said.push([type, Object.values(fields)[0]]);
  };
  return { said, sink };
}
