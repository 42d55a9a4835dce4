import * as vscode from 'vscode';
import type { Command } from '../command';

export function openWalkthroughCommand(): Command {
  return {
    id: 'holysheep.openWalkthrough',
    async execute() {
      await vscode.commands.executeCommand(
        'workbench.action.openWalkthrough',
        'holysheep.holysheep-prompt#start',
        false,
      );
    },
  };
}
