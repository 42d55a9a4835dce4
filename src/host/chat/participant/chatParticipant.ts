import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { ChatRequest } from '../../../engine/request';
import { vendor, type CommandId } from '../../contributions';
import { escapeMarkdown } from '../../ui/messageText';
import { hostWords } from '../../ui/words';
import { UserError } from '../../util/userError';
import { startChatTurn } from '../appendOnly';
import type { ChatServices } from '../chatServices';
import { actionTitle, ChatTurns, runChatAction } from './chatActions';
import { ChatAnswer, type ChatPart } from './chatAnswer';
import { chatExchanges, historyMessages, type ChatExchange } from './chatHistory';
import { chatFollowups, parseIntent } from './chatIntent';
import type { ChatMetadata } from './chatMetadata';
import { chatQuestion, toLocation, type ChatQuestion } from './chatQuestion';

const actionCommand: CommandId = 'holysheep.chatAction';

export class ChatParticipant {
  private readonly turns = new ChatTurns();

  constructor(private readonly services: ChatServices) {}

  /** Handles a chat request. The promise never rejects: otherwise, VS Code would show the stack trace of the error. */
  async handle(
    request: vscode.ChatRequest,
    { history }: vscode.ChatContext,
    stream: vscode.ChatResponseStream,
    token: vscode.CancellationToken,
  ): Promise<vscode.ChatResult> {
    const note: vscode.ChatResult = { metadata: { state: 'note' } satisfies ChatMetadata };
    try {
      return await this.answer(request, history, stream, token);
    } catch (error) {
      if (error instanceof UserError) {
        if (!token.isCancellationRequested) stream.markdown(escapeMarkdown(error.message));
        return note;
      }
      this.services.log.error(error);
      const message = vscode.l10n.t('Something went wrong in HolySheep Prompt. See the log for details.');
      return { ...note, errorDetails: { message } };
    }
  }

  followups({ metadata }: vscode.ChatResult): vscode.ChatFollowup[] {
    return chatFollowups(metadata);
  }

  async runAction(...[turnId, action]: readonly unknown[]): Promise<void> {
    if (typeof turnId === 'string') await runChatAction({ ...this.services, turns: this.turns, turnId }, action);
  }

  private async answer(
    request: vscode.ChatRequest,
    history: vscode.ChatContext['history'],
    stream: vscode.ChatResponseStream,
    token: vscode.CancellationToken,
  ): Promise<vscode.ChatResult> {
    const { turns } = this;
    // `nextStart` is cleared before anything can fail, so that it applies only to the prompt of the pressed button and
    // not to a later prompt.
    const { nextStart } = turns;
    turns.nextStart = undefined;
    const exchanges = chatExchanges(history);
    const last = exchanges.at(-1);
    const intent = parseIntent(request, last);
    const question: ChatQuestion =
      last && intent
        ? { ...last, references: last.code ? [toLocation(last.code)] : [], omitsAttachments: false }
        : await chatQuestion(request, { editor: this.services.target.editor(), previousCode: last?.code });
    if (!token.isCancellationRequested) showReferences(question, stream);
    // `nextStart` applies only to the prompt of the pressed button. The user might have sent a different prompt after
    // pressing the button.
    const start = intent === 'again' ? nextStart : undefined;
    const chatRequest = this.createRequest(request, intent ? exchanges.slice(0, -1) : exchanges, question);
    if (!(await this.services.gatewaySets.own.mayUse([chatRequest.model])))
      throw new UserError(vscode.l10n.t('The prompt was not sent.'));
    const partial = intent === 'continue' ? last : undefined;
    if (!partial && !(await this.services.budget.mayStart()))
      throw new UserError(vscode.l10n.t("Nothing was sent, because today's budget is used up."));
    const turnId = randomUUID();
    const show = (part: ChatPart): void => {
      if (!token.isCancellationRequested) showPart(part, turnId, stream);
    };
    const response = new ChatAnswer(show, hostWords(), createRetryLink(turnId), partial?.text);
    const { answer } = response;
    const { handle, terminalEvent } = startChatTurn(
      this.services.engine,
      { ...chatRequest, ...(start === 'moreRoom' && { moreRoom: true }) },
      {
        token,
        resumeFrom: partial && { text: partial.text, hadReasoning: partial.hadReasoning, resumeMode: 'continue' },
        onEvent: (event) => {
          this.services.logEvent('chat', turnId, event);
          response.handle(event);
          if (answer.hasDiverged) handle.stop();
        },
      },
    );
    turns.runningTurns.set(turnId, { handle, answer });
    turns.last = { id: turnId, pickedInChat: isHolySheepModel(request.model) };
    if (start === 'tryAnyway') handle.tryAnyway();
    const end = await terminalEvent;
    turns.runningTurns.delete(turnId);
    const { state, message } = response.finish(end);
    const { code, command, content } = question;
    const metadata: ChatMetadata = {
      state,
      command,
      // The prompt of a continued answer is already saved with the answer's first response, so it is not saved again.
      content: partial || content === request.prompt ? undefined : content,
      code,
      inserted: response.inserted,
      reasoned: answer.turn.reasoning !== '',
      hasText: answer.hasText,
    };
    return { metadata, ...(message !== undefined && { errorDetails: { message } }) };
  }

  private createRequest(
    { model: selectedModel }: vscode.ChatRequest,
    previousExchanges: readonly ChatExchange[],
    { content }: ChatQuestion,
  ): ChatRequest {
    const choice = isHolySheepModel(selectedModel) ? { model: selectedModel.id } : {};
    const { systemPrompt, ...parameters } = this.services.gatewaySets.own.defaults(choice);
    const system = systemPrompt.trim() ? [{ role: 'system', content: systemPrompt } as const] : [];
    return {
      messages: [...system, ...historyMessages(previousExchanges), { role: 'user', content }],
      ...parameters,
    };
  }
}

/**
 * Returns whether the user chose a model of this extension in the chat. The chat's model can be undefined, because
 * forks of VS Code might have a chat without models.
 */
function isHolySheepModel(model: vscode.LanguageModelChat | undefined): model is vscode.LanguageModelChat {
  return model?.vendor === vendor;
}

function showReferences({ references, omitsAttachments }: ChatQuestion, stream: vscode.ChatResponseStream): void {
  for (const location of references) stream.reference(location);
  if (omitsAttachments) stream.progress(vscode.l10n.t('Non-text attachments were left out.'));
}

function showPart(part: ChatPart, turnId: string, stream: vscode.ChatResponseStream): void {
  switch (part.type) {
    case 'button': {
      const title = actionTitle(part.action, hostWords());
      stream.button({ command: actionCommand, title, arguments: [turnId, part.action] });
      return;
    }
    case 'wait': {
      const wait = new vscode.MarkdownString(part.text);
      wait.isTrusted = { enabledCommands: [actionCommand] };
      stream.markdown(wait);
      return;
    }
    default:
      stream[part.type](part.text);
  }
}

function createRetryLink(turnId: string): string {
  const action = 'retryNow';
  const argument = encodeURIComponent(JSON.stringify([turnId, action]));
  return `[${actionTitle(action, hostWords())}](command:${actionCommand}?${argument})`;
}
