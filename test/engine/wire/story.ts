import type { AttemptEvent, StreamEvent, WaitingEvent } from '../../../src/engine/events';

/** The answer that the gateway gives in most cases, and the place where it is cut. */
export const partial = 'Sheep on the hill graze';
export const rest = ' all day long.';
export const whole = partial + rest;

/** Characters. The story quotes an answer up to this length, and gives only the length of a longer one. */
const longestQuoted = 1000;

/** A run in one line: what came over the wire, what the engine made of it, how it ended. No times, ports and ids. */
export function storyOf(events: readonly StreamEvent[], ...more: readonly string[]): string {
  const steps = events.flatMap(stepOf).filter((step, index, all) => step !== all[index - 1] || !isStream(step));
  return [...repeats(steps), ...more].join(' → ');
}

const isStream = (step: string): boolean => ['text', 'reasoning', 'tool call'].includes(step);

function stepOf(event: StreamEvent): readonly string[] {
  switch (event.type) {
    case 'attempt':
      return event.attempt === 1 ? firstOf(event) : [attemptStep(event)];
    case 'headers':
      return [String(event.status)];
    case 'text':
    case 'reasoning':
      return [event.type];
    case 'tool-call':
      return ['tool call'];
    case 'waiting':
      return [waitStep(event)];
    case 'quiet':
      return ['quiet'];
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

function firstOf({ why }: AttemptEvent): readonly string[] {
  return why === 'first' ? [] : [why];
}

function attemptStep({ why, how }: AttemptEvent): string {
  return how === undefined ? why : `${why} (${how})`;
}

function waitStep({ source, reason, hintMs, told }: WaitingEvent): string {
  const by = told === undefined || told === 'turn' ? '' : ` told by another ${told}`;
  return `waiting ${source}${hintMs === undefined ? '' : ` ${hintMs}`} ${reason}${by}`;
}

function textOf(text: string): string {
  if (text === '') return '';
  if (text.length > longestQuoted) return `, ${text.length} characters`;
  return text === whole ? ', complete answer' : text === partial ? ', partial answer' : `, «${text}»`;
}

/** `a → b → a → b` as `(a → b) ×2`. */
function repeats(steps: readonly string[]): readonly string[] {
  const told: string[] = [];
  for (let at = 0; at < steps.length;) {
    const { length, times } = longestRepeat(steps.slice(at));
    const unit = steps.slice(at, at + length).join(' → ');
    told.push(times === 1 ? unit : length === 1 ? `${unit} ×${times}` : `(${unit}) ×${times}`);
    at += length * times;
  }
  return told;
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
