import * as vscode from 'vscode';
import { canSendRequests } from '../../../engine/request';
import { firstGateway } from '../../../engine/turn/routeModels';
import type { Connections } from '../../connection/connections';
import { vendor } from '../../contributions';
import { enterApiKey, openSettingAction, withDelayedProgress, showToast } from '../../ui/notifications';
import type { Log } from '../../util/log';
import { resultWithin } from '../../util/systemClock';
import { errorMessage } from '../../util/userError';

type ChatSetup = 'ready' | 'no-key' | 'no-chat' | 'cancelled';

interface SetUpChatDeps {
  readonly connections: Pick<Connections, 'configured' | 'model'>;
  readonly log: Log;
  readonly modelsChanged: () => void;
}

/** The model group that makes VS Code's chat work without a sign-in. */
const modelGroup = { vendor, name: 'HolySheep' };

/** Asks for a missing API key, adds a model group, and opens the chat with the configured model. */
export async function setUpChat({ connections, log, modelsChanged }: SetUpChatDeps): Promise<ChatSetup> {
  const { lm } = vscode as { readonly lm?: Partial<typeof vscode.lm> };
  if (!lm?.registerLanguageModelChatProvider) {
    const message = vscode.l10n.t('This editor has no built-in chat. You can still use the HolySheep Prompt panel.');
    showToast(log, 'information', message);
    return 'no-chat';
  }
  if (vscode.workspace.getConfiguration('chat').get('disableAIFeatures') === true) {
    const message = vscode.l10n.t('VS Code Chat is disabled in your settings.');
    showToast(log, 'warning', message, [openSettingAction('chat.disableAIFeatures')]);
    return 'no-chat';
  }
  if (!canSendRequests(firstGateway(await connections.configured())) && !(await enterApiKey())) return 'no-key';
  const title = vscode.l10n.t('Setting up VS Code Chat…');
  const isCanceled = await withDelayedProgress(title, async (signal) => {
    await tryStep(log, 'chat not enabled', () => enableChat(signal));
    if (signal.aborted) return true;
    // An internal command of newer versions. Older versions show the models without a group. The command also fails if
    // the group already exists.
    await tryStep(log, 'no group of models was added', () =>
      vscode.commands.executeCommand('lm.addLanguageModelsProviderGroup', modelGroup),
    );
    modelsChanged();
    await vscode.lm.selectChatModels({ vendor });
    return signal.aborted;
  });
  if (isCanceled) return 'cancelled';
  await vscode.commands.executeCommand('workbench.action.chat.open');
  // Another internal command. If it fails, the user must select the model.
  const id = connections.model(false);
  await tryStep(log, 'the model was not chosen', () =>
    vscode.commands.executeCommand('workbench.action.chat.changeModel', { vendor, id, family: id }),
  );
  return 'ready';
}

async function tryStep(log: Log, failure: string, step: () => PromiseLike<unknown>): Promise<void> {
  try {
    await step();
  } catch (error) {
    log.info(`VS Code Chat: ${failure}: ${errorMessage(error)}`);
  }
}

/** Implements VS Code's chat. Newer versions of VS Code keep this extension disabled until the user signs in. */
const chatExtension = 'github.copilot-chat';

/** Time limit for loading the chat extension, in milliseconds. Until then, the chat asks for a sign-in. */
const maxLoadMs = 10_000;

/**
 * Enables the chat extension. VS Code enables it after each change to `chat.disableAIFeatures` that leaves AI features
 * on, even if the effective value stays the same. Therefore this function changes the setting between false and unset,
 * which also means false, and then restores it. If the function is interrupted, AI features stay on in every window.
 */
async function enableChat(signal: AbortSignal): Promise<void> {
  if (vscode.extensions.getExtension(chatExtension)) return;
  const chat = vscode.workspace.getConfiguration('chat');
  const previousValue = chat.inspect('disableAIFeatures')?.globalValue;
  // Respects a user setting that turns AI features off, even if the workspace turns them on.
  if (previousValue === true) return;
  for (const value of [previousValue === undefined ? false : undefined, previousValue]) {
    await chat.update('disableAIFeatures', value, vscode.ConfigurationTarget.Global);
  }
  await resultWithin(maxLoadMs, chatExtensionLoaded(signal));
}

async function chatExtensionLoaded(signal: AbortSignal): Promise<void> {
  let listener: vscode.Disposable | undefined;
  await new Promise<void>((resolve) => {
    const resolveIfLoaded = (): void => {
      if (vscode.extensions.getExtension(chatExtension)) resolve();
    };
    listener = vscode.extensions.onDidChange(resolveIfLoaded);
    signal.addEventListener('abort', () => resolve());
    resolveIfLoaded();
  });
  listener?.dispose();
}
