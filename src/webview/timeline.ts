import { waitedMs, type LedgerEntry, type LedgerWait, type TurnState } from '../protocol';
import { disclosure, element } from './element';
import type { PanelContext } from './panelContext';
import { fill } from './strings';
import { attemptFacts, waitFacts, waitTitle, worthSayingMs, type Fact } from './timelineFacts';

/** What the network did, behind one quiet line; undefined when it did nothing worth telling. */
export function createTimeline(context: PanelContext, state: TurnState): HTMLDetailsElement | undefined {
  const waited = waitedMs(state.ledger);
  if (state.attempts <= 1 && waited < worthSayingMs) return undefined;
  const { entries, waits } = state.ledger;
  const { startedAt: start = 0 } = state;
  const waitRow = (wait: LedgerWait): HTMLElement =>
    row(context, wait.at - start, waitTitle(context, wait), waitFacts(context, wait));
  const attemptRow = (entry: LedgerEntry): HTMLElement => {
    const title = fill(context.strings.timelineAttempt, String(entry.attempt), entry.model);
    return row(context, entry.at - start, title, attemptFacts(context, entry));
  };
  const rows = entries.flatMap((entry) => [...entry.waits.filter(isWorthSaying).map(waitRow), attemptRow(entry)]);
  const list = element('ol', {}, ...rows, ...waits.filter(isWorthSaying).map(waitRow));
  return disclosure(summary(context, state, waited), 'timeline', list);
}

/** One that is still open was cut off with its window. */
function isWorthSaying({ waitedMs: lasted }: LedgerWait): boolean {
  return lasted === undefined || lasted >= worthSayingMs;
}

function summary({ strings, format }: PanelContext, { phase, attempts }: TurnState, waited: number): string {
  if (phase !== 'done') return strings.timeline;
  if (attempts <= 1) return fill(strings.summaryWaited, format.duration(waited));
  return waited < worthSayingMs
    ? fill(strings.summaryAttempts, String(attempts))
    : fill(strings.summaryRetried, String(attempts), format.duration(waited));
}

function row({ format }: PanelContext, at: number, title: string, facts: readonly Fact[]): HTMLElement {
  const what = element('div', {}, element('p', {}, title));
  if (facts.length > 0) what.append(element('p', { class: 'timeline-facts' }, ...facts.flatMap(shown)));
  return element('li', {}, element('span', { class: 'timeline-at' }, `+${format.duration(at)}`), what);
}

function shown({ text, more }: Fact, index: number): (HTMLElement | string)[] {
  const words = element('span', more === undefined ? {} : { title: more }, text);
  return index === 0 ? [words] : [' · ', words];
}
