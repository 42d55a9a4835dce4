import {
  endSchedule,
  initialTurn,
  isRunning as isRunningPhase,
  markInterrupted,
  markScheduled,
} from '../../engine/state/turnState';
import { stateForRerun, withEvents, type Exchange } from './exchange';
import { ExchangeTree, type StoredExchanges } from './exchanges';
import type { ExchangeLine, JournalLine, TurnLine } from './journalSchema';

/** The content of a conversation after all lines of its journal have been applied. */
export interface StoredConversation extends StoredExchanges {
  /** The exchanges of the selected branch of the conversation, oldest first. */
  readonly exchanges: readonly Exchange[];
  /** The title that the user chose. */
  readonly title?: string | undefined;
  /** Ids of the exchanges whose turn has neither ended nor been recorded as interrupted in the journal. */
  readonly interruptedIds: readonly string[];
}

/**
 * Returns the content of a conversation after the last line of its journal.
 * @param isRunning whether an unfinished turn is still running in another window. Otherwise the turn counts as
 * interrupted.
 */
export function foldJournal(lines: readonly JournalLine[], isRunning = false): StoredConversation {
  const exchanges = new Map<string, Exchange>();
  const { tree, title } = foldOutline(lines);
  for (const line of lines) {
    switch (line.type) {
      case 'exchange':
        exchanges.set(line.id, toExchange(line));
        break;
      case 'show':
      case 'title':
        break;
      default: {
        const exchange = exchanges.get(line.exchangeId);
        if (exchange) exchanges.set(line.exchangeId, applyLine(exchange, line));
      }
    }
  }
  const recorded = [...exchanges.values()];
  const allExchanges = isRunning
    ? recorded
    : recorded.map((exchange) => ({ ...exchange, state: markInterrupted(exchange.state) }));
  const byId = new Map(allExchanges.map((exchange) => [exchange.id, exchange]));
  return {
    exchanges: tree.path().flatMap((id) => byId.get(id) ?? []),
    allExchanges,
    tree,
    ...(title !== undefined && { title }),
    interruptedIds: recorded.filter(({ state }) => isRunningPhase(state.phase)).map(({ id }) => id),
  };
}

/**
 * Returns the order of a conversation's exchanges, and its title, from the lines of its journal. Lines with events are
 * not needed for this.
 */
export function foldOutline(lines: readonly JournalLine[]): Pick<StoredConversation, 'tree' | 'title'> {
  const tree = new ExchangeTree();
  let title: string | undefined;
  for (const line of lines) {
    if (line.type === 'exchange') tree.add(line.id, line.after);
    else if (line.type === 'show') tree.show(line.exchangeId);
    else if (line.type === 'title') title = line.title || undefined;
  }
  return { tree, title };
}

function toExchange({ id, prompt, content, attachments, target, model, demo }: ExchangeLine): Exchange {
  return { prompt, content, attachments, target, model, demo, id, state: initialTurn, queued: false };
}

function applyLine(exchange: Exchange, line: TurnLine): Exchange {
  switch (line.type) {
    case 'events':
      return withEvents(exchange, line.events);
    case 'rerun':
      return {
        ...exchange,
        model: line.model ?? exchange.model,
        state: stateForRerun(exchange.state, line.go),
      };
    case 'interrupted':
      return { ...exchange, state: markInterrupted(exchange.state) };
    case 'scheduled': {
      const { id, dueAt, scheduledAt } = line;
      return { ...exchange, state: markScheduled(exchange.state, { id, dueAt, scheduledAt }) };
    }
    case 'unscheduled':
      return { ...exchange, state: endSchedule(exchange.state, line.end) };
  }
}
