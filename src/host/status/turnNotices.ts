import * as vscode from 'vscode';
import { isTerminal, type RecordedEvent } from '../../engine/events';
import { initialTurn, type TurnState } from '../../engine/state/turnState';
import type { Conversation } from '../conversation/conversation';
import type { ConversationChange } from '../conversation/conversationRecord';
import type { Conversations } from '../conversation/conversations';
import type { Log } from '../util/log';
import type { PanelRegistry } from '../panel/panelRegistry';
import { conversationName, panelTitle } from '../ui/panelText';
import { showToast, type ToastAction } from '../ui/notifications';
import { formatTime } from '../util/localization';

/** A notification about a turn whose panel is not visible. */
export type TurnNotice =
  /** The turn failed. `partial`: whether part of the answer has arrived; `message`: localized reason. */
  | { readonly kind: 'failed'; readonly partial: boolean; readonly message: string }
  /** A long wait has started. `until`: epoch milliseconds at which the wait ends; `message`: localized reason. */
  | { readonly kind: 'waiting'; readonly until: number; readonly message: string }
  /** A long turn has completed its answer. */
  | { readonly kind: 'done' };

type NoticeSource = Pick<Conversation, 'id' | 'exchange'>;

interface TurnNoticesDeps<Source extends NoticeSource> {
  /** Returns whether the panel of a conversation is visible. */
  readonly isVisible: (conversationId: string) => boolean;
  readonly show: (notice: TurnNotice, conversation: Source, exchangeId: string) => void;
}

/**
 * Minimum length of a wait or a turn that causes a notification, in milliseconds. During a shorter wait, users usually
 * still watch the panel.
 */
const minNoticedMs = 30_000;

/**
 * Shows at most one notification per turn. Shows none while the panel of the turn is visible, and none when the user
 * stopped the turn.
 */
export class TurnNotices<Source extends NoticeSource = Conversation> {
  /** Ids of exchanges whose running turn has already caused a notification. */
  private readonly notified = new Set<string>();

  constructor(private readonly deps: TurnNoticesDeps<Source>) {}

  handle(conversation: Source, change: ConversationChange | undefined): void {
    if (change?.type !== 'events') return;
    for (const event of change.events) this.handleEvent(conversation, change.exchangeId, event);
  }

  private handleEvent(conversation: Source, exchangeId: string, event: RecordedEvent): void {
    const notice = createNotice(event, conversation.exchange(exchangeId)?.state ?? initialTurn);
    const wasNotified = this.notified.has(exchangeId);
    if (notice && !wasNotified && !this.deps.isVisible(conversation.id)) {
      this.notified.add(exchangeId);
      this.deps.show(notice, conversation, exchangeId);
    }
    if (isTerminal(event)) this.notified.delete(exchangeId);
  }
}

function createNotice(event: RecordedEvent, state: TurnState): TurnNotice | undefined {
  switch (event.type) {
    case 'waiting':
      // Shows no notification about a wait for the network, because its length is unknown. The status bar shows this
      // wait.
      return event.reason !== 'offline' && event.delayMs >= minNoticedMs
        ? { kind: 'waiting', until: event.until, message: event.message }
        : undefined;
    case 'failed':
      return { kind: 'failed', partial: state.text !== '', message: event.message };
    case 'done':
      return turnDurationMs(state) >= minNoticedMs ? { kind: 'done' } : undefined;
    default:
      return undefined;
  }
}

/** Returns the duration from the start of the turn, or from its last manual retry, to its end. */
function turnDurationMs({ startedAt, endedAt }: TurnState): number {
  return startedAt === undefined || endedAt === undefined ? 0 : endedAt - startedAt;
}

interface RegistrationDeps {
  readonly conversations: Pick<Conversations, 'open' | 'onDidChange'>;
  readonly panels: Pick<PanelRegistry, 'isVisible' | 'show'>;
  readonly log: Log;
}

/**
 * Shows notifications about turns whose panel is not visible. Turns of VS Code's chat and of other extensions never
 * cause a notification, because they have no panel.
 */
export function registerTurnNotices(deps: RegistrationDeps): { dispose(): void } {
  const notices = new TurnNotices<Conversation>({
    isVisible: (id) => deps.panels.isVisible(id),
    show: (...notice) => showTurnNotice(deps, ...notice),
  });
  return deps.conversations.onDidChange(({ conversation, change }) => notices.handle(conversation, change));
}

function showTurnNotice(
  deps: RegistrationDeps,
  notice: TurnNotice,
  conversation: Conversation,
  exchangeId: string,
): void {
  const { log } = deps;
  const name = panelTitle(conversationName(conversation) ?? '');
  const show: ToastAction = { title: vscode.l10n.t('Show'), run: () => reveal(deps, conversation.id) };
  switch (notice.kind) {
    case 'failed':
      return showToast(
        log,
        'warning',
        notice.partial
          ? vscode.l10n.t('The answer to “{0}” is incomplete. {1}', name, notice.message)
          : vscode.l10n.t('No answer to “{0}”. {1}', name, notice.message),
        [show],
      );
    case 'waiting':
      return showToast(
        log,
        'information',
        vscode.l10n.t('“{0}” is waiting until {1}. {2}', name, formatTime(notice.until), notice.message),
        [show, { title: vscode.l10n.t('Retry now'), run: () => retryNow(deps, conversation.id, exchangeId) }],
      );
    case 'done':
      return showToast(log, 'information', vscode.l10n.t('The answer to “{0}” is complete.', name), [show]);
  }
}

/** Ends the wait of the turn if the turn is still running. Otherwise shows its panel. */
async function retryNow(deps: RegistrationDeps, id: string, exchangeId: string): Promise<void> {
  const conversation = await deps.conversations.open(id);
  if (conversation?.activeExchange?.id === exchangeId) conversation.retryNow();
  else await reveal(deps, id);
}

/** Brings the panel of a conversation to the front. */
async function reveal({ conversations, panels }: RegistrationDeps, id: string): Promise<void> {
  const conversation = await conversations.open(id);
  if (conversation) panels.show(conversation, { preserveFocus: false });
}
