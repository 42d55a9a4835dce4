import {
  describeCountdown,
  describeOutcome,
  describeSchedule,
  describeWaitOrigin,
  isOffline,
  retryTemplate,
} from '../../shared/describe';
import { fill } from '../../shared/format';
import {
  type Schedule,
  scheduleLifetimeMs,
  type TurnState,
  visibleText,
  type WaitingEvent,
} from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element } from '../util/element';
import { type Card, createActions, createCard, createDetails, hasRoutes, routeOfCard } from './card';
import { createFailureCard, type FailureCardContext } from './failureCard';

export interface CardContext extends FailureCardContext {
  /** Returns the current wait of the turn. The end of the wait may change while its card stays on screen. */
  readonly currentWait: () => WaitingEvent | undefined;
}

export function createTurnCard(
  context: PageContext,
  exchangeId: string,
  state: TurnState,
  cardContext: CardContext,
): Card | undefined {
  const { wait, schedule, failure } = state;
  switch (state.phase) {
    case 'waiting':
    case 'offline':
      return wait && createWaitCard(context, exchangeId, state, wait, cardContext);
    case 'scheduled':
      return schedule && createScheduledCard(context, exchangeId, schedule, { ...cardContext, model: state.model });
    case 'failed':
      return failure && createFailureCard(context, exchangeId, failure, state, cardContext);
    case 'done':
    case 'stopped':
    case 'interrupted':
      return createOutcomeLine(context, exchangeId, state, cardContext.isLatest);
    default:
      return undefined;
  }
}

/** Shortest wait whose last seconds are announced, in milliseconds. A shorter wait is announced only at its start. */
const longWaitMs = 15_000;
/** Remaining time of a long wait, in milliseconds, at which its approaching end is announced. */
const lastSecondsMs = 5000;

function createWaitCard(
  context: PageContext,
  exchangeId: string,
  state: TurnState,
  event: WaitingEvent,
  { host, currentWait }: CardContext,
): Card {
  const { strings, clock, announcer } = context;
  const route = routeOfCard(state, event, host);
  let isEndAnnounced = isOffline(event);
  const texts = () => {
    const wait = currentWait() ?? event;
    const remainingMs = Math.max(0, wait.until - clock.now());
    if (!isEndAnnounced && remainingMs > 0 && remainingMs <= lastSecondsMs && wait.delayMs >= longWaitMs) {
      isEndAnnounced = true;
      announcer.announce(describeCountdown(context, wait, remainingMs));
    }
    return {
      message: event.message,
      note: isOffline(wait) ? offlineText(strings, state, event, host) : describeWaitOrigin(context, wait, route),
      countdown: { template: retryTemplate(strings, wait, remainingMs), remainingMs, totalMs: wait.delayMs },
    };
  };
  const allActions = [
    'retryNow',
    'sendLater',
    'stop',
    'continueWithFallback',
    'switchModel',
    ...event.actions,
  ] as const;
  const actions = [...new Set(allActions)].filter((action) => {
    if (action === 'continueWithFallback') return event.fallbackModel !== undefined;
    return action !== 'sendLater' || isOffline(event);
  });
  return createCard(context, {
    name: 'wait-card',
    // Turns the live region of the card off, because screen readers would read the card again after every change of the
    // countdown. The announcer announces the wait once.
    attributes: { role: 'status', 'aria-live': 'off' },
    texts,
    children: [...createDetails(context, event), createActions(context, exchangeId, actions, event)],
  });
}

/** Names no host if there are several routes, because the turn continues over the first one that can be reached. */
function offlineText(strings: PageContext['strings'], state: TurnState, event: WaitingEvent, host: string): string {
  return host && !hasRoutes(state, event) ? fill(strings.waitOfflineHost, host) : strings.waitOffline;
}

function createScheduledCard(
  context: PageContext,
  exchangeId: string,
  schedule: Schedule,
  target: { readonly host: string; readonly model: string },
): Card {
  const { strings, clock, post, isReadOnly } = context;
  const texts = () => {
    const now = clock.now();
    const { dueAt = -Infinity, scheduledAt } = schedule;
    const isPending = dueAt > now;
    return {
      message: describeSchedule(context, schedule, target, now),
      note: strings.scheduledNote,
      countdown: {
        template: isPending ? strings.sendsIn : strings.lapsesIn,
        remainingMs: (isPending ? dueAt : scheduledAt + scheduleLifetimeMs) - now,
      },
    };
  };
  const buttons = [
    button(strings.sendNow, 'primary', () => post({ type: 'action', exchangeId, action: 'retryNow' })),
    button(strings.cancel, 'secondary', () => post({ type: 'stop', exchangeId })),
  ];
  return createCard(context, {
    name: 'scheduled-card',
    attributes: { 'aria-label': strings.scheduled },
    texts,
    children: isReadOnly() ? [] : [element('div', { class: 'actions' }, ...buttons)],
  });
}

function createOutcomeLine(
  { strings, post, isReadOnly }: PageContext,
  exchangeId: string,
  state: TurnState,
  isLatest: boolean,
): Card | undefined {
  const text = describeOutcome(strings, state);
  if (text === undefined) return undefined;
  const line = element('div', { class: 'outcome' }, element('p', {}, text));
  if (isLatest && !isReadOnly()) {
    const actions = state.text ? (['continue', 'restart'] as const) : (['restart'] as const);
    const buttons = actions.map((action) =>
      button(strings[action], 'secondary', () => post({ type: 'action', exchangeId, action })),
    );
    line.append(element('div', { class: 'actions' }, ...buttons));
  }
  return { element: line };
}

/** Maximum length of a tool name on screen, in characters. */
const maxNameLength = 200;

/** The extension does not execute tool calls. A call is listed only once its name has arrived. */
export function createToolCalls({ strings }: PageContext, calls: TurnState['toolCalls']): Card | undefined {
  const lines = calls
    .filter(({ name }) => name !== '')
    .map(({ name }) => element('p', { class: 'tool-call' }, fill(strings.toolCall, visibleText(name, maxNameLength))));
  return lines.length === 0 ? undefined : { element: element('div', { class: 'tool-calls' }, ...lines) };
}
