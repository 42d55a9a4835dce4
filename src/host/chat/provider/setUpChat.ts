import * as vscode from 'vscode';
import { vendor } from '../../contributions';
import { enterApiKey, openSettingAction, withDelayedProgress, showMessage } from '../../ui/notifications';
import type { Log } from '../../util/log';
import { errorMessage } from '../../util/userError';
import type { ChatServices } from '../chatServices';

type ChatSetup = 'ready' | 'no-key' | 'no-chat' | 'cancelled';

/**
 * ID of the extension that implements VS Code's chat. Newer versions of VS Code keep this extension disabled until the
 * user signs in.
 */
const chatExtension = 'github.copilot-chat';

/**
 * Setting that disables AI features. When the setting is turned on and off again, VS Code enables the chat extension
 * even without a sign-in.
 */
const disablingSetting = 'chat.disableAIFeatures';

/** The model group that makes VS Code's chat work without a sign-in. */
const modelGroup = { vendor, name: 'HolySheep' };

/** Asks for a missing API key, adds a model group to VS Code's chat, and opens the chat with the configured model. */
export async function setUpChat({ userGateways, settings, log, modelsChanged }: ChatServices): Promise<ChatSetup> {
  const { lm } = vscode as { readonly lm?: Partial<typeof vscode.lm> };
  if (!lm?.registerLanguageModelChatProvider) {
    const message = vscode.l10n.t('This editor has no built-in chat. You can still use the HolySheep Prompt panel.');
    showMessage(log, 'information', message);
    return 'no-chat';
  }
  if (vscode.workspace.getConfiguration('chat').get('disableAIFeatures') === true) {
    const message = vscode.l10n.t('VS Code Chat is disabled in your settings.');
    showMessage(log, 'warning', message, [openSettingAction(disablingSetting)]);
    return 'no-chat';
  }
  if (!(await userGateways.firstWithAccess()) && !(await enterApiKey())) return 'no-key';
  const title = vscode.l10n.t('Setting up VS Code Chat…');
  const isCanceled = await withDelayedProgress(title, async (signal) => {
    // Only newer versions of VS Code have the internal command that adds a model group. Older versions show the models
    // without a group. The command also fails if the group already exists.
    await tryStep(log, 'no group of models was added', () =>
      vscode.commands.executeCommand('lm.addLanguageModelsProviderGroup', modelGroup),
    );
    modelsChanged();
    await vscode.lm.selectChatModels({ vendor });
    return signal.aborted;
  });
  if (isCanceled) return 'cancelled';
  await vscode.commands.executeCommand('workbench.action.chat.open');
  // The command that changes the model is internal as well. If the command fails, the user must select the model.
  const id = settings.model();
  await tryStep(log, 'the model was not chosen', () =>
    vscode.commands.executeCommand('workbench.action.chat.changeModel', { vendor, id, family: id }),
  );
  if (!vscode.extensions.getExtension(chatExtension)) {
    const message = vscode.l10n.t(
      'VS Code keeps its chat disabled until you sign in. To use the chat without signing in, turn the setting {0} on and off again.',
      disablingSetting,
    );
    showMessage(log, 'information', message, [openSettingAction(disablingSetting)]);
  }
  return 'ready';
}

async function tryStep(log: Log, failure: string, step: () => PromiseLike<unknown>): Promise<void> {
  try {
    await step();
  } catch (error) {
    log.info(`VS Code Chat: ${failure}: ${errorMessage(error)}`);
  }
}
