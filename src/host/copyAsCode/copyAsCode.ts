import * as vscode from 'vscode';
import { languageIds, parseCopyRequestArgument, type LanguageId } from '../commandArgs';
import type { Commands } from '../commands';
import type { LedgerEntry } from '../../engine/state/ledger';
import type { UserGateways } from '../connection/userGateways';
import type { Conversation } from '../conversation/conversation';
import { promptTitle } from '../conversation/conversationOutlines';
import type { Conversations } from '../conversation/conversations';
import type { Answer } from '../../shared/exchanges';
import type { ExchangeTree } from '../journal/exchangeTree';
import type { ModelCatalog } from '../models/modelCatalog';
import type { Settings } from '../settings/settings';
import { plainLabel, escapeIcons } from '../ui/messageText';
import { showInStatusBar } from '../ui/notifications';
import { UserError } from '../util/userError';
import { languages } from './codeLanguages';
import { exportedRequest } from './exportedRequest';

interface CopyAsCodeDeps {
  readonly conversations: Conversations;
  readonly userGateways: UserGateways;
  readonly settings: Settings;
  readonly catalog: ModelCatalog;
}

interface CopyOptions {
  /** Conversation that contains the request. The default is the current conversation. */
  readonly conversation?: Conversation | undefined;
  /** ID of the answer whose request is copied. The default is the last answer of the conversation. */
  readonly answerId?: string | undefined;
  /** Programming language of the code. If it is undefined, the user is asked to choose. */
  readonly language?: LanguageId | undefined;
}

/** Registers the command that copies a request of the current conversation as code. The command returns the code. */
export function registerCopyAsCode(deps: CopyAsCodeDeps) {
  return {
    'holysheep.copyRequest': (argument) => copyAsCode(deps, { language: parseCopyRequestArgument(argument) }),
  } satisfies Commands;
}

/**
 * Copies a request as code to the clipboard, and shows a confirmation.
 * @returns the code, or undefined if the user canceled
 * @throws UserError if the conversation has no prompts, or the base URL is invalid
 */
export async function copyAsCode(deps: CopyAsCodeDeps, options: CopyOptions): Promise<string | undefined> {
  const { conversation = deps.conversations.current, answerId, language } = options;
  const answer = answerId === undefined ? conversation?.last?.answer : conversation?.tree.answer(answerId);
  if (!conversation || !answer) {
    throw new UserError(vscode.l10n.t('This conversation has no prompts yet. Send one, then copy the request.'));
  }
  const { tree } = conversation;
  const alternatives = answerId === undefined ? tree.path().map((step) => step.answer) : [];
  const choice = language === undefined ? await chooseLanguage(tree, answer, alternatives) : { answer, language };
  const request = choice && conversation.requestOf(choice.answer.id);
  if (!request) return undefined;

  const { userGateways, settings, catalog } = deps;
  const isOwn = conversation.set.id === 'own';
  const lastAttempt = isOwn ? choice.answer.state.ledger.entries.at(-1) : undefined;
  // Undefined if the user has removed the gateway of the last attempt from the settings. The copied code then calls
  // another gateway.
  const usedGateway = userGateways.all.find(({ id }) => id === lastAttempt?.gateway.id);
  const { id: baseUrl, label: host } = usedGateway ?? (await userGateways.gatewayFor(request.model));
  const defaultModel = isOwn ? request.model : settings.model();
  const used: Partial<LedgerEntry> = (usedGateway && lastAttempt) ?? {};
  const { model = defaultModel, userModel, unsupportedParameters = '' } = used;
  const facts = catalog.factsOf(model, baseUrl, userModel);
  const refusesMarks = unsupportedParameters.split(', ').includes('cache_control');
  const exported = exportedRequest({
    request: { ...request, model },
    isOwn,
    baseUrl,
    settings: settings.engineSettings(request.model),
    facts: refusesMarks ? { ...facts, caching: undefined } : facts,
  });
  const { label, write } = languages[choice.language];
  const code = write(exported);
  await vscode.env.clipboard.writeText(code);
  const names = [label, exported.model, host];
  showInStatusBar(
    !isOwn
      ? vscode.l10n.t(
          'Copied as {0}. You asked this in the offline demo, but the code calls {1} at {2} and reads the API key from HOLYSHEEP_API_KEY.',
          ...names,
        )
      : vscode.l10n.t(
          'Copied as {0}. The code calls {1} at {2} and reads the API key from HOLYSHEEP_API_KEY.',
          ...names,
        ),
  );
  return code;
}

interface LanguageItem extends vscode.QuickPickItem {
  /** Programming language of the code. Undefined for the list item with which the user first chooses another prompt. */
  readonly language?: LanguageId;
}

/**
 * Asks the user for a programming language. The user can also choose another prompt of the conversation.
 * @param alternatives the answers whose prompts the user can choose, including `answer`. If there are fewer than two,
 * the user can choose only the language.
 * @returns undefined if the user canceled
 */
async function chooseLanguage(
  tree: ExchangeTree,
  answer: Answer,
  alternatives: readonly Answer[],
): Promise<{ readonly answer: Answer; readonly language: LanguageId } | undefined> {
  const picked = await vscode.window.showQuickPick(languageItems(alternatives.length > 1), {
    title: vscode.l10n.t('Copy “{0}” as', titleOf(tree, answer)),
  });
  if (!picked) return undefined;
  if (picked.language !== undefined) return { answer, language: picked.language };
  const chosenAnswer = await choosePrompt(tree, answer, alternatives);
  return chosenAnswer && chooseLanguage(tree, chosenAnswer, alternatives);
}

function languageItems(offerPrompts: boolean): readonly LanguageItem[] {
  const items = languageIds.map((language) => ({
    language,
    label: languages[language].label,
    description:
      language === 'curl'
        ? vscode.l10n.t('For the command line')
        : vscode.l10n.t('Retries automatically and resumes answers that are cut off'),
  }));
  if (!offerPrompts) return items;
  const separator = { label: '', kind: vscode.QuickPickItemKind.Separator };
  return [...items, separator, { label: vscode.l10n.t('Choose another prompt in this conversation…') }];
}

async function choosePrompt(
  tree: ExchangeTree,
  current: Answer,
  answers: readonly Answer[],
): Promise<Answer | undefined> {
  const items = answers.toReversed().map((answer) => ({
    answer,
    label: escapeIcons(titleOf(tree, answer)),
    description: plainLabel(answer.state.model),
    picked: answer.id === current.id,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Which request do you want to copy?'),
    matchOnDescription: true,
  });
  return picked?.answer;
}

function titleOf(tree: ExchangeTree, { id }: Answer): string {
  return promptTitle(tree.exchangeOf(id)?.prompt ?? vscode.l10n.t('Summary'));
}
