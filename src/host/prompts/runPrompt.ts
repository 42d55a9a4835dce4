import * as v from 'valibot';
import * as vscode from 'vscode';
import type { Localize } from '../../engine/engine';
import { localize } from '../util/localization';
import { runChosenPrompt, runNamedPrompt, type RunPromptDeps } from './runCustomPrompt';
import { parsedArgument } from '../util/schemas';
import type { Command } from '../command';

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

export interface NamedPrompt {
  readonly title: string;
  /** Absent: the user's own if there is one, else the workspace's. */
  readonly from?: 'user' | 'workspace' | undefined;
}

/** @throws ArgumentError that says what is wrong */
export function runPromptArgument(argument: unknown, localize: Localize): NamedPrompt {
  const noTitle = localize('"holysheep.runPrompt" takes the title of a prompt.');
  const schema = v.object(
    {
      title: v.pipe(v.string(noTitle), v.trim(), v.nonEmpty(noTitle)),
      from: v.optional(v.fallback(v.optional(v.picklist(['user', 'workspace'])), undefined)),
    },
    noTitle,
  );
  return parsedArgument(schema, typeof argument === 'string' ? { title: argument } : argument);
}
