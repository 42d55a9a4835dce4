import type { Command } from '../commands';
import type { Services } from '../services';
import { askWithPrompt } from './askAboutCode';
import { registerCodeActions } from './codeActions';
import { codePromptIds } from '../code/codePrompts';

/** Registers the lightbulb actions and the commands that explain, fix and improve code and write tests for it. */
export function registerCode(services: Services): readonly Command[] {
  services.register(registerCodeActions(services.customPrompts));
  return codePromptIds.map((id) => ({
    id: `holysheep.${id}` as const,
    execute: () => askWithPrompt(services, id),
  }));
}
