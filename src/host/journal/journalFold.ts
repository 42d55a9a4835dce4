import { endSchedule, markScheduled } from '../../engine/state/schedule';
import { initialTurn, isRunning, markInterrupted } from '../../engine/state/turnState';
import { changesOfSummary, stateForRerun, toExchangeRole, toPromptInput, type Exchange } from './exchange';
import { ExchangeTree } from './exchangeTree';
import type { JournalLine, TurnLine } from './journalSchema';

export interface StoredConversation {
  readonly tree: ExchangeTree;
  readonly title?: string | undefined;
  readonly exchanges: readonly Exchange[];
  /** Ids of the exchanges whose turn has neither ended nor been recorded as interrupted in the journal. */
  readonly interruptedIds: readonly string[];
}

/** @param isBeingWritten whether an unfinished turn still runs in another window. Otherwise it counts as interrupted. */
export function foldJournal(lines: readonly JournalLine[], isBeingWritten = false): StoredConversation {
  const tree = new ExchangeTree();
  let title: string | undefined;
  for (const line of lines) {
    switch (line.type) {
      case 'exchange':
        tree.add(
          { ...toPromptInput(line), ...toExchangeRole(line), id: line.id, state: initialTurn, queued: false },
          line.after,
        );
        break;
      case 'show':
        tree.show(line.exchangeId, line.endsComparison);
        break;
      case 'title':
        title = line.title || undefined;
        break;
      default: {
        const exchange = tree.get(line.exchangeId);
        if (!exchange) break;
        if (line.type === 'events') tree.addEvents(exchange, line.events);
        else tree.update({ ...exchange, ...changesOf(exchange, line) });
      }
    }
  }
  const unfinished = tree.all().filter(({ state }) => isRunning(state.phase));
  if (!isBeingWritten) {
    for (const exchange of unfinished) tree.update({ ...exchange, state: markInterrupted(exchange.state) });
  }
  return { tree, title, exchanges: tree.path(), interruptedIds: unfinished.map(({ id }) => id) };
}

function changesOf({ state, model }: Exchange, line: TurnLine): Partial<Exchange> {
  switch (line.type) {
    case 'rerun':
      return { model: line.model ?? model, state: stateForRerun(state, line.go) };
    case 'interrupted':
      return { state: markInterrupted(state) };
    case 'scheduled': {
      const { id, dueAt, scheduledAt, exceedsBudget } = line;
      return { state: markScheduled(state, { id, dueAt, scheduledAt, exceedsBudget }) };
    }
    case 'unscheduled':
      return { state: endSchedule(state, line.end) };
    case 'summary':
      return changesOfSummary(state, line.text);
  }
}
