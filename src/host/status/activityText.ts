import type { Localize } from '../../engine/engine';
import type { Activity } from './activity';

/** Nothing is said while nothing is going on. */
type Shown = Exclude<Activity, { readonly kind: 'idle' }>;

/** What the status bar says of an activity. */
export interface ActivityWords {
  /** With an icon, e.g. `$(watch) Retrying in 4 s`. */
  readonly text: string;
  readonly tooltip: string;
  /**
   * For screen readers. Times are times of day: it stays the same as long as the activity does, so that nobody hears each
   * second of a countdown.
   */
  readonly label: string;
}

export interface WordsDeps {
  readonly localize: Localize;
  /** With seconds. @param at epoch milliseconds */
  readonly formatTime: (at: number) => string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export function activityWords(activity: Shown, deps: WordsDeps): ActivityWords {
  const { localize } = deps;
  const [icon, caption, said = caption] = captionOf(activity, deps);
  const others = 'others' in activity ? activity.others : 0;
  const lines = [
    ...reasonOf(activity, deps),
    ...(others > 0 ? [localize('Other answers that are on their way: {others}.', { others })] : []),
    localize('Show the conversation'),
  ];
  return {
    text: `${icon} ${caption}${others > 0 ? ` (+${others})` : ''}`,
    tooltip: lines.join('\n'),
    label: `HolySheep: ${[said, ...lines].join(' ')}`,
  };
}

type Caption = readonly [icon: string, text: string, said?: string];

function captionOf(activity: Shown, { localize, formatTime, now }: WordsDeps): Caption {
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
      return [
        '$(history)',
        localize('Cooling down until {time}', { time }),
        localize('Cooling down until {time}.', { time }),
      ];
    }
  }
}

function reasonOf(activity: Shown, { localize }: WordsDeps): readonly string[] {
  switch (activity.kind) {
    case 'offline':
      return [localize('You appear to be offline. The answer goes on by itself when the network is back.')];
    case 'cooling':
      return [
        activity.why === 'cooldown'
          ? localize('The gateway wants this model left alone until then. What you ask now is sent when that is over.')
          : localize(
              'This model kept failing and is left alone until then. What you ask now is sent when that is over.',
            ),
      ];
    case 'streaming':
    case 'waiting':
    case 'failed':
      return [];
  }
}
