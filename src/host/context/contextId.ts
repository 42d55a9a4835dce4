import * as v from 'valibot';
import { parseJson } from '../../engine/json';
import { promptImage } from '../../shared/images';
import { parseOrUndefined } from '../util/validation';

const index = v.pipe(v.number(), v.integer(), v.minValue(0));
const point = v.object({ line: index, character: index });
const uri = v.string();

const referenceSchema = v.variant('kind', [
  v.object({ kind: v.literal('selection'), uri, span: v.object({ start: point, end: point }) }),
  v.object({ kind: v.picklist(['file', 'problems']), uri }),
  v.object({ kind: v.literal('image'), ...promptImage.entries }),
  /** A single context item for the files of all open editors. */
  v.object({ kind: v.literal('editors') }),
]);

/**
 * The data that the id of a context item encodes. With a saved id, the content of the context item can be read later,
 * for example after a reload.
 */
export type ContextReference = Readonly<v.InferOutput<typeof referenceSchema>>;

export function contextId(reference: ContextReference): string {
  // Only the listed properties are encoded, so that equal context items have equal ids. Other properties would make ids
  // differ, for example the position of the cursor in a selection.
  return JSON.stringify(v.parse(referenceSchema, reference));
}

/** Returns the context item that an id encodes, or undefined for an invalid id. */
export function parseContextId(id: string): ContextReference | undefined {
  return parseOrUndefined(referenceSchema, parseJson(id));
}
