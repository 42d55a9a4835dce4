import * as vscode from 'vscode';
import { createErrorBoundary, type SetContext } from './commands';
import type { SettingsManifest } from './settings/settings';
import { Log } from './util/log';

interface Manifest {
  readonly version: string;
  readonly contributes: {
    readonly commands: readonly {
      readonly command: string;
      /** The title in the display language. For a translated title, VS Code uses an object. */
      readonly title: string | { readonly value: string };
    }[];
  };
}

export type HostWindow = Readonly<ReturnType<typeof createHostWindow>>;

/**
 * Returns the services that every feature of this window can use, such as the log. VS Code disposes of registered items
 * when the extension is deactivated.
 */
export function createHostWindow(context: vscode.ExtensionContext) {
  const register = <T extends vscode.Disposable>(item: T): T => {
    context.subscriptions.push(item);
    return item;
  };
  const log = register(new Log());
  const onError = createErrorBoundary(log);
  const contextKeys = new Map<string, boolean>();
  const setContext: SetContext = (key, value) => {
    if ((contextKeys.get(key) ?? false) === value) return;
    contextKeys.set(key, value);
    vscode.commands.executeCommand('setContext', key, value).then(undefined, onError);
  };
  const manifest = context.extension.packageJSON as SettingsManifest & Manifest;
  const workspace = vscode.workspace.workspaceFile ?? vscode.workspace.workspaceFolders?.[0]?.uri;
  const storage = context.globalStorageUri.fsPath;
  return { context, register, log, onError, setContext, manifest, version: manifest.version, storage, workspace };
}
