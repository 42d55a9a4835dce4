import { posix } from 'node:path';
import * as vscode from 'vscode';
import type { ContextSuggestion } from '../../shared/protocol';
import { spanLabel } from '../code/codeGeometry';
import { shownPath } from '../code/editorLocations';
import { contextId, parseContextId } from './contextId';
import { localOutsideTarget } from './linkTarget';
import type { ContextCandidate } from './rankContext';
import { fileProblems } from './readContext';

/** What can go along besides the files that have to be searched for: what is selected, reported or open. */
export function contextChoices(editor: vscode.TextEditor | undefined): readonly ContextCandidate[] {
  const tabs = openTabs(editor);
  return [
    ...(editor ? [selectionChoice(editor), problemsChoice(editor.document.uri)] : []),
    // One alone is in the list as a file.
    tabs.length > 1 ? editorsChoice(tabs.length) : undefined,
    ...tabs.map(fileChoice),
  ].filter((choice) => choice !== undefined);
}

export function fileChoice(uri: vscode.Uri): ContextCandidate {
  return {
    suggestion: { id: contextId({ kind: 'file', uri: uri.toString() }), kind: 'file', ...names(uri) },
    words: [],
  };
}

/** Adds the real location to each file that a symbolic link leads out of the workspace. */
export function withTargets(candidates: readonly ContextCandidate[]): Promise<readonly ContextCandidate[]> {
  return Promise.all(
    candidates.map(async (candidate) => ({ ...candidate, suggestion: await withTarget(candidate.suggestion) })),
  );
}

/** As {@link withTargets}, for one suggestion. */
export async function withTarget(suggestion: ContextSuggestion): Promise<ContextSuggestion> {
  const reference = parseContextId(suggestion.id);
  if (reference?.kind !== 'file') return suggestion;
  const target = await localOutsideTarget(vscode.Uri.parse(reference.uri, true));
  if (target === undefined) return suggestion;
  // The target comes first, because the end of a long detail is not visible.
  const { detail } = suggestion;
  return { ...suggestion, detail: detail === '' ? `→ ${target}` : `→ ${target} · ${detail}` };
}

export function pickChoice(): ContextSuggestion {
  return { id: contextId({ kind: 'pick' }), kind: 'pick', label: vscode.l10n.t('Choose a file…'), detail: '' };
}

function selectionChoice({ document, selection }: vscode.TextEditor): ContextCandidate | undefined {
  if (!document.getText(selection).trim()) return undefined;
  const id = contextId({ kind: 'selection', uri: document.uri.toString(), span: selection });
  const detail = vscode.l10n.t('Selection');
  const label = spanLabel(names(document.uri).label, selection);
  return { suggestion: { id, kind: 'selection', label, detail }, words: ['selection', detail] };
}

function problemsChoice(uri: vscode.Uri): ContextCandidate | undefined {
  const { length } = fileProblems(uri);
  if (length === 0) return undefined;
  const label = vscode.l10n.t('Problems in {0}', names(uri).label);
  const detail = length === 1 ? vscode.l10n.t('1 problem') : vscode.l10n.t('{0} problems', length);
  const id = contextId({ kind: 'problems', uri: uri.toString() });
  return { suggestion: { id, kind: 'problems', label, detail }, words: ['problems'] };
}

function editorsChoice(count: number): ContextCandidate {
  const label = vscode.l10n.t('Open editors');
  const detail = vscode.l10n.t('{0} files', count);
  return { suggestion: { id: contextId({ kind: 'editors' }), kind: 'editors', label, detail }, words: ['editors'] };
}

/** The name, and the folder as far as it is in the workspace. */
function names(uri: vscode.Uri): { readonly label: string; readonly detail: string } {
  const { dir, base } = posix.parse(shownPath(uri));
  return { label: base, detail: dir };
}

/** The files of all open text editors, that of `first` before the others. */
export function openTabs(first: vscode.TextEditor | undefined): readonly vscode.Uri[] {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  const shown = tabs.map(({ input }) => uriOf(input)).filter((uri) => uri !== undefined);
  const all = new Map(shown.map((uri) => [uri.toString(), uri]));
  const leader = first && all.get(first.document.uri.toString());
  return leader ? [leader, ...[...all.values()].filter((uri) => uri !== leader)] : [...all.values()];
}

function uriOf(input: unknown): vscode.Uri | undefined {
  if (input instanceof vscode.TabInputText) return input.uri;
  return input instanceof vscode.TabInputTextDiff ? input.modified : undefined;
}
