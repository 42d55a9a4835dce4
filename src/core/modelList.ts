import { isRecord } from './json';

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
const longestId = 200;

/**
 * Reads the answer of `GET /models`: `{data: [{id}]}`, `{models: [{id}]}`, a bare array, or names as plain strings.
 * @returns sorted, without doubles; undefined when `body` is no list at all.
 */
export function parseModelList(body: unknown): readonly string[] | undefined {
  const entries = entriesOf(body);
  if (!entries) return undefined;
  return [...new Set(entries.flatMap(idOf))].sort();
}

function entriesOf(body: unknown): readonly unknown[] | undefined {
  const candidates = isRecord(body) ? [body.data, body.models] : [body];
  return candidates.find((candidate): candidate is unknown[] => Array.isArray(candidate));
}

function idOf(entry: unknown): readonly string[] {
  const id = isRecord(entry) ? entry.id : entry;
  if (typeof id !== 'string') return [];
  const trimmed = id.trim();
  const usable = trimmed !== '' && trimmed.length <= longestId && !/\p{Cc}/u.test(trimmed);
  return usable ? [trimmed] : [];
}
