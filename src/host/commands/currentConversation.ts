import * as vscode from 'vscode';
import type { Conversations } from '../conversation/conversations';
import { titleOf } from '../conversation/conversationSummary';
import type { NamedConversation } from '../history/historyDeps';
import { UserError } from '../userError';

export interface CurrentDeps {
  readonly conversations: Pick<Conversations, 'current'>;
}

/** The one whose panel had the focus last. @throws UserError when there is nothing in it yet */
export function currentConversation({ conversations: { current } }: CurrentDeps): NamedConversation {
  const [first] = current?.exchanges() ?? [];
  if (!current || !first) throw new UserError(vscode.l10n.t('There is nothing in this conversation yet.'));
  return { id: current.id, title: titleOf(current.title, first.prompt) };
}
