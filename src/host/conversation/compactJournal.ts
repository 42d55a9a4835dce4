import type { RecordedEvent } from '../../core/events';
import type { JournalLine } from './journalSchema';
import { mergeText } from './mergeText';

interface Run {
  readonly type: 'run';
  readonly exchangeId: string;
  /** When the turn last began, in the time of its events. */
  readonly startedAt: number;
  readonly events: RecordedEvent[];
}

/**
 * The same conversation in fewer lines: what a run of a turn has brought, piece by piece, in one, a second of text in one
 * event. Only the order of lines that have nothing to do with each other changes.
 */
export function compactJournal(lines: readonly JournalLine[]): readonly JournalLine[] {
  const compacted: (JournalLine | Run)[] = [];
  const runs = new Map<string, Run>();
  const starts = new Map<string, number>();
  for (const line of lines) {
    if (line.type !== 'events') {
      // What comes next has another state to start from.
      if (line.type === 'rerun' || line.type === 'interrupted') runs.delete(line.exchangeId);
      if (line.type === 'rerun') starts.delete(line.exchangeId);
      compacted.push(line);
      continue;
    }
    const { exchangeId, events } = line;
    const startedAt = starts.get(exchangeId) ?? events[0]?.at;
    if (startedAt === undefined) continue;
    starts.set(exchangeId, startedAt);
    let run = runs.get(exchangeId);
    if (!run) {
      run = { type: 'run', exchangeId, startedAt, events: [] };
      runs.set(exchangeId, run);
      compacted.push(run);
    }
    for (const event of events) run.events.push(event);
  }
  return compacted.map((line) => (line.type === 'run' ? joined(line) : line));
}

/** By the second: what is shown of how fast an answer came is no finer. */
function joined({ exchangeId, startedAt, events }: Run): JournalLine {
  const second = ({ at }: RecordedEvent): number => Math.floor((at - startedAt) / 1000);
  return { type: 'events', exchangeId, events: mergeText(events, (a, b) => second(a) === second(b)) };
}
