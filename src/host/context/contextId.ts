import * as v from 'valibot';
import { parseJson } from '../../engine/json';
import { parseOrUndefined } from '../util/validation';

const index = v.pipe(v.number(), v.integer(), v.minValue(0));
const point = v.object({ line: index, character: index });
const uri = v.string();

const referenceSchema = v.variant('kind', [
  v.object({ kind: v.literal('selection'), uri, span: v.object({ start: point, end: point }) }),
  v.object({ kind: v.picklist(['file', 'problems']), uri }),
  /** The files in all open editors. */
  v.object({ kind: v.literal('editors') }),
]);

/**
 * A context item in the form that its id encodes. The id can be stored, and the item can be read again by its id, e.g.
 * after a reload.
 */
export type ContextReference = Readonly<v.InferOutput<typeof referenceSchema>>;

/** Returns the id that encodes a context item. */
export function contextId(reference: ContextReference): string {
  // Omits all other properties, such as the active end of a selection, because equal items must have equal ids.
  return JSON.stringify(v.parse(referenceSchema, reference));
}

/** Returns the context item that an id encodes, or undefined for an invalid id. */
export function parseContextId(id: string): ContextReference | undefined {
  return parseOrUndefined(referenceSchema, parseJson(id));
}
