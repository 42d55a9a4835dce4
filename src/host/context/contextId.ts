import * as v from 'valibot';
import { parseJson } from '../../engine/json';
import { parseOrUndefined } from '../util/validation';

const index = v.pipe(v.number(), v.integer(), v.minValue(0));
const point = v.object({ line: index, character: index });
const uri = v.string();

const referenceSchema = v.variant('kind', [
  v.object({ kind: v.literal('selection'), uri, span: v.object({ start: point, end: point }) }),
  v.object({ kind: v.picklist(['file', 'problems']), uri }),
  /** All files in open editors, as one context item. */
  v.object({ kind: v.literal('editors') }),
]);

/**
 * The content of a context item's id. The id can be saved, and the context item can be read from the id later, for
 * example after a reload.
 */
export type ContextReference = Readonly<v.InferOutput<typeof referenceSchema>>;

export function contextId(reference: ContextReference): string {
  // Only the listed properties are encoded, so that equal context items have equal ids. A selection also has other
  // properties, such as its active end.
  return JSON.stringify(v.parse(referenceSchema, reference));
}

/** Returns the context item that an id encodes, or undefined for an invalid id. */
export function parseContextId(id: string): ContextReference | undefined {
  return parseOrUndefined(referenceSchema, parseJson(id));
}
