import * as vscode from 'vscode';
import { codeProblems } from '../../code/codeProblems';
import { codePrompts, codePromptText } from '../../code/codePrompts';
import { contextPrompt } from '../../context/contextPrompt';
import { UserError } from '../../util/userError';
import { allAttached, attached, attachmentOf, codeInSight, codePlace, type ChatReferences } from './chatCode';
import { type ChatCommand, chatCommands, type CodePlace, isChatCommand } from './chatMetadata';

/** What the model is asked. */
export interface ChatQuestion {
  readonly content: string;
  readonly command?: ChatCommand | undefined;
  /** The code that it is about. */
  readonly code?: CodePlace | undefined;
  /** All that goes along. */
  readonly used: readonly vscode.Location[];
  /** Something that was attached is no text, and does not go along. */
  readonly leftOut: boolean;
}

export interface Circumstances {
  /** The one the person was in last. */
  readonly editor: vscode.TextEditor | undefined;
  /** The code that was asked about before. */
  readonly before: CodePlace | undefined;
}

/** @throws UserError when there is nothing to ask, or no code to ask about, or it can't be read */
export async function chatQuestion(request: vscode.ChatRequest, now: Circumstances): Promise<ChatQuestion> {
  return isChatCommand(request.command) ? aboutCode(request, request.command, now) : withContext(request);
}

async function aboutCode(
  { prompt, references }: vscode.ChatRequest,
  command: ChatCommand,
  { editor, before }: Circumstances,
): Promise<ChatQuestion> {
  const own = await attached(references);
  const isNamed = before !== undefined && prompt.trim() === before.label;
  const code = own.code.length > 0 ? own.code : await codeInSight(references, isNamed ? before : undefined, editor);
  const [main, ...others] = code;
  const instruction = codePrompts.find(({ id }) => id === chatCommands[command]);
  if (!main || !instruction) throw new UserError(vscode.l10n.t('There is no code here to work on.'));
  const { document, excerpt } = main;
  const text = codePromptText(instruction, excerpt, codeProblems(document, excerpt), vscode.env.language);
  const wish = isNamed ? '' : prompt.trim();
  const asked = wish === '' ? text : `${text}\n\nThe user adds: ${wish}`;
  return {
    content: contextPrompt(asked, [...others.map(attachmentOf), ...own.texts]) ?? asked,
    command,
    code: codePlace(main),
    used: code.map(({ location }) => location),
    leftOut: own.others,
  };
}

async function withContext({ prompt, references }: vscode.ChatRequest): Promise<ChatQuestion> {
  if (!prompt.trim()) {
    throw new UserError(vscode.l10n.t('Ask anything, or use /explain, /fix or /tests on the code you are in.'));
  }
  const { code, texts, others }: ChatReferences = await allAttached(references);
  return {
    content: contextPrompt(prompt, [...code.map(attachmentOf), ...texts]) ?? prompt,
    used: code.map(({ location }) => location),
    leftOut: others,
  };
}
