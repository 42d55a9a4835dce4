import type { Delta, DeltaSink } from '../../src/engine/http/deltas';

/** A delta that a sink has received. Most types of deltas have a single value. */
export type ReceivedDelta = readonly [type: Delta['type'], value: unknown];

/** Returns a sink and the list to which it adds every delta in order, except pending finish reasons. */
export function collectDeltas(): { readonly deltas: ReceivedDelta[]; readonly sink: DeltaSink } {
  const deltas: ReceivedDelta[] = [];
  const sink = ({ type, ...fields }: Delta): void => {
    if (type !== 'finishReasonPending') deltas.push([type, Object.values(fields)[0]]);
  };
  return { deltas, sink };
}
