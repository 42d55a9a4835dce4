import type { Localize } from '../../engine/engine';
import type { DoneEvent, ModelEvent, WaitingEvent } from '../../engine/events';
import { spokenDuration } from '../ui/messageText';

export interface ChatFormatter {
  readonly localize: Localize;
  /** A time of day with its seconds. @param at epoch milliseconds */
  readonly formatTime: (at: number) => string;
}

/** Shorter waits are not worth a word once they are over. */
const minReportedWaitMs = 1000;

/** One line for a wait: what happened, who said how long, which attempt comes when. */
export function formatWait(event: WaitingEvent, { localize, formatTime }: ChatFormatter): string {
  if (event.reason === 'offline') {
    return localize('You appear to be offline. The answer resumes automatically when the network is back.');
  }
  const args = {
    message: event.message,
    delay: spokenDuration(event.hintMs ?? event.delayMs, localize),
    attempt: event.attempt,
    maxAttempts: event.maxAttempts,
    time: formatTime(event.until),
  };
  if (event.estimated) {
    return localize(
      '{message} Waiting behind another request. Attempt {attempt} of {maxAttempts} in about {delay} (estimated).',
      args,
    );
  }
  if (event.told === 'request') {
    return localize(
      '{message} Another request in this window was asked to wait. Attempt {attempt} of {maxAttempts} at {time}.',
      args,
    );
  }
  if (event.told === 'window') {
    return localize('{message} Another window was asked to wait. Attempt {attempt} of {maxAttempts} at {time}.', args);
  }
  return event.source === 'server'
    ? localize('{message} The gateway asked for a wait of {delay}. Attempt {attempt} of {maxAttempts} at {time}.', args)
    : localize('{message} Waiting for {delay}. Attempt {attempt} of {maxAttempts} at {time}.', args);
}

export function formatModelSwitch({ from, to, reason }: ModelEvent, { localize }: ChatFormatter): string {
  switch (reason) {
    case 'user':
      return localize('Switched from {0} to {1}.', { 0: from, 1: to });
    case 'overloaded':
      return localize('{0} was overloaded; switched to {1}.', { 0: from, 1: to });
    default:
      return localize('{0} kept failing; switched to {1}.', { 0: from, 1: to });
  }
}

/** That it has broken off and gone on. @param cuts what happened, each time */
export function formatSeams([first, ...more]: readonly string[], { localize }: ChatFormatter): string | undefined {
  if (first === undefined) return undefined;
  return more.length === 0
    ? `${first} ${localize('The answer was resumed where it stopped.')}`
    : localize('The answer was cut off {0} times and resumed each time.', { 0: more.length + 1 });
}

/** What it took; undefined: nothing worth a word. */
export function formatSummary({ attempts, waitedMs }: DoneEvent, { localize }: ChatFormatter): string | undefined {
  const waited = waitedMs >= minReportedWaitMs ? spokenDuration(waitedMs, localize) : undefined;
  if (attempts > 1) {
    return waited === undefined
      ? localize('Answered after {0} attempts', { 0: attempts })
      : localize('Answered after {0} attempts and {1} of waiting', { 0: attempts, 1: waited });
  }
  return waited === undefined ? undefined : localize('Answered after waiting {0}', { 0: waited });
}

/** Progress and errors are Markdown to VS Code; the words of a provider are not. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_[\]<>~|]/g, '\\$&');
}
