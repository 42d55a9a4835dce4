/** Registered at once; what they do is loaded with the first call. The manifest contributes those for people. */
export const commandIds = [
  'holysheep.ask',
  'holysheep.explainSelection',
  'holysheep.fixSelection',
  'holysheep.improveSelection',
  'holysheep.writeTests',
  'holysheep.runPrompt',
  'holysheep.stop',
  'holysheep.retryNow',
  'holysheep.newConversation',
  'holysheep.showPanel',
  'holysheep.openHistory',
  'holysheep.copyRequest',
  'holysheep.renameConversation',
  'holysheep.exportConversation',
  'holysheep.deleteConversation',
  'holysheep.setApiKey',
  'holysheep.removeApiKey',
  'holysheep.testConnection',
  'holysheep.selectModel',
  'holysheep.setUpChat',
  'holysheep.openDemo',
  'holysheep.openWalkthrough',
  'holysheep.showLog',
  'holysheep.clearPromptHistory',
  'holysheep.resetNetworkState',
  'holysheep.exportDiagnostics',
  'holysheep.chatAction',
] as const;

export type CommandId = (typeof commandIds)[number];

/** The type of the panels that show conversations, as package.json and restored windows know it. */
export const viewType = 'holysheep.conversation';

/** The id of the chat participant. */
export const participantId = 'holysheep.prompt';

/** The vendor of the language models, as package.json and other extensions know it. */
export const vendor = 'holysheep';
