import { isRecord } from '../json';
import { visibleText } from './visibleText';

/** The models that are offered when the gateway's list of models can't be fetched. */
export const defaultModels: readonly string[] = [
  'claude-opus-4',
  'claude-sonnet-4',
  'gpt-4o',
  'gemini-3-pro',
  'deepseek-r1',
  'deepseek-v3',
];

/** Maximum length of a model ID, in characters. */
const maxIdChars = 200;

/** Maximum number of models in a list. The gateways with the most models offer about a thousand. */
export const maxModels = 5000;

/**
 * Returns the model IDs in the body of `GET /models`, which may be `{data: [{id}]}`, `{models: [{id}]}` or an array,
 * and may contain the IDs as plain strings.
 * @returns the first `maxModels` IDs, sorted and without duplicates, or undefined if `body` contains no list
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

/** Returns the model ID of a list entry, or undefined if the ID can't be displayed exactly as it must be sent. */
function idOf(entry: unknown): string | undefined {
  const id = isRecord(entry) ? entry.id : entry;
  if (typeof id !== 'string') return undefined;
  const trimmed = id.trim();
  const isUsable = trimmed !== '' && trimmed.length <= maxIdChars && visibleText(trimmed) === trimmed;
  return isUsable ? trimmed : undefined;
}
