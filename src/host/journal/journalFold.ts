import { initialTurn, interrupted, isRunning as isRunningPhase } from '../../engine/state/turnState';
import { stateForRerun, withEvents, type Exchange } from '../conversation/exchange';
import { ExchangeTree, type StoredExchanges } from '../conversation/exchanges';
import { JournalFormatError } from './journalLines';
import type { ExchangeLine, JournalLine, TurnLine } from './journalSchema';

export interface FoldedJournal extends StoredExchanges {
  /** Those that are shown, oldest first. */
  readonly exchanges: readonly Exchange[];
  /** As given by the person. */
  readonly title?: string | undefined;
  /** Ids of those whose turn was running when the last line was written, and nobody has noticed yet. */
  readonly interruptedIds: readonly string[];
}

/**
 * What a conversation looked like when its last line was written.
 * @param isRunning whether a turn that was running then still runs in another window; else it is interrupted
 * @throws JournalFormatError when a line names an exchange that is not there.
 */
export function foldJournal(lines: readonly JournalLine[], isRunning = false): FoldedJournal {
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
        if (!exchange) throw new JournalFormatError('a line belongs to no exchange');
        exchanges.set(line.exchangeId, applyLine(exchange, line));
      }
    }
  }
  const last = [...exchanges.values()];
  const all = isRunning ? last : last.map((exchange) => ({ ...exchange, state: interrupted(exchange.state) }));
  const byId = new Map(all.map((exchange) => [exchange.id, exchange]));
  return {
    exchanges: tree.path().flatMap((id) => byId.get(id) ?? []),
    allExchanges: all,
    tree,
    ...(title !== undefined && { title }),
    interruptedIds: last.filter(({ state }) => isRunningPhase(state.phase)).map(({ id }) => id),
  };
}

/** Which prompts are shown, and under which title; needs no more than these lines. */
export function foldOutline(lines: readonly JournalLine[]): Pick<FoldedJournal, 'tree' | 'title'> {
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
        state: stateForRerun(exchange.state, line.go ?? 'restart'),
      };
    case 'interrupted':
      return { ...exchange, state: interrupted(exchange.state) };
  }
}
