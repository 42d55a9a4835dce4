import * as vscode from 'vscode';
import type { Connections } from '../connection/connections';
import type { Conversation } from '../conversation/conversation';
import type { Conversations } from '../conversation/conversations';
import type { Log } from '../diagnostics/log';
import type { Settings } from '../settings/settings';
import { toast } from '../ui/toast';
import { UserError } from '../util/userError';
import { chooseLanguage } from './chooseLanguage';
import type { LanguageId } from './exportedRequest';
import { languages } from './codeLanguages';
import { takenFrom } from './exportRequest';

export interface TakeAwayDeps {
  readonly conversations: Pick<Conversations, 'current'>;
  readonly connections: Pick<Connections, 'own' | 'model'>;
  readonly settings: Pick<Settings, 'engine'>;
  readonly log: Log;
}

export interface Wanted {
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
export async function takeAway(deps: TakeAwayDeps, wanted: Wanted): Promise<string | undefined> {
  const { conversation = deps.conversations.current, exchangeId, language } = wanted;
  const exchange = exchangeId === undefined ? conversation?.last : conversation?.exchange(exchangeId);
  if (!conversation || !exchange) {
    throw new UserError(
      vscode.l10n.t('Nothing has been asked in this conversation yet. Ask something, then copy the request.'),
    );
  }
  const others = exchangeId === undefined ? conversation.exchanges() : [];
  const choice = language === undefined ? await chooseLanguage(exchange, others) : { exchange, language };
  const request = choice && conversation.requestOf(choice.exchange.id);
  if (!request) return undefined;

  const { baseUrl, host } = await deps.connections.own();
  const demo = choice.exchange.demo === true;
  const settings = deps.settings.engine();
  const taken = takenFrom({ request, demo, baseUrl, ownModel: deps.connections.model(false), settings });
  const { label, write } = languages[choice.language];
  const code = write(taken);
  await vscode.env.clipboard.writeText(code);
  toast(deps.log, 'information', said(demo, label, taken.model, host));
  return code;
}

function said(demo: boolean, label: string, model: string, host: string): string {
  return demo
    ? vscode.l10n.t(
        'Copied as {0}. This was asked in the offline demo; the code asks {1} at {2}, with the API key in the environment variable HOLYSHEEP_API_KEY.',
        label,
        model,
        host,
      )
    : vscode.l10n.t(
        'Copied as {0}. The code asks {1} at {2}, with the API key in the environment variable HOLYSHEEP_API_KEY.',
        label,
        model,
        host,
      );
}
