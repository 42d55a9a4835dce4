import type { ModelEvent, GatewayEvent, WaitingEvent } from '../engine/events/events';
import type { FaultKind } from '../engine/events/kinds';
import { attemptsOf } from '../engine/state/turnCost';
import type { PanelStrings } from './panelStrings';
import { fillTemplate, type Format } from './format';
import {
  hasPartialAnswer,
  isRestarting,
  minSilenceMs,
  type ResumePoint,
  type Schedule,
  toEpoch,
  type TurnState,
} from './protocol';

export interface Words {
  readonly strings: PanelStrings;
  readonly format: Format;
}

/**
 * Joins sentences as the display language does: Chinese has no space between them. A sentence that lacks its period,
 * such as a caption, gets one if another sentence follows.
 */
export function joinSentences(strings: PanelStrings, texts: readonly (string | undefined)[]): string {
  const sentences = texts.filter((text) => text !== undefined && text !== '') as readonly string[];
  return sentences.reduce((text, next) => {
    if (text === '') return next;
    const isComplete = /[.!?:…。！？：][)）"'”’]*$/u.test(text);
    return fillTemplate(isComplete ? strings.sentences : strings.sentenceWithoutPeriod, text, next);
  }, '');
}

/** Joins the parts of a line. Parts that are missing or empty are left out. */
export function joinParts(...parts: readonly (string | false | undefined)[]): string {
  return parts.filter(Boolean).join(' · ');
}

/** Labels for rows of the fault table that are more precise than the label of the fault kind. */
const rowLabels: Readonly<Record<string, keyof PanelStrings>> = {
  connectionRefused: 'fault.connection.refused',
  connectionReset: 'fault.connection.reset',
  connectionLost: 'fault.connection.lost',
  slept: 'fault.connection.lost',
};

/**
 * Returns a label of one or two words for a fault.
 * @param row the row of the fault table, if it is known
 */
export function faultLabel(strings: PanelStrings, kind: FaultKind, row = ''): string {
  return strings[rowLabels[row] ?? `fault.${kind}`];
}

export function isOffline({ reason }: WaitingEvent): boolean {
  return reason === 'offline';
}

/** Shortest wait for which a wait card is shown, in milliseconds. The card of a shorter wait would only flash up. */
const minCardMs = 3000;

/**
 * Returns whether a wait is too short for a wait card and an announcement. A wait for the network is never brief,
 * because its length is unknown.
 */
export function isBriefWait(wait: WaitingEvent): boolean {
  return !isOffline(wait) && wait.delayMs < minCardMs;
}

/**
 * Returns the template of the text that says when the next attempt starts. The placeholder `{0}` is replaced by the
 * remaining time.
 */
export function retryTemplate(strings: PanelStrings, wait: WaitingEvent, remainingMs: number): string {
  if (isOffline(wait)) return strings.checkIn;
  if (!wait.estimated) return strings.retryIn;
  return remainingMs > 0 ? strings.retryInAbout : strings.retrySoon;
}

export function describeCountdown({ strings, format }: Words, wait: WaitingEvent, remainingMs: number): string {
  return fillTemplate(retryTemplate(strings, wait, remainingMs), format.countdown(remainingMs));
}

/** Describes when the next attempt starts, in words that remain true during the whole wait. */
export function describeRetryTime({ strings, format }: Words, wait: WaitingEvent): string {
  return wait.estimated
    ? strings.retrySoon
    : fillTemplate(strings.retryAt, format.timeOfDay(wait.until, { seconds: true }));
}

/** Shortest wait that is shown in the timeline and in the description of a turn, in milliseconds. */
export const minDisplayedMs = 50;

/**
 * Shortest random addition to a retry-after that is mentioned, in milliseconds. A shorter addition does not change a
 * countdown of whole seconds.
 */
const minJitterMs = 1000;

/**
 * Returns texts that explain how long a wait takes and why. Returns no texts for a wait for the network, because
 * neither the gateway nor the retry policy determines its length.
 */
