import * as vscode from 'vscode';
import { maxModels } from '../../engine/gateway/modelList';
import { knownFacts, type FactsById } from '../../engine/models/listedFacts';
import { nearestModels } from '../../engine/models/nearestModels';
import { plainLabel } from '../ui/messageText';
import { createFactsText } from './modelTexts';

export type ModelList =
  | {
      readonly source: 'gateway';
      readonly models: readonly string[];
      readonly host: string;
      readonly facts?: FactsById | undefined;
    }
  /** Common models. `message` is the localized reason why the gateway's list could not be loaded. */
  | { readonly source: 'default'; readonly models: readonly string[]; readonly message: string };

export interface RouteModels {
  readonly origin: string;
  readonly host: string;
  readonly list: Promise<ModelList>;
  readonly essence?: ((model: string) => string | undefined) | undefined;
}

export interface ModelPickOptions {
  readonly title?: string | undefined;
  readonly exclude?: string | undefined;
  readonly offerOnce?: boolean | undefined;
}

export interface ModelPick {
  readonly model: string;
  readonly once: boolean;
}

interface ModelItem extends vscode.QuickPickItem {
  readonly model?: string;
  readonly origin?: string | undefined;
}

const itemsPerSlice = 250;

/** The picker opens before the lists are loaded. The user can also type a name that is in no list. */
export async function pickModel(
  loadingRoutes: Promise<readonly RouteModels[]>,
  current: string,
  { title, exclude, offerOnce }: ModelPickOptions,
): Promise<ModelPick | undefined> {
  const picker = vscode.window.createQuickPick<ModelItem>();
  picker.title = title ?? vscode.l10n.t('Select model');
  picker.placeholder = vscode.l10n.t('Choose a model or type its name');
  const buttons = offerOnce ? [onceButton()] : [];
  const factsText = createFactsText();
  /** The heading and the items of each route, or of the current model until a list is loaded. */
  const sections: (readonly ModelItem[])[] = [];
  // Keeps the items of the lists while the user types, because a list may have thousands of models.
  let listed: readonly ModelItem[] = [];
  let known: ReadonlySet<string | undefined> = new Set();

  const updateItems = (): void => {
    const typed = picker.value.trim();
    const isNew = typed !== '' && typed !== exclude && !known.has(typed);
    const label = vscode.l10n.t('Use “{0}”', plainLabel(typed));
    picker.items = isNew ? [...listed, { model: typed, label, alwaysShow: true, buttons }] : listed;
  };
  const showSections = (): void => {
    const active = picker.activeItems[0];
    listed = sections.flat();
    known = new Set(listed.map(({ model }) => model));
    updateItems();
    const stillActive = findItem(picker.items, active);
    if (stillActive) picker.activeItems = [stillActive];
  };
  const createItem = (model: string, route?: RouteModels, list?: ModelList): ModelItem => {
    const label = plainLabel(model);
    const isCurrent = model === current;
    const notes = [isCurrent ? vscode.l10n.t('current') : undefined, route?.essence?.(model)];
    const description = notes.filter((note) => note !== undefined).join(' · ');
    const detail = factsText(knownFacts(model, list?.source === 'gateway' ? list.facts : undefined));
    return {
      ...{ model, origin: route?.origin, label: isCurrent ? `$(check) ${label}` : label, buttons },
      ...(description !== '' && { description }),
      ...(detail !== undefined && { detail }),
    };
  };
  /** Creates the items in slices, so that the other work of the extension host goes on meanwhile. */
  const createItems = async (isFirst: boolean, route: RouteModels, list: ModelList): Promise<readonly ModelItem[]> => {
    const models = routeChoices(offeredModels(list, exclude ?? current), isFirst, current, exclude);
    const items: ModelItem[] = [];
    for (let start = 0; start < models.length; start += itemsPerSlice) {
      if (start > 0) await new Promise(setImmediate);
      items.push(...models.slice(start, start + itemsPerSlice).map((model) => createItem(model, route, list)));
    }
    return items;
  };
  const loadLists = async (): Promise<void> => {
    const routes = await loadingRoutes;
    const showList = async (route: RouteModels, index: number): Promise<void> => {
      const list = await route.list;
      const label = listHeading(list, routes.length > 1 ? route.host : undefined);
      const items = await createItems(index === 0, route, list);
      sections[index] = [{ label, kind: vscode.QuickPickItemKind.Separator }, ...items];
      showSections();
    };
    await Promise.all(routes.map(showList));
    picker.busy = false;
  };

  const chosen = new Promise<ModelPick | undefined>((resolve) => {
    const choose = (model: string | undefined, once: boolean): void => {
      if (model === undefined) return;
      resolve({ model, once });
      picker.hide();
    };
    picker.onDidChangeValue(updateItems);
    picker.onDidAccept(() => choose(picker.selectedItems[0]?.model, false));
    picker.onDidTriggerItemButton(({ item }) => choose(item.model, true));
    picker.onDidHide(() => resolve(undefined));
  });
  picker.busy = true;
  if (current !== exclude) sections[0] = [createItem(current)];
  showSections();
  picker.show();
  try {
    // Loads the lists in the background, so that the user can choose a model before they are loaded.
    return await Promise.race([chosen, loadLists().then(() => chosen)]);
  } finally {
    picker.dispose();
  }
}

function onceButton(): vscode.QuickInputButton {
  return {
    iconPath: new vscode.ThemeIcon('debug-step-over'),
    tooltip: vscode.l10n.t('Use for the next prompt only'),
  };
}

function findItem(items: readonly ModelItem[], sought: ModelItem | undefined): ModelItem | undefined {
  if (sought?.model === undefined) return undefined;
  const sameModel = items.filter(({ model }) => model === sought.model);
  return sameModel.find(({ origin }) => origin === sought.origin) ?? sameModel[0];
}

function listHeading(list: ModelList, host: string | undefined): string {
  if (list.source === 'gateway') {
    const [name, count] = [plainLabel(list.host), list.models.length];
    return count > maxModels
      ? vscode.l10n.t('From {0}: {1} of {2} models (type the name of any other)', name, maxModels, count)
      : vscode.l10n.t('From {0}', name);
  }
  const reason = plainLabel(list.message);
  return host === undefined
    ? vscode.l10n.t("Common models (couldn't load the gateway's list: {0})", reason)
    : vscode.l10n.t("Common models for {0} (couldn't load its list: {1})", plainLabel(host), reason);
}

/** If the list lacks the sought model, the models that are nearest to it come first. */
function offeredModels(list: ModelList, sought: string): readonly string[] {
  const { models } = list;
  if (list.source === 'default') return models;
  const first = models.includes(sought) ? [sought] : nearestModels(sought, models, list.facts);
  return [...new Set([...first, ...models])].slice(0, maxModels);
}

/** The current model comes first if the route lists it, or if this is the first route. */
function routeChoices(
  models: readonly string[],
  isFirst: boolean,
  current: string,
  exclude: string | undefined,
): readonly string[] {
  const others = models.filter((model) => model !== current);
  const hasCurrent = isFirst || others.length < models.length;
  return [...(hasCurrent ? [current] : []), ...others].filter((model) => model !== exclude);
}
