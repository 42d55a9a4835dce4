import * as vscode from 'vscode';
import type { Command } from './command';

export function openWalkthroughCommand(): Command {
  return {
    id: 'holysheep.openWalkthrough',
    execute: () =>
      vscode.commands.executeCommand('workbench.action.openWalkthrough', 'holysheep.holysheep-prompt#start', false),
  };
}
