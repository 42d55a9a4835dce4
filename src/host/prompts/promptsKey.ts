import * as vscode from 'vscode';
import type { Settings } from '../settings/settings';
import type { CustomPrompts } from './customPrompts';

/** `holysheep.hasPrompts`: there is something to choose from, or to be asked about; also after a no, as the way back; or to be mended. */
export function registerPromptsKey(
  customPrompts: CustomPrompts,
  settings: Settings,
  onError: (error: unknown) => void,
): vscode.Disposable {
  let known = false;
  const update = (): void => {
    const listed = customPrompts.list().length + customPrompts.unasked().length + customPrompts.refused().length;
    const value = listed + settings.unusablePrompts().length > 0;
    if (value === known) return;
    known = value;
    vscode.commands.executeCommand('setContext', 'holysheep.hasPrompts', value).then(undefined, onError);
  };
  update();
  return vscode.Disposable.from(settings.onDidChange(update), vscode.workspace.onDidGrantWorkspaceTrust(update));
}
