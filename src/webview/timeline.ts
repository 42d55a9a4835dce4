import type { TimelineEntry, TurnState } from '../protocol';
import { disclosure, element } from './element';
import type { PanelContext } from './panelContext';
import type { PanelStrings } from './strings';
import { fill } from './strings';

/** A wait shorter than this reads as `0 s`: not worth a word. */
const worthSayingMs = 50;

/** What the network did, behind one quiet line; undefined when it did nothing worth telling. */
export function createTimeline(context: PanelContext, state: TurnState): HTMLDetailsElement | undefined {
  if (state.attempts <= 1 && state.waitedMs < worthSayingMs) return undefined;
  const rows = state.timeline.map((entry) =>
    element(
      'li',
      {},
      element('span', { class: 'timeline-at' }, `+${context.format.duration(entry.at)}`),
      element('span', {}, describe(context.strings, entry)),
    ),
  );
  return disclosure(summary(context, state), 'timeline', element('ol', {}, ...rows));
}

function summary({ strings, format }: PanelContext, state: TurnState): string {
  if (state.phase !== 'done') return strings.timeline;
  const waited = format.duration(state.waitedMs);
  if (state.attempts <= 1) return fill(strings.summaryWaited, waited);
  const attempts = String(state.attempts);
  return state.waitedMs < worthSayingMs
    ? fill(strings.summaryAttempts, attempts)
    : fill(strings.summaryRetried, attempts, waited);
}

function describe(strings: PanelStrings, entry: TimelineEntry): string {
  switch (entry.event) {
    case 'attempt':
      return fill(strings.timelineAttempt, String(entry.attempt), entry.detail);
    case 'headers':
      return fill(strings.timelineHeaders, entry.detail);
    case 'first-token':
      return strings.timelineFirstToken;
    case 'waiting':
      return fill(strings.timelineWaiting, entry.detail);
    case 'cut':
      return fill(strings.timelineCut, entry.detail);
    case 'resumed':
      return entry.detail === 'restart' ? strings.timelineRestarted : strings.timelineContinued;
    case 'model':
      return fill(strings.timelineModel, entry.detail);
    case 'end':
      return strings.timelineEnd;
  }
}
