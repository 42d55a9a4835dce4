import * as vscode from 'vscode';
import type { Engine } from '../../engine/engine';
import type { Pause } from '../../engine/gate/networkState';
import { ContextKeys, activityOf, DistinctActivity, withPause } from './activity';
import type { Connections } from '../connection/connections';
import type { Conversations } from '../conversation/conversations';
import { CooldownWatcher } from './cooldownWatcher';
import type { StatusBar } from './statusBar';
import { systemClock } from '../util/systemClock';

interface TurnIndicatorsDeps {
  readonly conversations: Conversations;
  readonly connections: Connections;
  readonly engine: Pick<Engine, 'pauseOf'>;
  readonly statusBar: StatusBar;
  readonly onError: (error: unknown) => void;
}

export interface TurnIndicators {
  /** A model is left alone from now on, or no longer. */
  pauseChanged(): void;
  dispose(): void;
}

/** What the rest of the window sees of the turns: the status bar, and which commands make sense. */
export function registerTurnIndicators(deps: TurnIndicatorsDeps): TurnIndicators {
  const { conversations, connections, statusBar, onError } = deps;
  const contextKeys = new ContextKeys((key, value) => {
    vscode.commands.executeCommand('setContext', key, value).then(undefined, onError);
  });
  const activity = new DistinctActivity((shown) => statusBar.update(shown));
  let pause: Pause | undefined;
  const show = (): void => activity.update(withPause(activityOf(conversations), pause));
  const pauses = new CooldownWatcher({
    clock: systemClock,
    pause: () => pauseOfPresentModel(deps),
    show: (present) => {
      pause = present;
      show();
    },
    onError,
  });
  const owned = vscode.Disposable.from(
    pauses,
    connections.onDidChange(() => pauses.update()),
    conversations.onDidChange(() => {
      contextKeys.update(conversations);
      show();
    }),
  );
  return { pauseChanged: () => pauses.update(), dispose: () => void owned.dispose() };
}

async function pauseOfPresentModel({ connections, engine }: TurnIndicatorsDeps): Promise<Pause | undefined> {
  const connection = await connections.usable();
  if (connection?.apiKey === undefined) return undefined;
  const { origin, apiKey } = connection;
  return engine.pauseOf({ origin, apiKey, model: connections.model() });
}
