import * as vscode from 'vscode';
import type { Commands } from '../commands';
import type { HostWindow } from '../hostWindow';
import type { Conversations } from '../conversation/conversations';
import { followWalkthroughSteps } from './walkthroughProgress';

const walkthroughId = 'holysheep.holysheep-prompt#start';

interface WalkthroughDeps extends Pick<HostWindow, 'register' | 'setContext'> {
  readonly conversations: Pick<Conversations, 'onDidChange'>;
}

export function registerWalkthrough({ register, conversations, setContext }: WalkthroughDeps) {
  register(followWalkthroughSteps(conversations, setContext));
  return {
    'holysheep.openWalkthrough': async () => {
      await vscode.commands.executeCommand('workbench.action.openWalkthrough', walkthroughId, false);
    },
  } satisfies Commands;
}
