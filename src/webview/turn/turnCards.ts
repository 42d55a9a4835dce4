import {
  describeCountdown,
  describeOutcome,
  describeSchedule,
  describeWaitOrigin,
  isBriefWait,
  isOffline,
  isUnsent,
  retryTemplate,
} from '../../shared/describe';
import { fillTemplate } from '../../shared/format';
import {
  type Schedule,
  scheduleLifetimeMs,
  type TurnState,
  visibleText,
  type WaitingEvent,
} from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import type { Timeline } from '../timeline/timeline';
import { button, element } from '../util/element';
import {
  type Card,
  type CardAction,
  createActions,
  createCard,
  createDetails,
  hasGateways,
  gatewayOfCard,
} from './card';
import { createFailureCard } from './failureCard';
import { hostOf, type ShownAnswer } from './shownAnswer';

export function createTurnCard(
  context: PageContext,
  answer: ShownAnswer,
  state: TurnState,
  timeline: Timeline,
): Card | undefined {
  const { wait, schedule, failure } = state;
  switch (state.phase) {
    case 'waiting':
    case 'offline':
      return wait && !isBriefWait(wait) ? createWaitCard(context, answer, state, wait, timeline) : undefined;
    case 'scheduled':
      return schedule && createScheduledCard(context, answer, schedule, state);
    case 'failed':
      return failure && createFailureCard(context, answer, failure, state, timeline);
    case 'done':
    case 'stopped':
    case 'interrupted':
      return createOutcomeLine(context, answer, state);
    default:
      return undefined;
  }
}

/**
 * Duration of the shortest wait whose last seconds are announced, in milliseconds. A shorter wait is announced only at
 * its start.
 */
const longWaitMs = 15_000;
/** Remaining time at which the end of a long wait is announced, in milliseconds. */
const lastSecondsMs = 5000;
/** Minimum duration of a backoff whose card highlights *Retry now*, in milliseconds. */
const minHighlightedBackoffMs = 10_000;

/** Actions that are always buttons of a wait card, and never items of its menu. */
const waitButtons: readonly CardAction[] = ['retryNow', 'sendLater', 'stop', 'continueWithFallback', 'switchModel'];

function createWaitCard(
  context: PageContext,
  answer: ShownAnswer,
  state: TurnState,
  event: WaitingEvent,
  timeline: Timeline,
): Card {
  const { strings, format, clock, announcer } = context;
  const host = hostOf(context, state);
  const gateway = gatewayOfCard(state, event, host);
  let isEndAnnounced = isOffline(event);
  const texts = () => {
    const wait = answer.state.wait ?? event;
    const remainingMs = Math.max(0, wait.until - clock.now());
    if (!isEndAnnounced && remainingMs > 0 && remainingMs <= lastSecondsMs && wait.delayMs >= longWaitMs) {
      isEndAnnounced = true;
      announcer.announce(describeCountdown(context, wait, remainingMs));
    }
    return {
      message: event.message,
      note: isOffline(wait) ? offlineText(strings, state, event, host) : describeWaitOrigin(context, wait, gateway),
      countdown: { template: retryTemplate(strings, wait, remainingMs), remainingMs, totalMs: wait.delayMs },
    };
  };
  const { actions, source, delayMs, hintMs = delayMs, fallbackModel } = event;
  const isPossible = (action: CardAction): boolean => {
    if (action === 'continueWithFallback') return fallbackModel !== undefined;
    // A compared answer already has a *Stop* button in its head, so its card needs none.
    if (action === 'stop') return !answer.isCompared;
    return action !== 'sendLater' || isOffline(event);
  };
  const breakerTooltip = actions.includes('tryAnyway') ? strings.retryNowTooltip : undefined;
  const card = createCard(context, {
    classNames: 'wait-card',
    // Turns off the live region of the card. Otherwise, screen readers would read the card again after every change of
    // the countdown. The announcer announces the wait once.
    attributes: { role: 'status', 'aria-live': 'off' },
    texts,
    actions: createActions(
      context,
      answer.id,
      {
        buttons: waitButtons.filter(isPossible),
        more: actions.filter((action) => !waitButtons.includes(action)),
        // If the gateway has asked for the wait, waiting is the recommended action, so no button is highlighted.
        primaryAction:
          source === 'backoff' && !isOffline(event) && delayMs > minHighlightedBackoffMs ? 'retryNow' : undefined,
        retryNowTooltip:
          source === 'server' ? fillTemplate(strings.retryEarlyTooltip, format.duration(hintMs)) : breakerTooltip,
      },
      { fallbackModel },
    ),
    details: createDetails(context, answer, timeline, event),
  });
  const dispose = (): void => {
    card.dispose();
    card.element.querySelector('.card-details > div')?.remove();
    // Keeps the height of the turn, so that its text does not move when the wait card disappears. Open details are
    // closed before the height is measured.
    const turn = card.element.closest<HTMLElement>('.turn');
    if (turn && turn.offsetHeight > 0) turn.style.minHeight = `${turn.offsetHeight}px`;
  };
  return { ...card, dispose };
}

