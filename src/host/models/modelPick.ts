import * as vscode from 'vscode';
import { knownFacts, type FactsById } from '../../engine/models/listedFacts';
import { plainLabel } from '../ui/messageText';
import { createFactsText } from './factsText';

/** Models to choose from, and the source of the list. */
export type ModelList =
  | {
      readonly source: 'gateway';
      readonly models: readonly string[];
      readonly host: string;
      /** What the list says about its models. */
      readonly facts?: FactsById | undefined;
    }
  /** Common models. `message` is the localized reason why the gateway's list could not be loaded. */
  | { readonly source: 'default'; readonly models: readonly string[]; readonly message: string };

/** The models of one route, while they are loading and afterwards. */
export interface RouteModels {
  readonly origin: string;
  readonly host: string;
  /** Never rejects. */
  readonly list: Promise<ModelList>;
  /** Describes in one short text how well a model has worked recently over this route. */
  readonly essence?: ((model: string) => string | undefined) | undefined;
}

export interface ModelPickOptions {
  readonly title?: string | undefined;
  /** Id of a model that is left out of the list, e.g. because the user wants to replace it. */
  readonly exclude?: string | undefined;
  /** Whether each model has a button that selects it for the next prompt only. */
  readonly offerOnce?: boolean | undefined;
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
  loadingRoutes: Promise<readonly RouteModels[]>,
  current: string,
  options: ModelPickOptions,
): Promise<ModelPick | undefined> {
  const picker = vscode.window.createQuickPick<ModelItem>();
  picker.title = options.title ?? vscode.l10n.t('Select model');
  picker.placeholder = vscode.l10n.t('Choose a model or type its name');
  const buttons = options.offerOnce ? [onceButton()] : [];
  // Keeps the items of the lists while the user types, because a list may have thousands of models.
  let listed: readonly ModelItem[] = [];
  let known: ReadonlySet<string> = new Set();
  const factsText = createFactsText();

  const updateItems = () => {
    const typed = picker.value.trim();
    const isNew = typed !== '' && typed !== options.exclude && !known.has(typed);
    picker.items = isNew ? [...listed, createTypedItem(typed, buttons)] : listed;
  };
  const showSections = (sections: readonly RouteSection[]): void => {
    const active = picker.activeItems[0];
    const choices = routeChoices(
      sections.map(({ list }) => list?.models ?? []),
      current,
      options.exclude,
    );
    listed = choices.flatMap((models, index) => {
      const section = sections[index];
      const heading = section?.list && listHeading(section.list, sections.length > 1 ? section.host : undefined);
      return [
        ...(heading === undefined ? [] : [{ label: heading, kind: vscode.QuickPickItemKind.Separator }]),
        ...models.map((model) => ({ ...createItem(model, model === current, section, factsText), buttons })),
      ];
    });
    known = new Set(choices.flat());
    picker.busy = sections.length === 0 || sections.some(({ list }) => list === undefined);
    updateItems();
    const stillActive = findItem(picker.items, active);
    if (stillActive) picker.activeItems = [stillActive];
  };
  const loadLists = async (): Promise<void> => {
    const routes = await loadingRoutes;
    let sections = routes.map((route): RouteSection => ({ ...route, list: undefined }));
    showSections(sections);
    const showList = async (route: RouteModels, index: number): Promise<void> => {
      const list = await route.list;
      sections = sections.map((section, position) => (position === index ? { ...section, list } : section));
      showSections(sections);
    };
    await Promise.all(routes.map(showList));
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
  showSections([]);
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

/** @param route the route that lists the model, or undefined while the routes are unknown */
function createItem(
  model: string,
  isCurrent: boolean,
  route: RouteSection | undefined,
  factsText: ReturnType<typeof createFactsText>,
): ModelItem {
  const label = plainLabel(model);
  const essence = route?.essence?.(model);
  const notes = [...(isCurrent ? [vscode.l10n.t('current')] : []), ...(essence === undefined ? [] : [essence])];
  const list = route?.list;
  const detail = factsText(knownFacts(model, list?.source === 'gateway' ? list.facts : undefined));
  return {
    ...{ model, origin: route?.origin, label: isCurrent ? `$(check) ${label}` : label },
    ...(notes.length > 0 && { description: notes.join(' · ') }),
    ...(detail !== undefined && { detail }),
  };
}

function createTypedItem(model: string, buttons: readonly vscode.QuickInputButton[]): ModelItem {
  return { model, label: vscode.l10n.t('Use “{0}”', plainLabel(model)), alwaysShow: true, buttons };
}

/** @param host host of the route, if there are several */
function listHeading(list: ModelList, host: string | undefined): string {
  switch (list.source) {
    case 'gateway':
      return vscode.l10n.t('From {0}', plainLabel(list.host));
    case 'default':
      return host === undefined
        ? vscode.l10n.t("Common models (couldn't load the gateway's list: {0})", plainLabel(list.message))
        : vscode.l10n.t(
            "Common models for {0} (couldn't load its list: {1})",
            plainLabel(host),
            plainLabel(list.message),
          );
  }
}

/**
 * Returns the models to choose from, by route. The current model comes first on the first route, and on each other
 * route that lists it.
 * @param lists the models of each route, which are empty until they are loaded
 */
export function routeChoices(
  lists: readonly (readonly string[])[],
  current: string,
  exclude: string | undefined,
): readonly (readonly string[])[] {
  return (lists.length === 0 ? [[]] : lists).map((models, index) => {
    const others = models.filter((model) => model !== current);
    const hasCurrent = index === 0 || others.length < models.length;
    return [...(hasCurrent ? [current] : []), ...others].filter((model) => model !== exclude);
  });
}
