import type { Localize } from '../../engine/engine';
import type { DoneEvent, ModelEvent, RouteEvent, WaitingEvent } from '../../engine/events';
import { routeName } from '../../engine/gateway/baseUrl';
import type { SeamModels } from '../../engine/state/turnState';
import { faultLabel, modelSeamTemplate, panelStrings, routeSwitchTemplate } from '../../shared/panelStrings';
import { escapeIcons, formatDuration, joinSentences } from '../ui/messageText';

/** Formats the extension's messages in VS Code's chat. */
export interface ChatFormatter {
  readonly localize: Localize;
  /** Formats epoch milliseconds as a time of day with seconds. */
  readonly formatTime: (epochMs: number) => string;
}

/** Shortest total wait that the summary of an answer mentions, in milliseconds. */
const minReportedWaitMs = 1000;

/**
 * Describes a wait in one line: the reason, whether the gateway requested it, and the number and time of the next
 * attempt.
 */
export function formatWait(event: WaitingEvent, { localize, formatTime }: ChatFormatter): string {
  if (event.reason === 'offline') {
    return localize('You appear to be offline. The answer resumes automatically when the network is back.');
  }
  const args = {
    message: event.message,
    delay: formatDuration(event.hintMs ?? event.delayMs, localize),
    attempt: event.attempt,
    maxAttempts: event.maxAttempts,
    time: formatTime(event.until),
  };
  if (event.estimated) {
    return localize(
      '{message} Waiting behind another request. Attempt {attempt} of {maxAttempts} in about {delay}.',
      args,
    );
  }
  if (event.told === 'request') {
    return localize(
      '{message} Another request in this window caused the wait. Attempt {attempt} of {maxAttempts} at {time}.',
      args,
    );
  }
  if (event.told === 'window') {
    return localize(
      '{message} A request in another window caused the wait. Attempt {attempt} of {maxAttempts} at {time}.',
      args,
    );
  }
  return event.source === 'server'
    ? localize('{message} The gateway said to wait {delay}. Attempt {attempt} of {maxAttempts} at {time}.', args)
    : localize('{message} Waiting for {delay}. Attempt {attempt} of {maxAttempts} at {time}.', args);
}

/** Describes in one line why the turn switched to another model. */
export function formatModelSwitch({ from, to, reason }: ModelEvent, { localize }: ChatFormatter): string {
  switch (reason) {
    case 'user':
      return localize('Switched from {0} to {1}.', { 0: from, 1: to });
    case 'overloaded':
      return localize('{0} was overloaded. Switched to {1}.', { 0: from, 1: to });
    default:
      return localize('{0} kept failing. Switched to {1}.', { 0: from, 1: to });
  }
}

/** Describes in one line why another model continues the partial answer. */
export function formatModelContinuation({ from, to, reason }: ModelEvent, { localize }: ChatFormatter): string {
  return reason === 'overloaded'
    ? localize('{0} was overloaded. Continuing with {1}.', { 0: from, 1: to })
    : localize('{0} kept failing. Continuing with {1}.', { 0: from, 1: to });
}

/** Describes in one line that another model continued the partial answer. */
export function formatModelSeam({ from, to, reason }: SeamModels, offset: number, { localize }: ChatFormatter): string {
  return localize(modelSeamTemplate(panelStrings, reason), { 0: from, 1: to, 2: offset });
}

/** Describes in one line why the turn switched to another route. */
export function formatRouteSwitch(
  { from, to, fromUrl = from, toUrl = to, reason, row }: RouteEvent,
  { localize }: ChatFormatter,
): string {
  const fault = reason === 'user' ? '' : localize(faultLabel(panelStrings, reason, row));
  return localize(routeSwitchTemplate(panelStrings, reason), { 0: routeName(toUrl), 1: routeName(fromUrl), 2: fault });
}

/**
 * Describes in one line that the stream of the answer broke and was resumed. Returns undefined if no stream broke.
 * @param cutMessages the reason for each broken stream
 */
export function formatSeams(cutMessages: readonly string[], { localize }: ChatFormatter): string | undefined {
  const [first] = cutMessages;
  if (first === undefined) return undefined;
  return cutMessages.length === 1
    ? joinSentences(localize, [first, localize('The answer was resumed where it stopped.')])
    : localize('The answer was cut off {0} times and resumed each time.', { 0: cutMessages.length });
}

/**
 * Describes in one line how many attempts a turn needed and how long it waited. Returns undefined if the first attempt
 * succeeded without a wait.
 */
export function formatSummary({ attempts, waitedMs }: DoneEvent, { localize }: ChatFormatter): string | undefined {
  const waitTime = waitedMs >= minReportedWaitMs ? formatDuration(waitedMs, localize) : undefined;
  if (attempts > 1) {
    return waitTime === undefined
      ? localize('Answered after {0} attempts', { 0: attempts })
      : localize('Answered after {0} attempts and {1} of waiting', { 0: attempts, 1: waitTime });
  }
  return waitTime === undefined ? undefined : localize('Answered after waiting {0}', { 0: waitTime });
}

/**
 * Escapes Markdown and icons, because VS Code renders progress lines and errors as Markdown with icons, and these may
 * quote a provider or name a model.
 */
export function escapeMarkdown(text: string): string {
  return escapeIcons(text).replace(/[\\`*_[\]<>~|]/g, '\\$&');
}
