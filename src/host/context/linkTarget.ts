import { realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, relative, sep } from 'node:path';
import * as vscode from 'vscode';
import { visibleText } from '../../engine/gateway/visibleText';
import { displayPath } from '../code/editorLocations';
import { UserError } from '../util/userError';

const maxPathLength = 1000;

/**
 * Returns the real path of a workspace file that is outside the workspace because of a symbolic link, for instance
 * `~/.ssh/id_rsa`. The author of the workspace chose such a file, not the user. Returns undefined when the real file is
 * in the workspace, and for a URI outside the workspace.
 */
export async function outsideTarget(uri: vscode.Uri): Promise<string | undefined> {
  return uri.scheme === 'file' ? localOutsideTarget(uri) : remoteOutsideTarget(uri);
}

/**
 * Returns the same as {@link outsideTarget} for a local file, but undefined for a remote file. This function is fast
 * enough for a list of many files.
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
 * Rejects a linked file that is outside the workspace, because VS Code's chat can't show the real path of an
 * attachment. A file in a visible editor is accepted.
 * @throws UserError when a symbolic link leads the file out of the workspace, and no visible editor shows the file
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
 * If a remote file or one of its parent folders is a symbolic link, returns a text for an unknown location, because VS
 * Code does not report the target of a remote link.
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
  // Ignores an error, because reading the file fails later for the same reason, and the user is shown that error.
  const type = await vscode.workspace.fs.stat(uri).then(
    (stat) => stat.type,
    () => vscode.FileType.Unknown,
  );
  return (type & vscode.FileType.SymbolicLink) !== 0;
}

/**
 * Returns the real path, or undefined if it can't be resolved. The user is shown the error when the file is read later.
 */
async function resolveRealPath(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined);
}

function isInside(path: string, folder: string): boolean {
  const relativePath = relative(folder, path);
  return relativePath !== '..' && !relativePath.startsWith(`..${sep}`) && !isAbsolute(relativePath);
}
