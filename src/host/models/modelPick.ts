import * as vscode from 'vscode';
import { plainLabel } from '../ui/messageText';

/** Models to choose from, and the source of the list. */
export type ModelList =
  | { readonly source: 'gateway'; readonly models: readonly string[]; readonly host: string }
  /** Common models. `message` is the localized reason why the gateway's list could not be loaded. */
  | { readonly source: 'default'; readonly models: readonly string[]; readonly message: string };

/** The models of one route, while they are loading and afterwards. */
export interface RouteModels {
  readonly origin: string;
  readonly host: string;
  /** Never rejects. */
  readonly list: Promise<ModelList>;
}

export interface ModelPickOptions {
  readonly title?: string | undefined;
  /** Id of a model that is left out of the list, e.g. because the user wants to replace it. */
  readonly exclude?: string | undefined;
  /** Whether each model has a button that selects it for the next prompt only. */
  readonly offerOnce?: boolean | undefined;
  /** Returns how well a model has worked recently, in one short text. */
  readonly essence?: ((model: string, origin: string | undefined) => string | undefined) | undefined;
}

export interface ModelPick {
  readonly model: string;
  /** Whether the model is used for the next prompt only. */
  readonly once: boolean;
}

interface ModelItem extends vscode.QuickPickItem {
  readonly model?: string;
  /** Origin of the route that lists the model. */
  readonly origin?: string | undefined;
}

/** A route in the picker. Its list is undefined until it is loaded. */
interface RouteSection extends Omit<RouteModels, 'list'> {
  readonly list: ModelList | undefined;
}

/**
 * Lets the user choose a model. The picker opens before the lists are loaded, and shows each list as soon as it is
 * loaded. The user can also type a name that is in no list.
 */
export async function pickModel(
  routes: Promise<readonly RouteModels[]>,
  current: string,
  options: ModelPickOptions,
): Promise<ModelPick | undefined> {
  const picker = vscode.window.createQuickPick<ModelItem>();
  picker.title = options.title ?? vscode.l10n.t('Select model');
  picker.placeholder = vscode.l10n.t('Choose a model or type its name');
  picker.busy = true;
  let sections: readonly RouteSection[] = [];
  const buttons = options.offerOnce ? [onceButton()] : [];

  const updateItems = () => {
    const loaded = sections.map(({ list }) => list?.models ?? []);
    const choices = routeChoices(loaded, current, options.exclude, picker.value);
    picker.items = choices.flatMap((ofRoute, index) => createItems(sections, index, ofRoute, buttons, options.essence));
  };
  const showSections = (updated: readonly RouteSection[]): void => {
    const active = picker.activeItems[0];
    sections = updated;
    picker.busy = sections.some(({ list }) => list === undefined);
    updateItems();
    const stillActive = findItem(picker.items, active);
    if (stillActive) picker.activeItems = [stillActive];
  };
  const loadLists = async (): Promise<void> => {
    const loading = await routes;
    showSections(loading.map(({ origin, host }) => ({ origin, host, list: undefined })));
    const showList = async (route: RouteModels, index: number): Promise<void> => {
      const list = await route.list;
      showSections(sections.map((section, position) => (position === index ? { ...section, list } : section)));
    };
    await Promise.all(loading.map(showList));
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
  updateItems();
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

/** Returns the item for the same model of the same route, or else the first item for the same model. */
function findItem(items: readonly ModelItem[], sought: ModelItem | undefined): ModelItem | undefined {
  if (sought?.model === undefined) return undefined;
  const sameModel = items.filter(({ model }) => model === sought.model);
  return sameModel.find(({ origin }) => origin === sought.origin) ?? sameModel[0];
}

/** Returns the heading of a route, once its list is loaded, and the items of its models. */
function createItems(
  sections: readonly RouteSection[],
  index: number,
  choices: readonly ModelChoice[],
  buttons: readonly vscode.QuickInputButton[],
  essence: ModelPickOptions['essence'],
): readonly ModelItem[] {
  const section = sections[index];
  const heading = section?.list && listHeading(section.list, sections.length > 1 ? section.host : undefined);
  return [
    ...(heading === undefined ? [] : [{ label: heading, kind: vscode.QuickPickItemKind.Separator }]),
    ...choices.map((choice) => ({
      ...createItem(choice, section?.origin, essence?.(choice.model, section?.origin)),
      buttons,
    })),
  ];
}

/** @param origin origin of the route that lists the model, or undefined while the routes are unknown */
function createItem({ model, kind }: ModelChoice, origin: string | undefined, essence: string | undefined): ModelItem {
  switch (kind) {
    case 'current': {
      const description = [vscode.l10n.t('current'), essence ?? []].flat().join(' · ');
      return { model, origin, label: `$(check) ${plainLabel(model)}`, description };
    }
    case 'other':
      return { model, origin, label: plainLabel(model), ...(essence !== undefined && { description: essence }) };
    case 'typed':
      return { model, label: vscode.l10n.t('Use “{0}”', plainLabel(model)), alwaysShow: true };
  }
}

/** @param host host of the route, if there are several */
function listHeading(list: ModelList, host: string | undefined): string {
  switch (list.source) {
    case 'gateway':
      return vscode.l10n.t('From {0}', plainLabel(list.host));
    case 'default':
      return host === undefined
        ? vscode.l10n.t("Common models (couldn't load the gateway's list: {0})", plainLabel(list.message))
        : vscode.l10n.t("Common models for {0} (couldn't load its list: {1})", host, plainLabel(list.message));
  }
}

interface ModelChoice {
  readonly model: string;
  /** Kind of the choice. `typed` is a name that the user typed and that is not in the list. */
  readonly kind: 'current' | 'other' | 'typed';
}

/**
 * Returns the models to choose from, by route. The current model comes first on the first route, and on each other
 * route that lists it. The typed name comes last on the last route, unless it is in a list.
 * @param lists the models of each route, which are empty until they are loaded
 */
export function routeChoices(
  lists: readonly (readonly string[])[],
  current: string,
  exclude: string | undefined,
  typed: string,
): readonly (readonly ModelChoice[])[] {
  const [first = [], ...others] = lists;
  const typedChoices = modelChoices(lists.flat(), current, exclude, typed).filter(({ kind }) => kind === 'typed');
  const choices = [
    modelChoices(first, current, exclude, ''),
    ...others.map((models) => modelChoices(models, current, exclude, '').filter(({ model }) => models.includes(model))),
  ];
  return choices.map((ofRoute, index) => (index === choices.length - 1 ? [...ofRoute, ...typedChoices] : ofRoute));
}

/**
 * Returns the models of one route to choose from. The current model comes first. The typed name comes last, unless it
 * is in the list.
 */
export function modelChoices(
  models: readonly string[],
  current: string,
  exclude: string | undefined,
  typed: string,
): readonly ModelChoice[] {
  const offered = [current, ...models.filter((model) => model !== current)].filter((model) => model !== exclude);
  const typedModel = typed.trim();
  const isNew = typedModel !== '' && typedModel !== exclude && !offered.includes(typedModel);
  return [
    ...offered.map((model): ModelChoice => ({ model, kind: model === current ? 'current' : 'other' })),
    ...(isNew ? [{ model: typedModel, kind: 'typed' } as const] : []),
  ];
}
