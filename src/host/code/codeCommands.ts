import type { Command } from '../commands';
import type { Services } from '../services';
import { askWithPrompt } from './askAboutCode';
import { registerCodeActions } from './codeActions';
import { codePromptIds } from './codePrompts';

/** Registers the lightbulb, and a command for each prompt about code: explain, fix, improve, write tests. */
export function registerCode(services: Services): readonly Command[] {
  services.own(registerCodeActions(services.customPrompts));
  return codePromptIds.map((id) => ({
    id: `holysheep.${id}` as const,
    execute: () => askWithPrompt(services, id),
  }));
}
