import * as vscode from 'vscode';
import { createApi, type HolySheepApi } from './host/api';
import type { App } from './host/app';
import { registerLazyModels, registerLazyParticipant } from './host/chat/lazyChat';
import { commandIds } from './host/contributions';
import { commandAction, showToast } from './host/ui/notifications';
import { errorMessage } from './host/util/userError';

let startedApp: App | undefined;

/**
 * Registers what VS Code needs at startup. The app itself is loaded as soon as VS Code has finished activating the
 * extension, or earlier if a command or another feature needs the app.
 */
export function activate(context: vscode.ExtensionContext): HolySheepApi {
  const modelsChanged = new vscode.EventEmitter<void>();
  const start = async (): Promise<App> => {
    const { createApp } = await import('./host/app');
    return (startedApp = await createApp(context, () => modelsChanged.fire()));
  };
  let starting: Promise<App> | undefined;
  const app = (): Promise<App> => (starting ??= start());
  for (const id of commandIds) {
    const execute = async (...args: unknown[]): Promise<unknown> => (await app()).execute(id, ...args);
    context.subscriptions.push(vscode.commands.registerCommand(id, execute));
  }
  const icon = vscode.Uri.joinPath(context.extensionUri, 'media/icon.png');
  context.subscriptions.push(
    modelsChanged,
    ...registerOptional(() => registerLazyParticipant(async () => (await app()).participant, icon)),
    ...registerOptional(() => registerLazyModels(async () => (await app()).models, modelsChanged.event)),
  );
  loadAppAfterStartup(app);
  return createApi(async () => (await app()).ask);
}

/**
 * Saves the conversations and the health book. VS Code calls this function when the window closes or reloads, and waits
 * up to a few seconds for the result.
 */
export function deactivate(): Promise<void> | undefined {
  return startedApp?.flush();
}

/**
 * Registers an optional feature, such as the chat participant. Errors are only logged, because some builds of VS Code
 * lack the feature or refuse the registration, and the rest of the extension must still work.
 * @param register returns undefined when VS Code lacks the feature
 */
function registerOptional(register: () => vscode.Disposable | undefined): readonly vscode.Disposable[] {
  try {
    const registration = register();
    return registration ? [registration] : [];
  } catch (error) {
    console.error(error);
    return [];
  }
}

/**
 * Loads the app after VS Code's startup even if no command is executed, because the status bar and interrupted turns
 * need it.
 */
function loadAppAfterStartup(app: () => Promise<App>): void {
  setImmediate(() => {
    app().catch((error: unknown) => {
      console.error(error);
      showToast(console, 'error', vscode.l10n.t("HolySheep Prompt couldn't start: {0}", errorMessage(error)), [
        commandAction(vscode.l10n.t('Reload window'), 'workbench.action.reloadWindow'),
        commandAction(vscode.l10n.t('Show log'), 'workbench.action.showLogs'),
      ]);
    });
  });
}
