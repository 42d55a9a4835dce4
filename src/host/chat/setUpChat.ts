import * as vscode from 'vscode';
import type { Connections } from '../connection/connections';
import { setUpChat, type ChatSetup, type SetUpChatDeps } from './provider/prepareChat';
import type { Command } from '../command';

/** Returns what there is now: `ready`, `no-key`, `no-chat` or `cancelled`. A key that is set later goes on with it. */
export function setUpChatCommand(
  deps: SetUpChatDeps & { readonly connections: Pick<Connections, 'own' | 'model' | 'onDidChange'> },
): Command {
  let forKey: vscode.Disposable | undefined;
  const goOn = async (): Promise<void> => {
    const { apiKey } = await deps.connections.own();
    if (apiKey === undefined || !forKey) return;
    forKey.dispose();
    forKey = undefined;
    await vscode.commands.executeCommand('holysheep.setUpChat');
  };
  return {
    id: 'holysheep.setUpChat',
    async execute(): Promise<ChatSetup> {
      forKey?.dispose();
      forKey = undefined;
      const setup = await setUpChat(deps);
      if (setup === 'no-key') {
        // Most often it was mistyped, and is being entered again.
        forKey = deps.connections.onDidChange(() => {
          goOn().catch((error: unknown) => deps.log.error(error));
        });
      }
      return setup;
    },
  };
}
