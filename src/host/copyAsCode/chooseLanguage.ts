import * as vscode from 'vscode';
import { titleOf } from '../conversation/conversationList';
import type { Exchange } from '../conversation/exchange';
import { plainLabel } from '../ui/plainLabel';
import type { LanguageId } from './exportedRequest';
import { languages } from './codeLanguages';

export interface Choice {
  readonly exchange: Exchange;
  readonly language: LanguageId;
}

interface LanguageItem extends vscode.QuickPickItem {
  /** Absent: first, another prompt. */
  readonly language?: LanguageId;
}

/**
 * What to copy a request as, and on the way, which one.
 * @param others those it can be exchanged for, itself included; fewer than two: that is not offered
 * @returns undefined when the user has changed their mind
 */
export async function chooseLanguage(exchange: Exchange, others: readonly Exchange[]): Promise<Choice | undefined> {
  const picked = await vscode.window.showQuickPick(languageItems(others.length > 1), {
    title: vscode.l10n.t('Copy the request “{0}” as', titleOf(undefined, exchange.prompt)),
  });
  if (!picked) return undefined;
  if (picked.language !== undefined) return { exchange, language: picked.language };
  const other = await choosePrompt(exchange, others);
  return other && chooseLanguage(other, others);
}

function languageItems(offerOthers: boolean): readonly LanguageItem[] {
  const withLoop = vscode.l10n.t('With the retry loop; goes on where an answer is cut');
  const items: readonly LanguageItem[] = [
    { language: 'curl', label: languages.curl.label, description: vscode.l10n.t('For the command line') },
    { language: 'python', label: languages.python.label, description: withLoop },
    { language: 'node', label: languages.node.label, description: withLoop },
  ];
  if (!offerOthers) return items;
  const separator = { label: '', kind: vscode.QuickPickItemKind.Separator };
  return [...items, separator, { label: vscode.l10n.t('Another prompt of this conversation…') }];
}

async function choosePrompt(present: Exchange, others: readonly Exchange[]): Promise<Exchange | undefined> {
  const items = others.toReversed().map((exchange) => ({
    exchange,
    label: plainLabel(titleOf(undefined, exchange.prompt)),
    description: plainLabel(exchange.state.model),
    picked: exchange.id === present.id,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Copy which request?'),
    matchOnDescription: true,
  });
  return picked?.exchange;
}
