import * as v from 'valibot';
import * as vscode from 'vscode';
import type { Localize } from '../../engine/engine';
import type { Command } from '../commands';
import type { Services } from '../services';
import { localize } from '../util/localization';
import { notBlank, parsedArgument } from '../util/schemas';
import { sendPrompt, startConversation } from './promptSender';

export function registerPanels(services: Services): readonly Command[] {
  const { own, connections, conversations, panels, promptHistory, onError } = services;
  own(connections.onDidChange(() => conversations.applySettings()));
  own(
    conversations.onDidRemove((removal) => {
      promptHistory
        .handleRemoval(removal)
        .then(() => panels.historyChanged())
        .catch(onError);
    }),
  );
  return [
    { id: 'holysheep.ask', execute: askCommand(services) },
    { id: 'holysheep.stop', execute: () => conversations.running?.stop() },
    // Ends the wait of the running turn, or starts the last turn again.
    { id: 'holysheep.retryNow', execute: () => (conversations.running ?? conversations.current)?.retryNow() },
    { id: 'holysheep.newConversation', execute: () => startConversation(services) },
    {
      id: 'holysheep.showPanel',
      execute: async () => panels.show(await conversations.openRunning(), { preserveFocus: false }),
    },
  ];
}

/** Opens the panels again that the window, or an extension host that died, has lost. */
export async function reopenPanels({ conversations, panels, workspace }: Services): Promise<void> {
  await panels.replaceDead();
  // Windows without a folder share their storage: an answer that is broken off there may be one of another window.
  if (workspace) panels.reopen(await conversations.openInterrupted());
}

/** Resolves when the turn has been started; the panel shows the answer. */
function askCommand(services: Services): Command['execute'] {
  let unsent = '';
  return async (argument) => {
    // The editor's context menu hands over the file it was opened on.
    if (argument !== undefined && !(argument instanceof vscode.Uri)) {
      const { prompt, model, newConversation } = askArgument(argument, localize);
      await sendPrompt(services, { prompt, model }, { newConversation });
      return;
    }
    const answer = await askForPrompt(unsent);
    unsent = answer.accepted ? '' : answer.text;
    if (answer.accepted) await sendPrompt(services, { prompt: answer.text });
  };
}

/** Closing the box keeps what was typed for the next time. */
async function askForPrompt(text: string): Promise<{ readonly accepted: boolean; readonly text: string }> {
  const box = vscode.window.createInputBox();
  box.title = vscode.l10n.t('Ask HolySheep');
  box.placeholder = vscode.l10n.t('What do you want to know?');
  box.prompt = vscode.l10n.t('Press Enter to send. The answer appears in a panel beside the editor.');
  box.ignoreFocusOut = true;
  box.value = text;
  try {
    return await new Promise((resolve) => {
      box.onDidAccept(() => {
        if (box.value.trim()) resolve({ accepted: true, text: box.value.trim() });
      });
      box.onDidHide(() => resolve({ accepted: false, text: box.value }));
      box.show();
    });
  } finally {
    box.dispose();
  }
}

interface AskArgument {
  readonly prompt: string;
  readonly model?: string | undefined;
  readonly newConversation?: boolean | undefined;
}

/** @throws ArgumentError that says what is wrong */
export function askArgument(argument: unknown, localize: Localize): AskArgument {
  const noModel = localize('"model" must be a model ID.');
  const schema = v.object(
    {
      prompt: v.pipe(v.string(localize('"prompt" must be a string.')), notBlank(localize('The prompt is empty.'))),
      model: v.optional(v.pipe(v.string(noModel), notBlank(noModel))),
      newConversation: v.optional(v.boolean(localize('"newConversation" must be true or false.'))),
    },
    localize('"holysheep.ask" expects a prompt, or an object with a "prompt" property.'),
  );
  return parsedArgument(schema, typeof argument === 'string' ? { prompt: argument } : argument);
}
