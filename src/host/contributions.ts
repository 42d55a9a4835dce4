/**
 * Ids of all commands. They are registered at startup, and their implementation is loaded with the first call. Those that
 * users run are also in package.json.
 */
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

/** View type of the conversation panels. VS Code stores it with restored panels, and package.json contains it. */
export const viewType = 'holysheep.conversation';

/** The id of the chat participant. */
export const participantId = 'holysheep.prompt';

/** Vendor of the language models. Other extensions select models by it, and package.json contains it. */
export const vendor = 'holysheep';
