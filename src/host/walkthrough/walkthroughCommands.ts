import * as vscode from 'vscode';
import type { Command } from '../commands';
import type { Conversations } from '../conversation/conversations';
import type { SetContext } from '../status/activity';
import { followWalkthroughSteps } from './walkthroughProgress';

const walkthroughId = 'holysheep.holysheep-prompt#start';

interface WalkthroughDeps {
  readonly register: (item: { dispose(): void }) => void;
  readonly conversations: Pick<Conversations, 'onDidChange'>;
  readonly setContext: SetContext;
}

export function registerWalkthrough({ register, conversations, setContext }: WalkthroughDeps): readonly Command[] {
  register(followWalkthroughSteps(conversations, setContext));
  return [
    {
      id: 'holysheep.openWalkthrough',
      execute: async () => {
        await vscode.commands.executeCommand('workbench.action.openWalkthrough', walkthroughId, false);
      },
    },
  ];
}
