import { realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, relative, sep } from 'node:path';
import * as vscode from 'vscode';
import { visibleText } from '../../core/visibleText';
import { shownPath } from '../code/shownPath';
import { UserError } from '../userError';

const maxLength = 1000;

/**
 * Returns where a file of the workspace really is when it or a folder above it is a symbolic link that leads out of the
 * workspace, for instance `~/.ssh/id_rsa`: whoever made the workspace chose that, not the user. Returns undefined when it
 * is in the workspace, or when its URI is outside anyway.
 */
export async function outsideTarget(uri: vscode.Uri): Promise<string | undefined> {
  return uri.scheme === 'file' ? localOutsideTarget(uri) : remoteOutsideTarget(uri);
}

/** As {@link outsideTarget}, for lists of many files: it asks the local disk only. */
export async function localOutsideTarget(uri: vscode.Uri): Promise<string | undefined> {
  if (uri.scheme !== 'file' || !vscode.workspace.getWorkspaceFolder(uri)) return undefined;
  const target = await realPath(uri.fsPath);
  if (target === undefined) return undefined;
  const folders = (vscode.workspace.workspaceFolders ?? []).filter((folder) => folder.uri.scheme === 'file');
  const roots = await Promise.all(folders.map((folder) => realPath(folder.uri.fsPath)));
  if (roots.some((root) => root !== undefined && isInside(target, root))) return undefined;
  const home = homedir();
  return visibleText(isInside(target, home) ? join('~', relative(home, target)) : target, maxLength);
}

/**
 * For a chat that can't say beside an attachment where it leads.
 * @throws UserError when the file is outside of the workspace by a symbolic link, and no editor shows what is in it
 */
export async function refuseHiddenLink(uri: vscode.Uri): Promise<void> {
  const isInSight = vscode.window.visibleTextEditors.some(({ document }) => document.uri.toString() === uri.toString());
  const target = isInSight ? undefined : await outsideTarget(uri);
  if (target === undefined) return;
  throw new UserError(
    vscode.l10n.t(
      '{0} leads to {1}, outside the workspace. Open it to see what it is, or attach that file itself.',
      shownPath(uri),
      target,
    ),
  );
}

/** VS Code tells of a remote file whether it is a link, but not where the link leads. */
async function remoteOutsideTarget(uri: vscode.Uri): Promise<string | undefined> {
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  if (!folder) return undefined;
  for (let at = uri; at.path.length > folder.uri.path.length; at = vscode.Uri.joinPath(at, '..')) {
    if (await isLink(at)) return vscode.l10n.t('an unknown place (symbolic link)');
  }
  return undefined;
}

async function isLink(uri: vscode.Uri): Promise<boolean> {
  try {
    const { type } = await vscode.workspace.fs.stat(uri);
    return (type & vscode.FileType.SymbolicLink) !== 0;
  } catch {
    // What can't be asked about can't be read either, and reading it tells why.
    return false;
  }
}

/** Returns undefined for a path that leads nowhere: reading it tells why. */
async function realPath(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch {
    return undefined;
  }
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
