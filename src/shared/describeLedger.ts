import type { AttemptTrigger } from '../engine/events';
import { describeDelay, faultLabel, isOffline, minDisplayedMs, type Words } from './describe';
import { fill } from './format';
import type { PanelStrings } from './panelStrings';
import {
  isRunning,
  type LedgerEntry,
  type LedgerWait,
  routeOf,
  segmentsOf,
  totalsOf,
  type TurnState,
} from './protocol';

export interface NumberedAttempt {
  readonly entry: LedgerEntry;
  /** The previous attempt of the same segment. */
  readonly previous: LedgerEntry | undefined;
  /** Number of the attempt, counted from 1 over all segments of the turn. */
  readonly number: number;
  /** Host name of the route. Undefined if all attempts of the turn use the same route. */
  readonly host: string | undefined;
  /** The model whose partial answer the attempt continued, if it is another model. */
  readonly continuedModel: string | undefined;
}

export type LedgerPart =
  { readonly kind: 'wait'; readonly wait: LedgerWait } | ({ readonly kind: 'attempt' } & NumberedAttempt);

export function describePart(words: Words, part: LedgerPart): readonly [title: string, ...details: string[]] {
  return part.kind === 'wait'
    ? [waitTitle(words, part.wait), ...(isBackoff(part.wait) ? [] : describeDelay(words, part.wait))]
    : [fill(words.strings.timelineAttempt, String(part.number), part.entry.model), ...attemptDetails(words, part)];
}

function waitTitle({ strings, format }: Words, wait: LedgerWait): string {
  const fault = faultLabel(strings, wait.reason);
  if (wait.waitedMs === undefined) return fill(strings.timelineWaiting, fault);
  const template = isBackoff(wait) ? strings.timelineWaitedRetry : strings.timelineWaited;
  return fill(template, format.duration(wait.waitedMs), fault);
}

/** Returns whether the turn waited of its own accord, without a request by the gateway or another turn. */
function isBackoff(wait: LedgerWait): boolean {
  const { told = 'turn', source } = wait;
  return told === 'turn' && source === 'backoff' && !isOffline(wait);
}

function attemptDetails({ strings, format }: Words, attempt: NumberedAttempt): readonly string[] {
  const { entry, continuedModel } = attempt;
  const { how, requestId, resumed, ended } = entry;
  const { cachedTokens = 0, reasoningTokens = 0, cost = 0 } = ended ?? {};
  const texts = [triggerText(strings, attempt)];
  if (how === 'restart') texts.push(strings.timelineRestarted);
  else if (continuedModel !== undefined) texts.push(fill(strings.timelineContinuedModel, continuedModel));
  else if (how !== undefined) texts.push(resumed ? strings.timelineContinued : strings.timelineRequestedRest);
  if (ended) texts.push(outcomeText(strings, ended));
  if (cachedTokens > 0) texts.push(fill(strings.timelineCached, format.number(cachedTokens)));
  if (reasoningTokens > 0) texts.push(fill(strings.timelineReasoning, format.number(reasoningTokens)));
  if (cost > 0) texts.push(format.cost(cost));
  if (requestId) texts.push(fill(strings.requestId, requestId));
  return texts.filter((text) => text !== undefined);
}

const triggers: Readonly<Record<AttemptTrigger, keyof PanelStrings | undefined>> = {
  first: undefined,
  retry: 'timelineRetry',
  'retry-now': 'timelineRetryNow',
  replay: 'timelineReplay',
  repair: 'timelineCorrected',
  resume: undefined,
  switch: 'timelineSwitch',
};

function triggerText(strings: PanelStrings, { entry, previous }: NumberedAttempt): string | undefined {
  const isSameModel = previous?.model === entry.model && routeOf(previous) !== routeOf(entry);
  const key = entry.why === 'switch' && isSameModel ? 'timelineRouteSwitch' : triggers[entry.why];
  return key && strings[key];
}

type AttemptEnd = NonNullable<LedgerEntry['ended']>;

function outcomeText(strings: PanelStrings, { how, row }: AttemptEnd): string {
  switch (how) {
    case 'finished':
      return strings.timelineFinished;
    case 'stopped':
      return strings.timelineStopped;
    case 'abandoned':
      return strings.timelineAbandoned;
    default:
      return faultLabel(strings, how, row);
  }
}

interface TurnDescription {
  readonly full: string;
  /** The most important part of `full`. Empty for a running turn without a retry or a wait. */
  readonly short: string;
  /** Whether the turn has made a retry or has waited. */
  readonly isEventful: boolean;
}

/** Describes the attempts and waits of a turn, and of a turn that has ended also its times, tokens and price. */
export function describeTurn({ strings, format }: Words, state: TurnState): TurnDescription {
  const { attempts, waitedMs, firstTokenMs, ms, usage } = totalsOf(state);
  // An attempt that continues an answer at the request of the user is no retry.
  const retries = attempts - segmentsOf(state).filter((segment) => segment.attempts > 0).length;
  const waited = waitedMs >= minDisplayedMs ? [fill(strings.summaryWait, format.duration(waitedMs))] : [];
  const retried = retries > 0 ? [format.plural(retries, strings.summaryRetry, strings.summaryRetries)] : [];
  const attempted = format.plural(attempts, strings.totalsAttemptsOne, strings.totalsAttempts);
  const reason = [...retried, ...waited].slice(0, 1);
  const isEventful = reason.length > 0;
  if (isRunning(state.phase)) return { full: [attempted, ...waited].join(' · '), short: reason.join(), isEventful };
  const duration = format.duration(ms);
  const isOnlyWait = waited.length > 0 && format.duration(waitedMs) === duration;
  const times = isOnlyWait ? [] : [duration];
  const { promptTokens = 0, completionTokens = 0, cost = 0 } = usage ?? {};
  const tokens =
    promptTokens + completionTokens > 0 ? [format.count(promptTokens), format.count(completionTokens)] : [];
  const full = [
    ...(attempts > 1 ? [attempted] : []),
    ...waited,
    ...(firstTokenMs === undefined ? [] : [fill(strings.summaryFirstToken, format.duration(firstTokenMs))]),
    ...times,
    ...(tokens.length > 0 ? [fill(strings.summaryTokens, tokens.join(' → '))] : []),
    ...(cost > 0 ? [format.cost(cost)] : []),
  ];
  const short =
    isEventful || tokens.length === 0
      ? [...reason, ...times]
      : [duration, fill(strings.summaryTokens, format.count(completionTokens))];
  return { full: full.join(' · '), short: short.join(' · '), isEventful };
}