/**
 * Returns the message that the computer is offline. If there are several gateways, the message contains no gateway
 * name, because the turn continues with the first gateway that can be reached.
 */
function offlineText(strings: PageContext['strings'], state: TurnState, event: WaitingEvent, host: string): string {
  return host && !hasGateways(state, event) ? fillTemplate(strings.waitOfflineHost, host) : strings.waitOffline;
}

function createScheduledCard(context: PageContext, answer: ShownAnswer, schedule: Schedule, state: TurnState): Card {
  const { strings, clock, post, isReadOnly } = context;
  const texts = () => {
    const now = clock.now();
    const { dueAt = -Infinity, scheduledAt } = schedule;
    const isPending = dueAt > now;
    return {
      message: describeSchedule(context, schedule, now),
      note: fillTemplate(strings.scheduledNote, hostOf(context, state), answer.model),
      countdown: {
        template: isPending ? strings.sendsIn : strings.expiresIn,
        remainingMs: (isPending ? dueAt : scheduledAt + scheduleLifetimeMs) - now,
      },
    };
  };
  const actions = [
    button(strings.cancel, 'secondary', () => post({ type: 'stop', answerId: answer.id })),
    button(strings.sendNow, 'secondary', () => post({ type: 'action', answerId: answer.id, action: 'retryNow' })),
  ];
  return createCard(context, {
    classNames: 'scheduled-card',
    attributes: { 'aria-label': strings.scheduled },
    texts,
    actions: isReadOnly() ? [] : actions,
  });
}

function createOutcomeLine(
  { strings, post, isReadOnly }: PageContext,
  answer: ShownAnswer,
  state: TurnState,
): Card | undefined {
  const { id: answerId, exchange } = answer;
  const isUnsentPrompt = exchange !== undefined && isUnsent(state);
  const summaryTexts: { readonly [Phase in TurnState['phase']]?: string } = exchange
    ? {}
    : { stopped: strings.summaryStopped, interrupted: strings.summaryInterrupted };
  const text = summaryTexts[state.phase] ?? describeOutcome(strings, state);
  if (text === undefined) return undefined;
  // The bar of a comparison explains the interruption for all of its answers.
  const isExplainedInBar = answer.isCompared && state.phase === 'interrupted';
  const line = element('div.outcome', !isExplainedInBar && element('p', text));
  if (answer.isLatest && !isReadOnly()) {
    const perform = (action: 'continue' | 'restart') => () => post({ type: 'action', answerId, action });
    const restart = button(isUnsentPrompt ? strings.sendNow : strings.restart, 'secondary', perform('restart'));
    const before = state.text !== '' && button(strings.continue, 'secondary', perform('continue'));
    const after = isUnsentPrompt && button(strings.editUnsent, 'secondary', () => answer.editPrompt());
    line.append(element('div.actions', before, restart, after));
  }
  return line.hasChildNodes() ? { element: line } : undefined;
}

/** Maximum length of a tool name on screen, in characters. */
const maxNameLength = 200;

/**
 * Creates the list of the tool calls that the model requested. The extension does not execute tool calls. A call is
 * listed only after its name has arrived.
 */
export function createToolCalls({ strings }: PageContext, calls: TurnState['toolCalls']): Card | undefined {
  const lines = calls
    .filter(({ name }) => name !== '')
    .map(({ name }) => element('p.tool-call', fillTemplate(strings.toolCall, visibleText(name, maxNameLength))));
  return lines.length === 0 ? undefined : { element: element('div.tool-calls', ...lines) };
}
