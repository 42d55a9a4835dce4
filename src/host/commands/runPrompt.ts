import * as vscode from 'vscode';
import { localize } from '../localize';
import { runChosenPrompt, runNamedPrompt, type RunPromptDeps } from '../prompts/runOwnPrompt';
import type { Command } from './command';
import { runPromptArgument } from './runPromptArgument';

/** Optional argument: the title of a prompt of the user's own, for keybindings; then nothing is chosen. */
export function runPromptCommand(deps: Omit<RunPromptDeps, 'told'>): Command {
  const told = new Set<string>();
  return {
    id: 'holysheep.runPrompt',
    async execute(argument) {
      // The editor's context menu hands over the file it was opened on.
      const named =
        argument === undefined || argument instanceof vscode.Uri ? undefined : runPromptArgument(argument, localize);
      await (named ? runNamedPrompt({ ...deps, told }, named) : runChosenPrompt({ ...deps, told }));
    },
  };
}
