import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { Engine, RunningTurn } from '../../../engine/engine';
import type { StreamEvent } from '../../../engine/events';
import type { ChatRequest, Connection } from '../../../engine/request';
import type { CommandId } from '../../contributions';
import type { RequestDefaults } from '../../connection/connections';
import type { Log } from '../../util/log';
import { localize, formatTimeWithSeconds } from '../../util/localization';
import { UserError } from '../../util/userError';
import { escapeMarkdown, type ChatFormatter } from '../chatMessages';
import { actionTitle, isChatAction, chatFollowups } from './chatActions';
import { ChatAnswer, type ChatPart } from './chatAnswer';
import { runChatAction, type ChatActionDeps } from './chatButtons';
import { chatExchanges, parseIntent, partialAnswerOf, historyMessages, type ChatExchange } from './chatHistory';
import type { ChatMetadata } from './chatMetadata';
import { toLocation, chatQuestion, type ChatQuestion } from './chatQuestion';
import { ChatTurns } from './chatTurns';

interface ParticipantDeps extends Pick<ChatActionDeps, 'setModel' | 'origin'> {
  readonly engine: Engine;
  readonly log: Pick<Log, 'error'>;
  /** Returns the model and the parameters in the settings, never those of the offline demo. */
  readonly defaults: () => RequestDefaults;
  /** Returns the connection to the user's gateway, never to the offline demo. */
  readonly connection: () => Promise<Connection>;
  /** Returns the last active editor, because the chat has the focus when the user sends a prompt. */
  readonly editor: () => vscode.TextEditor | undefined;
  readonly pickModel: () => Promise<string | undefined>;
  readonly onEvent: (turnId: string, event: StreamEvent) => void;
}

/** The chat response in which a turn is shown. */
interface ChatOutput {
  readonly stream: vscode.ChatResponseStream;
  readonly token: vscode.CancellationToken;
  /** Whether the user selected a HolySheep model in the chat. The turn then ignores the model in the settings. */
  readonly pickedInChat: boolean;
}

/** ID of the command that every chat button runs. Its arguments are the ID of the turn and the action. */
const buttonCommand: CommandId = 'holysheep.chatAction';

const formatter: ChatFormatter = { localize, formatTime: formatTimeWithSeconds };

/** The chat participant `@holysheep`, which handles prompts in VS Code's chat. */
export class ChatParticipant {
  private readonly turns = new ChatTurns();

  constructor(private readonly deps: ParticipantDeps) {}

  /** Handles a chat request. This method never rejects, because VS Code would show the stack trace of the error. */
  async handle(
    request: vscode.ChatRequest,
    { history }: vscode.ChatContext,
    stream: vscode.ChatResponseStream,
    token: vscode.CancellationToken,
  ): Promise<vscode.ChatResult> {
    try {
      return await this.answer(request, history, stream, token);
    } catch (error) {
      if (error instanceof UserError) {
        if (!token.isCancellationRequested) stream.markdown(escapeMarkdown(error.message));
        return { metadata: { state: 'note' } satisfies ChatMetadata };
      }
      this.deps.log.error(error);
      const message = vscode.l10n.t('Something went wrong in HolySheep Prompt. See the log for details.');
      if (!token.isCancellationRequested) {
        for (const action of ['showLog', 'exportDiagnostics'] as const) {
          stream.button({ command: `holysheep.${action}`, title: actionTitle(action, localize) });
        }
      }
      return { errorDetails: { message }, metadata: { state: 'note' } satisfies ChatMetadata };
    }
  }

  /** Returns the prompts that VS Code suggests after a result. */
  followups({ metadata }: vscode.ChatResult): vscode.ChatFollowup[] {
    return chatFollowups(metadata, localize);
  }

  /** Runs the action of a button. The arguments are the ID of the turn and the action. */
  async runAction(...[turnId, action]: readonly unknown[]): Promise<void> {
    if (typeof turnId !== 'string' || !isChatAction(action)) return;
    const { turns } = this;
    await runChatAction({ ...this.deps, turns, localize }, turnId, action);
  }

