import { initialTurn, interrupted, isRunning } from '../../core/turnState';
import { rerunOf, withEvents, type Exchange } from './exchange';
import { JournalFormatError, type JournalLine } from './journalLines';

export interface FoldedJournal {
  readonly exchanges: readonly Exchange[];
  /** Ids of those whose turn was running when the last line was written, and nobody has noticed yet. */
  readonly brokenOff: readonly string[];
}

/**
 * What a conversation looked like when its last line was written; a turn that was running then is interrupted.
 * @throws JournalFormatError when a line names an exchange that is not there.
 */
export function foldJournal(lines: readonly JournalLine[]): FoldedJournal {
  const exchanges = new Map<string, Exchange>();
  for (const line of lines) {
    if (line.type === 'exchange') {
      const { id, prompt, content, attachment, target, model, demo } = line;
      const input = { prompt, content, attachment, target, model, demo };
      exchanges.set(id, { ...input, id, state: initialTurn, queued: false });
      continue;
    }
    const exchange = exchanges.get(line.exchangeId);
    if (!exchange) throw new JournalFormatError('a line belongs to no exchange');
    exchanges.set(line.exchangeId, apply(exchange, line));
  }
  const all = [...exchanges.values()];
  return {
    exchanges: all.map((exchange) => ({ ...exchange, state: interrupted(exchange.state) })),
    brokenOff: all.filter(({ state }) => isRunning(state.phase)).map(({ id }) => id),
  };
}

function apply(exchange: Exchange, line: Exclude<JournalLine, { type: 'exchange' }>): Exchange {
  switch (line.type) {
    case 'events':
      return withEvents(exchange, line.events);
    case 'rerun':
      return { ...exchange, model: line.model ?? exchange.model, state: rerunOf(exchange.state, line.go ?? 'restart') };
    case 'interrupted':
      return { ...exchange, state: interrupted(exchange.state) };
  }
}
