import type { AttemptTrigger } from '../engine/events';
import { describeDelay, faultLabel, isOffline, minDisplayedMs, type Words } from './describe';
import { fill } from './format';
import type { PanelStrings } from './panelStrings';
import { routeOf, type LedgerEntry, type LedgerWait, type TurnTotals } from './protocol';

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

/** Returns the totals of a turn as a list of texts. @param routes number of routes that the attempts have used */
export function describeTotals({ strings, format }: Words, totals: TurnTotals, routes: number): readonly string[] {
  const { attempts, waitedMs, ms, speed } = totals;
  const texts = [format.plural(attempts, strings.totalsAttemptsOne, strings.totalsAttempts)];
  if (routes > 1) texts.push(fill(strings.totalsRoutes, String(routes)));
  if (waitedMs >= minDisplayedMs) texts.push(fill(strings.totalsWaited, format.duration(waitedMs)));
  texts.push(fill(strings.totalsTime, format.duration(ms)));
  if (speed) {
    const perSecond = speed.perSecond < 10 ? Math.round(speed.perSecond * 10) / 10 : Math.round(speed.perSecond);
    texts.push(
      speed.unit === 'tokens'
        ? format.plural(perSecond, strings.totalsTokenSpeedOne, strings.totalsTokenSpeed)
        : format.plural(perSecond, strings.totalsCharacterSpeedOne, strings.totalsCharacterSpeed),
    );
  }
  return texts;
}

/** Describes how many attempts and how much waiting an answer took. Undefined after a first attempt without a wait. */
export function describeEffort(
  { strings, format }: Words,
  { attempts, waitedMs }: Pick<TurnTotals, 'attempts' | 'waitedMs'>,
): string | undefined {
  const waited = waitedMs >= minDisplayedMs ? format.duration(waitedMs) : undefined;
  if (attempts <= 1) return waited === undefined ? undefined : fill(strings.summaryWaited, waited);
  if (waited === undefined) return fill(strings.summaryAttempts, String(attempts));
  return fill(strings.summaryRetried, String(attempts), waited);
}
