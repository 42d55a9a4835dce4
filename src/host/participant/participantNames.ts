import type { CodePromptId } from '../code/codePromptIds';

/** As in package.json. */
export const participantId = 'holysheep.prompt';
export const participantName = 'holysheep';

/** The commands of package.json, and what they ask for. */
export const chatCommands = {
  explain: 'explainSelection',
  fix: 'fixSelection',
  tests: 'writeTests',
} as const satisfies Readonly<Record<string, CodePromptId>>;

export type ChatCommand = keyof typeof chatCommands;

export function isChatCommand(name: unknown): name is ChatCommand {
  return typeof name === 'string' && Object.hasOwn(chatCommands, name);
}
