import { posix } from 'node:path';
import * as vscode from 'vscode';
import type { ComposerSuggestion } from '../../shared/protocol';
import { spanLabel } from '../code/codeExcerpt';
import { displayPath } from '../code/editorLocations';
import { findProblems } from '../code/findCode';
import { documentUriOf, openTabs } from '../ui/editorTabs';
import { contextId, parseContextId } from './contextId';
import { localOutsideTarget } from './linkTarget';

/**
 * Returns the suggested context items that need no search: the selection, the open editors, the problems of the active
 * file, and single files (open or recent). The first three items are always included, even without a selection, open
 * editors or problems.
 */
export function contextChoices(
  editor: vscode.TextEditor | undefined,
  recentFiles: readonly vscode.Uri[],
): readonly ComposerSuggestion[] {
  const open = openFiles(editor);
  const choices = [selectionChoice(editor), editorsChoice(open.length), problemsChoice(editor)];
  // Recent files come first, the most recent file at the top. Open files that have not been active since VS Code
  // started follow.
  const files = new Map([...recentFiles, ...open].map((uri) => [uri.toString(), uri]));
  return [...choices, ...[...files.values()].map(fileChoice)];
}

/** Returns suggestions for files, except those that `existing` already contains. */
export function fileChoices(
  uris: readonly vscode.Uri[],
  existing: readonly ComposerSuggestion[],
): readonly ComposerSuggestion[] {
  const ids = new Set(existing.map(({ id }) => id));
  return uris.map(fileChoice).filter(({ id }) => !ids.has(id));
}

export function fileId(uri: vscode.Uri): string {
  return contextId({ kind: 'file', uri: uri.toString() });
}

function fileChoice(uri: vscode.Uri): ComposerSuggestion {
  return { id: fileId(uri), kind: 'file', ...splitPath(uri) };
}

/**
 * If a symbolic link in the path of a suggested local file points outside the workspace, adds the real path to the
 * suggestion.
 */
export async function withLinkTarget(suggestion: ComposerSuggestion): Promise<ComposerSuggestion> {
  const reference = parseContextId(suggestion.id);
  if (reference?.kind !== 'file') return suggestion;
  const target = await localOutsideTarget(vscode.Uri.parse(reference.uri, true));
  if (target === undefined) return suggestion;
  // The target of the symbolic link is put at the start of the suggestion's detail, because VS Code truncates the end
  // of a long detail.
  const { detail } = suggestion;
  return { ...suggestion, detail: detail === '' ? `→ ${target}` : `→ ${target} · ${detail}` };
}

/** Returns the suggestion that opens a dialog in which the user can choose any file. */
export function browseChoice(): ComposerSuggestion {
  return { id: 'browse', kind: 'browse', label: vscode.l10n.t('Choose a file…'), detail: '' };
}

function selectionChoice(editor: vscode.TextEditor | undefined): ComposerSuggestion {
  const item = { kind: 'selection', label: vscode.l10n.t('Selection') } as const;
  if (!editor?.document.getText(editor.selection).trim()) {
    return { ...item, id: item.kind, detail: vscode.l10n.t('nothing is selected'), unavailable: true };
  }
  const { document, selection } = editor;
  const id = contextId({ kind: 'selection', uri: document.uri.toString(), span: selection });
  return { ...item, id, detail: spanLabel(splitPath(document.uri).label, selection) };
}

function editorsChoice(count: number): ComposerSuggestion {
  const item = { id: contextId({ kind: 'editors' }), kind: 'editors', label: vscode.l10n.t('Open editors') } as const;
  if (count === 0) return { ...item, detail: vscode.l10n.t('no file is open'), unavailable: true };
  return { ...item, detail: count === 1 ? vscode.l10n.t('1 file') : vscode.l10n.t('{0} files', count) };
}

function problemsChoice(editor: vscode.TextEditor | undefined): ComposerSuggestion {
  const item = { kind: 'problems', label: vscode.l10n.t('Problems') } as const;
  const uri = editor?.document.uri;
  const { length } = uri ? findProblems(uri) : [];
  if (!uri || length === 0) {
    const detail = uri ? vscode.l10n.t('no problems') : vscode.l10n.t('no file is open');
    return { ...item, id: item.kind, detail, unavailable: true };
  }
  const id = contextId({ kind: 'problems', uri: uri.toString() });
  const count = length === 1 ? vscode.l10n.t('1 problem') : vscode.l10n.t('{0} problems', length);
  return { ...item, id, detail: `${splitPath(uri).label} · ${count}` };
}

/** Returns label and detail of a suggested file: its name, and its folder relative to the workspace. */
function splitPath(uri: vscode.Uri): { readonly label: string; readonly detail: string } {
  const { dir, base } = posix.parse(displayPath(uri));
  return { label: base, detail: dir };
}

/** Returns the files in all open text editors, without duplicates. The file of the editor `first` comes first. */
export function openFiles(first: vscode.TextEditor | undefined): readonly vscode.Uri[] {
  const uris = openTabs()
    .flatMap((tab) => documentUriOf(tab) ?? [])
    // A virtual document, such as the preview of a refactoring, is left out, because no file system can read it later.
    .filter(({ scheme }) => scheme === 'untitled' || vscode.workspace.fs.isWritableFileSystem(scheme) !== undefined);
  const all = new Map(uris.map((uri) => [uri.toString(), uri]));
  const firstUri = first && all.get(first.document.uri.toString());
  return firstUri ? [firstUri, ...[...all.values()].filter((uri) => uri !== firstUri)] : [...all.values()];
}
