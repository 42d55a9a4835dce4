import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { Engine, RunningTurn } from '../../../engine/engine';
import type { StreamEvent } from '../../../engine/events';
import type { ChatRequest, Connection } from '../../../engine/request';
import type { CommandId } from '../../contributions';
import type { RequestDefaults } from '../../conversation/turnRunner';
import type { Log } from '../../diagnostics/log';
import { localize, secondOfDay } from '../../util/localization';
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
  /** Of the settings; the offline demo has no part in VS Code's chat. */
  readonly defaults: () => RequestDefaults;
  /** The user's own. */
  readonly connection: () => Promise<Connection>;
  /** The one the person was in last: the chat has the focus. */
  readonly editor: () => vscode.TextEditor | undefined;
  readonly pickModel: () => Promise<string | undefined>;
  readonly onEvent: (turnId: string, event: StreamEvent) => void;
}

interface ChatOutput {
  readonly stream: vscode.ChatResponseStream;
  readonly token: vscode.CancellationToken;
  /** The model is one of ours that was chosen in the chat, not in the settings. */
  readonly pickedInChat: boolean;
}

/** Behind every button; it is given the turn and the action. */
const buttonCommand: CommandId = 'holysheep.chatAction';

const formatter: ChatFormatter = { localize, formatTime: secondOfDay };

/** Answers in VS Code's own chat. */
export class ChatParticipant {
  private readonly turns = new ChatTurns();

  constructor(private readonly deps: ParticipantDeps) {}

  /** Never rejects: what VS Code does with an error is to show where in our code it was. */
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

  followups({ metadata }: vscode.ChatResult): vscode.ChatFollowup[] {
    return chatFollowups(metadata, localize);
  }

  /** @param args as a button was given them */
  async runAction(...[id, action]: readonly unknown[]): Promise<void> {
    if (typeof id !== 'string' || !isChatAction(action)) return;
    const { turns } = this;
    await runChatAction({ ...this.deps, turns, localize }, id, action);
  }

  private async answer(
    request: vscode.ChatRequest,
    history: vscode.ChatContext['history'],
    stream: vscode.ChatResponseStream,
    token: vscode.CancellationToken,
  ): Promise<vscode.ChatResult> {
    // First of all: a request that fails on the way must not leave it to another.
    const anyway = this.turns.consumeTryAnyway();
    const exchanges = chatExchanges(history, localize);
    const last = exchanges.at(-1);
    const go = parseIntent(request, last, localize);
    const question: ChatQuestion =
      last && go !== undefined
        ? { ...last, references: last.code ? [toLocation(last.code)] : [], omitsAttachments: false }
        : await chatQuestion(request, { editor: this.deps.editor(), previousCode: last?.code });
    if (!token.isCancellationRequested) showReferences(question, stream);
    const past = go === undefined ? exchanges : exchanges.slice(0, -1);
    const earlier = last && go === 'continue' ? partialAnswerOf(last) : undefined;
    const answer = new ChatAnswer(formatter, earlier?.text);
    const stop = new AbortController();
    const subscription = token.onCancellationRequested(() => stop.abort());
    if (token.isCancellationRequested) stop.abort();
    const { connection } = this.deps;
    const options = { signal: stop.signal, earlier, connection };
    const turn = this.deps.engine.stream(this.request(request, past, question), options);
    // A question of somebody's own may have come between.
    if (anyway && go === 'again') turn.tryAnyway();
    try {
      await this.showTurn(turn, answer, { stream, token, pickedInChat: isHolySheepModel(request.model) });
    } finally {
      subscription.dispose();
    }
    const { code, command, content } = question;
    const metadata: ChatMetadata = {
      state: answer.outcome?.state ?? 'failed',
      command,
      // What an answer is gone on with is kept with its first part.
      content: go === 'continue' || content === request.prompt ? undefined : content,
      code,
      inserted: answer.inserted,
      reasoned: answer.hadReasoning,
      hasText: answer.hasText,
    };
    const message = answer.outcome?.message;
    return { metadata, ...(message !== undefined && { errorDetails: { message } }) };
  }

  private request(
    { model: chosen }: vscode.ChatRequest,
    past: readonly ChatExchange[],
    { content }: ChatQuestion,
  ): ChatRequest {
    const { model, systemPrompt, temperature, maxTokens } = this.deps.defaults();
    const system = systemPrompt.trim() ? [{ role: 'system', content: systemPrompt } as const] : [];
    return {
      model: isHolySheepModel(chosen) ? chosen.id : model,
      messages: [...system, ...historyMessages(past), { role: 'user', content }],
      temperature,
      maxTokens,
    };
  }

  /** Until it ends, or the chat can't show it any more. Nothing is shown after a cancellation. */
  private async showTurn(
    turn: RunningTurn,
    answer: ChatAnswer,
    { stream, token, pickedInChat }: ChatOutput,
  ): Promise<void> {
    const id = randomUUID();
    const started = this.turns.start(id, turn, pickedInChat);
    try {
      for await (const event of turn) {
        this.deps.onEvent(id, event);
        if (event.type === 'waiting') started.waitActions = event.actions;
        else if (event.type === 'attempt') started.waitActions = undefined;
        for (const part of answer.handle(event)) if (!token.isCancellationRequested) showPart(part, id, stream);
        if (answer.outcome) break;
      }
    } finally {
      this.turns.end(id);
    }
  }
}

/** A fork of VS Code may have a chat without models. */
function isHolySheepModel(chosen: vscode.LanguageModelChat | undefined): chosen is vscode.LanguageModelChat {
  return chosen?.vendor === 'holysheep';
}

function showReferences(
  { references: used, omitsAttachments: leftOut }: ChatQuestion,
  stream: vscode.ChatResponseStream,
): void {
  for (const location of used) stream.reference(location);
  if (leftOut) stream.progress(vscode.l10n.t('Non-text attachments were left out.'));
}

function showPart(part: ChatPart, id: string, stream: vscode.ChatResponseStream): void {
  switch (part.type) {
    case 'markdown':
      stream.markdown(part.text);
      return;
    case 'progress':
      stream.progress(part.text);
      return;
    case 'button': {
      const { action } = part;
      stream.button({ command: buttonCommand, title: actionTitle(action, localize), arguments: [id, action] });
      return;
    }
  }
}
