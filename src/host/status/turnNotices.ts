import * as vscode from 'vscode';
import { isTerminal, type RecordedEvent } from '../../engine/events/events';
import { initialTurn, type TurnState } from '../../engine/state/turnState';
import type { Conversation } from '../conversation/conversation';
import type { Conversations } from '../conversation/conversations';
import type { ErrorLog } from '../util/log';
import type { PanelRegistry } from '../panel/panelRegistry';
import { plainLabel } from '../ui/messageText';
import { answersSideBySide } from '../journal/exchange';
import { tabTitle } from '../ui/panelText';
import { showMessage } from '../ui/notifications';
import { hostWords } from '../ui/words';

interface NoticeServices {
  readonly conversations: Conversations;
  readonly panels: PanelRegistry;
  readonly log: ErrorLog;
}

/**
 * Minimum length of a wait or a turn that causes a message, in milliseconds. During a shorter wait or turn, most
 * users are still watching the panel.
 */
const minNoticedMs = 30_000;

/**
 * Shows a message about a turn whose panel is hidden, at most one per turn. Turns of the chat and of other extensions
 * have no panel and cause no message.
 */
export function registerTurnNotices(services: NoticeServices): { dispose(): void } {
  /** Ids of answers whose running turn has already caused a message. */
  const notifiedAnswers = new Set<string>();
  const handleEvent = (conversation: Conversation, answerId: string, event: RecordedEvent): void => {
    const { tree } = conversation;
    const { state = initialTurn } = tree.answer(answerId) ?? {};
    const exchange = tree.exchangeOf(answerId);
    const title = tabTitle(tree);
    const isCompared = answersSideBySide(exchange).length > 1;
    const name = isCompared ? `${title} · ${plainLabel(state.model)}` : title;
    const isUnseen = !notifiedAnswers.has(answerId) && !services.panels.isVisible(conversation.id);
    // A completed answer of a comparison causes no message while other answers are still running.
    const isNotLast = event.type === 'done' && conversation.activeAnswers.length > 0;
    const text = isUnseen && !isNotLast ? noticeText(event, state, name, exchange === undefined) : undefined;
    if (text !== undefined) {
      notifiedAnswers.add(answerId);
      show(services, event.type, text, conversation.id, answerId);
    }
    if (isTerminal(event)) notifiedAnswers.delete(answerId);
  };
  return services.conversations.onDidChange(({ conversation, change }) => {
    if (change?.type !== 'events') return;
    for (const event of change.events) handleEvent(conversation, change.answerId, event);
  });
}

function noticeText(event: RecordedEvent, state: TurnState, name: string, isSummary: boolean): string | undefined {
  switch (event.type) {
    case 'waiting': {
      // A wait for the network causes no message, because its length is unknown. The status bar shows this wait.
      if (event.reason === 'offline' || event.delayMs < minNoticedMs) return undefined;
      const until = hostWords().format.timeOfDay(event.until);
      return vscode.l10n.t('“{0}” is waiting until {1}. {2}', name, until, event.message);
    }
    case 'failed':
      if (isSummary) return vscode.l10n.t('“{0}” could not be summarized. {1}', name, event.message);
      return state.text === ''
        ? vscode.l10n.t('No answer to “{0}”. {1}', name, event.message)
        : vscode.l10n.t('The answer to “{0}” is incomplete. {1}', name, event.message);
    case 'done': {
      const { startedAt, endedAt } = state;
      if (startedAt === undefined || endedAt === undefined || endedAt - startedAt < minNoticedMs) return undefined;
      return isSummary
        ? vscode.l10n.t('The summary of “{0}” is ready.', name)
        : vscode.l10n.t('The answer to “{0}” is complete.', name);
    }
    default:
      return undefined;
  }
}

function show(services: NoticeServices, type: RecordedEvent['type'], text: string, id: string, answerId: string): void {
  const showPanel = { title: vscode.l10n.t('Show'), run: () => services.panels.open(id) };
  const retry = { title: vscode.l10n.t('Retry now'), run: () => retryNow(services, id, answerId) };
  const actions = type === 'waiting' ? [showPanel, retry] : [showPanel];
  if (type === 'failed') showMessage(services.log, 'warning', text, actions, 'question');
  else showMessage(services.log, 'information', text, actions);
}

/** Ends the wait of the turn. If the turn is no longer running, shows its conversation instead. */
async function retryNow(services: NoticeServices, id: string, answerId: string): Promise<void> {
  const conversation = await services.conversations.open(id);
  if (conversation?.activeAnswers.some(({ id }) => id === answerId)) conversation.retryNow(answerId);
  else await services.panels.open(id);
}
