import * as vscode from 'vscode';
import type { FirstSteps } from '../walkthrough/firstSteps';
import type { Command } from './command';

/** @param steps what was done before counts as soon as it is open */
export function openWalkthroughCommand(steps: Pick<FirstSteps, 'sayAgain'>): Command {
  return {
    id: 'holysheep.openWalkthrough',
    async execute() {
      const id = 'holysheep.holysheep-prompt#start';
      await vscode.commands.executeCommand('workbench.action.openWalkthrough', id, false);
      steps.sayAgain();
    },
  };
}
