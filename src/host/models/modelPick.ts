import * as vscode from 'vscode';
import { maxModels } from '../../engine/gateway/modelList';
import { toSupportedLocale } from '../../engine/gateway/visibleText';
import { knownFacts, type FactsById } from '../../engine/models/listedFacts';
import { nearestModels } from '../../engine/models/nearestModels';
import type { ModelOverrides } from '../settings/modelOverrides';
import { plainLabel } from '../ui/messageText';
import { itemButton } from '../ui/notifications';
import { hostWords } from '../ui/words';
import { groupModels, type ModelGroup } from './modelGroups';
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
  readonly baseUrl: string;
  readonly origin: string;
  /** The name of the gateway for the user. */
  readonly host: string;
  /** See `Route.models`. */
  readonly models?: ReadonlyMap<string, string> | undefined;
  readonly list: Promise<ModelList>;
  /** End of the cooldown of a model, in epoch milliseconds. */
  readonly cooldownEnd?: ((model: string) => number | undefined) | undefined;
  /** Describes how well a model works over the route. */
  readonly essence?: ((model: string) => string | undefined) | undefined;
}

export interface PickableModels {
  readonly routes: readonly RouteModels[];
  /** The latest first. */
  readonly recent: readonly string[];
}

export interface ModelPickOptions {
  readonly title?: string | undefined;
  readonly exclude?: string | undefined;
  readonly offerOnce?: boolean | undefined;
  readonly fallbacks?: readonly string[] | undefined;
  readonly overrides?: ModelOverrides | undefined;
}

export interface ModelPick {
  readonly model: string;
  readonly once: boolean;
  /** The gateway from whose list the user chose the model. Undefined for another name. */
  readonly baseUrl?: string | undefined;
}

interface ModelItem extends vscode.QuickPickItem {
  readonly model?: string;
}

interface LoadedList {
  readonly route: RouteModels;
  readonly list: ModelList;
}

const itemsPerSlice = 250;

/**
 * The picker opens before the lists are loaded. The user can also type a name that is in no list.
 * @param load loads the lists; with `fresh`, not those in the cache
 */
export async function pickModel(
  load: (fresh: boolean) => Promise<PickableModels>,
  current: string,
  { title, exclude, offerOnce, fallbacks = [], overrides }: ModelPickOptions,
): Promise<ModelPick | undefined> {
  const picker = vscode.window.createQuickPick<ModelItem>();
  picker.title = title ?? vscode.l10n.t('Select model');
  picker.placeholder = vscode.l10n.t('Choose a model or type its name');
  picker.buttons = [itemButton('refresh', vscode.l10n.t('Refresh the list of models'))];
  const buttons = offerOnce ? [itemButton('debug-step-over', vscode.l10n.t('Use for the next prompt only'))] : [];
  const factsText = createFactsText();
  // Keeps the items of the lists while the user types, because a list may have thousands of models.
  let listed: readonly ModelItem[] = [];
  let known: ReadonlySet<string | undefined> = new Set();
  let sourceOf: (model: string) => LoadedList | undefined = () => undefined;

  const updateItems = (): void => {
    const typed = picker.value.trim();
    const isNew = typed !== '' && typed !== exclude && !known.has(typed);
    const label = vscode.l10n.t('Use “{0}”', plainLabel(typed));
    picker.items = isNew ? [...listed, { model: typed, label, alwaysShow: true, buttons }] : listed;
  };
  const showItems = (items: readonly ModelItem[]): void => {
    const active = picker.activeItems[0]?.model;
    listed = items;
    known = new Set(listed.map(({ model }) => model));
    updateItems();
    const stillActive = active === undefined ? undefined : picker.items.find(({ model }) => model === active);
    if (stillActive) picker.activeItems = [stillActive];
  };
  const createItem = (model: string, source?: LoadedList, places: readonly string[] = []): ModelItem => {
    const label = plainLabel(model);
    const isCurrent = model === current;
    const notes = [isCurrent ? vscode.l10n.t('current') : undefined, source?.route.essence?.(model), ...places];
    const description = notes.filter((note) => note !== undefined).join(' · ');
    const [facts, ownFacts] = [knownFacts(model, factsOf(source?.list)), overrides?.([model])];
    const detail = factsText(ownFacts ? { ...facts, ...ownFacts } : facts);
    return {
      ...{ model, label: isCurrent ? `$(check) ${label}` : label, buttons },
      ...(description !== '' && { description }),
      ...(detail !== undefined && { detail }),
    };
  };
  let [latestLoad, latestShow] = [0, 0];
  /** Creates the items in slices, so that the other work of the extension host goes on meanwhile. */
  const showLists = async (pickable: PickableModels, lists: readonly LoadedList[]): Promise<void> => {
    const thisShow = ++latestShow;
    const groups = groupsOf(lists, pickable, exclude ?? current, fallbacks);
    const [first] = pickable.routes;
    const primary = lists.find(({ route }) => route === first);
    sourceOf = createSourceLookup(lists);
    const itemOf = (model: string): ModelItem => {
      const source = sourceOf(model);
      const isElsewhere = source?.list.source === 'gateway' && source !== primary;
      const places = [
        ...(isElsewhere ? [vscode.l10n.t('at {0}', plainLabel(source.route.host))] : []),
        ...pickable.routes.flatMap((route) => otherName(route, model) ?? []),
      ];
      return createItem(model, source ?? primary, places);
    };
    const items: ModelItem[] = current === exclude ? [] : [itemOf(current)];
    for (const { heading, models } of groups) {
      const choices = models.filter((model) => model !== exclude && model !== current);
      if (choices.length > 0) items.push({ label: heading, kind: vscode.QuickPickItemKind.Separator });
      for (const model of choices) {
        items.push(itemOf(model));
        if (items.length % itemsPerSlice === 0) await new Promise(setImmediate);
      }
    }
    // A later list has arrived meanwhile.
    if (thisShow === latestShow) showItems(items);
  };
  const loadLists = async (fresh = false): Promise<void> => {
    const thisLoad = ++latestLoad;
    picker.busy = true;
    const pickable = await load(fresh);
    const lists: LoadedList[] = [];
    const update = async (): Promise<void> => {
      // The user has refreshed the lists meanwhile.
      if (thisLoad !== latestLoad) return;
      picker.placeholder = placeholder(lists.flat());
      await showLists(pickable, lists.flat());
    };
    await update();
    await Promise.all(
      pickable.routes.map(async (route, index) => {
        lists[index] = { route, list: await route.list };
        await update();
      }),
    );
    if (thisLoad === latestLoad) picker.busy = false;
  };

  const chosen = new Promise<ModelPick | undefined>((resolve, reject) => {
    const choose = (model: string | undefined, once: boolean): void => {
      if (model === undefined) return;
      const { route, list } = sourceOf(model) ?? {};
      resolve({ model, once, ...(list?.source === 'gateway' && { baseUrl: route?.baseUrl }) });
      picker.hide();
    };
    picker.onDidChangeValue(updateItems);
    picker.onDidAccept(() => choose(picker.selectedItems[0]?.model, false));
    picker.onDidTriggerItemButton(({ item }) => choose(item.model, true));
    picker.onDidTriggerButton(() => void loadLists(true).catch(reject));
    picker.onDidHide(() => resolve(undefined));
  });
  if (current !== exclude) showItems([createItem(current)]);
  picker.show();
  try {
    // Loads the lists in the background, so that the user can choose a model before they are loaded.
    return await Promise.race([chosen, loadLists().then(() => chosen)]);
  } finally {
    picker.dispose();
  }
}

