import { isRunning } from '../../engine/state/turnState';
import { ExchangeTree } from './exchangeTree';
import type { JournalRecord, RecordOf } from './records';

export interface StoredConversation {
  readonly tree: ExchangeTree;
  /** The turns that have neither ended nor been recorded as interrupted in the journal. */
  readonly interrupted: readonly RecordOf<'interrupted'>[];
}

/** @param isBeingWritten whether an unfinished turn still runs in another window. Otherwise it counts as interrupted. */
export function foldJournal(records: readonly JournalRecord[], isBeingWritten = false): StoredConversation {
  const tree = new ExchangeTree();
  for (const record of records) tree.apply(record);
  const unfinished = isBeingWritten ? [] : tree.answers().filter(({ state }) => isRunning(state.phase));
  const interrupted = unfinished.map(({ id }) => ({ type: 'interrupted', answer: id }) as const);
  for (const record of interrupted) tree.apply(record);
  return { tree, interrupted };
}
