import * as vscode from 'vscode';
import type { ChatParticipant } from './chatParticipant';
import { participantId } from '../../commandIds';

/** Says that it is there; what it does is loaded with the first request. A host without a chat has none. */
export function registerParticipant(
  participant: () => Promise<Pick<ChatParticipant, 'handle' | 'followups'>>,
  iconPath: vscode.Uri,
): vscode.Disposable {
  const { chat } = vscode as { readonly chat?: Partial<typeof vscode.chat> };
  if (!chat?.createChatParticipant) return new vscode.Disposable(() => undefined);
  const registered = chat.createChatParticipant(participantId, async (...request) =>
    (await participant()).handle(...request),
  );
  registered.iconPath = iconPath;
  registered.followupProvider = {
    provideFollowups: async (result) => (await participant()).followups(result),
  };
  return vscode.Disposable.from(registered);
}
