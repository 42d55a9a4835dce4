import * as vscode from 'vscode';
import type { Connections } from '../connection/connections';
import type { Conversation } from '../conversation/conversation';
import { conversationTitle } from '../conversation/conversationList';
import type { Conversations } from '../conversation/conversations';
import type { Exchange } from '../conversation/exchange';
import type { Log } from '../diagnostics/log';
import type { Settings } from '../settings/settings';
import { plainLabel, withoutIcons } from '../ui/messageText';
import { toast } from '../ui/notifications';
import { UserError } from '../util/userError';
import { type LanguageId, languages } from './codeLanguages';
import { exportedRequest } from './exportedRequest';

interface CopyAsCodeDeps {
  readonly conversations: Pick<Conversations, 'current'>;
  readonly connections: Pick<Connections, 'configured' | 'model'>;
  readonly settings: Pick<Settings, 'engine'>;
  readonly log: Log;
}

interface CopyOptions {
  /** Absent: the current one. */
  readonly conversation?: Conversation | undefined;
  /** Absent: the last one. */
  readonly exchangeId?: string | undefined;
  /** Absent: the user chooses. */
  readonly language?: LanguageId | undefined;
}

/**
 * Copies a request as code, and says so.
 * @returns the code; undefined when the user has changed their mind
 * @throws UserError when nothing was asked yet, or the base URL can't be used
 */
export async function copyAsCode(deps: CopyAsCodeDeps, options: CopyOptions): Promise<string | undefined> {
  const { conversation = deps.conversations.current, exchangeId, language } = options;
  const exchange = exchangeId === undefined ? conversation?.lastExchange : conversation?.exchange(exchangeId);
  if (!conversation || !exchange) {
    throw new UserError(vscode.l10n.t('This conversation has no prompts yet. Send one, then copy the request.'));
  }
  const others = exchangeId === undefined ? conversation.exchanges() : [];
  const choice = language === undefined ? await chooseLanguage(exchange, others) : { exchange, language };
  const request = choice && conversation.requestOf(choice.exchange.id);
  if (!request) return undefined;

  const { baseUrl, host } = await deps.connections.configured();
  const demo = choice.exchange.demo === true;
  const settings = deps.settings.engine();
  const exported = exportedRequest({ request, demo, baseUrl, ownModel: deps.connections.model(false), settings });
  const { label, write } = languages[choice.language];
  const code = write(exported);
  await vscode.env.clipboard.writeText(code);
  toast(deps.log, 'information', copiedMessage(demo, label, exported.model, host));
  return code;
}

function copiedMessage(demo: boolean, label: string, model: string, host: string): string {
  return demo
    ? vscode.l10n.t(
        'Copied as {0}. You asked this in the offline demo; the code calls {1} at {2} and reads the API key from HOLYSHEEP_API_KEY.',
        label,
        model,
        host,
      )
    : vscode.l10n.t(
        'Copied as {0}. The code calls {1} at {2} and reads the API key from HOLYSHEEP_API_KEY.',
        label,
        model,
        host,
      );
}

interface Choice {
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
async function chooseLanguage(exchange: Exchange, others: readonly Exchange[]): Promise<Choice | undefined> {
  const picked = await vscode.window.showQuickPick(languageItems(others.length > 1), {
    title: vscode.l10n.t('Copy “{0}” as', conversationTitle(undefined, exchange.prompt)),
  });
  if (!picked) return undefined;
  if (picked.language !== undefined) return { exchange, language: picked.language };
  const other = await choosePrompt(exchange, others);
  return other && chooseLanguage(other, others);
}

function languageItems(offerOthers: boolean): readonly LanguageItem[] {
  const withLoop = vscode.l10n.t('With retries; resumes answers that are cut off');
  const items: readonly LanguageItem[] = [
    { language: 'curl', label: languages.curl.label, description: vscode.l10n.t('For the command line') },
    { language: 'python', label: languages.python.label, description: withLoop },
    { language: 'node', label: languages.node.label, description: withLoop },
  ];
  if (!offerOthers) return items;
  const separator = { label: '', kind: vscode.QuickPickItemKind.Separator };
  return [...items, separator, { label: vscode.l10n.t('Another prompt in this conversation…') }];
}

async function choosePrompt(present: Exchange, others: readonly Exchange[]): Promise<Exchange | undefined> {
  const items = others.toReversed().map((exchange) => ({
    exchange,
    label: withoutIcons(conversationTitle(undefined, exchange.prompt)),
    description: plainLabel(exchange.state.model),
    picked: exchange.id === present.id,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Which request do you want to copy?'),
    matchOnDescription: true,
  });
  return picked?.exchange;
}
