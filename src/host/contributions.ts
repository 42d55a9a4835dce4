/**
 * Ids of the commands in the title of the view in the side bar. They do the same as the commands without `chat.`, but
 * for the conversation in the view. VS Code does not tell a command that it was chosen in the title of the view.
 */
export const viewCommandIds = [
  'holysheep.chat.newConversation',
  'holysheep.chat.openHistory',
  'holysheep.chat.openInEditor',
  'holysheep.chat.renameConversation',
  'holysheep.chat.exportConversation',
  'holysheep.chat.copyRequest',
  'holysheep.chat.deleteConversation',
  'holysheep.chat.compareModels',
] as const;

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
  'holysheep.copyAnswer',
  'holysheep.copyPlainText',
  'holysheep.branch',
  'holysheep.deleteTurn',
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
  'holysheep.openInSideBar',
  'holysheep.openInEditor',
  ...viewCommandIds,
] as const;

export type CommandId = (typeof commandIds)[number];

/**
 * View type of the conversation panels. It must never change, because VS Code saves the view type with each open panel.
 * package.json repeats the view type.
 */
export const viewType = 'holysheep.conversation';

/** Id of the view in the side bar, which package.json repeats. VS Code saves the id with the layout of the window. */
export const chatViewId = 'holysheep.chat';

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
