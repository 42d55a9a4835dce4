import { codePromptIds } from './codePrompts';
import { askWithPrompt, type CodeCommandDeps } from './askAboutCode';
import type { Command } from '../command';

/** Explain, fix, improve, write tests: one command for each. */
export function codeCommands(deps: CodeCommandDeps): readonly Command[] {
  return codePromptIds.map((id) => ({
    id: `holysheep.${id}` as const,
    execute: () => askWithPrompt(deps, id),
  }));
}
