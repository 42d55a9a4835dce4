import { isDeepStrictEqual } from 'node:util';
import type { Localize } from '../../engine/engine';
import { routeOf, type WaitingEvent } from '../../engine/events';
import type { ModelCooldown } from '../../engine/gate/networkState';
import { routeName } from '../../engine/gateway/baseUrl';
import type { Conversation } from '../conversation/conversation';
import { canRetry } from '../journal/exchange';
import type { ScheduledCount } from '../schedule/scheduler';
import { joinSentences } from '../ui/messageText';

/** The activity of all turns, as one value for the status bar. */
export type Activity =
  | { readonly kind: 'idle' }
  /**
   * An answer arrives. `route`: base URL or origin of the route, absent before the first attempt; `otherTurns`: number
   * of turns that run in other conversations.
   */
  | { readonly kind: 'streaming'; readonly route?: string | undefined; readonly otherTurns: number }
  /** A turn waits. `until`: epoch milliseconds at which the next attempt starts; `estimated`: the time is an estimate. */
  | {
      readonly kind: 'waiting';
      readonly until: number;
      readonly estimated?: true | undefined;
      readonly route?: string | undefined;
      readonly otherTurns: number;
    }
  /** A turn waits for the network and continues automatically. */
  | { readonly kind: 'offline'; readonly otherTurns: number }
  /** The last turn failed. `partial`: part of the answer has arrived. */
  | { readonly kind: 'failed'; readonly partial: boolean }
  /** No turn runs, and a new request to the selected model would have to wait. */
  | ({ readonly kind: 'cooling' } & ModelCooldown)
  /** No turn runs, and prompts are scheduled. */
  | ({ readonly kind: 'scheduled' } & ScheduledCount);

/** The conversations whose turns the status bar and the context keys reflect. */
export interface Turns {
  readonly current: Pick<Conversation, 'activeExchange' | 'lastExchange'> | undefined;
  readonly running: Pick<Conversation, 'activeExchange' | 'lastExchange'> | undefined;
  /** Number of conversations with a running turn. */
  readonly runningCount: number;
}

/** Returns the activity of the running turn. When no turn is running, returns the outcome of the last turn. */
export function activityOf({ running, current, runningCount }: Turns): Activity {
  const exchange = running?.activeExchange ?? current?.lastExchange;
  const otherTurns = Math.max(0, runningCount - 1);
  switch (exchange?.state.phase) {
    case 'offline':
      return { kind: 'offline', otherTurns };
    case 'waiting':
    case 'connecting':
    case 'streaming':
    case 'resuming': {
      const { phase, wait } = exchange.state;
      const route = routeOf(exchange.state);
      const turn = { ...(route !== undefined && { route }), otherTurns };
      return phase === 'waiting' && wait ? waitingActivity(wait, turn) : { kind: 'streaming', ...turn };
    }
    case 'failed':
      return { kind: 'failed', partial: exchange.state.text !== '' };
    case 'done':
    case 'stopped':
    case 'interrupted':
    case 'scheduled':
    case undefined:
      return { kind: 'idle' };
  }
}

function waitingActivity(
  { until, estimated }: WaitingEvent,
  turn: Pick<Activity & { readonly kind: 'waiting' }, 'route' | 'otherTurns'>,
): Activity {
  return { kind: 'waiting', until, ...(estimated && { estimated }), ...turn };
}

/**
 * If the model has a cooldown, returns the cooldown in place of an idle or failed activity. The activity of a running
 * turn is returned unchanged, because that turn either waits for the cooldown itself or uses another model.
 */
export function withCooldown(activity: Activity, cooldown: ModelCooldown | undefined): Activity {
  if (!cooldown) return activity;
  return activity.kind === 'idle' || activity.kind === 'failed' ? { kind: 'cooling', ...cooldown } : activity;
}

/**
 * If prompts are scheduled, returns their number in place of an idle activity or a cooldown, which is usually why they
 * are scheduled.
 */
export function withScheduled(activity: Activity, scheduled: ScheduledCount): Activity {
  const isIdle = activity.kind === 'idle' || activity.kind === 'cooling';
  return isIdle && scheduled.count > 0 ? { kind: 'scheduled', ...scheduled } : activity;
}

/**
 * Passes an activity to `show` only if it differs from the previous activity, because this function is called for
 * events up to sixty times per second.
 */
export class DistinctActivity {
  private last: Activity = { kind: 'idle' };

  constructor(private readonly show: (activity: Activity) => void) {}

  update(activity: Activity): void {
    if (isDeepStrictEqual(activity, this.last)) return;
    this.last = activity;
    this.show(activity);
  }
}

/** An activity that the status bar shows. While the activity is idle, the status bar item is hidden. */
type VisibleActivity = Exclude<Activity, { readonly kind: 'idle' }>;

/** Texts of the status bar item for an activity. */
interface ActivityText {
  /** Text with an icon, e.g. `$(watch) Retrying in 4 s`. */
  readonly text: string;
  readonly tooltip: string;
  /**
   * Label for screen readers. The label contains a time of day instead of a countdown, because screen readers announce
   * each change of the label.
   */
  readonly label: string;
}

