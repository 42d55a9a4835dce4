import * as vscode from 'vscode';
import type { Conversation } from '../conversation/conversation';
import type { Answer } from '../../shared/exchanges';
import { plainLabel } from '../ui/messageText';
import { showVirtualDocument } from '../ui/virtualDocument';

export async function showDifferences({ tree }: Conversation, answerId: string, otherId: string): Promise<void> {
  const [left, right] = [tree.answer(answerId), tree.answer(otherId)];
  if (!left || !right) return;
  // The module is loaded only when it is needed, because it creates text segmenters, which takes 14 ms.
  const { alignAnswers } = await import('./alignAnswers');
  const [leftText, rightText] = alignAnswers(left.state.text, right.state.text);
  const title = `${nameOf(left)} ↔ ${nameOf(right)}`;
  await showVirtualDocument(uriOf(left), leftText, (leftDocument) =>
    showVirtualDocument(uriOf(right), rightText, (rightDocument) =>
      vscode.commands.executeCommand('vscode.diff', leftDocument.uri, rightDocument.uri, title),
    ),
  );
}

function uriOf(answer: Answer): vscode.Uri {
  return vscode.Uri.from({ scheme: 'holysheep-answer', path: `/${nameOf(answer).replace(/[\\/]/g, ' ')}.txt` });
}

function nameOf({ state, model = '' }: Answer): string {
  return plainLabel(state.model || model);
}
