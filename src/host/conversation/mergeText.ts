import type { StreamEvent, TextEvent } from '../../core/events';

/**
 * Joins neighbouring text of one attempt; folding the result gives the same state, a little less exact in its pace.
 * @param belong whether two pieces may be joined, by when they came
 */
export function mergeText(
  events: readonly StreamEvent[],
  belong: (a: TextEvent, b: TextEvent) => boolean = () => true,
): readonly StreamEvent[] {
  const merged: StreamEvent[] = [];
  let run: TextEvent[] = [];
  const endRun = (): void => {
    const [first] = run;
    if (first) merged.push(run.length === 1 ? first : { ...first, text: run.map((event) => event.text).join('') });
    run = [];
  };
  for (const event of events) {
    if (event.type !== 'text' && event.type !== 'reasoning') {
      endRun();
      merged.push(event);
      continue;
    }
    const [first] = run;
    if (first && (first.type !== event.type || first.attempt !== event.attempt || !belong(first, event))) endRun();
    run.push(event);
  }
  endRun();
  return merged;
}
