import * as vscode from 'vscode';
import type { Attachment } from '../../../shared/protocol';
import { excerptOf, type CodeExcerpt } from '../../code/codeExcerpt';
import { codeProblems } from '../../code/codeProblems';
import { codePrompts, codePromptText } from '../../code/codePrompts';
import { shownPath, toRange } from '../../code/editorLocations';
import { codeDocument, findCode } from '../../code/findCode';
import { contextPrompt, contextLimits } from '../../context/contextPrompt';
import { refuseHiddenLink } from '../../context/linkTarget';
import { createAttachment, readDocument } from '../../context/readContext';
import { UserError } from '../../util/userError';
import { type ChatCommand, chatCommands, type CodeLocation, isChatCommand } from './chatMetadata';

/** What the model is asked. */
export interface ChatQuestion {
  readonly content: string;
  readonly command?: ChatCommand | undefined;
  /** The code that it is about. */
  readonly code?: CodeLocation | undefined;
  /** All that goes along. */
  readonly references: readonly vscode.Location[];
  /** Something that was attached is no text, and does not go along. */
  readonly omitsAttachments: boolean;
}

interface QuestionContext {
  /** The one the person was in last. */
  readonly editor: vscode.TextEditor | undefined;
  /** The code that was asked about before. */
  readonly previousCode: CodeLocation | undefined;
}

/** @throws UserError when there is nothing to ask, or no code to ask about, or it can't be read */
export async function chatQuestion(request: vscode.ChatRequest, now: QuestionContext): Promise<ChatQuestion> {
  return isChatCommand(request.command) ? codeQuestion(request, request.command, now) : plainQuestion(request);
}

async function codeQuestion(
  { prompt, references }: vscode.ChatRequest,
  command: ChatCommand,
  { editor, previousCode: before }: QuestionContext,
): Promise<ChatQuestion> {
  const own = await readAttached(references);
  const isNamed = before !== undefined && prompt.trim() === before.label;
  const code = own.code.length > 0 ? own.code : await findImpliedCode(references, isNamed ? before : undefined, editor);
  const [main, ...others] = code;
  const instruction = codePrompts.find(({ id }) => id === chatCommands[command]);
  if (!main || !instruction) throw new UserError(vscode.l10n.t('No code found here.'));
  const { document, excerpt } = main;
  const text = codePromptText(instruction, excerpt, codeProblems(document, excerpt), vscode.env.language);
  const wish = isNamed ? '' : prompt.trim();
  const asked = wish === '' ? text : `${text}\n\nThe user adds: ${wish}`;
  return {
    content: contextPrompt(asked, [...others.map(toAttachment), ...own.texts]) ?? asked,
    command,
    code: toCodeLocation(main),
    references: code.map(({ location }) => location),
    omitsAttachments: own.hasNonText,
  };
}

async function plainQuestion({ prompt, references }: vscode.ChatRequest): Promise<ChatQuestion> {
  if (!prompt.trim()) {
    throw new UserError(vscode.l10n.t('Ask anything, or use /explain, /fix or /tests on the code at the cursor.'));
  }
  const { code, texts, hasNonText: others }: ChatReferences = await readAttachedOrImplicit(references);
  return {
    content: contextPrompt(prompt, [...code.map(toAttachment), ...texts]) ?? prompt,
    references: code.map(({ location }) => location),
    omitsAttachments: others,
  };
}

/** Code as it is now, and where. */
interface FoundCode {
  readonly document: vscode.TextDocument;
  readonly excerpt: CodeExcerpt;
  readonly location: vscode.Location;
}

/** What was attached to a request. */
interface ChatReferences {
  readonly code: readonly FoundCode[];
  readonly texts: readonly Attachment[];
  /** There was something else, a picture for instance. */
  readonly hasNonText: boolean;
}

type Reference = vscode.ChatPromptReference;

/** VS Code attaches by itself what is in sight. */
function isImplicit({ id }: Reference): boolean {
  return id.startsWith('vscode.implicit');
}

/**
 * For agents with tools VS Code attaches, unseen, a list of skills with their paths on this machine, and the instructions
 * that a workspace brings: neither is anybody's wish here.
 */
function isHidden({ id }: Reference): boolean {
  return /^vscode\.(customizations|instructions|prompt\.instructions)/.test(id);
}

