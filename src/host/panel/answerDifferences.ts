import * as vscode from 'vscode';
import type { Conversation } from '../conversation/conversation';
import type { Conversations } from '../conversation/conversations';
import type { Exchange } from '../journal/exchange';
import { plainLabel } from '../ui/messageText';

/**
 * Documents of this scheme show the answers of an exchange. Their URIs contain the ids, so that a reload restores them.
 * The documents are plain text, because in a Markdown document VS Code runs the commands in links.
 */
const answerScheme = 'holysheep-answer';

type Side = 'left' | 'right';

/** Shows the answers of two exchanges in VS Code's diff editor. */
export async function showDifferences(conversation: Conversation, exchangeId: string, otherId: string): Promise<void> {
  const [left, right] = [conversation.exchange(exchangeId), conversation.exchange(otherId)];
  if (!left || !right) return;
  // VS Code keeps the text of an open document, so another answer of the same exchanges needs another URI.
  const endedAt = [left, right].map(({ state }) => state.endedAt).join();
  const ids = { conversation: conversation.id, left: left.id, right: right.id };
  const uriOf = (side: Side, exchange: Exchange): vscode.Uri =>
    vscode.Uri.from({
      scheme: answerScheme,
      path: `/${nameOf(exchange).replace(/[\\/]/g, ' ')}.txt`,
      query: new URLSearchParams({ side, ...ids, endedAt }).toString(),
    });
  const title = `${nameOf(left)} ↔ ${nameOf(right)}`;
  await vscode.commands.executeCommand('vscode.diff', uriOf('left', left), uriOf('right', right), title);
}

export function registerAnswerDocuments(conversations: Pick<Conversations, 'read'>): vscode.Disposable {
  // Both sides of the diff editor need the same result.
  let last: { readonly left: string; readonly right: string; readonly aligned: readonly [string, string] } | undefined;
  return vscode.workspace.registerTextDocumentContentProvider(answerScheme, {
    provideTextDocumentContent: async ({ query }) => {
      const fields = new URLSearchParams(query);
      const content = await conversations.read(fields.get('conversation') ?? '');
      const exchanges = [
        ...(content?.exchanges ?? []),
        ...(content?.otherVersions ?? []).map(({ exchange }) => exchange),
      ];
      const textOf = (side: Side) => exchanges.find(({ id }) => id === fields.get(side))?.state.text;
      const [left, right] = [textOf('left'), textOf('right')];
      if (left === undefined || right === undefined) return vscode.l10n.t('This answer no longer exists.');
      // Loaded only now, because its segmenters take 14 ms to create.
      const { alignAnswers } = await import('./alignAnswers');
      if (last?.left !== left || last.right !== right) last = { left, right, aligned: alignAnswers(left, right) };
      const [leftLines, rightLines] = last.aligned;
      return fields.get('side') === 'left' ? leftLines : rightLines;
    },
  });
}

function nameOf({ state, model = '' }: Exchange): string {
  return plainLabel(state.model || model);
}
