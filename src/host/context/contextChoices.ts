import { posix } from 'node:path';
import * as vscode from 'vscode';
import type { ContextSuggestion } from '../../shared/protocol';
import { spanLabel } from '../code/codeExcerpt';
import { displayPath } from '../code/editorLocations';
import { findProblems } from '../code/findCode';
import { contextId, parseContextId } from './contextId';
import { localOutsideTarget } from './linkTarget';

/** Returns the items that need no search: the selection, the problems of the active file and the open editors. */
export function contextChoices(editor: vscode.TextEditor | undefined): readonly ContextSuggestion[] {
  const files = openFiles(editor);
  return [
    ...(editor ? [selectionChoice(editor), problemsChoice(editor.document.uri)] : []),
    // Omits the item for all open editors if only one editor is open, because the file of that editor has its own item.
    files.length > 1 ? editorsChoice(files.length) : undefined,
    ...files.map(fileChoice),
  ].filter((choice) => choice !== undefined);
}

/** Returns the items of files that have no item among `existing`. */
export function fileChoices(
  uris: readonly vscode.Uri[],
  existing: readonly ContextSuggestion[],
): readonly ContextSuggestion[] {
  const ids = new Set(existing.map(({ id }) => id));
  return uris.map(fileChoice).filter(({ id }) => !ids.has(id));
}

function fileChoice(uri: vscode.Uri): ContextSuggestion {
  return { id: contextId({ kind: 'file', uri: uri.toString() }), kind: 'file', ...splitPath(uri) };
}

/** Sets the real path of a suggested local file that is outside the workspace because of a symbolic link. */
export async function withLinkTarget(suggestion: ContextSuggestion): Promise<ContextSuggestion> {
  const reference = parseContextId(suggestion.id);
  if (reference?.kind !== 'file') return suggestion;
  const target = await localOutsideTarget(vscode.Uri.parse(reference.uri, true));
  if (target === undefined) return suggestion;
  // Puts the target of the symbolic link at the start of the item's detail, because VS Code truncates the end of a long
  // detail.
  const { detail } = suggestion;
  return { ...suggestion, detail: detail === '' ? `→ ${target}` : `→ ${target} · ${detail}` };
}

/** Returns the item that opens VS Code's list of files. */
export function pickChoice(): ContextSuggestion {
  return { id: contextId({ kind: 'pick' }), kind: 'pick', label: vscode.l10n.t('Choose a file…'), detail: '' };
}

function selectionChoice({ document, selection }: vscode.TextEditor): ContextSuggestion | undefined {
  if (!document.getText(selection).trim()) return undefined;
  const id = contextId({ kind: 'selection', uri: document.uri.toString(), span: selection });
  const detail = vscode.l10n.t('Selection');
  const label = spanLabel(splitPath(document.uri).label, selection);
  return { id, kind: 'selection', label, detail };
}

function problemsChoice(uri: vscode.Uri): ContextSuggestion | undefined {
  const { length } = findProblems(uri);
  if (length === 0) return undefined;
  const label = vscode.l10n.t('Problems in {0}', splitPath(uri).label);
  const detail = length === 1 ? vscode.l10n.t('1 problem') : vscode.l10n.t('{0} problems', length);
  const id = contextId({ kind: 'problems', uri: uri.toString() });
  return { id, kind: 'problems', label, detail };
}

function editorsChoice(count: number): ContextSuggestion {
  const label = vscode.l10n.t('Open editors');
  const detail = vscode.l10n.t('{0} files', count);
  return { id: contextId({ kind: 'editors' }), kind: 'editors', label, detail };
}

/** Returns the item for a file, with its name as the label and its folder relative to the workspace as the detail. */
function splitPath(uri: vscode.Uri): { readonly label: string; readonly detail: string } {
  const { dir, base } = posix.parse(displayPath(uri));
  return { label: base, detail: dir };
}

/** Returns the files in all open text editors, without duplicates, starting with the file in `first`. */
export function openFiles(first: vscode.TextEditor | undefined): readonly vscode.Uri[] {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  const uris = tabs.map(({ input }) => textUriOf(input)).filter((uri) => uri !== undefined);
  const all = new Map(uris.map((uri) => [uri.toString(), uri]));
  const firstUri = first && all.get(first.document.uri.toString());
  return firstUri ? [firstUri, ...[...all.values()].filter((uri) => uri !== firstUri)] : [...all.values()];
}

function textUriOf(input: unknown): vscode.Uri | undefined {
  if (input instanceof vscode.TabInputText) return input.uri;
  return input instanceof vscode.TabInputTextDiff ? input.modified : undefined;
}