export function describeDelay({ strings, format }: Words, wait: WaitingEvent): readonly string[] {
  const { told, source, delayMs, estimated, hintMs = delayMs, jitterMs = 0 } = wait;
  if (isOffline(wait)) return [];
  const texts: string[] = [];
  if (told === 'request') texts.push(strings.blockedByRequest);
  if (told === 'window') texts.push(strings.blockedByWindow);
  if (estimated) return [...texts, strings.waitForOtherRequest];
  if (source !== 'server') return [...texts, fillTemplate(strings.waitBackoff, format.duration(delayMs))];
  texts.push(fillTemplate(strings.waitServer, format.duration(hintMs)));
  return jitterMs < minJitterMs ? texts : [...texts, fillTemplate(strings.waitMargin, format.duration(jitterMs))];
}

/**
 * Describes where the delay before the next attempt comes from, the number of this attempt, and the gateway if it is
 * given.
 */
export function describeWaitOrigin(words: Words, wait: WaitingEvent, gateway?: string): string {
  const { strings } = words;
  const attempt = fillTemplate(strings.waitAttempt, String(wait.attempt), String(wait.maxAttempts));
  return joinParts(...describeDelay(words, wait), attempt, gateway && fillTemplate(strings.gateway, gateway));
}

/** Returns the reason for a wait and its length or end. A wait for the network has no known length or end. */
export function describeWait({ strings }: Words, wait: WaitingEvent, lengthOrEnd: string): string {
  return joinSentences(strings, [wait.message, isOffline(wait) ? strings.waitOffline : lengthOrEnd]);
}

/** Kinds of faults that mean that the gateway has not answered. */
const unreachableKinds: ReadonlySet<string> = new Set(['dns', 'connection', 'timeout', 'tls', 'proxy', 'offline']);

export function describeModelSwitch(strings: PanelStrings, { from, to, reason }: ModelEvent): string {
  return fillTemplate(modelSwitchTemplate(strings, reason), from, to);
}

function modelSwitchTemplate(strings: PanelStrings, reason: ModelEvent['reason']): string {
  if (reason === 'user') return strings.switchedByUser;
  if (reason === 'overloaded') return strings.switchedOverloaded;
  if (reason === 'model') return strings.switchedUnavailable;
  return unreachableKinds.has(reason) ? strings.switchedUnreachable : strings.switchedFailing;
}

export function describeGatewaySwitch(strings: PanelStrings, { from, to, reason, row }: GatewayEvent): string {
  if (reason === 'user') return fillTemplate(strings.gatewaySwitchedByUser, to.label);
  const template = unreachableKinds.has(reason) ? strings.gatewaySwitchedUnreachable : strings.gatewaySwitchedFailed;
  return fillTemplate(template, to.label, from.label, faultLabel(strings, reason, row));
}

/**
 * Describes the resume points of an answer: first the points at which the same model continued the answer, then the
 * points at which another model did.
 */
export function describeResumePoints(words: Words, resumePoints: readonly ResumePoint[]): string {
  const sameModel = resumePoints.filter(({ models }) => !models);
  const texts = [describeResumes(words, sameModel), ...resumePoints.map((point) => describeContinuation(words, point))];
  return joinSentences(words.strings, texts);
}

export function describeContinuation({ strings }: Words, { models }: ResumePoint): string {
  if (!models) return '';
  const { from, to, reason = 'user' } = models;
  return fillTemplate(continuationTemplate(strings, reason), from, to);
}

function continuationTemplate(strings: PanelStrings, reason: ModelEvent['reason']): string {
  if (reason === 'user') return strings.continuedByUser;
  if (reason === 'overloaded') return strings.continuedAfterOverload;
  return unreachableKinds.has(reason) ? strings.continuedAfterSilence : strings.continuedAfterFailures;
}

