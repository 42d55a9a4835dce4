import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import { beginning } from '../../engine/surrogates';
import type { Attachment } from '../../shared/protocol';
import { spanLabel, type Span } from '../code/codeGeometry';
import { severities } from '../code/codeProblems';
import { shownPath, toRange } from '../code/editorLocations';
import { openWithoutBlocking } from '../util/files';
import { UserError } from '../util/userError';
import { contextLimits, problemLines, type FileProblem } from './contextPrompt';

/** @throws UserError when it can't be read, or is nothing that a model could read. */
export async function readFile(uri: vscode.Uri): Promise<Attachment> {
  const document = await readDocument(uri);
  return createAttachment('file', shownPath(uri), document.languageId, document.getText());
}

/** The text that is at `span` now. @throws UserError */
export async function readSelection(uri: vscode.Uri, span: Span): Promise<Attachment> {
  const document = await readDocument(uri);
  const range = document.validateRange(toRange(span));
  const text = document.getText(range);
  const label = spanLabel(shownPath(uri), range);
  if (!text.trim()) throw new UserError(vscode.l10n.t('{0} is empty or no longer exists.', label));
  return createAttachment('selection', label, document.languageId, text);
}

/** What the editor reports about a file, the worst first. @throws UserError when it reports nothing. */
export function readProblems(uri: vscode.Uri): Attachment {
  const path = shownPath(uri);
  const lines = problemLines(path, fileProblems(uri));
  if (lines === '') throw new UserError(vscode.l10n.t('The editor reports no problems in {0}.', path));
  return createAttachment('problems', path, '', lines);
}

/** Returns the text, or as much of it as one attachment may have. */
export function createAttachment(
  kind: Attachment['kind'],
  label: string,
  languageId: string,
  text: string,
): Attachment {
  const code = beginning(text, contextLimits.piece);
  return { kind, label, languageId, code, ...(code.length < text.length ? { truncated: true } : {}) };
}

/** @throws UserError when it can't be read, or is nothing that a model could read. */
export async function readDocument(uri: vscode.Uri): Promise<vscode.TextDocument> {
  // One that is open has what was typed and not yet saved.
  const opened = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (opened) return opened;
  await refuseUnreadable(uri);
  try {
    return await vscode.workspace.openTextDocument(uri);
  } catch (error) {
    throw new UserError(vscode.l10n.t("{0} can't be read as text.", shownPath(uri)), { cause: error });
  }
}

/**
 * Refuses a file that can't be attached.
 * @throws UserError that gives the reason: only regular text files up to the limit are allowed
 */
async function refuseUnreadable(uri: vscode.Uri): Promise<void> {
  const bytes = await firstBytes(uri);
  if (bytes.length > contextLimits.fileBytes) throw tooLarge(uri);
  if (!looksBinary(bytes)) return;
  throw new UserError(vscode.l10n.t("{0} is not a text file and can't be attached.", shownPath(uri)));
}

/** Returns all of a file, or enough of it to see that it is larger than the limit. */
async function firstBytes(uri: vscode.Uri): Promise<Uint8Array> {
  try {
    return await (uri.scheme === 'file' ? firstLocalBytes(uri) : remoteBytes(uri));
  } catch (error) {
    throw error instanceof UserError ? error : unreadable(uri, error);
  }
}

/**
 * Checks the type of a file before opening it, because opening a pipe waits for a writer and opening a device may act
 * on it. The type is checked again afterwards: another file may have taken its place. The reported size is not trusted,
 * because files in `/proc` report none.
 */
async function firstLocalBytes(uri: vscode.Uri): Promise<Uint8Array> {
  refuseIrregular(uri, await stat(uri.fsPath));
  const file = await openWithoutBlocking(uri.fsPath);
  try {
    const stats = await file.stat();
    refuseIrregular(uri, stats);
    if (stats.size > contextLimits.fileBytes) throw tooLarge(uri);
    const bytes = Buffer.alloc(contextLimits.fileBytes + 1);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes.subarray(0, length);
  } finally {
    await file.close();
  }
}

async function remoteBytes(uri: vscode.Uri): Promise<Uint8Array> {
  const { type, size } = await vscode.workspace.fs.stat(uri);
  const has = (kind: vscode.FileType): boolean => (type & kind) !== 0;
  refuseIrregular(uri, {
    isDirectory: () => has(vscode.FileType.Directory),
    isFile: () => has(vscode.FileType.File),
  });
  if (size > contextLimits.fileBytes) throw tooLarge(uri);
  return vscode.workspace.fs.readFile(uri);
}

function refuseIrregular(uri: vscode.Uri, stats: { isDirectory(): boolean; isFile(): boolean }): void {
  const path = shownPath(uri);
  if (stats.isDirectory()) throw new UserError(folderText(path));
  if (stats.isFile()) return;
  throw new UserError(vscode.l10n.t("{0} is a pipe, a socket or a device and can't be attached.", path));
}

function folderText(path: string): string {
  return vscode.l10n.t('{0} is a folder. Attach files in it instead.', path);
}

function tooLarge(uri: vscode.Uri): UserError {
  return new UserError(
    vscode.l10n.t(
      '{0} is larger than 1 MB. Open it, select the part that matters and attach the selection.',
      shownPath(uri),
    ),
  );
}

function unreadable(uri: vscode.Uri, error: unknown): UserError {
  return new UserError(reasonText(shownPath(uri), error), { cause: error });
}

/** Node.js has error codes of its own for local files, and VS Code has others for remote files. */
function reasonText(path: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'FileNotFound':
    case 'FileNotADirectory':
      return vscode.l10n.t("{0} can't be read. It may have been moved or deleted.", path);
    case 'EACCES':
    case 'EPERM':
    case 'NoPermissions':
      return vscode.l10n.t("{0} can't be read: its permissions don't allow it.", path);
    case 'EISDIR':
    case 'FileIsADirectory':
      return folderText(path);
    default:
      return vscode.l10n.t("{0} can't be read ({1}).", path, code || String(error));
  }
}

/** A zero byte among the first bytes tells a binary file from a text, unless the text is UTF-16 with a mark that says so. */
const probedBytes = 8192;

export function looksBinary(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  const utf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return !utf16 && bytes.subarray(0, probedBytes).includes(0);
}

/** Maximum number of problems of a file: a file full of errors has few causes. */
const mostProblems = 100;

/** What the editor reports about a file, the worst first, then in the order of the lines. */
export function fileProblems(uri: vscode.Uri): readonly FileProblem[] {
  return vscode.languages
    .getDiagnostics(uri)
    .toSorted((a, b) => a.severity - b.severity || a.range.start.compareTo(b.range.start))
    .slice(0, mostProblems)
    .map(({ range: { start }, severity, message, source, code }) => ({
      line: start.line + 1,
      column: start.character + 1,
      severity: severities[severity],
      message,
      source: [source, typeof code === 'object' ? code.value : code].filter((part) => part !== undefined).join(' '),
    }));
}
