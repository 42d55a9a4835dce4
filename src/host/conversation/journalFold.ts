import { initialTurn, interrupted } from '../../core/turnState';
import { rerunOf, withEvents, type Exchange } from './exchange';
import { JournalFormatError, type JournalLine } from './journalLines';

/**
 * What a conversation looked like when its last line was written; a turn that was running then is interrupted.
 * @throws JournalFormatError when a line names an exchange that is not there.
 */
export function foldJournal(lines: readonly JournalLine[]): readonly Exchange[] {
  const exchanges = new Map<string, Exchange>();
  for (const line of lines) {
    if (line.type === 'exchange') {
      const { id, prompt, content, attachment, target, model } = line;
      const input = { prompt, content, attachment, target, model };
      exchanges.set(id, { ...input, id, state: initialTurn, queued: false });
      continue;
    }
    const exchange = exchanges.get(line.exchangeId);
    if (!exchange) throw new JournalFormatError('a line belongs to no exchange');
    exchanges.set(line.exchangeId, apply(exchange, line));
  }
  return [...exchanges.values()].map((exchange) => ({ ...exchange, state: interrupted(exchange.state) }));
}

function apply(exchange: Exchange, line: Exclude<JournalLine, { type: 'exchange' }>): Exchange {
  switch (line.type) {
    case 'events':
      return withEvents(exchange, line.events);
    case 'rerun':
      return { ...exchange, model: line.model ?? exchange.model, state: rerunOf(exchange.state) };
  }
}
