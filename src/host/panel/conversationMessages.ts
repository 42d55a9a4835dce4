import * as vscode from 'vscode';
import type { ToHost, ToHostOf } from '../../shared/pageMessages';
import type { Replies } from '../../shared/protocol';
import { removeBackup } from '../connection/gatewayNotices';
import type { Conversation } from '../conversation/conversation';
import { openableLink } from '../ui/panelText';
import { showDifferences } from './answerDifferences';
import { compareAgain, editPrompt, regenerate } from './editPrompt';
import { runFailureAction, switchModel } from './failureActions';
import type { PanelServices } from './panelServices';
import { startFromSummary, summarize } from './summaries';

export type MessageHandlers = {
  readonly [T in ToHost['type']]: (message: ToHostOf<T>) => T extends keyof Replies ? Promise<Replies[T]> : unknown;
};

/** Messages that change a conversation. They are ignored while another window writes it. */
export const writingMessages: ReadonlySet<ToHost['type']> = new Set([
  'send',
  'askSuggestion',
  'demo',
  'stop',
  'action',
  'switchModel',
  'edit',
  'regenerate',
  'showVersion',
  'compareModels',
  'useAnswer',
  'stopColumns',
  'summarize',
  'editSummary',
  'restoreContext',
]);

const command = (id: string, ...args: unknown[]) => vscode.commands.executeCommand(`holysheep.${id}`, ...args);

/** Selects an answer of a comparison. Asks about the daily budget first if this sends queued prompts. */
async function useAnswer({ budget, conversations }: PanelServices, conversation: Conversation, exchangeId: string) {
  const [first] = conversation.sentByUseAnswer(exchangeId);
  const mayStart = first ? budget.mayStart(first.demo, conversation.tree.comparedModels(first.id)) : true;
  await conversations.withOpen(conversation, async () => {
    if (await mayStart) conversation.useAnswer(exchangeId);
  });
}

/** Returns the handlers of the messages that need only the conversation and the services, not its panel. */
export function conversationMessages(services: PanelServices, conversation: Conversation) {
  const { conversations, demo, target, tour } = services;
  return {
    demo: ({ act }) => tour.perform(conversation, act),
    stop: ({ exchangeId }) => conversation.stop(exchangeId),
    action: ({ exchangeId, action }) => runFailureAction(services, conversation, exchangeId, action),
    switchModel: ({ exchangeId, model }) =>
      conversations.withOpen(conversation, () => switchModel(services, conversation, exchangeId, model)),
    edit: ({ exchangeId, prompt }) => editPrompt(services, conversation, exchangeId, prompt),
    regenerate: ({ exchangeId, switchModel }) => regenerate(services, conversation, exchangeId, switchModel),
    compareModels: ({ exchangeId }) => compareAgain(services, conversation, exchangeId),
    showVersion: ({ exchangeId }) => conversation.showVersion(exchangeId),
    useAnswer: ({ exchangeId }) => useAnswer(services, conversation, exchangeId),
    stopColumns: ({ exchangeId }) => conversation.stopColumns(exchangeId),
    showDifferences: ({ exchangeId, otherId }) => showDifferences(conversation, exchangeId, otherId),
    summarize: () => summarize(services, conversation),
    editSummary: ({ exchangeId, text }) => conversation.editSummary(exchangeId, text),
    newFromSummary: ({ exchangeId }) => startFromSummary(services, conversation, exchangeId),
    newConversation: () => command('newConversation'),
    openHistory: () => command('openHistory'),
    addGateway: () => command('addGateway'),
    openDemo: () => command('openDemo'),
    leaveDemo: () => demo.leave(),
    removeBackup: ({ gateway }) => removeBackup(services, gateway),
    copy: ({ text }) => vscode.env.clipboard.writeText(text),
    insert: ({ text }) => target.insert(text),
    apply: ({ exchangeId, text }) => {
      const exchange = conversation.exchange(exchangeId);
      return exchange && target.apply(exchange, text);
    },
    newFile: ({ text, language }) => target.newFile(text, language),
    openLink: async ({ href }) => {
      const link = openableLink(href);
      if (link !== undefined) await vscode.env.openExternal(vscode.Uri.parse(link, true));
    },
  } satisfies Partial<MessageHandlers>;
}
