/**
 * Ids of all commands. The commands are registered at startup. The functions that the commands call belong to the app,
 * which is loaded when a command is executed, or earlier. The commands that users run are also listed in package.json.
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
 * View type of the conversation panels. It must never change, because VS Code saves the view type with each open panel.
 * package.json repeats the view type.
 */
export const viewType = 'holysheep.conversation';

/**
 * View type of the page *Usage and Health*, which package.json repeats. VS Code restores saved pages by their view
 * type.
 */
export const healthViewType = 'holysheep.health';

/** Id of the participant in VS Code's chat (`@holysheep`). */
export const participantId = 'holysheep.prompt';

/**
 * Vendor name of this extension's language models, which package.json repeats. Other extensions select the models by
 * this vendor name.
 */
export const vendor = 'holysheep';
