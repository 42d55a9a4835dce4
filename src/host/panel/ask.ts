import * as v from 'valibot';
import * as vscode from 'vscode';
import type { Localize } from '../../engine/engine';
import { localize } from '../util/localization';
import type { PromptSender } from './promptSender';
import { notBlank, parsedArgument } from '../util/schemas';
import type { Command } from '../command';

/** Resolves when the turn has been started; the answer is the panel's. */
export function askCommand({ sender }: { readonly sender: PromptSender }): Command {
  let unsent = '';
  return {
    id: 'holysheep.ask',
    async execute(argument) {
      // The editor's context menu hands over the file it was opened on.
      if (argument !== undefined && !(argument instanceof vscode.Uri)) {
        const { prompt, model, newConversation } = askArgument(argument, localize);
        await sender.send({ prompt, model }, { newConversation });
        return;
      }
      const answer = await askForPrompt(unsent);
      unsent = answer.accepted ? '' : answer.text;
      if (answer.accepted) await sender.send({ prompt: answer.text });
    },
  };
}

/** Closing the box keeps what was typed for the next time. */
async function askForPrompt(text: string): Promise<{ readonly accepted: boolean; readonly text: string }> {
  const box = vscode.window.createInputBox();
  box.title = vscode.l10n.t('Ask HolySheep');
  box.placeholder = vscode.l10n.t('What do you want to know?');
  box.prompt = vscode.l10n.t('Enter sends the prompt; the answer appears in the panel beside the editor.');
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

export interface AskArgument {
  readonly prompt: string;
  readonly model?: string | undefined;
  readonly newConversation?: boolean | undefined;
}

/** @throws ArgumentError that says what is wrong */
export function askArgument(argument: unknown, localize: Localize): AskArgument {
  const noModel = localize('"model" must be the id of a model.');
  const schema = v.object(
    {
      prompt: v.pipe(v.string(localize('"prompt" must be a text.')), notBlank(localize('The prompt is empty.'))),
      model: v.optional(v.pipe(v.string(noModel), notBlank(noModel))),
      newConversation: v.optional(v.boolean(localize('"newConversation" must be true or false.'))),
    },
    localize('"holysheep.ask" takes a prompt, or an object with a prompt.'),
  );
  return parsedArgument(schema, typeof argument === 'string' ? { prompt: argument } : argument);
}
