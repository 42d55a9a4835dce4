import type { RecordedEvent, TextEvent, ToolCallEvent } from '../../engine/events';

type Delta = TextEvent | ToolCallEvent;

/**
 * Joins neighbouring deltas of one attempt: of text, of reasoning, or of one tool call. Folding the result gives the
 * same state, but with a slightly less exact throughput.
 * @param belong returns whether two deltas may be joined, given when they arrived
 */
export function mergeText(
  events: readonly RecordedEvent[],
  belong: (a: Delta, b: Delta) => boolean = () => true,
): readonly RecordedEvent[] {
  const merged: RecordedEvent[] = [];
  let run: Delta[] = [];
  const endRun = (): void => {
    const [first] = run;
    if (first) merged.push(run.length === 1 ? first : joined(first, run));
    run = [];
  };
  for (const event of events) {
    if (event.type !== 'text' && event.type !== 'reasoning' && event.type !== 'tool-call') {
      endRun();
      merged.push(event);
      continue;
    }
    const [first] = run;
    if (first && !(first.attempt === event.attempt && continues(first, event) && belong(first, event))) endRun();
    run.push(event);
  }
  endRun();
  return merged;
}

function continues(first: Delta, event: Delta): boolean {
  if (first.type !== 'tool-call' || event.type !== 'tool-call') return first.type === event.type;
  const isSame = <T>(own: T | undefined, other: T | undefined): boolean => other === undefined || other === own;
  return first.index === event.index && isSame(first.id, event.id) && isSame(first.name, event.name);
}

function joined(first: Delta, run: readonly Delta[]): Delta {
  const text = run.map((event) => (event.type === 'tool-call' ? event.arguments : event.text)).join('');
  return first.type === 'tool-call' ? { ...first, arguments: text } : { ...first, text };
}