/** In the order of the prompt; VS Code's is the reverse. */
function inPromptOrder(references: readonly Reference[]): readonly Reference[] {
  return references.toReversed();
}

/** What a person has attached. @throws UserError when a file can't be read, or all of it is too much */
async function readAttached(references: readonly Reference[]): Promise<ChatReferences> {
  return readReferences(
    inPromptOrder(references).filter((reference) => !isImplicit(reference) && !isHidden(reference)),
  );
}

/** With what VS Code attaches by itself. @throws UserError as `attached` */
async function readAttachedOrImplicit(references: readonly Reference[]): Promise<ChatReferences> {
  const own = await readAttached(references);
  return own.code.length + own.texts.length > 0 ? own : readImplicit(references);
}

/** What VS Code attaches by itself. What of it can't be read is nobody's wish. */
async function readImplicit(references: readonly Reference[]): Promise<ChatReferences> {
  try {
    return await readReferences(inPromptOrder(references).filter(isImplicit));
  } catch (error) {
    if (error instanceof UserError) return { code: [], texts: [], hasNonText: false };
    throw error;
  }
}

/**
 * The code that is meant where nothing is attached: the one that was asked about before, if the prompt names it, else
 * that of the editor, else what VS Code says is in sight.
 * @throws UserError when there is none
 */
async function findImpliedCode(
  references: readonly Reference[],
  place: CodeLocation | undefined,
  editor: vscode.TextEditor | undefined,
): Promise<readonly FoundCode[]> {
  if (place) {
    const { uri, range } = toLocation(place);
    return [await readCode(uri, range)];
  }
  const excerpt = editor && (await findCode(editor));
  if (excerpt) return [foundCode(editor.document, excerpt)];
  const { code } = await readImplicit(references);
  if (code.length > 0) return code;
  throw new UserError(
    editor ? vscode.l10n.t('No code found here.') : vscode.l10n.t('Open a file and select code, or attach it with #.'),
  );
}

function toCodeLocation({ excerpt, location: { uri, range } }: FoundCode): CodeLocation {
  const { start, end } = range;
  return {
    label: excerpt.label,
    uri: uri.toString(),
    range: [start.line, start.character, end.line, end.character],
  };
}

export function toLocation({ uri, range }: CodeLocation): vscode.Location {
  return new vscode.Location(vscode.Uri.parse(uri, true), new vscode.Range(...range));
}

function toAttachment({ excerpt: { label, languageId, code, truncated } }: FoundCode): Attachment {
  return { kind: 'selection', label, languageId, code, ...(truncated ? { truncated } : {}) };
}

async function readReferences(references: readonly Reference[]): Promise<ChatReferences> {
  const code: FoundCode[] = [];
  const texts: Attachment[] = [];
  let others = false;
  let room: number = contextLimits.draft;
  const addCode = (found: FoundCode): void => {
    code.push(found);
    room -= found.excerpt.code.length;
  };
  const addText = (text: Attachment): void => {
    texts.push(text);
    room -= text.code.length;
  };
  for (const { value, modelDescription, id } of references) {
    if (value instanceof vscode.Location) addCode(await readCode(value.uri, value.range));
    else if (value instanceof vscode.Uri) addCode(await readCode(value));
    else if (typeof value === 'string') addText(createAttachment('file', modelDescription ?? id, '', value));
    else others = true;
    if (room < 0) {
      throw new UserError(vscode.l10n.t('This prompt has no room for more context. Remove some first.'));
    }
  }
  return { code, texts, hasNonText: others };
}

/** @param range absent: all of it. @throws UserError when there is nothing, or nothing that could be read */
async function readCode(uri: vscode.Uri, range?: vscode.Range): Promise<FoundCode> {
  await refuseHiddenLink(uri);
  const document = await readDocument(uri);
  const whole = new vscode.Range(0, 0, document.lineCount, 0);
  const path = shownPath(uri);
  const excerpt = excerptOf(codeDocument(document), path, document.validateRange(range ?? whole), 'selection');
  if (!excerpt) throw new UserError(vscode.l10n.t('{0} is empty or no longer exists.', path));
  return foundCode(document, excerpt);
}

function foundCode(document: vscode.TextDocument, excerpt: CodeExcerpt): FoundCode {
  return { document, excerpt, location: new vscode.Location(document.uri, toRange(excerpt.span)) };
}
