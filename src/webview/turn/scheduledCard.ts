import { type Schedule, scheduleLifetimeMs } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element, setText } from '../util/element';
import { fill, fillNodes } from '../util/format';
import type { Card } from './cardParts';

/** Interval between updates of the countdown, in milliseconds. */
const tickMs = 1000;

/** The model and the host name of the gateway to which a scheduled prompt is sent. */
interface ScheduledTarget {
  readonly host: string;
  readonly model: string;
}

/** Creates the card that shows when a scheduled prompt is sent and to whom, with the buttons *Send now* and *Cancel*. */
export function createScheduledCard(
  context: PageContext,
  exchangeId: string,
  schedule: Schedule,
  target: ScheduledTarget,
): Card {
  const { strings, clock, format, post, isReadOnly } = context;
  const message = element('p', { class: 'card-message' });
  const timer = element('span', { role: 'timer', 'aria-live': 'off', class: 'countdown' });
  const timerLine = element('p', { class: 'card-timer' });
  let shownTemplate = '';
  const tick = (): void => {
    const now = clock.now();
    const isPending = schedule.dueAt !== undefined && schedule.dueAt > now;
    const end = isPending ? schedule.dueAt : schedule.scheduledAt + scheduleLifetimeMs;
    const template = isPending ? strings.sendsIn : strings.lapsesIn;
    setText(message, scheduledText(context, schedule, target));
    setText(timer, format.countdown(end - now));
    if (template !== shownTemplate) timerLine.replaceChildren(...fillNodes(template, timer));
    shownTemplate = template;
  };
  tick();
  const buttons = [
    button(strings.sendNow, 'primary', () => post({ type: 'action', exchangeId, action: 'retryNow' })),
    button(strings.cancel, 'secondary', () => post({ type: 'stop', exchangeId })),
  ];
  const card = element(
    'section',
    { class: 'card scheduled-card', 'aria-label': strings.scheduled },
    message,
    timerLine,
    element('p', { class: 'provenance' }, strings.scheduledNote),
    ...(isReadOnly() ? [] : [element('div', { class: 'actions' }, ...buttons)]),
  );
  return { element: card, dispose: clock.every(tickMs, tick), refresh: tick };
}

/** Returns the sentence that says when a scheduled prompt is sent, and to whom. */
export function scheduledText(
  { strings, format, clock }: Pick<PageContext, 'strings' | 'format' | 'clock'>,
  { dueAt }: Schedule,
  { host, model }: ScheduledTarget,
): string {
  if (dueAt === undefined) return fill(strings.scheduledOnline, host, model);
  const now = clock.now();
  return fill(dueAt > now ? strings.scheduledTime : strings.scheduledDue, format.timeOfDay(dueAt, now), host, model);
}
