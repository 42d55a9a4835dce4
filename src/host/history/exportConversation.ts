import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { commandAction, showMessage } from '../ui/notifications';
import { errorMessage } from '../util/userError';
import type { PanelFeatures } from '../panel/panelRegistry';
import type { NamedConversation } from './conversationActions';
import { exportJson } from './exportJson';
import { exportMarkdown } from './exportMarkdown';
import { exportFileName, type ExportSource } from './exportSource';

/** Asks the user for a format and a file, and exports the conversation to that file. */
export async function exportConversation(deps: PanelFeatures, { id, title }: NamedConversation): Promise<void> {
  const format = await vscode.window.showQuickPick(formats(), { title: vscode.l10n.t('Export “{0}”', title) });
  if (!format) return;
  const tree = await deps.conversations.read(id);
  if (!tree) {
    showMessage(deps.log, 'warning', vscode.l10n.t('“{0}” can no longer be opened.', title));
    return;
  }
  const file = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export conversation'),
    saveLabel: vscode.l10n.t('Export'),
    defaultUri: defaultFile(title, format.extension),
    filters: { [format.name]: [format.extension] },
  });
  if (!file) return;
  try {
    const text = format.write({ title, tree, readImage: (image) => deps.images.read(id, image) });
    await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(text));
  } catch (error) {
    deps.log.error(error);
    showMessage(deps.log, 'error', vscode.l10n.t("Couldn't export the conversation: {0}", errorMessage(error)));
    return;
  }
  const open = commandAction(vscode.l10n.t('Open'), 'vscode.open', file);
  const relativePath = vscode.workspace.asRelativePath(file);
  showMessage(deps.log, 'information', vscode.l10n.t('Exported to {0}.', relativePath), [open]);
}

function formats() {
  return [
    {
      name: 'Markdown',
      label: '$(markdown) Markdown',
      description: vscode.l10n.t('For reading and sharing'),
      extension: 'md',
      write: exportMarkdown,
    },
    {
      name: 'JSON',
      label: '$(json) JSON',
      description: vscode.l10n.t('Machine-readable, with all attempts and versions'),
      extension: 'json',
      write: (source: ExportSource) => exportJson(source, Date.now()),
    },
  ];
}

function defaultFile(title: string, extension: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir());
  return vscode.Uri.joinPath(folder, exportFileName(title, extension));
}
