import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { Disposable } from '../disposable';
import type { UserPrompt } from '../settingValues';
import { promptsScheme } from './promptsScheme';

/** Prompts to be read in an editor that can't change them, and leaves nothing to be saved. */
export class ShownPrompts extends Disposable {
  async show(prompts: readonly UserPrompt[]): Promise<void> {
    const provideTextDocumentContent = (): string => prompts.map(asText).join('\n\n');
    this.register(vscode.workspace.registerTextDocumentContentProvider(promptsScheme, { provideTextDocumentContent }));
    // A name that was used before might still have its old text.
    const uri = vscode.Uri.from({
      scheme: promptsScheme,
      path: `/${vscode.l10n.t('Prompts')}.md`,
      query: randomUUID(),
    });
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: false });
  }

  async close(): Promise<void> {
    this.dispose();
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    const ours = tabs.filter(({ input }) => input instanceof vscode.TabInputText && input.uri.scheme === promptsScheme);
    await vscode.window.tabGroups.close(ours, true);
  }
}

function asText({ title, template, model }: UserPrompt): string {
  const asked = model === undefined ? [] : [vscode.l10n.t('Model: {0}', model), ''];
  return [`# ${title}`, '', ...asked, template, ''].join('\n');
}
