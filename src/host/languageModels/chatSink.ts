import * as vscode from 'vscode';
import type { ChatSink } from './modelAnswer';
import { plain } from '../chat/chatWords';
import { hostFeatures } from './hostFeatures';

/** What the built-in chat takes the usage from. */
const usageType = 'usage';

/** The parts of a response, as VS Code has them. */
export function sinkOf(progress: vscode.Progress<vscode.LanguageModelResponsePart>): ChatSink {
  const { Thinking } = hostFeatures();
  let thinks = false;
  let notes = 0;
  const think = (text: string, id?: string): void => {
    if (!Thinking) return;
    thinks = true;
    progress.report(new Thinking(text, id));
  };
  const answerNow = (): void => {
    if (thinks && Thinking) progress.report(new Thinking('', '', { vscode_reasoning_done: true }));
    thinks = false;
  };
  return {
    text: (text) => {
      answerNow();
      progress.report(new vscode.LanguageModelTextPart(text));
    },
    thinking: (text) => think(text),
    // A thought of its own in bold letters is the heading that is in view while it lasts.
    note: (line) => think(`**${plain(line)}**\n\n`, `note-${++notes}`),
    toolCall: (id, name, input) => {
      answerNow();
      progress.report(new vscode.LanguageModelToolCallPart(id, name, input));
    },
    usage: ({ promptTokens, completionTokens, totalTokens }) => {
      const usage = { prompt_tokens: promptTokens, completion_tokens: completionTokens, total_tokens: totalTokens };
      progress.report(new vscode.LanguageModelDataPart(new TextEncoder().encode(JSON.stringify(usage)), usageType));
    },
  };
}
