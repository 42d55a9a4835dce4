// An extension that runs beside the packaged one, and does for the tests what only an extension can do.
const vscode = require('vscode');
const { existsSync, readdirSync, readFileSync } = require('node:fs');
const path = require('node:path');
const { isDeepStrictEqual } = require('node:util');

exports.activate = ({ subscriptions, globalStorageUri }) => {
  // Tells a test when VS Code has enabled the extension that implements its chat.
  const tellIfEnabled = () => {
    if (vscode.extensions.getExtension('github.copilot-chat'))
      vscode.window.setStatusBarMessage('The chat is enabled.');
  };
  tellIfEnabled();
  subscriptions.push(vscode.extensions.onDidChange(tellIfEnabled));
  subscriptions.push(vscode.commands.registerCommand('tests.resetWindow', () => resetWindow(globalStorageUri.fsPath)));
};

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
  vscode.window.setStatusBarMessage(message);
}

/** Closes all editors without a question about unsaved changes. */
async function closeEditors() {
  for (const document of vscode.workspace.textDocuments.filter(({ isDirty }) => isDirty)) {
    await vscode.window.showTextDocument(document);
    await run('workbench.action.revertAndCloseActiveEditor');
  }
  await run('workbench.action.closeAllEditors');
}

/** Deletes all conversations with their running turns, scheduled prompts and reported failures. */
async function deleteConversations(workspaces) {
  const files = existsSync(workspaces) ? readdirSync(workspaces, { recursive: true }) : [];
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
