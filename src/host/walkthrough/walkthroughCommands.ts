import * as vscode from 'vscode';
import type { Command } from '../commands';
import type { Services } from '../services';
import { followWalkthroughSteps } from './walkthroughProgress';

const walkthroughId = 'holysheep.holysheep-prompt#start';

export function registerWalkthrough({ register, conversations, setContext }: Services): readonly Command[] {
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
