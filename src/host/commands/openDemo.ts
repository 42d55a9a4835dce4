import * as vscode from 'vscode';
import type { DemoMode } from '../demoMode';
import type { Command } from './command';

export function openDemoCommand(demo: DemoMode): Command {
  return {
    id: 'holysheep.openDemo',
    async execute() {
      await demo.enter();
      await vscode.commands.executeCommand('holysheep.showPanel');
    },
  };
}
