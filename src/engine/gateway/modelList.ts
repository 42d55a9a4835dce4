import { isRecord } from '../json';
import { visibleText } from './visibleText';

/** Offered when the gateway's own list can't be had. */
export const knownModels: readonly string[] = [
  'claude-opus-4',
  'claude-sonnet-4',
  'gpt-4o',
  'gemini-3-pro',
  'deepseek-r1',
  'deepseek-v3',
];

/** An identifier longer than this is not one. */
const maxIdChars = 200;

/** Maximum number of models in a list. The largest gateways offer about a thousand. */
export const maxModels = 5000;

/**
 * Reads the answer of `GET /models`: `{data: [{id}]}`, `{models: [{id}]}`, a bare array, or names as plain strings.
 * @returns the first `maxModels`, sorted, without doubles; undefined when `body` is no list at all.
 */
export function parseModelList(body: unknown): readonly string[] | undefined {
  const entries = entriesOf(body);
  if (!entries) return undefined;
  const ids = new Set<string>();
  for (const entry of entries) {
    const id = idOf(entry);
    if (id !== undefined) ids.add(id);
    if (ids.size === maxModels) break;
  }
  return [...ids].sort();
}

function entriesOf(body: unknown): readonly unknown[] | undefined {
  const candidates = isRecord(body) ? [body.data, body.models] : [body];
  return candidates.find((candidate): candidate is unknown[] => Array.isArray(candidate));
}

/** Returns undefined for an identifier that can't be shown exactly as it must be sent. */
function idOf(entry: unknown): string | undefined {
  const id = isRecord(entry) ? entry.id : entry;
  if (typeof id !== 'string') return undefined;
  const trimmed = id.trim();
  const usable = trimmed !== '' && trimmed.length <= maxIdChars && visibleText(trimmed) === trimmed;
  return usable ? trimmed : undefined;
}
