import { stat } from 'node:fs/promises';
import { posix } from 'node:path';
import { buffer } from 'node:stream/consumers';
import * as vscode from 'vscode';
import { firstChars } from '../../engine/text/surrogates';
import { maxImageFileBytes } from '../../shared/imageLimits';
import type { Attachment } from '../../shared/protocol';
import { spanLabel, type Span } from '../code/codeExcerpt';
import { displayPath } from '../code/editorLocations';
import { findProblems } from '../code/findCode';
import { errorCode, openWithoutBlocking } from '../util/files';
import { UserError } from '../util/userError';
import { contextLimits } from './contextPrompt';

/**
 * Reads a file as an attachment.
 * @throws UserError when the file can't be read or is not text
 */
export async function readFile(uri: vscode.Uri): Promise<Attachment> {
  const document = await readDocument(uri);
  return createAttachment('file', displayPath(uri), document.languageId, document.getText());
}

/**
 * Creates an attachment from the content of a file whose path is unknown.
 * @param data the bytes of the file, or at least the start of a file that is larger than the limit
 * @throws UserError when the file is not text
 */
export async function decodeFile(name: string, data: Uint8Array): Promise<Attachment> {
  refuseBinary(name, data);
  return createAttachment('file', name, posix.extname(name).slice(1), await vscode.workspace.decode(data));
}

/**
 * Reads a range of a file as an attachment.
 * @throws UserError when the file can't be read, or when the range contains no text
 */
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
 * Returns an attachment with the problems (errors and warnings) that the editor reports in a file, most severe first.
 * @throws UserError when the editor reports no problems
 */
export function readProblems(uri: vscode.Uri): Attachment {
  const path = displayPath(uri);
  const lines = findProblems(uri).join('\n');
  if (lines === '') throw new UserError(vscode.l10n.t('The editor reports no problems in {0}.', path));
  return createAttachment('problems', path, '', lines);
}

/** Returns an attachment with a text, which is truncated to the size limit for one attachment. */
export function createAttachment(
  kind: Attachment['kind'],
  label: string,
  languageId: string,
  text: string,
): Attachment {
  const code = firstChars(text, contextLimits.attachment);
  return { kind, label, languageId, code, ...(code.length < text.length && { truncated: true }) };
}

/** Maximum size of a file that can be attached, and the error for a larger file. */
interface SizeLimit {
  readonly bytes: number;
  readonly createError: (path: string) => UserError;
}

const textLimit: SizeLimit = {
  bytes: contextLimits.fileBytes,
  createError: (path) =>
    new UserError(
      vscode.l10n.t('{0} is larger than 1 MB. Open it, select the part that matters, and attach the selection.', path),
    ),
};

const imageLimit: SizeLimit = {
  bytes: maxImageFileBytes,
  createError: (path) => new UserError(vscode.l10n.t('{0} is larger than 50 MB. Attach a smaller image.', path)),
};

/** The content of an image file that the user has chosen. */
export interface ImageFile {
  readonly name: string;
  readonly data: Uint8Array;
}

/**
 * Reads an image file.
 * @throws UserError when the file can't be read or is too large
 */
export async function readImageFile(uri: vscode.Uri): Promise<ImageFile> {
  // The bytes are copied because VS Code would send a `Buffer`, a subclass of `Uint8Array`, to the page as JSON.
  return { name: posix.basename(uri.path), data: new Uint8Array(await readBytes(uri, imageLimit)) };
}

/**
 * Opens a text file as a document of VS Code.
 * @throws UserError when the file can't be read or is not text
 */
export async function readDocument(uri: vscode.Uri): Promise<vscode.TextDocument> {
  // If the file is open in VS Code, the open document is read, because it contains the unsaved changes.
  const opened = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (opened) return opened;
  await refuseUnreadable(uri);
  try {
    return await vscode.workspace.openTextDocument(uri);
  } catch (error) {
    throw new UserError(vscode.l10n.t("{0} can't be read as text.", displayPath(uri)), { cause: error });
  }
}

