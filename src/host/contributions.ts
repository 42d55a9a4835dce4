/**
 * Ids of all commands. The commands are registered at startup. The app implements them and is loaded at the latest when
 * a command is executed. The commands that users run are also listed in package.json.
 */
export const commandIds = [
  'holysheep.ask',
  'holysheep.compareModels',
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
  'holysheep.openScheduled',
  'holysheep.copyRequest',
  'holysheep.renameConversation',
  'holysheep.exportConversation',
  'holysheep.deleteConversation',
  'holysheep.setApiKey',
  'holysheep.removeApiKey',
  'holysheep.testConnection',
  'holysheep.addGateway',
  'holysheep.manageGateways',
  'holysheep.selectModel',
  'holysheep.setUpChat',
  'holysheep.openDemo',
  'holysheep.openWalkthrough',
  'holysheep.showLog',
  'holysheep.clearPromptHistory',
  'holysheep.resetNetworkState',
  'holysheep.exportDiagnostics',
  'holysheep.openHealth',
  'holysheep.chatAction',
] as const;

export type CommandId = (typeof commandIds)[number];

/**
 * View type of the conversation panels. It must not change, because VS Code stores it with the panels and package.json
 * contains it.
 */
export const viewType = 'holysheep.conversation';

/** View type of the page with the network health, also in package.json. VS Code restores saved pages by this type. */
export const healthViewType = 'holysheep.health';

/** The id of the chat participant. */
export const participantId = 'holysheep.prompt';

/** Vendor of the language models, also in package.json. Other extensions select the models by this vendor. */
export const vendor = 'holysheep';
