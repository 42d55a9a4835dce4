import * as vscode from 'vscode';
import type { Connections } from '../connections';
import type { Conversations } from '../conversation/conversations';
import { followConnection } from '../followConnection';
import { systemClock } from '../systemClock';
import { FirstSteps } from './firstSteps';

/** VS Code does not say when a walkthrough has opened; to tell it once more does no harm. */
const opensWithinMs = [0, 500, 1500, 4000];

export interface FirstStepsDeps {
  readonly connections: Connections;
  readonly conversations: Conversations;
  readonly onError: (error: unknown) => void;
}

/** Tells VS Code which steps of the walkthrough are done. */
export function registerFirstSteps({
  connections,
  conversations,
  onError,
}: FirstStepsDeps): Pick<FirstSteps, 'sayAgain'> & { dispose(): void } {
  const steps = new FirstSteps((key, value) => {
    vscode.commands.executeCommand('setContext', key, value).then(undefined, onError);
  });
  const followed = vscode.Disposable.from(
    followConnection(connections, (view) => steps.connection(view), onError),
    conversations.onDidChange(({ conversation, change }) => {
      const exchange = change?.type === 'events' ? conversation.exchange(change.exchangeId) : undefined;
      if (exchange && change?.type === 'events') for (const event of change.events) steps.turn(exchange, event);
    }),
  );
  let cancels: readonly (() => void)[] = [];
  const cancel = (): void => cancels.forEach((each) => each());
  return {
    sayAgain: () => {
      cancel();
      cancels = opensWithinMs.map((ms) => systemClock.after(ms, () => steps.sayAgain()));
    },
    dispose: () => {
      cancel();
      followed.dispose();
    },
  };
}
