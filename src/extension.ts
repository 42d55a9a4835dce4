import * as vscode from 'vscode';
import { createApi, type HolySheepApi } from './host/api';
import type { App } from './host/app';
import { registerLazyModels, registerLazyParticipant } from './host/chat/lazyChat';
import { commandIds, viewType } from './host/contributions';

let startedApp: App | undefined;

/**
 * Registers what VS Code must know at start-up. The app that does the work is loaded with the first call, or as soon as
 * the start is over.
 */
export function activate(context: vscode.ExtensionContext): HolySheepApi {
  const modelsChanged = new vscode.EventEmitter<void>();
  const start = async (): Promise<App> => {
    const { createApp } = await import('./host/app');
    const registered = context.subscriptions.length;
    try {
      return (startedApp = await createApp(context, () => modelsChanged.fire()));
    } catch (error) {
      // The next call tries again: half an app must not stay beside the next one.
      for (const item of context.subscriptions.splice(registered).reverse()) item.dispose();
      starting = undefined;
      throw error;
    }
  };
  let starting: Promise<App> | undefined;
  const app = (): Promise<App> => (starting ??= start());
  for (const id of commandIds) {
    const execute = async (...args: unknown[]): Promise<unknown> => (await app()).execute(id, ...args);
    context.subscriptions.push(vscode.commands.registerCommand(id, execute));
  }
  context.subscriptions.push(
    vscode.window.registerWebviewPanelSerializer(viewType, {
      deserializeWebviewPanel: async (panel, state) => (await app()).panels.deserializeWebviewPanel(panel, state),
    }),
  );
  const icon = vscode.Uri.joinPath(context.extensionUri, 'media/icon.png');
  context.subscriptions.push(
    modelsChanged,
    ...registerOptional(() => registerLazyParticipant(async () => (await app()).participant, icon)),
    ...registerOptional(() => registerLazyModels(async () => (await app()).models, modelsChanged.event)),
  );
  loadAppAfterStartup(app);
  return createApi(async () => (await app()).ask);
}

export function deactivate(): void {
  startedApp?.flush();
}

/**
 * Registers something beside the editor, such as a chat: a host may lack it or refuse it, and the rest does not depend
 * on it.
 * @param register may return undefined when there is nothing to register with
 */
function registerOptional(register: () => vscode.Disposable | undefined): readonly vscode.Disposable[] {
  try {
    const registered = register();
    return registered ? [registered] : [];
  } catch (error) {
    console.error(error);
    return [];
  }
}

/** The status bar, and the conversations that were broken off, wait for nobody's call; nor do they hold up a start. */
function loadAppAfterStartup(app: () => Promise<App>): void {
  setImmediate(() => {
    app().catch((error: unknown) => {
      console.error(error);
    });
  });
}