function describeResumes({ strings }: Words, resumePoints: readonly ResumePoint[]): string {
  const cuts = resumePoints.filter(({ cutMessage }) => cutMessage !== undefined);
  const [first] = cuts;
  if (resumePoints.length === 0) return '';
  // If the stream did not break, the user has continued the answer. The text then does not mention a broken stream.
  if (first?.cutMessage === undefined) return strings.resumedOnce;
  if (cuts.length > 1) return fillTemplate(strings.resumedSeveralTimes, String(cuts.length));
  return fillTemplate(strings.resumedAfterCut, first.cutMessage);
}

/**
 * Describes the switches to other models. Leaves out switches at a resume point, which `describeResumePoints`
 * describes.
 */
export function describeModelSwitches(strings: PanelStrings, state: TurnState): string {
  const otherSwitches = state.switches.filter(
    ({ from }) => !state.resumePoints.some(({ models }) => models?.from === from),
  );
  return joinSentences(
    strings,
    hasNoAnswer(state) ? [] : otherSwitches.map((change) => describeModelSwitch(strings, change)),
  );
}

/**
 * Returns the gateway switches that led to the answer. If the turn returned to an earlier gateway, the switches in
 * between are left out.
 */
export function effectiveGatewaySwitches(state: TurnState): readonly GatewayEvent[] {
  if (hasNoAnswer(state)) return [];
  return state.gatewaySwitches.reduce<readonly GatewayEvent[]>((previous, next) => {
    const returnedAt = previous.findIndex(({ from }) => from.id === next.to.id);
    return returnedAt < 0 ? [...previous, next] : previous.slice(0, returnedAt);
  }, []);
}

export function describeGatewaySwitches(strings: PanelStrings, state: TurnState): string {
  const sentences = effectiveGatewaySwitches(state).map((change) => describeGatewaySwitch(strings, change));
  return joinSentences(strings, sentences);
}

/** Returns a warning if the gateway has left out the beginning of the prompt. Otherwise, returns an empty text. */
export function describeCutPrompt({ strings, format }: Words, state: TurnState): string {
  const tokens = state.ledger.entries.at(-1)?.cutAtTokens;
  if (tokens === undefined || hasNoAnswer(state)) return '';
  return fillTemplate(strings.promptCut, state.model, format.number(tokens));
}

/**
 * Returns the warning about a prompt whose beginning was left out, for an announcement. Returns an empty text if the
 * previous attempt already caused this warning.
 */
export function announceCutPrompt(words: Words, state: TurnState): string {
  return state.ledger.entries.at(-2)?.cutAtTokens === undefined ? describeCutPrompt(words, state) : '';
}

/** Returns a note if the model has answered without images that a gateway refused. Otherwise, returns an empty text. */
export function describeRefusedImages({ strings }: Words, state: TurnState): string {
  const attempts = attemptsOf(state).filter(({ model, userModel = model }) => userModel === state.textModel);
  return attempts.some(({ end }) => end?.row === 'imagesRefused') ? strings.imagesNotSent : '';
}

function hasNoAnswer({ phase, text }: TurnState): boolean {
  return phase === 'failed' && text === '';
}

export function describeResuming(strings: PanelStrings, isRestart: boolean): string {
  return isRestart ? joinSentences(strings, [strings.restarting, strings.restartingNote]) : strings.resuming;
}

/**
 * Returns when the running attempt last received data, in epoch milliseconds. If the attempt has received no data,
 * returns when the attempt started.
 */
function timeOfLastData(state: TurnState): number | undefined {
  const { ledger, lastTokenAt = -Infinity } = state;
  const attempt = ledger.entries.at(-1);
  return attempt && toEpoch(state, Math.max(attempt.at, lastTokenAt));
}

/**
 * Returns the time in milliseconds until the displayed number of seconds without data must be updated.
 * @param now the current time in epoch milliseconds
 */
export function msUntilNextSecond(state: TurnState | undefined, now: number): number {
  const countedFrom = (state && timeOfLastData(state)) ?? 0;
  return 1000 - ((now - countedFrom) % 1000);
}

