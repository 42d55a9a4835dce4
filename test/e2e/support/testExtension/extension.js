// An extension that runs beside the packaged one, and does for the tests what only an extension can do.
const vscode = require('vscode');
const { createHash } = require('node:crypto');
const { existsSync, readdirSync, readFileSync } = require('node:fs');
const path = require('node:path');
const { isDeepStrictEqual } = require('node:util');

exports.activate = ({ subscriptions, globalStorageUri }) => {
  // Shows a test that VS Code has enabled the extension that implements its chat.
  const reportIfEnabled = () => {
    if (vscode.extensions.getExtension('github.copilot-chat'))
      vscode.window.setStatusBarMessage('The chat is enabled.');
  };
  reportIfEnabled();
  subscriptions.push(vscode.extensions.onDidChange(reportIfEnabled));
  subscriptions.push(vscode.commands.registerCommand('tests.resetWindow', () => resetWindow(globalStorageUri.fsPath)));
};

/** The message in the status bar after the latest reset. */
let lastMessage;

/**
 * Brings the window into the state of a new window with other settings. The file that `TESTS_RESET_FILE` names contains
 * the settings, the key, and the message to show in the status bar at the end.
 */
async function resetWindow(storage) {
  const { settingsFile, settings, key, message } = readJson(process.env.TESTS_RESET_FILE);
  await closeEditors();
  await deleteConversations(path.resolve(storage, '../holysheep.holysheep-prompt/workspaces'));
  await run('holysheep.resetNetworkState');
  await changeSettings(readJson(settingsFile), settings);
  if (key !== undefined) await run('holysheep.setApiKey', key);
  await run('workbench.action.closePanel');
  await run('workbench.action.closeAuxiliaryBar');
  await run('workbench.view.explorer');
  await run('notifications.clearAll');
  lastMessage?.dispose();
  lastMessage = vscode.window.setStatusBarMessage(message);
}

/** Closes all editors without a question about unsaved changes. */
async function closeEditors() {
  for (const document of vscode.workspace.textDocuments.filter(({ isDirty }) => isDirty)) {
    await vscode.window.showTextDocument(document);
    await run('workbench.action.revertAndCloseActiveEditor');
  }
  await run('workbench.action.closeAllEditors');
}

/** Deletes the conversations of this workspace with their running turns, scheduled prompts and reported failures. */
async function deleteConversations(workspaces) {
  const { uri } = vscode.workspace.workspaceFolders[0];
  const name = createHash('sha256').update(uri.toString()).digest('hex').slice(0, 32);
  const folder = path.join(workspaces, name, 'conversations');
  const files = existsSync(folder) ? readdirSync(folder) : [];
  for (const file of files.filter((name) => name.endsWith('.jsonl'))) {
    await run('holysheep.showPanel', path.basename(file, '.jsonl'));
    await run('holysheep.deleteConversation');
  }
  await run('workbench.action.closeAllEditors');
}

async function changeSettings(current, wanted) {
  for (const name of new Set([...Object.keys(current), ...Object.keys(wanted)])) {
    if (isDeepStrictEqual(current[name], wanted[name])) continue;
    await vscode.workspace.getConfiguration().update(name, wanted[name], vscode.ConfigurationTarget.Global);
  }
}

function run(command, ...args) {
  return vscode.commands.executeCommand(command, ...args);
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
