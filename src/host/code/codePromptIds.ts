/** What can be asked about code; the command is `holysheep.<id>`. */
export const codePromptIds = ['explainSelection', 'fixSelection', 'improveSelection', 'writeTests'] as const;

export type CodePromptId = (typeof codePromptIds)[number];