interface ActivityTextDeps {
  readonly localize: Localize;
  /** Formats an epoch time in milliseconds as a time of day with seconds. */
  readonly formatTime: (at: number) => string;
  /** Returns the current time in epoch milliseconds. */
  readonly now: () => number;
}

/** Returns the texts of the status bar item for an activity. */
export function activityText(activity: VisibleActivity, deps: ActivityTextDeps): ActivityText {
  const { localize } = deps;
  const [icon, caption, spoken = caption] = describeActivity(activity, deps);
  const otherTurns = 'otherTurns' in activity ? activity.otherTurns : 0;
  const lines = [
    ...explainActivity(activity, deps),
    ...(otherTurns > 0 ? [localize('Other answers in progress: {others}.', { others: otherTurns })] : []),
    activity.kind === 'scheduled'
      ? localize('Click to show the scheduled prompts.')
      : localize('Click to show the conversation.'),
  ];
  return {
    text: `${icon} ${caption}${otherTurns > 0 ? ` (+${otherTurns})` : ''}`,
    tooltip: lines.join('\n'),
    label: `HolySheep: ${joinSentences(localize, [spoken, ...lines])}`,
  };
}

type Caption = readonly [icon: string, text: string, spoken?: string];

function describeActivity(activity: VisibleActivity, { localize, formatTime, now }: ActivityTextDeps): Caption {
  switch (activity.kind) {
    case 'streaming':
      return ['$(sync~spin)', localize('Answering…')];
    case 'waiting': {
      // Rounds the seconds as the wait card does, so that both countdowns start at the same number.
      const seconds = Math.max(0, Math.round((activity.until - now()) / 1000));
      if (activity.estimated) {
        const caption =
          seconds > 0 ? localize('Retrying in about {seconds} s', { seconds }) : localize('Retrying soon');
        return ['$(watch)', caption, localize('Retrying soon, after another request.')];
      }
      return [
        '$(watch)',
        localize('Retrying in {seconds} s', { seconds }),
        localize('Retrying at {time}.', { time: formatTime(activity.until) }),
      ];
    }
    case 'offline':
      return ['$(cloud-offline)', localize('Offline')];
    case 'failed':
      return ['$(warning)', activity.partial ? localize('Incomplete answer') : localize('No answer')];
    case 'cooling': {
      const time = formatTime(activity.until);
      return ['$(history)', localize('Paused until {time}', { time }), localize('Paused until {time}.', { time })];
    }
    case 'scheduled':
      return ['$(clock)', localize('{count} scheduled', { count: activity.count })];
  }
}

function explainActivity(activity: VisibleActivity, { localize, formatTime }: ActivityTextDeps): readonly string[] {
  switch (activity.kind) {
    case 'offline':
      return [localize('You appear to be offline. The answer resumes automatically when the network is back.')];
    case 'cooling':
      return [
        activity.blockKind === 'cooldown'
          ? localize(
              "The gateway isn't accepting requests for this model right now, so they are paused. New prompts are sent when the pause ends.",
            )
          : localize(
              'Requests to this model are paused because it kept failing. New prompts are sent when the pause ends.',
            ),
      ];
    case 'scheduled':
      return [
        activity.nextAt === undefined
          ? localize('The scheduled prompts wait for the network, or for you to send them.')
          : localize('The next scheduled prompt will be sent at {time}.', { time: formatTime(activity.nextAt) }),
      ];
    case 'streaming':
    case 'waiting':
      return activity.route === undefined ? [] : [localize('Route: {host}.', { host: routeName(activity.route) })];
    case 'failed':
      return [];
  }
}

/** Sets a context key of VS Code, for `when` clauses. */
export type SetContext = (key: string, value: boolean) => void;

/** Sets the context keys `running`, `retryable` and `hasConversation` of `holysheep`, each only when its value changes. */
export class ContextKeys {
  private readonly values = new Map<string, boolean>();

  constructor(private readonly setContext: SetContext) {}

  update({ running, current }: Pick<Turns, 'running' | 'current'>): void {
    this.set('holysheep.running', running !== undefined);
    this.set('holysheep.retryable', isRetryable(running ?? current));
    // Sets `hasConversation` to false for an empty conversation, because it can't be renamed, exported or deleted.
    this.set('holysheep.hasConversation', current?.lastExchange !== undefined);
  }

  private set(key: string, value: boolean): void {
    if ((this.values.get(key) ?? false) === value) return;
    this.values.set(key, value);
    this.setContext(key, value);
  }
}

function isRetryable(conversation: Turns['current']): boolean {
  if (!conversation) return false;
  const { activeExchange, lastExchange } = conversation;
  if (!activeExchange) return lastExchange !== undefined && canRetry(lastExchange);
  const { phase } = activeExchange.state;
  return phase === 'waiting' || phase === 'offline' || phase === 'connecting' || phase === 'resuming';
}
