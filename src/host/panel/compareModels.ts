import * as v from 'valibot';
import * as vscode from 'vscode';
import type { Localize } from '../../engine/environment';
import { maxCompared } from '../../shared/protocol';
import type { Conversation } from '../conversation/conversation';
import { minCompared } from '../models/pickComparedModels';
import { localize } from '../util/localization';
import { notBlank, parseArgument } from '../util/schemas';
import type { PanelServices } from './panelServices';
import { showPromptBox } from './promptBox';
import { sendPrompt } from './promptSender';

interface Comparison {
  readonly prompt: string;
  readonly models: readonly string[];
  readonly newConversation?: boolean | undefined;
}

/** The command sends the prompt in the current conversation. The user is asked for what its argument lacks. */
export async function compareModels(services: PanelServices, argument: unknown): Promise<void> {
  const given = argument === undefined ? {} : parseCompareArgument(argument, localize);
  const { conversations } = services;
  const conversation = await conversations.ensureCurrent();
  await conversations.withOpen(conversation, async () => {
    const comparison = await askForComparison(services, conversation, given);
    if (!comparison) return;
    const { prompt, ...target } = comparison;
    await sendPrompt(services, { prompt }, { conversation, ...target });
  });
}

/** @returns undefined if the user cancels */
export async function askForComparison(
  { catalog, demo }: Pick<PanelServices, 'catalog' | 'demo'>,
  conversation: Conversation,
  given: { readonly prompt?: string | undefined; readonly models?: readonly string[] | undefined },
): Promise<Comparison | undefined> {
  const models = given.models ?? (await catalog.pickCompared(demo.answers(conversation)));
  if (!models) return undefined;
  if (given.prompt) return { prompt: given.prompt, models };
  const { accepted, text, newConversation } = await showPromptBox('', conversation, vscode.l10n.t('Compare models'));
  return accepted ? { prompt: text, models, newConversation } : undefined;
}

/** @throws ArgumentError with a message that names the invalid property */
export function parseCompareArgument(argument: unknown, localize: Localize) {
  const noModels = localize('“models” must be a list of two to four different model IDs.');
  const schema = v.object(
    {
      prompt: v.optional(
        v.pipe(v.string(localize('“prompt” must be a string.')), notBlank(localize('The prompt is empty.'))),
      ),
      models: v.optional(
        v.pipe(
          v.array(v.pipe(v.string(noModels), v.trim(), v.nonEmpty(noModels)), noModels),
          v.minLength(minCompared, noModels),
          v.maxLength(maxCompared, noModels),
          v.check((models) => new Set(models).size === models.length, noModels),
        ),
      ),
    },
    localize('holysheep.compareModels expects an object with a “prompt” and “models”.'),
  );
  return parseArgument(schema, typeof argument === 'string' ? { prompt: argument } : argument);
}