function factsOf(list: ModelList | undefined): FactsById | undefined {
  return list?.source === 'gateway' ? list.facts : undefined;
}

/** Returns a function that finds the first route that offers a given model. */
function createSourceLookup(lists: readonly LoadedList[]): (model: string) => LoadedList | undefined {
  const sources = new Map(lists.toReversed().flatMap((source) => source.list.models.map((model) => [model, source])));
  return (model) => sources.get(model);
}

/** Returns the groups of the first gateway, followed by one for each other gateway with the models that only it has. */
function groupsOf(
  lists: readonly LoadedList[],
  { routes, recent }: PickableModels,
  sought: string,
  fallbacks: readonly string[],
): readonly ModelGroup[] {
  const primary = lists.find(({ route }) => route === routes[0]);
  const all = lists.flatMap((source) => modelsOf(source));
  const isKnown = all.includes(sought) || routes.some(({ models }) => models?.has(sought));
  const leading = [
    {
      heading: vscode.l10n.t('Similar to {0}', plainLabel(sought)),
      models: isKnown ? [] : nearestModels(sought, all, factsOf(lists[0]?.list)),
    },
    { heading: vscode.l10n.t('Recently used'), models: recent },
    { heading: vscode.l10n.t('Fallback models'), models: fallbacks.filter((model) => mayExist(lists, model)) },
  ];
  const listed = new Set(primary && modelsOf(primary));
  const trailing = lists.flatMap((source): readonly ModelGroup[] => {
    const { list, route } = source;
    if (list.source === 'default') {
      const heading = failureHeading(list.message, routes.length > 1 ? route.host : undefined);
      return [{ heading, models: list.models }];
    }
    if (source === primary) return [];
    // Other names of models that are offered already.
    const mapped = new Set([...(route.models ?? [])].flatMap(([here, there]) => (listed.has(here) ? there : [])));
    const models = modelsOf(source).filter((model) => !mapped.has(model));
    for (const model of models) listed.add(model);
    return [{ heading: plainLabel(route.host), models }];
  });
  const locale = toSupportedLocale(vscode.env.language);
  const models = primary ? modelsOf(primary) : [];
  return groupModels({ models, leading, rest: vscode.l10n.t('Other models'), trailing }, locale);
}

function modelsOf({ list }: LoadedList): readonly string[] {
  return list.source === 'gateway' ? list.models.slice(0, maxModels) : [];
}

/** Returns the other name of a model and the gateway that has it, such as `anthropic/claude-sonnet-4 at OpenRouter`. */
function otherName({ models, host }: RouteModels, model: string): string | undefined {
  const name = models?.get(model);
  return name === undefined ? undefined : vscode.l10n.t('{0} at {1}', plainLabel(name), plainLabel(host));
}

function mayExist(lists: readonly LoadedList[], model: string): boolean {
  return lists.some(({ list }) => list.source === 'default' || list.models.includes(model));
}

function failureHeading(message: string, host: string | undefined): string {
  const reason = plainLabel(message);
  return host === undefined
    ? vscode.l10n.t("Common models (couldn't load the gateway's list: {0})", reason)
    : vscode.l10n.t("Common models for {0} (couldn't load its list: {1})", plainLabel(host), reason);
}

function placeholder(lists: readonly LoadedList[]): string {
  const loaded = lists.flatMap(({ list }) => (list.source === 'gateway' ? list : []));
  const hosts = hostWords().format.list(loaded.map(({ host }) => plainLabel(host)));
  const count = loaded.reduce((sum, { models }) => sum + models.length, 0);
  if (loaded.some(({ models }) => models.length > maxModels))
    return vscode.l10n.t('Choose a model at {2}, or type its name ({0} of {1} models listed)', maxModels, count, hosts);
  return loaded.length === 0
    ? vscode.l10n.t('Choose a model or type its name')
    : vscode.l10n.t('Choose a model at {0}, or type its name', hosts);
}
