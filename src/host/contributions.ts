/** Names of the commands, without the prefix `holysheep.`. */
const commandNames = [
  'ask',
  'compareModels',
  'explainSelection',
  'fixSelection',
  'improveSelection',
  'writeTests',
  'runPrompt',
  'stop',
  'retryNow',
  'newConversation',
  'showPanel',
  'openHistory',
  'openScheduled',
  'copyRequest',
  'copyAnswer',
  'copyPlainText',
  'branch',
  'deleteTurn',
  'renameConversation',
  'exportConversation',
  'deleteConversation',
  'setApiKey',
  'removeApiKey',
  'testConnection',
  'addGateway',
  'manageGateways',
  'selectModel',
  'setUpChat',
  'openDemo',
  'openWalkthrough',
  'showLog',
  'clearPromptHistory',
  'resetNetworkState',
  'exportDiagnostics',
  'openHealth',
  'chatAction',
  'openInSideBar',
  'openInEditor',
] as const;

/**
 * Ids of all commands except those in the title of the view in the side bar. The commands are registered at startup.
 * The functions that the commands call belong to the app, which is loaded when a command is executed, or earlier. The
 * commands that users run are also listed in package.json.
 */
export const commandIds = commandNames.map((name) => `holysheep.${name}` as const);

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
