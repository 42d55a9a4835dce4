import { realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, relative, sep } from 'node:path';
import * as vscode from 'vscode';
import { visibleText } from '../../engine/gateway/visibleText';
import { displayPath } from '../code/editorLocations';
import { UserError } from '../util/userError';

const maxPathLength = 1000;

/**
 * Returns the real path of a workspace file if a symbolic link in its path points outside the workspace, for example to
 * `~/.ssh/id_rsa`. The user must see the real path, because the author of the workspace chose the link's target.
 * Returns undefined for any other file.
 */
export async function outsideTarget(uri: vscode.Uri): Promise<string | undefined> {
  return uri.scheme === 'file' ? localOutsideTarget(uri) : remoteOutsideTarget(uri);
}

/**
 * Returns the same as {@link outsideTarget} for a local file. Returns undefined for a remote file, because checking
 * many remote files would take too long.
 */
export async function localOutsideTarget(uri: vscode.Uri): Promise<string | undefined> {
  if (uri.scheme !== 'file' || !vscode.workspace.getWorkspaceFolder(uri)) return undefined;
  const target = await resolveRealPath(uri.fsPath);
  if (target === undefined) return undefined;
  const folders = (vscode.workspace.workspaceFolders ?? []).filter((folder) => folder.uri.scheme === 'file');
  const roots = await Promise.all(folders.map((folder) => resolveRealPath(folder.uri.fsPath)));
  if (roots.some((root) => root !== undefined && isInside(target, root))) return undefined;
  const home = homedir();
  return visibleText(isInside(target, home) ? join('~', relative(home, target)) : target, maxPathLength);
}

/**
 * Rejects a workspace file if a symbolic link in its path points outside the workspace, because VS Code's chat can't
 * show the real path. The file is accepted if a visible editor shows it.
 * @throws UserError when the file is rejected
 */
export async function refuseHiddenLink(uri: vscode.Uri): Promise<void> {
  const isVisible = vscode.window.visibleTextEditors.some(({ document }) => document.uri.toString() === uri.toString());
  const target = isVisible ? undefined : await outsideTarget(uri);
  if (target === undefined) return;
  throw new UserError(
    vscode.l10n.t(
      '{0} links to {1}, outside the workspace. Open the link to check its content, or attach the linked file directly.',
      displayPath(uri),
      target,
    ),
  );
}

/**
 * Returns the text “an unknown location” if a remote file or one of its parent folders is a symbolic link, because VS
 * Code does not report the target of a remote link. Otherwise, returns undefined.
 */
async function remoteOutsideTarget(uri: vscode.Uri): Promise<string | undefined> {
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  if (!folder) return undefined;
  for (
    let ancestor = uri;
    ancestor.path.length > folder.uri.path.length;
    ancestor = vscode.Uri.joinPath(ancestor, '..')
  ) {
    if (await isLink(ancestor)) return vscode.l10n.t('an unknown location (symbolic link)');
  }
  return undefined;
}

async function isLink(uri: vscode.Uri): Promise<boolean> {
  // An error is ignored at this point: reading the file later fails for the same reason, and the user sees that error.
  const type = await vscode.workspace.fs.stat(uri).then(
    (stat) => stat.type,
    () => vscode.FileType.Unknown,
  );
  return (type & vscode.FileType.SymbolicLink) !== 0;
}

/**
 * Returns the real path, or undefined if the path can't be resolved. The user sees the error later, when the file is
 * read.
 */
async function resolveRealPath(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined);
}

function isInside(path: string, folder: string): boolean {
  const relativePath = relative(folder, path);
  return relativePath !== '..' && !relativePath.startsWith(`..${sep}`) && !isAbsolute(relativePath);
}
