import * as vscode from 'vscode';
import type { Commands, SetContext } from '../commands';
import type { Conversations } from '../conversation/conversations';
import { followWalkthroughSteps } from './walkthroughProgress';

const walkthroughId = 'holysheep.holysheep-prompt#start';

interface WalkthroughDeps {
  readonly register: (item: { dispose(): void }) => void;
  readonly conversations: Pick<Conversations, 'onDidChange'>;
  readonly setContext: SetContext;
}

export function registerWalkthrough({ register, conversations, setContext }: WalkthroughDeps) {
  register(followWalkthroughSteps(conversations, setContext));
  return {
    'holysheep.openWalkthrough': async () => {
      await vscode.commands.executeCommand('workbench.action.openWalkthrough', walkthroughId, false);
    },
  } satisfies Commands;
}
