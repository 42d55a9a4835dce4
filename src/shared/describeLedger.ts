import type { AttemptTrigger } from '../engine/events';
import { describeDelay, faultLabel, minDisplayedMs, type Words } from './describe';
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
    ? [waitTitle(words, part.wait), ...describeDelay(words, part.wait, 'long')]
    : [fill(words.strings.timelineAttempt, String(part.number), part.entry.model), ...attemptDetails(words, part)];
}

function waitTitle({ strings, format }: Words, { waitedMs, reason }: LedgerWait): string {
  const fault = faultLabel(strings, reason);
  if (waitedMs === undefined) return fill(strings.timelineWaiting, fault);
  return fill(strings.timelineWaited, format.duration(waitedMs), fault);
}

function attemptDetails({ strings, format }: Words, attempt: NumberedAttempt): readonly string[] {
  const { entry, host, continuedModel } = attempt;
  const { how, status, requestId, resumed, ended } = entry;
  const texts = [triggerText(strings, attempt)];
  if (host !== undefined) texts.push(fill(strings.route, host));
  if (how !== undefined) texts.push(how === 'restart' ? strings.timelineRestarted : strings.timelineContinued);
  if (status !== undefined) texts.push(fill(strings.statusCode, String(status)));
  if (requestId) texts.push(fill(strings.requestId, requestId));
  if (resumed) {
    const { resumePoint, trimmed } = resumed;
    const offset = format.number(resumePoint);
    texts.push(
      continuedModel === undefined
        ? fill(strings.timelineResumePoint, offset)
        : fill(strings.timelineContinuedModel, continuedModel, offset),
    );
    if (trimmed > 0) texts.push(format.plural(trimmed, strings.timelineTrimmedOne, strings.timelineTrimmed));
  }
  if (ended) texts.push(...endTexts({ strings, format }, ended));
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

function endTexts(words: Words, ended: AttemptEnd): readonly string[] {
  const { strings, format } = words;
  const { firstTokenMs, bytes, tokens = 0, promptTokens = 0, completionTokens = 0, cost = 0 } = ended;
  const texts: string[] = [];
  if (firstTokenMs !== undefined) texts.push(fill(strings.timelineFirstToken, format.duration(firstTokenMs)));
  texts.push(outcomeText(words, ended));
  if (bytes > 0) texts.push(format.plural(bytes, strings.timelineBytesOne, strings.timelineBytes));
  if (promptTokens + completionTokens > 0) texts.push(...usageTexts(words, ended));
  else if (tokens > 0) texts.push(format.plural(tokens, strings.timelineTokensOne, strings.timelineTokens));
  if (cost > 0) texts.push(format.cost(cost));
  return texts;
}

function outcomeText({ strings, format }: Words, { how, row, ms }: AttemptEnd): string {
  const duration = format.duration(ms);
  switch (how) {
    case 'finished':
      return fill(strings.timelineFinished, duration);
    case 'stopped':
      return fill(strings.timelineStopped, duration);
    case 'abandoned':
      return fill(strings.timelineAbandoned, duration);
    default:
      return fill(strings.timelineFault, duration, faultLabel(strings, how, row));
  }
}

function usageTexts({ strings, format }: Words, usage: AttemptEnd): readonly string[] {
  const { promptTokens = 0, completionTokens = 0, cachedTokens = 0, reasoningTokens = 0 } = usage;
  const prompt = format.plural(promptTokens, strings.usageInOne, strings.usageIn, format.number(promptTokens));
  const answer = fill(strings.usageOut, format.number(completionTokens));
  return [
    cachedTokens > 0 ? fill(strings.usageCached, prompt, format.number(cachedTokens)) : prompt,
    reasoningTokens > 0 ? fill(strings.usageReasoning, answer, format.number(reasoningTokens)) : answer,
  ];
}

/** Returns the totals of a turn as a list of texts. @param routes number of routes that the attempts have used */
export function describeTotals({ strings, format }: Words, totals: TurnTotals, routes: number): readonly string[] {
  const { attempts, waitedMs, ms, speed, bytes } = totals;
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
  if (bytes > 0) texts.push(format.plural(bytes, strings.timelineBytesOne, strings.timelineBytes));
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
