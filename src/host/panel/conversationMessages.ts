import * as vscode from 'vscode';
import type { ToHost, ToHostOf } from '../../shared/pageMessages';
import type { Replies } from '../../shared/protocol';
import type { Conversation } from '../conversation/conversation';
import { openPage } from '../ui/notifications';
import { openableLink } from '../ui/panelText';
import { showDifferences } from './answerDifferences';
import { runComposerCommand, suggestCommands } from './composerCommands';
import { compareAgain, editPrompt, regenerate, regenerateWith } from './editPrompt';
import { runFailureAction, switchModel } from './failureActions';
import type { PanelServices } from './panelServices';
import { openSource, startFromSummary, summarize } from './summaries';
import { deleteExchange, startBranch } from './turnCommands';

export type MessageHandlers = {
  readonly [T in ToHost['type']]: (message: ToHostOf<T>) => T extends keyof Replies ? Promise<Replies[T]> : unknown;
};

/** Types of the messages that change a conversation. These messages are ignored if the conversation is read-only. */
export const writingMessages: ReadonlySet<ToHost['type']> = new Set([
  'send',
  'askSuggestion',
  'tour',
  'stop',
  'action',
  'switchModel',
  'edit',
  'deleteExchange',
  'restoreExchange',
  'regenerate',
  'regenerateWith',
  'comparePrompt',
  'showVersion',
  'compareModels',
  'useAnswer',
  'reopenComparison',
  'stopComparison',
  'summarize',
  'editSummary',
  'restoreContext',
  'runCommand',
]);

/** Returns a handler that executes a command of this extension. */
const command =
  (id: string, ...args: unknown[]) =>
  () =>
    vscode.commands.executeCommand(`holysheep.${id}`, ...args);

/**
 * Selects an answer of a comparison. If queued prompts would then be sent, the user is first asked about the daily
 * budget.
 */
async function useAnswer({ budget }: PanelServices, conversation: Conversation, answerId: string) {
  const [first] = conversation.sentByUseAnswer(answerId);
  if (!first || (await budget.mayStart(conversation.set.isFree, first.models))) conversation.useAnswer(answerId);
}

/** Returns handlers for the page's messages that don't need the panel. */
export function conversationMessages(services: PanelServices, conversation: Conversation) {
  const { gatewaySets, target } = services;
  return {
    stop: ({ answerId }) => conversation.stop(answerId),
    action: ({ answerId, action }) => runFailureAction(services, conversation, answerId, action),
    switchModel: ({ answerId, model }) => switchModel(services, conversation, answerId, model),
    edit: ({ exchangeId, prompt }) => editPrompt(services, conversation, exchangeId, prompt),
    regenerate: ({ answerId, model }) => regenerate(services, conversation, answerId, model),
    regenerateWith: ({ answerId }) => regenerateWith(services, conversation, answerId),
    deleteExchange: ({ exchangeId }) => deleteExchange(conversation, exchangeId),
    restoreExchange: ({ exchangeId }) => conversation.restoreExchange(exchangeId),
    branch: ({ answerId }) => startBranch(services, conversation, answerId),
    exportConversation: command('exportConversation', { conversationId: conversation.id }),
    compareModels: ({ exchangeId }) => compareAgain(services, conversation, exchangeId),
    showVersion: ({ answerId }) => conversation.showVersion(answerId),
    useAnswer: ({ answerId }) => useAnswer(services, conversation, answerId),
    reopenComparison: ({ answerId }) => conversation.reopenComparison(answerId),
    stopComparison: ({ answerId }) => conversation.stopComparison(answerId),
    showDifferences: ({ answerId, otherId }) => showDifferences(conversation, answerId, otherId),
    summarize: () => summarize(services, conversation),
    editSummary: ({ answerId, text }) => conversation.editSummary(answerId, text),
    openSource: ({ answerId }) => openSource(services, conversation, answerId),
    newFromSummary: ({ answerId }) => startFromSummary(services, conversation, answerId),
    suggestCommands: ({ query }) => Promise.resolve(suggestCommands(services, conversation, query)),
    runCommand: ({ id }) => runComposerCommand(services, conversation, id),
    newConversation: command('newConversation'),
    openHistory: command('openHistory'),
    openUsage: command('openHealth', 'usage'),
    addGateway: command('addGateway'),
    openTour: command('openDemo'),
    leaveTour: () => gatewaySets.useOwn(),
    removeBackup: ({ gateway }) => services.userGateways.removeBackup(gateway),
    copy: ({ text }) => vscode.env.clipboard.writeText(text),
    insert: ({ text }) => target.insert(text),
    apply: ({ answerId, text }) => {
      const exchange = conversation.tree.exchangeOf(answerId);
      return exchange && target.apply(exchange, text);
    },
    newFile: ({ text, language }) => target.newFile(text, language),
    openLink: ({ href }) => openPage(openableLink(href)),
  } satisfies Partial<MessageHandlers>;
}
