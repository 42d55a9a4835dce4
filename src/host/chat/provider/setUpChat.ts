import * as vscode from 'vscode';
import type { Connections } from '../../connection/connections';
import type { SetApiKeyResult } from '../../connection/storeApiKey';
import { vendor } from '../../contributions';
import type { Log } from '../../diagnostics/log';
import { openSetting, lateProgress, toast } from '../../ui/notifications';
import { messageOf } from '../../util/userError';

/** `ready`: the chat is open with our models in it. */
export type ChatSetup = 'ready' | 'no-key' | 'no-chat' | 'cancelled';

interface SetUpChatDeps {
  readonly connections: Pick<Connections, 'own' | 'model'>;
  readonly log: Log;
  /** The models are to be asked for now. */
  readonly modelsChanged: () => void;
}

/** Of the group that shows VS Code that a user wants to chat with models of their own, without a sign-in. */
const modelGroup = { vendor, name: 'HolySheep' };

/** The gateway's models in VS Code's own chat: a key, a group of models, and the chat opened with our model. */
export async function setUpChat({ connections, log, modelsChanged }: SetUpChatDeps): Promise<ChatSetup> {
  if (!hasChat()) {
    const message = vscode.l10n.t('This editor has no built-in chat. You can still use the HolySheep Prompt panel.');
    toast(log, 'information', message);
    return 'no-chat';
  }
  if (vscode.workspace.getConfiguration('chat').get('disableAIFeatures') === true) {
    const message = vscode.l10n.t('VS Code Chat is disabled in your settings.');
    toast(log, 'warning', message, [openSetting('chat.disableAIFeatures')]);
    return 'no-chat';
  }
  if (!(await hasKey(connections))) return 'no-key';
  const title = vscode.l10n.t('Setting up VS Code Chat…');
  const cancelled = await lateProgress(title, async (token) => {
    await enableChat(token, log);
    if (token.isCancellationRequested) return true;
    await addGroup(log);
    modelsChanged();
    await vscode.lm.selectChatModels({ vendor });
    return token.isCancellationRequested;
  });
  if (cancelled) return 'cancelled';
  await vscode.commands.executeCommand('workbench.action.chat.open');
  await chooseModel(connections.model(false), log);
  return 'ready';
}

function hasChat(): boolean {
  const { lm } = vscode as { readonly lm?: { readonly registerLanguageModelChatProvider?: unknown } };
  return typeof lm?.registerLanguageModelChatProvider === 'function';
}

async function hasKey(connections: Pick<Connections, 'own'>): Promise<boolean> {
  if ((await connections.own()).apiKey !== undefined) return true;
  const result = await vscode.commands.executeCommand<SetApiKeyResult | undefined>('holysheep.setApiKey');
  return result?.state === 'verified' || result?.state === 'unverified';
}

/** The extension that answers in VS Code's own chat. Newer versions keep it disabled until the user signs in. */
const chatExtension = 'github.copilot-chat';

/**
 * VS Code enables the extension after each change of `chat.disableAIFeatures` that leaves AI features on, also when the
 * effective value stays the same. So the setting is changed from false to absent, which means false, or the other way
 * round, and back: AI features stay on whenever this is interrupted, in every window.
 */
async function enableChat(token: vscode.CancellationToken, log: Log): Promise<void> {
  if (vscode.extensions.getExtension(chatExtension)) return;
  const chat = vscode.workspace.getConfiguration('chat');
  const before = chat.inspect('disableAIFeatures')?.globalValue;
  // Here the workspace overrides a user setting of true. The command must not change that user setting.
  if (before === true) return;
  const set = (value: unknown): Thenable<void> =>
    chat.update('disableAIFeatures', value, vscode.ConfigurationTarget.Global);
  try {
    await set(before === undefined ? false : undefined);
  } catch (error) {
    log.info(`VS Code Chat could not be enabled: ${messageOf(error)}`);
    return;
  }
  // VS Code may refuse a write while the settings file is being edited, so the write is tried twice.
  await Promise.resolve(set(before)).catch(() => set(before));
  await waitForChatExtension(token);
}

/** The time VS Code takes to load it; a chat without it asks for a sign-in. */
const maxLoadMs = 10_000;

async function waitForChatExtension(token: vscode.CancellationToken): Promise<void> {
  const found = (): boolean => vscode.extensions.getExtension(chatExtension) !== undefined;
  let timer: NodeJS.Timeout | undefined;
  let listeners: vscode.Disposable | undefined;
  await new Promise<void>((resolve) => {
    listeners = vscode.Disposable.from(
      vscode.extensions.onDidChange(() => found() && resolve()),
      token.onCancellationRequested(() => resolve()),
    );
    timer = setTimeout(resolve, maxLoadMs);
    if (found()) resolve();
  });
  clearTimeout(timer);
  listeners?.dispose();
}

/** An internal command of newer hosts; older ones show the models without a group, and it may be there already. */
async function addGroup(log: Log): Promise<void> {
  await tryCommand(log, 'no group of models was added', 'lm.addLanguageModelsProviderGroup', modelGroup);
}

/** Internal as well: without it the user picks the model in the chat. */
async function chooseModel(id: string, log: Log): Promise<void> {
  const model = { vendor, id, family: id };
  await tryCommand(log, 'the model was not chosen', 'workbench.action.chat.changeModel', model);
}

/** Executes a command that some versions of VS Code don't have. A failure is only logged. */
async function tryCommand(log: Log, failure: string, command: string, argument: unknown): Promise<void> {
  try {
    await vscode.commands.executeCommand(command, argument);
  } catch (error) {
    log.info(`VS Code Chat: ${failure}: ${messageOf(error)}`);
  }
}
