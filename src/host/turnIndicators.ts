import * as vscode from 'vscode';
import { ContextKeys } from './commands/contextKeys';
import { activityOf, DistinctActivity } from './conversation/activity';
import type { Conversations } from './conversation/conversations';
import type { StatusBar } from './statusBar';

/** What the rest of the window sees of the turns: the status bar, and which commands make sense. */
export function registerTurnIndicators(conversations: Conversations, statusBar: StatusBar): { dispose(): void } {
  const contextKeys = new ContextKeys((key, value) => void vscode.commands.executeCommand('setContext', key, value));
  const activity = new DistinctActivity((shown) => statusBar.update(shown));
  return conversations.onDidChange(() => {
    contextKeys.update(conversations);
    activity.update(activityOf(conversations));
  });
}
