import type { Localize } from '../../core/engine';
import type { EndedEvent, StreamEvent, WaitingEvent } from '../../core/events';
import { faultWords } from '../../faultWords';
import { panelStrings } from '../../protocol';

export interface FaultPlan {
  /** One for each attempt, and the outcome; localised. */
  readonly lines: readonly string[];
  readonly totalMs: number;
}

/** What comes sooner needs no time told. */
const atOnceMs = 100;

/** @param events of a turn that is planned, or over */
export function planFrom(events: readonly StreamEvent[], localize: Localize): FaultPlan {
  const attempts: { readonly number: number; readonly parts: string[] }[] = [];
  const say = (text: string): void => void attempts.at(-1)?.parts.push(text);
  for (const event of events) {
    switch (event.type) {
      case 'attempt':
        if (event.why === 'replay') say(localize('asks again at once'));
        if (event.how === 'restart') say(localize('starts the answer again'));
        else if (event.how) say(localize('asks for the rest'));
        attempts.push({ number: event.attempt, parts: [] });
        break;
      case 'ended':
        say(endOf(event, localize));
        break;
      case 'waiting':
        say(waitOf(event, localize));
        break;
      case 'model':
        say(localize('goes on with {0}', { 0: event.to }));
        break;
      default:
    }
  }
  const totalMs = (events.at(-1)?.at ?? 0) - (events[0]?.at ?? 0);
  const lines = attempts.map(({ number, parts }) => localize('Attempt {0}: {1}', { 0: number, 1: parts.join(' → ') }));
  return { lines: [...lines, outcomeOf(events.at(-1), totalMs, localize)], totalMs };
}

/** E.g. `4.1 s`, `2 min 5 s`. */
export function duration(ms: number, localize: Localize): string {
  const seconds = ms / 1000;
  if (seconds < 90) return localize(panelStrings.seconds, { 0: Number(seconds.toFixed(seconds < 9.95 ? 1 : 0)) });
  const whole = Math.round(seconds);
  const parts = { 0: Math.floor(whole / 60), 1: whole % 60 };
  return localize(parts[1] === 0 ? panelStrings.minutes : panelStrings.minutesSeconds, parts);
}

function endOf({ how, ms }: EndedEvent, localize: Localize): string {
  const after = duration(ms, localize);
  switch (how) {
    case 'finished':
      return localize('answered after {0}', { 0: after });
    case 'stopped':
    case 'abandoned':
      return localize('given up after {0}', { 0: after });
    default: {
      const fault = localize(faultWords(panelStrings, how));
      return ms < atOnceMs ? fault : localize('{0} after {1}', { 0: fault, 1: after });
    }
  }
}

function waitOf({ delayMs, source, hintMs }: WaitingEvent, localize: Localize): string {
  const waits = duration(delayMs, localize);
  return source === 'server'
    ? localize('waits {0}, as the server asked for {1}', { 0: waits, 1: duration(hintMs ?? delayMs, localize) })
    : localize('waits {0} (backoff)', { 0: waits });
}

function outcomeOf(event: StreamEvent | undefined, totalMs: number, localize: Localize): string {
  const all = duration(totalMs, localize);
  switch (event?.type) {
    case 'done': {
      const attempts = event.attempts === 1 ? panelStrings.totalsAttemptsOne : panelStrings.totalsAttempts;
      const facts = [
        localize(attempts, { 0: event.attempts }),
        ...(event.waitedMs > 0 ? [localize(panelStrings.totalsWaited, { 0: duration(event.waitedMs, localize) })] : []),
        localize(panelStrings.totalsTime, { 0: all }),
      ];
      return localize('Answered: {0}', { 0: facts.join(' · ') });
    }
    case 'failed':
      return localize('Failed after {0}: {1}', { 0: all, 1: event.message });
    default:
      return localize('More than {0}', { 0: all });
  }
}
