import { cachedPercent, describeSavings } from '../../shared/describeCost';
import { effortText } from '../../shared/describeEffort';
import { describeDelay, faultLabel, isOffline, type Words } from '../../shared/describe';
import { fillTemplate } from '../../shared/format';
import type { PanelStrings } from '../../shared/panelStrings';
import { cacheSavingOf, costOfAttempt, type LedgerEntry, type LedgerWait, shownCosts } from '../../shared/protocol';
import type { AttemptSpan, WaitSpan } from './timelineSpans';

export function titleOf(words: Words, part: AttemptSpan | WaitSpan): string {
  return part.kind === 'wait'
    ? waitTitle(words, part.wait)
    : fillTemplate(words.strings.timelineAttempt, String(part.number), part.entry.model);
}

/**
 * Formats a time on the time axis, measured from the start of the turn. The start itself is shown as 0 without a unit.
 */
export function formatAxisTime({ format }: Words, ms: number): string {
  return ms === 0 ? format.number(0) : format.duration(ms);
}

export function detailsOf(words: Words, part: AttemptSpan | WaitSpan): readonly string[] {
  if (part.kind === 'attempt') return attemptDetails(words, part);
  return isBackoff(part.wait) ? [] : describeDelay(words, part.wait);
}

function waitTitle({ strings, format }: Words, wait: LedgerWait): string {
  const fault = faultLabel(strings, wait.reason, wait.row);
  if (wait.waitedMs === undefined) return fillTemplate(strings.timelineWaiting, fault);
  const template = isBackoff(wait) ? strings.timelineWaitedRetry : strings.timelineWaited;
  return fillTemplate(template, format.duration(wait.waitedMs), fault);
}

/**
 * Returns whether the wait is a backoff, which the turn itself chose. Other waits are caused by the gateway, by another
 * turn, or by a lost network connection.
 */
function isBackoff(wait: LedgerWait): boolean {
  const { told = 'turn', source } = wait;
  return told === 'turn' && source === 'backoff' && !isOffline(wait);
}

function attemptDetails(words: Words, attempt: AttemptSpan): readonly string[] {
  const { strings, format } = words;
  const { entry, continuedModel, detail } = attempt;
  const { how, headers, resumed, end, effort, unsupportedParameters } = entry;
  const { reasoningTokens = 0 } = end ?? {};
  const percent = cachedPercent(end ?? {});
  const saving = cacheSavingOf(end);
  const savedText = describeSavings(words, saving ? [saving] : []);
  const cost = costOfAttempt(end);
  const costs = shownCosts(cost && [cost]);
  const texts = [triggerText(strings, attempt)];
  if (how === 'restart') texts.push(strings.timelineRestarted);
  else if (continuedModel !== undefined) texts.push(fillTemplate(strings.timelineContinuedModel, continuedModel));
  else if (how !== undefined) texts.push(resumed ? strings.timelineContinued : strings.timelineRequestedRest);
  if (end) texts.push(outcomeText(strings, end));
  if (detail) texts.push(detail);
  if (effort) texts.push(fillTemplate(strings.effortIs, effortText(strings, effort).caption));
  if (unsupportedParameters) texts.push(fillTemplate(strings.timelineUnsupported, unsupportedParameters));
  if (percent > 0) texts.push(fillTemplate(strings.cachedShare, format.number(percent)));
  if (reasoningTokens > 0) texts.push(fillTemplate(strings.timelineReasoning, format.number(reasoningTokens)));
  if (costs.length > 0) texts.push(format.costs(costs));
  if (savedText !== '') texts.push(savedText);
  if (headers?.requestId) texts.push(fillTemplate(strings.requestId, headers.requestId));
  return texts.filter((text) => text !== undefined);
}

const triggers: Readonly<Record<LedgerEntry['why'], keyof PanelStrings | undefined>> = {
  first: undefined,
  retry: 'timelineRetry',
  'retry-now': 'timelineRetryNow',
  replay: 'timelineReplay',
  repair: 'timelineCorrected',
  resume: undefined,
  switch: 'timelineSwitch',
};

function userModelOf({ model, userModel = model }: LedgerEntry): string {
  return userModel;
}

function triggerText(strings: PanelStrings, { entry, previous }: AttemptSpan): string | undefined {
  const isSameModel =
    previous && userModelOf(previous) === userModelOf(entry) && previous.gateway.id !== entry.gateway.id;
  const key = entry.why === 'switch' && isSameModel ? 'timelineGatewaySwitch' : triggers[entry.why];
  return key && strings[key];
}

type AttemptEnd = NonNullable<LedgerEntry['end']>;

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