/**
 * Rejects a file that can't be attached.
 * @throws UserError unless the file is a regular text file within the size limit
 */
async function refuseUnreadable(uri: vscode.Uri): Promise<void> {
  refuseBinary(displayPath(uri), await readBytes(uri, textLimit));
}

function refuseBinary(path: string, bytes: Uint8Array): void {
  if (looksBinary(bytes)) throw new UserError(vscode.l10n.t("{0} is not a text file and can't be attached.", path));
}

async function readBytes(uri: vscode.Uri, limit: SizeLimit): Promise<Uint8Array> {
  try {
    const bytes = await (uri.scheme === 'file' ? readFirstLocalBytes(uri, limit) : readRemoteBytes(uri, limit));
    if (bytes.length > limit.bytes) throw limit.createError(displayPath(uri));
    return bytes;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(readErrorMessage(displayPath(uri), error), { cause: error });
  }
}

/**
 * Reads the start of a local file. The file type is checked before the file is opened: opening a pipe waits for a
 * writer, and opening a device can have side effects. The type is checked again afterwards, because the file might have
 * been replaced. The reported size is not used, because files in `/proc` report a size of 0.
 */
async function readFirstLocalBytes(uri: vscode.Uri, limit: SizeLimit): Promise<Uint8Array> {
  refuseIrregular(uri, await stat(uri.fsPath));
  const file = await openWithoutBlocking(uri.fsPath);
  try {
    refuseIrregular(uri, await file.stat());
    // One byte more than the limit is read. If that byte exists, the file is too large.
    return await buffer(file.createReadStream({ end: limit.bytes }));
  } finally {
    await file.close();
  }
}

async function readRemoteBytes(uri: vscode.Uri, limit: SizeLimit): Promise<Uint8Array> {
  const { type, size } = await vscode.workspace.fs.stat(uri);
  const has = (kind: vscode.FileType): boolean => (type & kind) !== 0;
  refuseIrregular(uri, {
    isDirectory: () => has(vscode.FileType.Directory),
    isFile: () => has(vscode.FileType.File),
  });
  if (size > limit.bytes) throw limit.createError(displayPath(uri));
  return vscode.workspace.fs.readFile(uri);
}

function refuseIrregular(uri: vscode.Uri, stats: { isDirectory(): boolean; isFile(): boolean }): void {
  const path = displayPath(uri);
  if (stats.isDirectory()) throw new UserError(folderMessage(path));
  if (stats.isFile()) return;
  throw new UserError(vscode.l10n.t("{0} is a pipe, a socket, or a device and can't be attached.", path));
}

function folderMessage(path: string): string {
  return vscode.l10n.t('{0} is a folder. Attach individual files instead.', path);
}

/**
 * Returns the message for an error on reading a file. The error code is from Node.js for a local file, and from VS Code
 * for a remote file.
 */
function readErrorMessage(path: string, error: unknown): string {
  const code = errorCode(error);
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'FileNotFound':
    case 'FileNotADirectory':
      return vscode.l10n.t("{0} can't be read. It might have been moved or deleted.", path);
    case 'EACCES':
    case 'EPERM':
    case 'NoPermissions':
      return vscode.l10n.t("You don't have permission to read {0}.", path);
    case 'EISDIR':
    case 'FileIsADirectory':
      return folderMessage(path);
    default:
      return vscode.l10n.t("{0} can't be read ({1}).", path, code);
  }
}

/** Number of bytes at the start of a file that are searched for a zero byte. A zero byte indicates a binary file. */
const binaryProbeBytes = 8192;

/**
 * Returns whether a file is binary. A binary file contains a zero byte near its start, and has no byte order mark of
 * UTF-16.
 */
export function looksBinary(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  const utf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return !utf16 && bytes.subarray(0, binaryProbeBytes).includes(0);
}