  private async answer(
    request: vscode.ChatRequest,
    history: vscode.ChatContext['history'],
    stream: vscode.ChatResponseStream,
    token: vscode.CancellationToken,
  ): Promise<vscode.ChatResult> {
    // Clears the button's request first, because it must not apply to a later request, even if this request fails.
    const buttonStart = this.turns.consumeStart();
    const exchanges = chatExchanges(history, localize);
    const last = exchanges.at(-1);
    const intent = parseIntent(request, last, localize);
    const question: ChatQuestion =
      last && intent !== undefined
        ? { ...last, references: last.code ? [toLocation(last.code)] : [], omitsAttachments: false }
        : await chatQuestion(request, { editor: this.deps.editor(), previousCode: last?.code });
    if (!token.isCancellationRequested) showReferences(question, stream);
    const previousExchanges = intent === undefined ? exchanges : exchanges.slice(0, -1);
    const partial = last && intent === 'continue' ? partialAnswerOf(last) : undefined;
    const answer = new ChatAnswer(formatter, partial?.text);
    const abortController = new AbortController();
    const subscription = token.onCancellationRequested(() => abortController.abort());
    if (token.isCancellationRequested) abortController.abort();
    const { connection } = this.deps;
    const options = { signal: abortController.signal, resumeFrom: partial, connection };
    // Applies the button's request only to the prompt that the button sends, because the user may have sent another
    // prompt in between.
    const start = intent === 'again' ? buttonStart : undefined;
    const chatRequest = this.createRequest(request, previousExchanges, question);
    const turn = this.deps.engine.stream({ ...chatRequest, ...(start === 'moreRoom' && { moreRoom: true }) }, options);
    if (start === 'tryAnyway') turn.tryAnyway();
    try {
      await this.showTurn(turn, answer, { stream, token, pickedInChat: isHolySheepModel(request.model) });
    } finally {
      subscription.dispose();
    }
    const { code, command, content } = question;
    const metadata: ChatMetadata = {
      state: answer.outcome?.state ?? 'failed',
      command,
      // Does not save the prompt again with a response that continues an answer, because it is saved with the first
      // response of that answer.
      content: intent === 'continue' || content === request.prompt ? undefined : content,
      code,
      inserted: answer.inserted,
      reasoned: answer.hadReasoning,
      hasText: answer.hasText,
    };
    const message = answer.outcome?.message;
    return { metadata, ...(message !== undefined && { errorDetails: { message } }) };
  }

  private createRequest(
    { model: selectedModel }: vscode.ChatRequest,
    previousExchanges: readonly ChatExchange[],
    { content }: ChatQuestion,
  ): ChatRequest {
    const { model, systemPrompt, ...parameters } = this.deps.defaults();
    const system = systemPrompt.trim() ? [{ role: 'system', content: systemPrompt } as const] : [];
    return {
      model: isHolySheepModel(selectedModel) ? selectedModel.id : model,
      messages: [...system, ...historyMessages(previousExchanges), { role: 'user', content }],
      ...parameters,
    };
  }

  /**
   * Shows the events of a turn until it ends, or until the chat can't show the remaining answer. Shows nothing after a
   * cancellation.
   */
  private async showTurn(
    turn: RunningTurn,
    answer: ChatAnswer,
    { stream, token, pickedInChat }: ChatOutput,
  ): Promise<void> {
    const turnId = randomUUID();
    const chatTurn = this.turns.start(turnId, turn, pickedInChat);
    try {
      for await (const event of turn) {
        this.deps.onEvent(turnId, event);
        if (event.type === 'waiting') chatTurn.waitActions = event.actions;
        else if (event.type === 'attempt') chatTurn.waitActions = undefined;
        for (const part of answer.handle(event)) if (!token.isCancellationRequested) showPart(part, turnId, stream);
        if (answer.outcome) break;
      }
    } finally {
      this.turns.end(turnId);
    }
  }
}

/**
 * Returns whether this extension provides the model. The model may be undefined, because a fork of VS Code may have a
 * chat without models.
 */
function isHolySheepModel(model: vscode.LanguageModelChat | undefined): model is vscode.LanguageModelChat {
  return model?.vendor === 'holysheep';
}

function showReferences({ references, omitsAttachments }: ChatQuestion, stream: vscode.ChatResponseStream): void {
  for (const location of references) stream.reference(location);
  if (omitsAttachments) stream.progress(vscode.l10n.t('Non-text attachments were left out.'));
}

function showPart(part: ChatPart, turnId: string, stream: vscode.ChatResponseStream): void {
  switch (part.type) {
    case 'markdown':
      stream.markdown(part.text);
      return;
    case 'progress':
      stream.progress(part.text);
      return;
    case 'button': {
      const { action } = part;
      stream.button({ command: buttonCommand, title: actionTitle(action, localize), arguments: [turnId, action] });
      return;
    }
  }
}
