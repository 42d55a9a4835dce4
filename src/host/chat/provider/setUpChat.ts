import * as vscode from 'vscode';
import type { Connections } from '../../connection/connections';
import type { SetApiKeyResult } from '../../connection/storeApiKey';
import { vendor } from '../../contributions';
import type { Log } from '../../util/log';
import { openSettingAction, withDelayedProgress, showToast } from '../../ui/notifications';
import { errorMessage } from '../../util/userError';

/** Result of the chat setup. `ready` means that the chat is open and offers the gateway's models. */
export type ChatSetup = 'ready' | 'no-key' | 'no-chat' | 'cancelled';

interface SetUpChatDeps {
  readonly connections: Pick<Connections, 'configured' | 'model'>;
  readonly log: Log;
  /** Makes VS Code request the models again. */
  readonly modelsChanged: () => void;
}

/** The model group that makes VS Code's chat work without a sign-in. */
const modelGroup = { vendor, name: 'HolySheep' };

/**
 * Sets up VS Code's chat: asks for a missing API key, adds a model group, and opens the chat with the configured model.
 */
export async function setUpChat({ connections, log, modelsChanged }: SetUpChatDeps): Promise<ChatSetup> {
  if (!hasChat()) {
    const message = vscode.l10n.t('This editor has no built-in chat. You can still use the HolySheep Prompt panel.');
    showToast(log, 'information', message);
    return 'no-chat';
  }
  if (vscode.workspace.getConfiguration('chat').get('disableAIFeatures') === true) {
    const message = vscode.l10n.t('VS Code Chat is disabled in your settings.');
    showToast(log, 'warning', message, [openSettingAction('chat.disableAIFeatures')]);
    return 'no-chat';
  }
  if (!(await hasKey(connections))) return 'no-key';
  const title = vscode.l10n.t('Setting up VS Code Chat…');
  const canceled = await withDelayedProgress(title, async (signal) => {
    await enableChat(signal, log);
    if (signal.aborted) return true;
    await addGroup(log);
    modelsChanged();
    await vscode.lm.selectChatModels({ vendor });
    return signal.aborted;
  });
  if (canceled) return 'cancelled';
  await vscode.commands.executeCommand('workbench.action.chat.open');
  await chooseModel(connections.model(false), log);
  return 'ready';
}

function hasChat(): boolean {
  const { lm } = vscode as { readonly lm?: { readonly registerLanguageModelChatProvider?: unknown } };
  return typeof lm?.registerLanguageModelChatProvider === 'function';
}

async function hasKey(connections: Pick<Connections, 'configured'>): Promise<boolean> {
  if ((await connections.configured()).apiKey !== undefined) return true;
  const result = await vscode.commands.executeCommand<SetApiKeyResult | undefined>('holysheep.setApiKey');
  return result?.state === 'verified' || result?.state === 'unverified';
}

/**
 * ID of the extension that implements VS Code's chat. Newer versions of VS Code keep it disabled until the user signs
 * in.
 */
const chatExtension = 'github.copilot-chat';

/**
 * Enables the chat extension. VS Code enables it after each change to `chat.disableAIFeatures` that leaves AI features
 * on, even if the effective value stays the same. Therefore this function changes the setting between false and unset,
 * which also means false, and then restores it. If the function is interrupted, AI features stay on in every window.
 */
async function enableChat(signal: AbortSignal, log: Log): Promise<void> {
  if (vscode.extensions.getExtension(chatExtension)) return;
  const chat = vscode.workspace.getConfiguration('chat');
  const previousValue = chat.inspect('disableAIFeatures')?.globalValue;
  // Respects a user setting that turns AI features off, even if the workspace turns them on.
  if (previousValue === true) return;
  const set = (value: unknown): Thenable<void> =>
    chat.update('disableAIFeatures', value, vscode.ConfigurationTarget.Global);
  try {
    await set(previousValue === undefined ? false : undefined);
  } catch (error) {
    log.info(`VS Code Chat could not be enabled: ${errorMessage(error)}`);
    return;
  }
  // Tries twice to restore the setting, because VS Code may reject a change while the settings file is being edited.
  await Promise.resolve(set(previousValue)).catch(() => set(previousValue));
  await waitForChatExtension(signal);
}

/**
 * Time limit for loading the chat extension, in milliseconds. Until that extension is loaded, the chat asks for a
 * sign-in.
 */
const maxLoadMs = 10_000;

async function waitForChatExtension(signal: AbortSignal): Promise<void> {
  const isLoaded = (): boolean => vscode.extensions.getExtension(chatExtension) !== undefined;
  let timer: NodeJS.Timeout | undefined;
  let listener: vscode.Disposable | undefined;
  await new Promise<void>((resolve) => {
    listener = vscode.extensions.onDidChange(() => isLoaded() && resolve());
    signal.addEventListener('abort', () => resolve());
    timer = setTimeout(resolve, maxLoadMs);
    if (isLoaded()) resolve();
  });
  clearTimeout(timer);
  listener?.dispose();
}

/**
 * Adds the model group with an internal command of newer versions of VS Code. Older versions show the models without a
 * group. The command also fails if the group already exists.
 */
async function addGroup(log: Log): Promise<void> {
  await tryCommand(log, 'no group of models was added', 'lm.addLanguageModelsProviderGroup', modelGroup);
}

/** Selects the model in the chat with an internal command. If the command fails, the user must select the model. */
async function chooseModel(id: string, log: Log): Promise<void> {
  const model = { vendor, id, family: id };
  await tryCommand(log, 'the model was not chosen', 'workbench.action.chat.changeModel', model);
}

/** Executes a command that some versions of VS Code don't have. If the command fails, the error is only logged. */
async function tryCommand(log: Log, failure: string, command: string, argument: unknown): Promise<void> {
  try {
    await vscode.commands.executeCommand(command, argument);
  } catch (error) {
    log.info(`VS Code Chat: ${failure}: ${errorMessage(error)}`);
  }
}