/**
 * Returns for how long a running attempt has received no data, as text. Returns undefined if the time is too short to
 * be shown.
 * @param now the current time in epoch milliseconds
 */
export function describeSilence({ format }: Words, state: TurnState, now: number): string | undefined {
  const lastDataAt = timeOfLastData(state);
  const silenceMs = lastDataAt === undefined ? 0 : now - lastDataAt;
  return silenceMs < minSilenceMs ? undefined : format.countdown(silenceMs);
}

/**
 * Time without response headers after which another gateway is offered, in milliseconds. It is not offered sooner,
 * because the user might have to pay for both requests.
 */
const minGatewayOfferMs = 5000;

/**
 * Returns whether to offer another gateway to the user while an attempt waits for response headers.
 * @param now the current time in epoch milliseconds
 */
export function offersGateway(state: TurnState, now: number): boolean {
  const attempt = state.ledger.entries.at(-1);
  if (!attempt?.hasOtherGateway || attempt.headers) return false;
  return ['connecting', 'resuming'].includes(state.phase) && now - attempt.time >= minGatewayOfferMs;
}

/**
 * Describes the phase of a running turn. The text is empty while text arrives, and during a wait that is shown as a
 * card.
 * @param now the current time in epoch milliseconds
 */
export function describeProgress(words: Words, state: TurnState, now: number): string {
  const { strings } = words;
  const { phase, wait, ledger } = state;
  const silence = describeSilence(words, state, now);
  switch (phase) {
    case 'connecting':
      if (silence !== undefined)
        return fillTemplate(offersGateway(state, now) ? strings.noResponseFor : strings.waitingForModelFor, silence);
      return ledger.entries.at(-1)?.headers ? strings.waitingForModel : strings.connecting;
    case 'resuming': {
      const text = describeResuming(strings, isRestarting(state));
      return silence === undefined ? text : fillTemplate(strings.captionWithDetail, text, silence);
    }
    case 'streaming':
      return silence === undefined ? '' : fillTemplate(strings.noDataFor, silence);
    case 'waiting':
      return wait && isBriefWait(wait)
        ? fillTemplate(strings.retrying, toSentenceCase(faultLabel(strings, wait.reason, wait.row)))
        : '';
    default:
      return '';
  }
}

function toSentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * Returns whether a turn was stopped or interrupted before its prompt was sent, or stopped while its prompt was
 * scheduled.
 */
export function isUnsent(state: TurnState): boolean {
  const isCutShort = state.phase === 'stopped' || state.phase === 'interrupted';
  return isCutShort && !hasPartialAnswer(state) && (state.attempts === 0 || state.isUnscheduled === true);
}

/** Describes how a turn ended. Returns undefined for a complete answer, and for a turn that has not ended. */
export function describeOutcome(strings: PanelStrings, state: TurnState): string | undefined {
  const keptNote = hasPartialAnswer(state) ? strings.detailsPartialAnswerKept : undefined;
  if (isUnsent(state)) return strings.notSent;
  switch (state.phase) {
    case 'stopped':
      return joinSentences(strings, [strings.stopped, keptNote]);
    case 'interrupted':
      return joinSentences(strings, [strings.interrupted, keptNote]);
    case 'failed':
      return state.failure?.message;
    case 'done':
      return state.finishReason === 'length' ? strings.lengthLimit : undefined;
    default:
      return undefined;
  }
}

/**
 * Describes when a scheduled prompt is sent.
 * @param now the current time in epoch milliseconds
 */
export function describeSchedule({ strings, format }: Words, schedule: Schedule, now: number): string {
  const { dueAt, exceedsBudget } = schedule;
  if (exceedsBudget) return strings.scheduledOverBudget;
  if (dueAt === undefined) return strings.scheduledOnline;
  return fillTemplate(dueAt > now ? strings.scheduledTime : strings.scheduledDue, format.timeOfDay(dueAt, { now }));
}
