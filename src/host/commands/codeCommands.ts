import { codePromptIds } from '../code/codePromptIds';
import type { CodeCommandDeps } from './askAboutCode';
import type { Command } from './command';

/** Explain, fix, improve, write tests: one command for each; and one for the user's own prompts. */
export function codeCommands(deps: CodeCommandDeps): readonly Command[] {
  return [
    ...codePromptIds.map((id) => ({
      id: `holysheep.${id}` as const,
      execute: async () => (await import('./askAboutCode')).askWithPrompt(deps, id),
    })),
    {
      id: 'holysheep.ownPrompt' as const,
      execute: async (title) => (await import('./askAboutCode')).askWithOwnPrompt(deps, title),
    },
  ];
}
