import * as vscode from 'vscode';
import type { ListedModels } from '../../engine/gateway/modelList';
import { canChat } from '../../engine/models/listedFacts';
import { areSameModel, nearestModels } from '../../engine/models/nearestModels';
import { wildcardModel } from '../../engine/gateway/gateway';
import { recentModels } from '../models/recentModels';
import type { HealthBook } from '../health/healthBook';
import type { Settings } from '../settings/settings';
import { plainLabel } from '../ui/messageText';
import { pickFrom } from '../ui/quickPick';

type ModelNames = ReadonlyMap<string, string>;

interface ReplacementItem extends vscode.QuickPickItem {
  readonly model?: string;
}

interface ModelNamesDeps {
  readonly settings: Settings;
  readonly health: HealthBook;
}

export type GatewayRole = 'primary' | 'backup';

interface NamedGateway {
  readonly name: string;
  readonly role: GatewayRole;
}

/**
 * Lets the user confirm the names that models have at a gateway.
 * @param current the model names in the settings
 * @returns undefined if the user cancels
 */
export async function pickModelNames(
  deps: ModelNamesDeps,
  gateway: NamedGateway,
  list: ListedModels,
  current: ModelNames = new Map(),
): Promise<ModelNames | undefined> {
  if (list.models.length === 0) return current;
  const used = await usedModels(deps);
  const choices = [...current].map(([here, there]) => ({ here, there, picked: true, description: '' }));
  // If the gateway's model list lacks one of the user's models, the most similar name in the list is offered. The user
  // has to confirm this name, because it can be that of a different model.
  for (const here of used.filter((name) => !current.has(name) && !list.models.includes(name))) {
    const [there] = nearestModels(here, list.models, list.facts);
    if (there !== undefined) {
      const isSame = areSameModel(here, there);
      choices.push({ here, there, picked: isSame, description: isSame ? '' : vscode.l10n.t('another model') });
    }
    // A search in a list of thousands of models takes long. The loop therefore pauses after each search, so that other
    // work of the extension host can run.
    await new Promise(setImmediate);
  }
  const hasUsedModel =
    used.some((model) => list.models.includes(model)) ||
    choices.some(({ here, picked }) => picked && used.includes(here));
  if (!hasUsedModel) return pickReplacement(gateway, list, current);
  if (choices.length === 0) return current;
  const items = choices.map((choice) => ({ ...choice, label: mappingText(choice.here, choice.there) }));
  const chosenItems = await pickFrom({
    title: vscode.l10n.t('Model names at {0}', plainLabel(gateway.name)),
    placeholder: vscode.l10n.t('Confirm the name of each of your models at this gateway'),
    canSelectMany: true,
    items,
    selectedItems: items.filter(({ picked }) => picked),
  }).result;
  return chosenItems && new Map(chosenItems.map(({ here, there }) => [here, there]));
}

/**
 * Returns a text that shows the user's name of a model, an arrow, and the model's name at a gateway, see
 * `Gateway.models`.
 */
export function mappingText(here: string, there: string): string {
  const name = here === wildcardModel ? vscode.l10n.t('all other models') : plainLabel(here);
  return `${name} → ${plainLabel(there)}`;
}

/**
 * Lets the user choose one model of a gateway that has none of the user's models, such as a local server. That model
 * then answers for all of them. For a backup gateway, the default is not to replace models.
 */
async function pickReplacement(
  { name, role }: NamedGateway,
  { models, facts }: ListedModels,
  current: ModelNames,
): Promise<ModelNames | undefined> {
  const replacements: readonly ReplacementItem[] = models
    .filter((model) => canChat(model, facts))
    .map((model) => ({ model, label: plainLabel(model) }));
  const none: ReplacementItem = {
    label: vscode.l10n.t("Don't replace models"),
    description: vscode.l10n.t('only models that you select by name'),
    alwaysShow: true,
  };
  const previous = replacements.find(({ model }) => model === current.get(wildcardModel));
  const [replacement] =
    (await pickFrom({
      title: vscode.l10n.t('{0} has none of your models', plainLabel(name)),
      placeholder:
        role === 'primary'
          ? vscode.l10n.t('Choose the model that answers your prompts')
          : vscode.l10n.t("Use one of its models while your other gateways can't be reached?"),
      items: role === 'primary' ? [...replacements, none] : [none, ...replacements],
      ...(previous && { activeItems: [previous] }),
    }).result) ?? [];
  if (!replacement) return undefined;
  const names = new Map(current);
  if (replacement.model === undefined) names.delete(wildcardModel);
  else names.set(wildcardModel, replacement.model);
  return names;
}

/**
 * Returns the user's models: the selected model, the fallback models, and the models that were used recently through
 * the primary gateway.
 */
async function usedModels({ settings, health }: ModelNamesDeps): Promise<readonly string[]> {
  await health.refresh();
  const [primary] = settings.gateways().usableGateways;
  const recent = primary ? recentModels(health.records(), new Set([primary.url])) : [];
  const { fallbackModels } = settings.engineSettings();
  return [...new Set([settings.model(), ...fallbackModels, ...recent])];
}
