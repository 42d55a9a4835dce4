import * as vscode from 'vscode';
import { participantId, vendor } from '../contributions';
import type { ChatParticipant } from './participant/chatParticipant';

/**
 * Registers the chat participant. The code of the participant is loaded when the first request arrives. Returns
 * undefined if the editor has no chat.
 */
export function registerLazyParticipant(
  load: () => Promise<ChatParticipant>,
  iconPath: vscode.Uri,
): vscode.Disposable | undefined {
  const { chat } = vscode as { readonly chat?: Partial<typeof vscode.chat> };
  const participant = chat?.createChatParticipant?.(participantId, async (...request) =>
    (await load()).handle(...request),
  );
  if (!participant) return undefined;
  participant.iconPath = iconPath;
  participant.followupProvider = { provideFollowups: async (result) => (await load()).followups(result) };
  return vscode.Disposable.from(participant);
}

/**
 * Registers the model provider. The code of the provider is loaded at the first call. Returns undefined if the editor
 * has no language model API.
 */
export function registerLazyModels(
  load: () => Promise<vscode.LanguageModelChatProvider>,
  onDidChange: vscode.Event<void>,
): vscode.Disposable | undefined {
  const { lm } = vscode as { readonly lm?: Partial<typeof vscode.lm> };
  return lm?.registerLanguageModelChatProvider?.(vendor, {
    onDidChangeLanguageModelChatInformation: onDidChange,
    provideLanguageModelChatInformation: async (...args) => (await load()).provideLanguageModelChatInformation(...args),
    provideLanguageModelChatResponse: async (...args) => (await load()).provideLanguageModelChatResponse(...args),
    provideTokenCount: async (...args) => (await load()).provideTokenCount(...args),
  });
}
