import type { AttemptEvent, StreamEvent, WaitingEvent } from '../../../src/engine/events/events';

/** The first part of the default answer of the gateway, after which the stream breaks. */
export const partialAnswer = 'Sheep on the hill graze';
export const continuation = ' all day long.';
export const completeAnswer = partialAnswer + continuation;

/**
 * Maximum length of an answer that a summary quotes, in characters. For a longer answer, the summary contains only the
 * length.
 */
const maxQuotedChars = 1000;

/** Summarizes a turn in one line: its responses, faults, waits and end. The summary has no times, ports or IDs. */
export function summarizeTurn(events: readonly StreamEvent[]): string {
  const steps = events.flatMap(stepOf).filter((step, index, all) => step !== all[index - 1] || !isStream(step));
  return collapseRepeats(steps).join(' → ');
}

const isStream = (step: string): boolean => ['text', 'reasoning', 'tool call'].includes(step);

function stepOf(event: StreamEvent): readonly string[] {
  switch (event.type) {
    case 'attempt':
      return event.attempt === 1 ? firstAttemptStep(event) : [attemptStep(event)];
    case 'headers':
      return [String(event.status)];
    case 'text':
    case 'reasoning':
      return [event.type];
    case 'tool-call':
      return ['tool call'];
    case 'waiting':
      return [waitStep(event)];
    case 'ended':
      return event.row === undefined ? (event.how === 'abandoned' ? ['abandoned'] : []) : [`row ${event.row}`];
    case 'cut':
      return [`cut ${event.reason}`];
    case 'resumed':
      if (event.how === 'restart') return ['restarted'];
      return [`joined ${event.how}${event.trimmed > 0 ? `, ${event.trimmed} dropped` : ''}`];
    case 'replaced':
      return ['replaced'];
    case 'model':
      return [`model ${event.to}`];
    case 'gateway':
      return [`gateway switch (${event.reason})`];
    case 'usage':
      return [];
    case 'done':
      return [`done ${event.finishReason}${textOf(event.text)}`];
    case 'stopped':
      return [`stopped${textOf(event.text)}`];
    case 'failed':
      return [`failed ${event.kind}${textOf(event.text)} [${event.actions.join(' ')}]`];
  }
}

function firstAttemptStep({ why }: AttemptEvent): readonly string[] {
  return why === 'first' ? [] : [why];
}

function attemptStep({ why, how }: AttemptEvent): string {
  return how === undefined ? why : `${why} (${how})`;
}

function waitStep({ source, reason, hintMs, told: origin }: WaitingEvent): string {
  const blockedBy = origin === undefined || origin === 'turn' ? '' : ` blocked by another ${origin}`;
  return `waiting ${source}${hintMs === undefined ? '' : ` ${hintMs}`} ${reason}${blockedBy}`;
}

function textOf(text: string): string {
  if (text === '') return '';
  if (text.length > maxQuotedChars) return `, ${text.length} characters`;
  return text === completeAnswer ? ', complete answer' : text === partialAnswer ? ', partial answer' : `, «${text}»`;
}

/** Shortens `a → b → a → b` to `(a → b) ×2`. */
function collapseRepeats(steps: readonly string[]): readonly string[] {
  const collapsed: string[] = [];
  for (let index = 0; index < steps.length;) {
    const { length, times } = longestRepeat(steps.slice(index));
    const unit = steps.slice(index, index + length).join(' → ');
    collapsed.push(times === 1 ? unit : length === 1 ? `${unit} ×${times}` : `(${unit}) ×${times}`);
    index += length * times;
  }
  return collapsed;
}

function longestRepeat(steps: readonly string[]): { readonly length: number; readonly times: number } {
  let best = { length: 1, times: 1 };
  for (let length = 1; length <= steps.length / 2; length++) {
    const unit = steps.slice(0, length).join();
    let times = 1;
    while (steps.slice(length * times, length * (times + 1)).join() === unit) times++;
    if (times > 1 && length * times > best.length * best.times) best = { length, times };
  }
  return best;
}
