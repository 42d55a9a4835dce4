import * as vscode from 'vscode';
import type { Connections } from '../connections';
import type { Conversations } from '../conversation/conversations';
import { followConnection } from '../followConnection';
import { FirstSteps } from './firstSteps';

export interface FirstStepsDeps {
  readonly connections: Connections;
  readonly conversations: Conversations;
  readonly onError: (error: unknown) => void;
}

/** Tells VS Code which steps of the walkthrough are done. */
export function registerFirstSteps({ connections, conversations, onError }: FirstStepsDeps): vscode.Disposable {
  const steps = new FirstSteps((key, value) => void vscode.commands.executeCommand('setContext', key, value));
  return vscode.Disposable.from(
    followConnection(connections, (view) => steps.connection(view), onError),
    conversations.onDidChange(({ conversation, change }) => {
      const exchange = change?.type === 'events' ? conversation.exchange(change.exchangeId) : undefined;
      if (exchange && change?.type === 'events') for (const event of change.events) steps.turn(exchange, event);
    }),
  );
}
