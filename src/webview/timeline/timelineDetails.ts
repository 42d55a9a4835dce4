import { faultLabel } from '../../shared/panelStrings';
import type { PanelStrings } from '../../shared/panelStrings';
import { routeOf, type LedgerEntry, type LedgerWait, type TurnTotals } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { fill } from '../util/format';

/** A short text in a row of the timeline. */
export interface TimelineDetail {
  readonly text: string;
  /** Additional text that is shown when the pointer rests on the detail. */
  readonly tooltip?: string | undefined;
}

/** An attempt in the timeline. */
export interface TimelineAttempt {
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

/** Minimum duration that is shown, in milliseconds. A shorter duration would be formatted as `0 s`. */
export const minDisplayedMs = 50;

/** Returns the title of a wait: its duration and its reason. */
export function waitTitle({ strings, format }: PageContext, { waitedMs, reason }: LedgerWait): string {
  const fault = faultLabel(strings, reason);
  return waitedMs === undefined
    ? fill(strings.timelineWaiting, fault)
    : fill(strings.timelineWaited, format.duration(waitedMs), fault);
}

/** Returns the details of a wait: which request caused the wait, and where its duration comes from. */
export function waitDetails({ strings, format }: PageContext, wait: LedgerWait): readonly TimelineDetail[] {
  const { reason, told, source, delayMs, estimated, hintMs, hintFrom, jitterMs = 0 } = wait;
  // A wait for the network lasts until the computer is online. Neither the gateway nor the retry policy set its
  // duration, so there are no details.
  if (reason === 'offline') return [];
  const texts: string[] = [];
  if (told === 'request') texts.push(strings.blockedByRequest);
  if (told === 'window') texts.push(strings.blockedByWindow);
  if (estimated) return [...texts, strings.waitForOtherRequest].map((text) => ({ text }));
  const jitter = jitterMs >= minDisplayedMs ? format.duration(jitterMs) : undefined;
  switch (source) {
    case 'server': {
      const requestedDelay = format.duration(hintMs ?? delayMs);
      texts.push(
        hintFrom
          ? fill(strings.timelineServerFrom, requestedDelay, hintFrom)
          : fill(strings.waitServer, requestedDelay),
        ...(jitter === undefined ? [] : [fill(strings.waitMargin, jitter)]),
      );
      break;
    }
    case 'backoff': {
      const delay = format.duration(delayMs);
      texts.push(
        jitter === undefined
          ? fill(strings.timelineBackoff, delay)
          : fill(strings.timelineBackoffJitter, delay, jitter),
      );
      break;
    }
  }
  return texts.map((text) => ({ text }));
}

/** Returns the totals of a turn as a list of texts. The number of attempts comes first. */
export function totalsTexts({ strings, format }: PageContext, totals: TurnTotals): readonly string[] {
  const { attempts, waitedMs, ms, speed, bytes } = totals;
  const texts = [format.plural(attempts, strings.totalsAttemptsOne, strings.totalsAttempts)];
  if (waitedMs >= minDisplayedMs) texts.push(fill(strings.totalsWaited, format.duration(waitedMs)));
  texts.push(fill(strings.totalsTime, format.duration(ms)));
  if (speed) texts.push(speedText(strings, format, speed));
  if (bytes > 0) texts.push(format.plural(bytes, strings.timelineBytesOne, strings.timelineBytes));
  return texts;
}

function speedText(
  strings: PanelStrings,
  format: PageContext['format'],
  { unit, perSecond }: NonNullable<TurnTotals['speed']>,
): string {
  const speed = perSecond < 10 ? Math.round(perSecond * 10) / 10 : Math.round(perSecond);
  switch (unit) {
    case 'tokens':
      return format.plural(speed, strings.totalsTokenSpeedOne, strings.totalsTokenSpeed);
    case 'characters':
      return format.plural(speed, strings.totalsCharacterSpeedOne, strings.totalsCharacterSpeed);
  }
}

/**
 * Returns the details of an attempt: its trigger, its route, its resume method, its outcome, and the amount of received
 * data.
 */
export function attemptDetails({ strings, format }: PageContext, attempt: TimelineAttempt): readonly TimelineDetail[] {
  const { entry, host, continuedModel } = attempt;
  const { status, requestId, resumed, ended } = entry;
  const route = host === undefined ? undefined : fill(strings.route, host);
  const details: TimelineDetail[] = [triggerText(strings, attempt), route, resumeText(strings, entry)].flatMap(
    (text) => (text ? [{ text }] : []),
  );
  if (status !== undefined) {
    const tooltip = requestId ? fill(strings.requestId, requestId) : undefined;
    details.push({ text: fill(strings.statusCode, String(status)), tooltip });
  }
  if (resumed) {
    const { seam, trimmed } = resumed;
    const offset = format.number(seam);
    const text = continuedModel
      ? fill(strings.timelineModelSeam, continuedModel, offset)
      : fill(strings.timelineSeam, offset);
    details.push({ text });
    if (trimmed > 0)
      details.push({ text: format.plural(trimmed, strings.timelineTrimmedOne, strings.timelineTrimmed) });
  }
  if (!ended) return details;
  const { firstTokenMs, bytes } = ended;
  if (firstTokenMs !== undefined)
    details.push({ text: fill(strings.timelineFirstToken, format.duration(firstTokenMs)) });
  details.push({ text: outcomeText(strings, ended, format.duration(ended.ms)) });
  if (bytes > 0) details.push({ text: format.plural(bytes, strings.timelineBytesOne, strings.timelineBytes) });
  return [...details, ...usageTexts({ strings, format }, ended).map((text) => ({ text }))];
}

/** Returns the tokens and the price of an attempt, as far as the gateway has reported them. */
function usageTexts(
  { strings, format }: Pick<PageContext, 'strings' | 'format'>,
  usage: NonNullable<LedgerEntry['ended']>,
): string[] {
  const { tokens = 0, promptTokens = 0, completionTokens = 0, cachedTokens = 0, reasoningTokens = 0, cost = 0 } = usage;
  const texts: string[] = [];
  if (promptTokens + completionTokens > 0) {
    const prompt = format.plural(promptTokens, strings.usageInOne, strings.usageIn, format.number(promptTokens));
    const answer = fill(strings.usageOut, format.number(completionTokens));
    texts.push(
      cachedTokens > 0 ? fill(strings.usageCached, prompt, format.number(cachedTokens)) : prompt,
      reasoningTokens > 0 ? fill(strings.usageReasoning, answer, format.number(reasoningTokens)) : answer,
    );
  } else if (tokens > 0) texts.push(format.plural(tokens, strings.timelineTokensOne, strings.timelineTokens));
  if (cost > 0) texts.push(format.cost(cost));
  return texts;
}

function triggerText(strings: PanelStrings, { entry, previous }: TimelineAttempt): string | undefined {
  switch (entry.why) {
    case 'retry':
      return strings.timelineRetry;
    case 'retry-now':
      return strings.timelineRetryNow;
    case 'replay':
      return strings.timelineReplay;
    case 'repair':
      return strings.timelineCorrected;
    case 'switch':
      return previous?.model === entry.model && routeOf(previous) !== routeOf(entry)
        ? strings.timelineRouteSwitch
        : strings.timelineSwitch;
    case 'first':
    case 'resume':
      return undefined;
  }
}

function resumeText(strings: PanelStrings, entry: LedgerEntry): string | undefined {
  switch (entry.how) {
    case 'prefill':
    case 'continue':
      return strings.timelineContinued;
    case 'restart':
      return strings.timelineRestarted;
    case undefined:
      return undefined;
  }
}

function outcomeText(
  strings: PanelStrings,
  { how: outcome, row }: Pick<NonNullable<LedgerEntry['ended']>, 'how' | 'row'>,
  duration: string,
): string {
  switch (outcome) {
    case 'finished':
      return fill(strings.timelineFinished, duration);
    case 'stopped':
      return fill(strings.timelineStopped, duration);
    case 'abandoned':
      return fill(strings.timelineAbandoned, duration);
    default:
      return fill(strings.timelineFault, duration, faultLabel(strings, outcome, row));
  }
}
