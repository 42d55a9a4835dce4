import * as vscode from 'vscode';
import type { ModelCooldown } from '../../engine/gate/gatewayState';
import type { TurnState } from '../../engine/state/turnState';
import {
  describeCountdown,
  describeRetryTime,
  describeSilence,
  joinSentences,
  type Words,
} from '../../shared/describe';
import { fillTemplate } from '../../shared/format';
import type { SetContext } from '../commands';
import type { Conversation } from '../conversation/conversation';
import type { Conversations } from '../conversation/conversations';
import { canRetry, openComparison } from '../journal/exchange';
import type { ScheduledCount } from '../schedule/scheduler';
import { plainLabel } from '../ui/messageText';
import type { UnseenFailure } from './unseenFailures';

export interface Situation {
  readonly runningConversation: Conversation | undefined;
  /** Number of conversations with a running turn. */
  readonly runningCount: number;
  readonly failure: UnseenFailure | undefined;
  /** Cooldown that would delay the next request to the selected model. */
  readonly cooldown: ModelCooldown | undefined;
  readonly scheduled: ScheduledCount;
}

export interface ActivityItem {
  /** Text of the status bar item with an icon, such as `$(watch) Retrying in 4 s`. */
  readonly text: string;
  readonly tooltip: string;
  /**
   * Label of the status bar item for screen readers. It contains a time of day instead of a countdown, because screen
   * readers announce each change of the label.
   */
  readonly label: string;
  readonly command: 'holysheep.showPanel' | 'holysheep.openScheduled';
  /**
   * Conversation that opens when the user clicks the status bar item. If undefined, the command of the item opens a
   * conversation or a list.
   */
  readonly conversationId?: string | undefined;
  /** Whether the text of the status bar item changes as time passes, such as a countdown. */
  readonly isTimed: boolean;
}

interface Activity {
  readonly icon: string;
  readonly caption: string;
  /** Text of the status bar item for screen readers, if it differs from the visible text. */
  readonly spoken?: string;
  readonly explanation?: string | undefined;
  readonly conversationId?: string;
  readonly listsScheduled?: true;
  readonly isTimed?: true;
}

/**
 * Returns the activity item of the status bar, or undefined if there is nothing to show.
 * @param now the current time in epoch milliseconds
 */
export function activityItem(situation: Situation, words: Words, now: number): ActivityItem | undefined {
  const { runningConversation, runningCount } = situation;
  const state = runningConversation?.activeAnswer?.state;
  const activity =
    runningConversation && state
      ? turnActivity(runningConversation, state, words, now)
      : idleActivity(situation, words, now);
  if (!activity) return undefined;
  const { icon, caption, spoken = caption, explanation, conversationId, listsScheduled, isTimed = false } = activity;
  const otherCount = state ? Math.max(0, runningCount - 1) : 0;
  const lines = [
    ...(explanation === undefined ? [] : [explanation]),
    ...(otherCount > 0 ? [vscode.l10n.t('Other answers in progress: {others}.', { others: otherCount })] : []),
    listsScheduled
      ? vscode.l10n.t('Click to show the scheduled prompts.')
      : vscode.l10n.t('Click to show the conversation.'),
  ];
  return {
    text: `$(${icon}) ${caption}${otherCount > 0 ? ` (+${otherCount})` : ''}`,
    tooltip: lines.join('\n'),
    label: `HolySheep: ${joinSentences(words.strings, [spoken, ...lines])}`,
    command: listsScheduled ? 'holysheep.openScheduled' : 'holysheep.showPanel',
    conversationId,
    isTimed,
  };
}

function turnActivity(
  { activeAnswers, activeAnswer, tree }: Conversation,
  state: TurnState,
  words: Words,
  now: number,
): Activity {
  const { length: count } = activeAnswers;
  if (count > 1) return { icon: 'loading~spin', caption: vscode.l10n.t('Comparing {count} models…', { count }) };
  const { strings } = words;
  const { phase, wait } = state;
  if (phase === 'offline')
    return { icon: 'cloud-offline', caption: vscode.l10n.t('Offline'), explanation: strings.waitOffline };
  const gateway = state.gateway?.label;
  const explanation = gateway === undefined ? undefined : fillTemplate(strings.gateway, gateway);
  if (phase !== 'waiting' || !wait) {
    const silence = describeSilence(words, state, now);
    const isSummary = activeAnswer !== undefined && tree.summaryOf(activeAnswer.id) !== undefined;
    const texts =
      silence === undefined
        ? { caption: isSummary ? vscode.l10n.t('Summarizing…') : vscode.l10n.t('Answering…') }
        : { caption: vscode.l10n.t('Waiting {time}', { time: silence }), spoken: strings.waitingForModel };
    return { icon: 'loading~spin', ...texts, explanation, isTimed: true };
  }
  const caption = describeCountdown(words, wait, Math.max(0, wait.until - now));
  return { icon: 'watch', caption, spoken: describeRetryTime(words, wait), explanation, isTimed: true };
}

/**
 * Returns what the status bar shows while no turn is running: a failure, scheduled prompts, or a cooldown, in this
 * order. The cooldown comes last, because the prompts are usually waiting for its end.
 */
function idleActivity(
  { failure, cooldown, scheduled }: Situation,
  { format }: Words,
  now: number,
): Activity | undefined {
  if (failure) {
    const { conversation, answer } = failure;
    const { state } = answer;
    const single = state.text === '' ? vscode.l10n.t('Failed') : vscode.l10n.t('Incomplete answer');
    // For a comparison, the text names the model that failed, because the other models might have answered.
    const caption = openComparison(answer)
      ? vscode.l10n.t('{model} failed', { model: plainLabel(state.model) })
      : single;
    return { icon: 'warning', caption, explanation: state.failure?.message, conversationId: conversation.id };
  }
  const timeOf = (at: number): string => format.timeOfDay(at, { now });
  const { count, nextAt } = scheduled;
  if (count > 0) {
    const explanation =
      nextAt === undefined
        ? vscode.l10n.t('Scheduled prompts are waiting for a network connection, or for you to send them.')
        : vscode.l10n.t('The next scheduled prompt will be sent at {time}.', { time: timeOf(nextAt) });
    const caption = vscode.l10n.t('{count} scheduled', { count });
    return { icon: 'calendar', caption, explanation, listsScheduled: true };
  }
  if (cooldown === undefined || cooldown.until <= now) return undefined;
  return {
    icon: 'debug-pause',
    caption: vscode.l10n.t('Paused until {time}', { time: timeOf(cooldown.until) }),
    explanation:
      cooldown.blockKind === 'cooldown'
        ? vscode.l10n.t(
            "The gateway isn't accepting requests for this model right now, so they are paused. New prompts are sent when the pause ends.",
          )
        : vscode.l10n.t(
            'Requests to this model are paused because it kept failing. New prompts are sent when the pause ends.',
          ),
    isTimed: true,
  };
}

export function setTurnContext({ runningConversation, current }: Conversations, setContext: SetContext): void {
  setContext('holysheep.running', runningConversation !== undefined);
  setContext('holysheep.retryable', isRetryable(runningConversation ?? current));
  // The context key is false for an empty conversation, because such a conversation can't be renamed, exported or
  // deleted.
  setContext('holysheep.hasConversation', current?.last !== undefined);
}

function isRetryable(conversation: Conversation | undefined): boolean {
  if (!conversation) return false;
  const { activeAnswer, answersToRetry } = conversation;
  if (!activeAnswer) return answersToRetry.some(canRetry);
  return activeAnswer.state.phase !== 'streaming';
}
