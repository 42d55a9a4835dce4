import { realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, relative, sep } from 'node:path';
import * as vscode from 'vscode';
import { visibleText } from '../../engine/gateway/visibleText';
import { shownPath } from '../code/editorLocations';
import { UserError } from '../util/userError';

const maxLength = 1000;

/**
 * Returns where a file of the workspace really is when it or a folder above it is a symbolic link that leads out of the
 * workspace, for instance `~/.ssh/id_rsa`: the author of the workspace chose that file, not the user. Returns undefined
 * when the file is in the workspace, or when its URI is outside of the workspace anyway.
 */
export async function outsideTarget(uri: vscode.Uri): Promise<string | undefined> {
  return uri.scheme === 'file' ? localOutsideTarget(uri) : remoteOutsideTarget(uri);
}

/** As {@link outsideTarget}, but for lists of many files: it examines local files only. */
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
 * Refuses a file with a hidden link, for a chat that can't show where an attachment leads.
 * @throws UserError when a symbolic link leads the file out of the workspace, and no visible editor shows the file
 */
export async function refuseHiddenLink(uri: vscode.Uri): Promise<void> {
  const isInSight = vscode.window.visibleTextEditors.some(({ document }) => document.uri.toString() === uri.toString());
  const target = isInSight ? undefined : await outsideTarget(uri);
  if (target === undefined) return;
  throw new UserError(
    vscode.l10n.t(
      '{0} links to {1}, outside the workspace. Open it to check its content, or attach that file directly.',
      shownPath(uri),
      target,
    ),
  );
}

/** VS Code tells whether a remote file is a link, but not where the link leads. */
async function remoteOutsideTarget(uri: vscode.Uri): Promise<string | undefined> {
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  if (!folder) return undefined;
  for (let at = uri; at.path.length > folder.uri.path.length; at = vscode.Uri.joinPath(at, '..')) {
    if (await isLink(at)) return vscode.l10n.t('an unknown location (symbolic link)');
  }
  return undefined;
}

async function isLink(uri: vscode.Uri): Promise<boolean> {
  try {
    const { type } = await vscode.workspace.fs.stat(uri);
    return (type & vscode.FileType.SymbolicLink) !== 0;
  } catch {
    // Reading the file will fail as well, and will report the reason.
    return false;
  }
}

/** Returns undefined for a path that can't be resolved. Reading the file reports the reason. */
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
