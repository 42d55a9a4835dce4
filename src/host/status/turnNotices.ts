import * as vscode from 'vscode';
import { isTerminal, type RecordedEvent } from '../../engine/events';
import { initialTurn, type TurnState } from '../../engine/state/turnState';
import type { Conversation, ConversationChange } from '../conversation/conversation';
import type { Conversations } from '../conversation/conversations';
import type { Log } from '../diagnostics/log';
import type { ConversationPanels } from '../panel/conversationPanels';
import { conversationName, panelTitle } from '../panel/panelText';
import { toast, type ToastAction } from '../ui/notifications';
import { timeOfDay } from '../util/localization';

/** What somebody should hear of who does not see the panel. */
export type TurnNotice =
  /** `partial`: a part of the answer is there; `message`: localised. */
  | { readonly kind: 'failed'; readonly partial: boolean; readonly message: string }
  /** `until`: epoch milliseconds; `message`: why, localised. */
  | { readonly kind: 'waiting'; readonly until: number; readonly message: string }
  | { readonly kind: 'done' };

type NoticeSource = Pick<Conversation, 'id' | 'exchange'>;

interface TurnNoticesDeps<Of extends NoticeSource> {
  /** Its panel is in view. */
  readonly isVisible: (conversationId: string) => boolean;
  readonly show: (notice: TurnNotice, conversation: Of, exchangeId: string) => void;
}

/** Whoever asks looks at the panel for so long before turning to something else. */
const minNoticedMs = 30_000;

/** One notice for a turn, and none for what can be seen or was wanted. */
export class TurnNotices<Of extends NoticeSource = Conversation> {
  /** Exchanges whose running turn has had its notice. */
  private readonly notified = new Set<string>();

  constructor(private readonly deps: TurnNoticesDeps<Of>) {}

  handle(conversation: Of, change: ConversationChange | undefined): void {
    if (change?.type !== 'events') return;
    for (const event of change.events) this.handleEvent(conversation, change.exchangeId, event);
  }

  private handleEvent(conversation: Of, exchangeId: string, event: RecordedEvent): void {
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
      // What ends by itself when the network is back has no length: the status bar says it.
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

/** From the beginning of the turn, or since it was last tried again, to its end. */
function turnDurationMs({ startedAt, endedAt }: TurnState): number {
  return startedAt === undefined || endedAt === undefined ? 0 : endedAt - startedAt;
}

interface RegistrationDeps {
  readonly conversations: Pick<Conversations, 'open' | 'onDidChange'>;
  readonly panels: Pick<ConversationPanels, 'isVisible' | 'show'>;
  readonly log: Log;
}

/**
 * Shows notifications about turns whose panel is not in view. Turns of VS Code's own chat and of other extensions are
 * shown by them.
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
      return toast(
        log,
        'warning',
        notice.partial
          ? vscode.l10n.t('“{0}”: the answer is incomplete. {1}', name, notice.message)
          : vscode.l10n.t('“{0}”: no answer. {1}', name, notice.message),
        [show],
      );
    case 'waiting':
      return toast(
        log,
        'information',
        vscode.l10n.t('“{0}” is waiting until {1}. {2}', name, timeOfDay(notice.until), notice.message),
        [show, { title: vscode.l10n.t('Retry now'), run: () => retryNow(deps, conversation.id, exchangeId) }],
      );
    case 'done':
      return toast(log, 'information', vscode.l10n.t('“{0}”: the answer is complete.', name), [show]);
  }
}

/** A notification may be clicked long after it was shown: what does not wait any more is not asked again, but shown. */
async function retryNow(deps: RegistrationDeps, id: string, exchangeId: string): Promise<void> {
  const conversation = await deps.conversations.open(id);
  if (conversation?.active?.id === exchangeId) conversation.retryNow();
  else await reveal(deps, id);
}

/** Brings the panel of a conversation to the front. */
async function reveal({ conversations, panels }: RegistrationDeps, id: string): Promise<void> {
  const conversation = await conversations.open(id);
  if (conversation) panels.show(conversation, { preserveFocus: false });
}
