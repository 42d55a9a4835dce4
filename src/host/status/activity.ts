import { isDeepStrictEqual } from 'node:util';
import type { Localize } from '../../engine/engine';
import type { WaitingEvent } from '../../engine/events';
import type { ModelCooldown } from '../../engine/gate/networkState';
import type { Conversation } from '../conversation/conversation';
import { canRetry } from '../conversation/exchange';

export type Activity =
  | { readonly kind: 'idle' }
  /** `others`: turns of other conversations that run as well. */
  | { readonly kind: 'streaming'; readonly others: number }
  /** `until`: epoch milliseconds at which the next attempt goes out; `estimated`: that time is not known exactly. */
  | {
      readonly kind: 'waiting';
      readonly until: number;
      readonly estimated?: true | undefined;
      readonly others: number;
    }
  /** Goes on by itself when the network is back. */
  | { readonly kind: 'offline'; readonly others: number }
  /** `partial`: a part of the answer is there. */
  | { readonly kind: 'failed'; readonly partial: boolean }
  /** Nothing runs, and what is asked now would have to wait. */
  | ({ readonly kind: 'cooling' } & ModelCooldown);

/** As `Conversations` has them. */
export interface Turns {
  readonly current: Pick<Conversation, 'active' | 'last'> | undefined;
  readonly running: Pick<Conversation, 'active' | 'last'> | undefined;
  /** How many conversations have one that runs. */
  readonly runningCount: number;
}

/** What the status bar says of the running turn, or of how the last one ended. */
export function activityOf({ running, current, runningCount }: Turns): Activity {
  const exchange = running?.active ?? current?.last;
  const others = Math.max(0, runningCount - 1);
  switch (exchange?.state.phase) {
    case 'offline':
      return { kind: 'offline', others };
    case 'waiting':
      return exchange.state.wait ? waitingActivity(exchange.state.wait, others) : { kind: 'streaming', others };
    case 'connecting':
    case 'streaming':
    case 'resuming':
      return { kind: 'streaming', others };
    case 'failed':
      return { kind: 'failed', partial: exchange.state.text !== '' };
    case 'done':
    case 'stopped':
    case 'interrupted':
    case undefined:
      return { kind: 'idle' };
  }
}

function waitingActivity({ until, estimated }: WaitingEvent, others: number): Activity {
  return { kind: 'waiting', until, ...(estimated && { estimated }), others };
}

/**
 * Shows a cooldown of the model instead of how the last turn ended, but not instead of a running turn: that one waits for
 * the cooldown or asks another model.
 */
export function withCooldown(activity: Activity, cooldown: ModelCooldown | undefined): Activity {
  if (!cooldown) return activity;
  return activity.kind === 'idle' || activity.kind === 'failed' ? { kind: 'cooling', ...cooldown } : activity;
}

/**
 * The conversation whose turn is shown, stopped and retried where several run: the current one's, else one that can't go
 * on, else any.
 */
export function foremost<Any extends Pick<Conversation, 'active'>>(
  current: Any | undefined,
  all: readonly Any[],
): Any | undefined {
  if (current?.active) return current;
  const running = all.filter(({ active }) => active);
  return running.find(({ active }) => isWaiting(active)) ?? running[0];
}

/** Passes an activity on only when it is another: events come sixty times a second. */
export class DistinctActivity {
  private last: Activity = { kind: 'idle' };

  constructor(private readonly show: (activity: Activity) => void) {}

  update(activity: Activity): void {
    if (isDeepStrictEqual(activity, this.last)) return;
    this.last = activity;
    this.show(activity);
  }
}

function isWaiting(active: Conversation['active']): boolean {
  const phase = active?.state.phase;
  return phase === 'waiting' || phase === 'offline';
}

/** Nothing is said while nothing is going on. */
type VisibleActivity = Exclude<Activity, { readonly kind: 'idle' }>;

/** What the status bar says of an activity. */
interface ActivityText {
  /** With an icon, e.g. `$(watch) Retrying in 4 s`. */
  readonly text: string;
  readonly tooltip: string;
  /**
   * For screen readers. Times are times of day: it stays the same as long as the activity does, so that nobody hears each
   * second of a countdown.
   */
  readonly label: string;
}

interface ActivityTextDeps {
  readonly localize: Localize;
  /** With seconds. @param at epoch milliseconds */
  readonly formatTime: (at: number) => string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export function activityText(activity: VisibleActivity, deps: ActivityTextDeps): ActivityText {
  const { localize } = deps;
  const [icon, caption, said = caption] = describeActivity(activity, deps);
  const others = 'others' in activity ? activity.others : 0;
  const lines = [
    ...explainActivity(activity, deps),
    ...(others > 0 ? [localize('Other answers in progress: {others}.', { others })] : []),
    localize('Click to show the conversation.'),
  ];
  return {
    text: `${icon} ${caption}${others > 0 ? ` (+${others})` : ''}`,
    tooltip: lines.join('\n'),
    label: `HolySheep: ${[said, ...lines].join(' ')}`,
  };
}

type Caption = readonly [icon: string, text: string, said?: string];

function describeActivity(activity: VisibleActivity, { localize, formatTime, now }: ActivityTextDeps): Caption {
  switch (activity.kind) {
    case 'streaming':
      return ['$(sync~spin)', localize('Answering…')];
    case 'waiting': {
      // Rounded as on the card: both start at what was announced.
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
  }
}

function explainActivity(activity: VisibleActivity, { localize }: ActivityTextDeps): readonly string[] {
  switch (activity.kind) {
    case 'offline':
      return [localize('You appear to be offline. The answer resumes automatically when the network is back.')];
    case 'cooling':
      return [
        activity.why === 'cooldown'
          ? localize('The gateway accepts no requests for this model until then. New prompts are sent afterwards.')
          : localize(
              'This model kept failing, so requests to it are paused until then. New prompts are sent afterwards.',
            ),
      ];
    case 'streaming':
    case 'waiting':
    case 'failed':
      return [];
  }
}

export type SetContext = (key: string, value: boolean) => void;

/** `holysheep.running`, `holysheep.retryable` and `holysheep.hasConversation`, set only when their value changes. */
export class ContextKeys {
  private readonly values = new Map<string, boolean>();

  constructor(private readonly setContext: SetContext) {}

  update({ running, current }: Pick<Turns, 'running' | 'current'>): void {
    this.set('holysheep.running', running !== undefined);
    this.set('holysheep.retryable', isRetryable(running ?? current));
    // Something was asked in it: it can be named, exported and deleted.
    this.set('holysheep.hasConversation', current?.last !== undefined);
  }

  private set(key: string, value: boolean): void {
    if ((this.values.get(key) ?? false) === value) return;
    this.values.set(key, value);
    this.setContext(key, value);
  }
}

function isRetryable(conversation: Turns['current']): boolean {
  if (!conversation) return false;
  const { active, last } = conversation;
  if (!active) return last !== undefined && canRetry(last);
  const { phase } = active.state;
  return phase === 'waiting' || phase === 'offline' || phase === 'connecting' || phase === 'resuming';
}
