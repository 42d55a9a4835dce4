import * as vscode from 'vscode';

/** The vendor's name, as package.json and other extensions know it. */
export const vendor = 'holysheep';

/**
 * Registered at the start; what answers is loaded with the first call.
 * @param onDidChange the gateway's models may be others
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
