import * as vscode from 'vscode';
import type { Commands } from '../commands';
import type { HostWindow } from '../hostWindow';
import type { Conversations } from '../conversation/conversations';
import { followWalkthroughSteps } from './walkthroughProgress';

const walkthroughId = 'holysheep.holysheep-prompt#start';

interface WalkthroughDeps extends HostWindow {
  readonly conversations: Conversations;
}

export function registerWalkthrough({ register, conversations, setContext }: WalkthroughDeps) {
  register(followWalkthroughSteps(conversations, setContext));
  return {
    'holysheep.openWalkthrough': async () => {
      await vscode.commands.executeCommand('workbench.action.openWalkthrough', walkthroughId, false);
    },
  } satisfies Commands;
}
