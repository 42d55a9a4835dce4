import * as vscode from 'vscode';
import { createApi, type HolySheepApi } from './host/api';
import type { App } from './host/app';
import { registerLazyModels, registerLazyParticipant } from './host/chat/lazyChat';
import { commandIds } from './host/contributions';
import { errorMessage } from './host/util/userError';

let startedApp: App | undefined;

/**
 * Registers the commands and providers that VS Code needs at startup. All other code of the extension (the app) is
 * loaded after startup, or earlier if a command or a provider needs it.
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
 * Saves the conversations and the records of network health and usage. VS Code calls this function when the window
 * closes or reloads, and waits up to a few seconds for the result.
 */
export function deactivate(): Promise<void> | undefined {
  return startedApp?.flush();
}

/**
 * Registers an optional feature, such as the chat participant. Some builds of VS Code lack the feature or refuse the
 * registration. Such errors are only logged, because the rest of the extension must still work.
 * @param register function that registers the feature, and returns undefined if VS Code lacks the feature
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
 * Loads the app after VS Code's startup even if the user runs no command, because the status bar and the recovery of
 * interrupted answers need the app.
 */
function loadAppAfterStartup(app: () => Promise<App>): void {
  setImmediate(() => {
    app().catch(async (error: unknown) => {
      console.error(error);
      const message = vscode.l10n.t("HolySheep Prompt couldn't start: {0}", errorMessage(error));
      // Loaded only now, because it would otherwise be loaded at each startup.
      const { commandAction, showMessage } = await import('./host/ui/notifications');
      showMessage({ error: console.error }, 'error', message, [
        commandAction(vscode.l10n.t('Reload window'), 'workbench.action.reloadWindow'),
        commandAction(vscode.l10n.t('Show log'), 'workbench.action.showLogs'),
      ]);
    });
  });
}
