import * as vscode from 'vscode';
import { parseAskArgument, parseCompareArgument } from '../commandArgs';
import type { Commands } from '../commands';
import { chatViewId } from '../contributions';
import type { PanelLocation } from '../settings/settings';
import { runFailureAction } from './failureActions';
import type { PanelFeatures } from './panelRegistry';
import type { PanelServices } from './panelServices';
import { askForComparison, showPromptBox } from './promptBox';
import { conversationForCommand, sendPrompt, startConversation } from './promptSender';
import { revealSideBarView } from './sideBarView';

export function registerPanels(services: PanelFeatures) {
  const { register, gatewaySets, conversations, panels, promptHistory, settings, onError } = services;
  register(gatewaySets.onDidChange(() => conversations.applySettings()));
  register(vscode.window.onDidChangeWindowState(({ focused }) => focused && conversations.rereadReadOnly()));
  register(
    conversations.onDidRemove((removal) => {
      promptHistory
        .handleRemoval(removal)
        .then(() => panels.updatePromptHistory())
        .catch(onError);
    }),
  );
  registerViewCommands(services);
  /**
   * Shows the current conversation in the given location. The argument `always`, which the walkthrough passes, also
   * changes the setting `holysheep.openIn`.
   */
  const openIn =
    (location: PanelLocation) =>
    async (argument: unknown): Promise<void> => {
      if (argument === 'always') await settings.setOpenIn(location);
      const { current } = conversations;
      // If no conversation is current after a reload, the view restores its last conversation.
      if (!current && location === 'sideBar') await revealSideBarView(false);
      else panels.move(current ?? (await conversations.ensureCurrent()), location);
    };
  return {
    'holysheep.ask': askCommand(services),
    'holysheep.compareModels': (argument) => compareModels(services, argument),
    'holysheep.stop': () => conversations.runningConversation?.stop(),
    'holysheep.retryNow': () => retryNow(services),
    'holysheep.newConversation': () => startConversation(services),
    'holysheep.openInSideBar': openIn('sideBar'),
    'holysheep.openInEditor': openIn('editor'),
    'holysheep.copyAnswer': (context) => panels.performAction(context, 'copyAnswer'),
    'holysheep.copyPlainText': (context) => panels.performAction(context, 'copyPlainText'),
    'holysheep.branch': (context) => panels.performAction(context, 'branch'),
    'holysheep.deleteTurn': (context) => panels.performAction(context, 'deleteTurn'),
    'holysheep.showPanel': async (id) => {
      const conversation = (await conversations.open(id)) ?? (await conversations.openRunning());
      panels.show(conversation);
    },
  } satisfies Commands;
}

/** Names of the commands in the title of the view in the side bar. */
const viewCommands = [
  'newConversation',
  'openHistory',
  'openInEditor',
  'renameConversation',
  'exportConversation',
  'copyRequest',
  'deleteConversation',
  'compareModels',
];

/**
 * Registers the title commands of the view. VS Code doesn't tell a command where it was chosen, so these variants first
 * make the conversation of the view current.
 */
function registerViewCommands({ register, panels }: PanelFeatures): void {
  for (const name of viewCommands) {
    const run = (): Thenable<unknown> => {
      panels.activateView();
      return vscode.commands.executeCommand(`holysheep.${name}`);
    };
    register(vscode.commands.registerCommand(`${chatViewId}.${name}`, run));
  }
}

export async function retryNow(services: PanelServices): Promise<void> {
  const { conversations } = services;
  const conversation = conversations.runningConversation ?? conversations.current;
  if (!conversation) return;
  await conversations.withOpen(conversation, async () => {
    for (const { id } of conversation.answersToRetry) await runFailureAction(services, conversation, id, 'retryNow');
  });
}

export async function reopenPanels({ conversations, panels, workspace }: PanelFeatures): Promise<void> {
  await panels.replaceOrphaned();
  // Interrupted conversations are not reopened in a window without a folder. All such windows share their storage, so
  // an interrupted turn might belong to another window.
  if (workspace) panels.reopen(await conversations.openInterrupted());
}

function askCommand(services: PanelServices): (argument: unknown) => Promise<void> {
  const { conversations } = services;
  let unsent = '';
  return async (argument) => {
    // When the user chooses the command in the editor's context menu, VS Code passes the URI of the file instead of a
    // prompt.
    if (argument !== undefined && !(argument instanceof vscode.Uri)) {
      const { newConversation, model, ...prompt } = parseAskArgument(argument);
      const conversation = newConversation ? conversations.startNew() : await conversationForCommand(services);
      const input = { ...prompt, models: model === undefined ? undefined : [model] };
      await sendPrompt(services, conversation, input, { asksForKey: false });
      return;
    }
    const current = await conversations.ensureCurrent();
    await conversations.withOpen(current, async () => {
      const { text, conversation } = await showPromptBox(services, unsent, current, vscode.l10n.t('Ask HolySheep'));
      unsent = conversation ? '' : text;
      if (conversation) await sendPrompt(services, conversation, { prompt: text });
    });
  };
}

/**
 * Sends a prompt to several models. The prompt is sent in the current conversation, unless the user chooses a new
 * conversation. If the command has no prompt, the draft of the current conversation is the prompt.
 */
async function compareModels(services: PanelFeatures, argument: unknown): Promise<void> {
  // VS Code passes a URI if the user chose the command in the title of an editor tab.
  const hasInput = argument !== undefined && !(argument instanceof vscode.Uri);
  const given = hasInput ? parseCompareArgument(argument) : {};
  const { conversations, panels } = services;
  const current = await (given.prompt ? conversationForCommand(services) : conversations.ensureCurrent());
  if (given.prompt === undefined && !current.readOnly && panels.compareDraft(current, given.models)) return;
  await conversations.withOpen(current, async () => {
    const comparison = await askForComparison(services, current, given);
    if (!comparison) return;
    const { prompt, models, conversation } = comparison;
    await sendPrompt(services, conversation, { prompt, models });
  });
}
