import { isRecord } from '../json';
import { readListedFacts, type FactsById, type ListedFacts } from '../models/listedFacts';
import { visibleText } from './visibleText';

/** Models that are offered when the gateway's model list can't be fetched. */
export const defaultModels: readonly string[] = [
  'claude-opus-4',
  'claude-sonnet-4',
  'gpt-4o',
  'gemini-3-pro',
  'deepseek-r1',
  'deepseek-v3',
];

const maxIdChars = 200;

/** Maximum number of models that are read from a list. The largest lists of gateways have about a thousand models. */
export const maxModels = 5000;

/**
 * Matches text in a model name that VS Code could render as a link, code, HTML or an icon. In some views of VS Code,
 * such a link could even run a command.
 */
const markup = /\][(:]|[<`]|\$\(|&#?\w+;|(?:https?|ftp):\/\/|www\.|\w@[\w-]+\.[a-z]/i;

export interface ListedModels {
  /** IDs of the listed models, sorted and without duplicates, at most {@link maxModels}. */
  readonly models: readonly string[];
  readonly facts?: FactsById | undefined;
  /**
   * Number of models that are left out because their IDs can't be displayed (see {@link isUsableModelId}). Absent if
   * there are none.
   */
  readonly skippedEntries?: number | undefined;
}

/**
 * Reads the response body of `GET /models`: `{data: [{id}]}`, `{models: [{id}]}` or an array. The items can also be
 * plain strings. Returns undefined if the body contains no list. Reads only the first {@link maxModels} models.
 */
export function parseModelList(body: unknown): ListedModels | undefined {
  const entries = entriesOf(body);
  if (!entries) return undefined;
  const ids = new Set<string>();
  const facts = new Map<string, ListedFacts>();
  let skippedEntries = 0;
  for (const entry of entries) {
    if (ids.size === maxModels) break;
    const id = idOf(entry);
    if (id === '') continue;
    if (!isUsableModelId(id)) {
      skippedEntries++;
      continue;
    }
    ids.add(id);
    const listed = isRecord(entry) ? readListedFacts(entry) : undefined;
    if (listed && !facts.has(id)) facts.set(id, listed);
  }
  return { models: [...ids].sort(), ...(facts.size > 0 && { facts }), ...(skippedEntries > 0 && { skippedEntries }) };
}

/**
 * Returns whether a model can be offered. Its ID must be displayed exactly as it is sent, and never as a link or an
 * icon.
 */
export function isUsableModelId(id: string): boolean {
  return id !== '' && id.length <= maxIdChars && visibleText(id) === id && !markup.test(id);
}

function entriesOf(body: unknown): readonly unknown[] | undefined {
  const candidates = isRecord(body) ? [body.data, body.models] : [body];
  return candidates.find((candidate): candidate is unknown[] => Array.isArray(candidate));
}

/** Returns the ID of a listed model, or an empty string if the item has no ID. */
function idOf(entry: unknown): string {
  const id = isRecord(entry) ? entry.id : entry;
  return typeof id === 'string' ? id.trim() : '';
}
