import * as vscode from 'vscode';
import { firstChars } from '../../engine/text/surrogates';
import type { Attachment } from '../../shared/protocol';
import { spanLabel, type Span } from '../code/codeExcerpt';
import { displayPath } from '../code/editorLocations';
import { findProblems } from '../code/findCode';
import { errorCode } from '../util/files';
import { UserError } from '../util/userError';
import { contextLimits } from './contextPrompt';

/** @throws UserError when the file can't be read or is not text */
export async function readFile(uri: vscode.Uri): Promise<Attachment> {
  const document = await readDocument(uri);
  return createAttachment('file', displayPath(uri), document.languageId, document.getText());
}

/** @throws UserError when the file can't be read, or when there is no text in the span */
export async function readSelection(uri: vscode.Uri, span: Span): Promise<Attachment> {
  const document = await readDocument(uri);
  const { start, end } = span;
  const range = document.validateRange(new vscode.Range(start.line, start.character, end.line, end.character));
  const text = document.getText(range);
  const label = spanLabel(displayPath(uri), range);
  if (!text.trim()) throw new UserError(vscode.l10n.t('{0} is empty or no longer exists.', label));
  return createAttachment('selection', label, document.languageId, text);
}

/**
 * Returns an attachment with the problems that the editor reports in a file, most severe first.
 * @throws UserError when the editor reports no problems
 */
export function readProblems(uri: vscode.Uri): Attachment {
  const path = displayPath(uri);
  const lines = findProblems(uri).join('\n');
  if (lines === '') throw new UserError(vscode.l10n.t('The editor reports no problems in {0}.', path));
  return createAttachment('problems', path, '', lines);
}

/** Returns an attachment with the text, truncated to the size limit for one attachment. */
export function createAttachment(
  kind: Attachment['kind'],
  label: string,
  languageId: string,
  text: string,
): Attachment {
  const code = firstChars(text, contextLimits.attachment);
  return { kind, label, languageId, code, ...(code.length < text.length ? { truncated: true } : {}) };
}

/** @throws UserError when the file can't be read or is not text */
export async function readDocument(uri: vscode.Uri): Promise<vscode.TextDocument> {
  // Reads an open document instead of the file, because the document includes unsaved changes.
  const opened = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (opened) return opened;
  await refuseUnreadable(uri);
  try {
    return await vscode.workspace.openTextDocument(uri);
  } catch (error) {
    throw new UserError(vscode.l10n.t("{0} can't be read as text.", displayPath(uri)), { cause: error });
  }
}

/** @throws UserError unless the file is a regular text file within the size limit */
async function refuseUnreadable(uri: vscode.Uri): Promise<void> {
  const path = displayPath(uri);
  try {
    const { type, size } = await vscode.workspace.fs.stat(uri);
    if ((type & vscode.FileType.Directory) !== 0) throw new UserError(folderMessage(path));
    if (type === vscode.FileType.SymbolicLink) throw new UserError(missingMessage(path));
    // Reading a pipe would wait for a writer, and reading a device may have side effects.
    if ((type & vscode.FileType.File) === 0) {
      throw new UserError(vscode.l10n.t("{0} is a pipe, a socket, or a device and can't be attached.", path));
    }
    if (size > contextLimits.fileBytes) {
      throw new UserError(
        vscode.l10n.t(
          '{0} is larger than 1 MB. Open it, select the part that matters, and attach the selection.',
          path,
        ),
      );
    }
    if (looksBinary(await vscode.workspace.fs.readFile(uri))) {
      throw new UserError(vscode.l10n.t("{0} is not a text file and can't be attached.", path));
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(readErrorMessage(path, error), { cause: error });
  }
}

function folderMessage(path: string): string {
  return vscode.l10n.t('{0} is a folder. Attach individual files instead.', path);
}

function missingMessage(path: string): string {
  return vscode.l10n.t("{0} can't be read. It might have been moved or deleted.", path);
}

/** Returns the message for an error code of VS Code's file system. */
function readErrorMessage(path: string, error: unknown): string {
  const code = errorCode(error);
  switch (code) {
    case 'FileNotFound':
    case 'FileNotADirectory':
      return missingMessage(path);
    case 'NoPermissions':
      return vscode.l10n.t("You don't have permission to read {0}.", path);
    case 'FileIsADirectory':
      return folderMessage(path);
    default:
      return vscode.l10n.t("{0} can't be read ({1}).", path, code);
  }
}

/** Number of bytes at the start of a file that are searched for a zero byte. */
const binaryProbeBytes = 8192;

/**
 * Returns whether a file is binary: it contains a zero byte near its start and is not UTF-16 with a byte order mark.
 */
export function looksBinary(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  const utf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return !utf16 && bytes.subarray(0, binaryProbeBytes).includes(0);
}
