import * as vscode from 'vscode';
import type { Conversation } from '../conversation/conversation';
import type { Conversations } from '../conversation/conversations';
import type { Log } from '../diagnostics/log';
import { conversationName, panelTitle } from '../panel/panelText';
import { timeOfDay } from '../ui/timeOfDay';
import { toast, type ToastAction } from '../ui/toast';
import type { TurnNotice } from './turnNotices';

export interface NoticeDeps {
  readonly log: Log;
  /** Brings its panel to the front. */
  readonly reveal: (conversationId: string) => Promise<void>;
  readonly conversations: Pick<Conversations, 'open'>;
}

/** A notification with what there is to do. */
export function showTurnNotice(
  deps: NoticeDeps,
  notice: TurnNotice,
  conversation: Conversation,
  exchangeId: string,
): void {
  const { log, reveal } = deps;
  const name = panelTitle(conversationName(conversation) ?? '');
  const show: ToastAction = { title: vscode.l10n.t('Show'), run: () => reveal(conversation.id) };
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
        vscode.l10n.t('“{0}” waits until {1}. {2}', name, timeOfDay(notice.until), notice.message),
        [show, { title: vscode.l10n.t('Retry now'), run: () => retryNow(deps, conversation.id, exchangeId) }],
      );
    case 'done':
      return toast(log, 'information', vscode.l10n.t('“{0}”: the answer is complete.', name), [show]);
  }
}

/** A notification may be clicked long after it was shown: what does not wait any more is not asked again, but shown. */
async function retryNow({ conversations, reveal }: NoticeDeps, id: string, exchangeId: string): Promise<void> {
  const conversation = await conversations.open(id);
  if (conversation?.active?.id === exchangeId) conversation.retryNow();
  else await reveal(id);
}
