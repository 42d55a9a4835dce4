import * as vscode from 'vscode';
import type { Attachment } from '../../shared/protocol';
import { beginning } from '../code/codeExcerpt';
import { spanLabel, type Span } from '../code/codeGeometry';
import { shownPath, toRange } from '../code/editorPlaces';
import { UserError } from '../util/userError';
import { contextLimits, problemLines } from './contextPrompt';
import { fileProblems } from './fileProblems';
import { refuseUnreadable } from './readableFile';

/** @throws UserError when it can't be read, or is nothing that a model could read. */
export async function readFile(uri: vscode.Uri): Promise<Attachment> {
  const document = await readDocument(uri);
  return attachment('file', shownPath(uri), document.languageId, document.getText());
}

/** The text that is at `span` now. @throws UserError */
export async function readSelection(uri: vscode.Uri, span: Span): Promise<Attachment> {
  const document = await readDocument(uri);
  const range = document.validateRange(toRange(span));
  const text = document.getText(range);
  const label = spanLabel(shownPath(uri), range);
  if (!text.trim()) throw new UserError(vscode.l10n.t('There is nothing at {0} any more.', label));
  return attachment('selection', label, document.languageId, text);
}

/** What the editor reports about a file, the worst first. @throws UserError when it reports nothing. */
export function readProblems(uri: vscode.Uri): Attachment {
  const path = shownPath(uri);
  const lines = problemLines(path, fileProblems(uri));
  if (lines === '') throw new UserError(vscode.l10n.t('The editor reports no problems in {0}.', path));
  return attachment('problems', path, '', lines);
}

function attachment(kind: Attachment['kind'], label: string, languageId: string, text: string): Attachment {
  const code = beginning(text, contextLimits.piece);
  return { kind, label, languageId, code, ...(code.length < text.length ? { truncated: true } : {}) };
}

/** @throws UserError when it can't be read, or is nothing that a model could read. */
export async function readDocument(uri: vscode.Uri): Promise<vscode.TextDocument> {
  // One that is open has what was typed and not yet saved.
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (open) return open;
  await refuseUnreadable(uri);
  try {
    return await vscode.workspace.openTextDocument(uri);
  } catch (error) {
    throw new UserError(vscode.l10n.t("{0} can't be read as text.", shownPath(uri)), { cause: error });
  }
}
