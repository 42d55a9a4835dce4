import * as vscode from 'vscode';
import type { Attachment } from '../../../shared/protocol';
import { excerptOf, type CodeExcerpt } from '../../code/codeExcerpt';
import { codePrompts, codePromptText } from '../../code/codePrompts';
import { displayPath } from '../../code/editorLocations';
import { findCode, findProblems } from '../../code/findCode';
import { contextPrompt, contextLimits } from '../../context/contextPrompt';
import { refuseHiddenLink } from '../../context/linkTarget';
import { createAttachment, readDocument } from '../../context/readContext';
import { UserError } from '../../util/userError';
import { type ChatCommand, chatCommands, type CodeLocation, isChatCommand } from './chatMetadata';

export interface ChatQuestion {
  readonly content: string;
  readonly command?: ChatCommand | undefined;
  readonly code?: CodeLocation | undefined;
  readonly references: readonly vscode.Location[];
  /** Whether attachments were left out because they are not text. */
  readonly omitsAttachments: boolean;
}

interface QuestionContext {
  readonly editor: vscode.TextEditor | undefined;
  readonly previousCode: CodeLocation | undefined;
}

/**
 * Creates the text that is sent to the model from the prompt and its attachments.
 * @throws UserError if the prompt is empty, or if its code or an attachment is missing or can't be read
 */
export async function chatQuestion(request: vscode.ChatRequest, context: QuestionContext): Promise<ChatQuestion> {
  return isChatCommand(request.command) ? codeQuestion(request, request.command, context) : plainQuestion(request);
}

async function codeQuestion(
  { prompt, references }: vscode.ChatRequest,
  command: ChatCommand,
  { editor, previousCode }: QuestionContext,
): Promise<ChatQuestion> {
  const attached = await readReferences(references.filter(isAttached));
  const isNamed = previousCode !== undefined && prompt.trim() === previousCode.label;
  const code =
    attached.code.length > 0
      ? attached.code
      : await findImpliedCode(references, isNamed ? previousCode : undefined, editor);
  const [main, ...additional] = code;
  if (!main) throw new UserError(vscode.l10n.t('No code found here.'));
  const problems = findProblems(main.uri, main.span);
  const text = codePromptText(codePrompts[chatCommands[command]], main, problems, vscode.env.language);
  const addition = isNamed ? '' : prompt.trim();
  const question = addition === '' ? text : `${text}\n\nThe user adds: ${addition}`;
  return {
    content: contextPrompt(question, [...additional.map(toAttachment), ...attached.texts]) ?? question,
    command,
    code: toCodeLocation(main),
    references: code.map(locationOf),
    omitsAttachments: attached.hasNonText,
  };
}

async function plainQuestion({ prompt, references }: vscode.ChatRequest): Promise<ChatQuestion> {
  if (!prompt.trim()) {
    throw new UserError(vscode.l10n.t('Ask anything, or use /explain, /fix, or /tests on the code at the cursor.'));
  }
  const attached = await readReferences(references.filter(isAttached));
  const isEmpty = attached.code.length + attached.texts.length === 0;
  const { code, texts, hasNonText } = isEmpty ? await readImplicit(references) : attached;
  return {
    content: contextPrompt(prompt, [...code.map(toAttachment), ...texts]) ?? prompt,
    references: code.map(locationOf),
    omitsAttachments: hasNonText,
  };
}

interface ChatReferences {
  readonly code: readonly CodeExcerpt[];
  readonly texts: readonly Attachment[];
  readonly hasNonText: boolean;
}

type Reference = vscode.ChatPromptReference;

/**
 * Returns whether VS Code attached the reference automatically. VS Code does this for the code that is visible in the
 * editor.
 */
function isImplicit({ id }: Reference): boolean {
  return id.startsWith('vscode.implicit');
}

/**
 * Returns whether the user attached the reference. VS Code also attaches references for its own agents: the
 * instructions of a workspace, and a list of skills with paths on this computer. The extension does not send these
 * references.
 */
function isAttached(reference: Reference): boolean {
  return !isImplicit(reference) && !/^vscode\.(customizations|instructions|prompt\.instructions)/.test(reference.id);
}

/**
 * Reads the references that VS Code attached automatically. If one of these references can't be read, none of them is
 * sent.
 */
async function readImplicit(references: readonly Reference[]): Promise<ChatReferences> {
  try {
    return await readReferences(references.filter(isImplicit));
  } catch (error) {
    if (error instanceof UserError) return { code: [], texts: [], hasNonText: false };
    throw error;
  }
}

/**
 * Returns the code that a slash command without attachments applies to. For a follow-up, this is the code of the
 * previous prompt. Otherwise, it is the code in the editor, or else the code that VS Code attached automatically.
 * @throws UserError if there is no code
 */
async function findImpliedCode(
  references: readonly Reference[],
  previousCode: CodeLocation | undefined,
  editor: vscode.TextEditor | undefined,
): Promise<readonly CodeExcerpt[]> {
  if (previousCode) {
    const { uri, range } = toLocation(previousCode);
    return [await readCode(uri, range)];
  }
  const excerpt = editor && (await findCode(editor));
  if (excerpt) return [excerpt];
  const { code } = await readImplicit(references);
  if (code.length > 0) return code;
  throw new UserError(
    editor
      ? vscode.l10n.t('No code found here.')
      : vscode.l10n.t('Select code in a file, or type # to attach context.'),
  );
}

function toCodeLocation({ label, uri, span: { start, end } }: CodeExcerpt): CodeLocation {
  return { label, uri: uri.toString(), range: [start.line, start.character, end.line, end.character] };
}

export function toLocation({ uri, range }: CodeLocation): vscode.Location {
  return new vscode.Location(vscode.Uri.parse(uri, true), new vscode.Range(...range));
}

function toAttachment({ label, languageId, code, truncated }: CodeExcerpt): Attachment {
  return { kind: 'selection', label, languageId, code, truncated };
}

/**
 * Reads references in the order in which the prompt mentions them. VS Code provides the references in reverse order.
 */
async function readReferences(references: readonly Reference[]): Promise<ChatReferences> {
  const code: CodeExcerpt[] = [];
  const texts: Attachment[] = [];
  let hasNonText = false;
  for (const { value, modelDescription, id } of references.toReversed()) {
    if (value instanceof vscode.Location) code.push(await readCode(value.uri, value.range));
    else if (value instanceof vscode.Uri) code.push(await readCode(value));
    else if (typeof value === 'string') texts.push(createAttachment('file', modelDescription ?? id, '', value));
    else hasNonText = true;
    if ([...code, ...texts].reduce((sum, item) => sum + item.code.length, 0) > contextLimits.draft) {
      throw new UserError(vscode.l10n.t('This prompt has no room for more attachments. Remove an attachment first.'));
    }
  }
  return { code, texts, hasNonText };
}

/**
 * Reads the code in a range, or the complete document if no range is given.
 * @throws UserError if the code is empty or can't be read
 */
async function readCode(uri: vscode.Uri, range?: vscode.Range): Promise<CodeExcerpt> {
  await refuseHiddenLink(uri);
  const document = await readDocument(uri);
  const fullRange = new vscode.Range(0, 0, document.lineCount, 0);
  const path = displayPath(uri);
  const excerpt = excerptOf(document, path, document.validateRange(range ?? fullRange), 'selection');
  if (!excerpt) throw new UserError(vscode.l10n.t('{0} is empty or no longer exists.', path));
  return excerpt;
}

function locationOf({ uri, span }: CodeExcerpt): vscode.Location {
  return new vscode.Location(uri, span);
}
