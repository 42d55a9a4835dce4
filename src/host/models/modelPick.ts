import * as vscode from 'vscode';
import type { Gateway } from '../../engine/gateway/gateway';
import { maxModels } from '../../engine/gateway/modelList';
import type { FactsById } from '../../engine/models/listedFacts';
import type { ModelFacts } from '../../engine/models/modelFacts';
import { nearestModels } from '../../engine/models/nearestModels';
import { maxCompared, minCompared } from '../../shared/exchanges';
import { joinNotes, plainLabel } from '../ui/messageText';
import { itemButton, showMessage } from '../ui/notifications';
import { OpenList } from '../ui/quickPick';
import { hostWords } from '../ui/words';
import type { ErrorLog } from '../util/log';
import { createFactsText } from './modelTexts';

export type ModelList =
  | {
      readonly source: 'gateway';
      readonly models: readonly string[];
      readonly facts?: FactsById | undefined;
    }
  /** Common models, in place of a model list that could not be loaded. `message` is the localized reason. */
  | {
      readonly source: 'default';
      readonly models: readonly string[];
      readonly message: string;
      readonly facts?: undefined;
    };

export interface GatewayModelList<List = Promise<ModelList>> {
  /** The gateway that the models belong to, or undefined if no gateway can be used. */
  readonly gateway: Gateway | undefined;
  readonly list: List;
  /** Returns a short text about how well a recently used model works through the gateway. */
  readonly essence?: ((model: string) => string | undefined) | undefined;
}

export interface PickableModels {
  readonly gateways: readonly GatewayModelList[];
  /** Models that were used recently, the latest first. */
  readonly recent: readonly string[];
}

export interface ModelSource {
  /**
   * Loads the model lists.
   * @param fresh whether to load lists again that are in the cache
   */
  load(fresh: boolean): Promise<PickableModels>;
  /**
   * Returns what is known about a model at a gateway.
   * @param baseUrl base URL of the gateway; by default, the gateway that most probably has the model
   */
  factsOf(model: string, baseUrl: string | undefined): ModelFacts | undefined;
}

export interface ModelPickOptions {
  readonly title?: string;
  readonly exclude?: readonly string[];
  /** Whether the list of models also offers to compare models. */
  readonly isForPrompt?: boolean;
  /** Whether the prompt has images. Models that are known not to see images are then not listed. */
  readonly hasImages?: boolean;
  readonly fallbacks?: readonly string[];
  /** Models that are checked when the list opens. Set only when the user chooses the models of a comparison. */
  readonly checked?: readonly string[];
}

export interface ModelPick {
  /** The model that the user has chosen, or undefined if the user wants to compare models instead. */
  readonly model?: string;
  /** Base URL of the first gateway that lists the model, or undefined if no gateway lists it. */
  readonly gateway?: string | undefined;
}

/** An item of the list. Separators and the item *Compare models* have no model. */
interface ModelItem extends vscode.QuickPickItem, ModelPick {}

type LoadedList = GatewayModelList<ModelList>;

/**
 * Lets the user choose a model, or the models of a comparison. The list opens before the models are loaded. The user
 * can also type the name of a model that no gateway lists.
 */
export function pickModels(
  catalog: ModelSource,
  current: string,
  options: ModelPickOptions,
  log: ErrorLog,
): Promise<readonly ModelPick[] | undefined> {
  const { exclude = [], fallbacks = [], isForPrompt } = options;
  let { checked } = options;
  const canSelectMany = checked !== undefined;
  const first = checked ?? [current].filter((model) => !exclude.includes(model));
  const compare = { label: `$(split-horizontal) ${vscode.l10n.t('Compare models…')}` };
  const canSee = (model: string): boolean =>
    options.hasImages !== true || catalog.factsOf(model, sources.get(model)?.gateway?.id)?.images !== false;
  const actions: readonly ModelItem[] = isForPrompt ? [compare] : [];
  const factsText = createFactsText();
  // Items of the model lists. They are reused while the user types, because a list can contain thousands of models.
  let listItems: readonly ModelItem[] = [];
  let listedModels: ReadonlySet<string | undefined> = new Set();
  /** For each model, the model list of the first gateway that offers the model. */
  let sources: ReadonlyMap<string, LoadedList> = new Map();
  let pickable: PickableModels = { gateways: [], recent: [] };
  /** The model list of the first gateway, once it is loaded. */
  let firstList: LoadedList | undefined;

  const gatewayOf = (model: string): Gateway | undefined => {
    const source = sources.get(model);
    return source?.list.source === 'gateway' ? source.gateway : undefined;
  };

  const updateItems = (): void => {
    const typed = picker.value.trim();
    const isNew = typed !== '' && !exclude.includes(typed) && !listedModels.has(typed);
    const label = vscode.l10n.t('Use “{0}”', plainLabel(typed));
    const unlisted = checked?.filter((model) => model !== typed && !listedModels.has(model)) ?? [];
    // VS Code's events identify an item by its position. Models that no gateway lists are therefore added at the end,
    // so that all other items keep their positions.
    const newModels = [
      ...unlisted.map((model) => createItem(model)),
      ...(isNew ? [{ model: typed, gateway: gatewayOf(typed)?.id, label, alwaysShow: true }] : []),
    ];
    picker.items = newModels.length > 0 ? [...listItems, ...newModels] : listItems;
    if (checked) {
      const models = new Set<string | undefined>(checked);
      picker.selectedItems = picker.items.filter(({ model }) => model !== undefined && models.has(model));
    }
  };
  const showItems = (items: readonly ModelItem[]): void => {
    const active = picker.activeItems[0]?.model;
    listItems = items;
    listedModels = new Set(listItems.map(({ model }) => model));
    updateItems();
    const stillActive = active === undefined ? undefined : picker.items.find(({ model }) => model === active);
    if (stillActive) picker.activeItems = [stillActive];
  };
  const createItem = (model: string, heading?: string): ModelItem => {
    const gateway = gatewayOf(model);
    const source = sources.get(model) ?? firstList;
    const [label, place] = [plainLabel(model), plainLabel(gateway?.label ?? '')];
    const isCurrent = model === current;
    const description = joinNotes(
      isCurrent && vscode.l10n.t('current'),
      factsText(catalog.factsOf(model, source?.gateway?.id)),
      gateway && source !== firstList && place !== heading && vscode.l10n.t('at {0}', place),
    );
    const detail = joinNotes(
      (isCurrent || pickable.recent.includes(model)) && source?.essence?.(model),
      ...pickable.gateways.map((offer) => otherName(offer.gateway, model)),
    );
    return {
      model,
      gateway: gateway?.id,
      label: isCurrent && !canSelectMany ? `$(check) ${label}` : label,
      ...(description !== undefined && { description }),
      ...(detail !== undefined && { detail }),
    };
  };
  let latestLoad = 0;
  const showLists = (lists: readonly LoadedList[]): void => {
    const groups = groupsOf(lists, firstList, pickable, exclude[0] ?? current, fallbacks);
    sources = new Map(lists.toReversed().flatMap((source) => source.list.models.map((model) => [model, source])));
    const items = [...first.map((model) => createItem(model)), ...actions];
    for (const { heading, models } of groups) {
      const rest = models.filter((model) => !exclude.includes(model) && !first.includes(model) && canSee(model));
      if (rest.length > 0) items.push({ label: heading, kind: vscode.QuickPickItemKind.Separator });
      items.push(...rest.map((model) => createItem(model, heading)));
    }
    showItems(items);
  };
  const loadLists = async (fresh = false): Promise<void> => {
    const thisLoad = ++latestLoad;
    picker.busy = true;
    const loading = await catalog.load(fresh);
    const lists: LoadedList[] = [];
    const update = (): void => {
      // If the user has refreshed the list while it was loaded, the results of this earlier load are outdated.
      if (thisLoad !== latestLoad) return;
      [pickable, firstList] = [loading, lists[0]];
      picker.placeholder = placeholderFor(lists.flat(), canSelectMany);
      showLists(lists.flat());
    };
    update();
    await Promise.all(
      loading.gateways.map(async (offer, index) => {
        lists[index] = { ...offer, list: await offer.list };
        update();
      }),
    );
    if (thisLoad === latestLoad) picker.busy = false;
  };
  const list = new OpenList<ModelItem, readonly ModelPick[]>({
    title: titleFor(options),
    placeholder: placeholderFor([], canSelectMany),
    // When the list for a comparison opens, the panel can take the focus. Without the option `ignoreFocusOut`, the list
    // would then close.
    ignoreFocusOut: canSelectMany,
    buttons: [itemButton('refresh', vscode.l10n.t('Refresh the list of models'))],
    canSelectMany,
  });
  const { picker } = list;
  const [min, max] = canSelectMany ? [minCompared, maxCompared] : [1, 1];
  list.onAccept((items) => {
    if (items.length >= min && items.length <= max) list.close(items);
    else if (canSelectMany) {
      // The limit on the number of models is shown in a notification, because screen readers don't read a changed title
      // of the list.
      const text = vscode.l10n.t('Choose two to four models. You have chosen {0}.', items.length);
      showMessage(log, 'warning', text);
    }
  });
  picker.onDidTriggerButton(() => list.run(() => loadLists(true)));
  picker.onDidChangeValue(updateItems);
  picker.onDidChangeSelection((items) => {
    if (checked) checked = items.flatMap(({ model }) => model ?? []);
  });
  if (first.length > 0) showItems([...first.map((model) => createItem(model)), ...actions]);
  // The model lists are loaded in the background, so that the user can type a model name at once.
  list.run(() => loadLists());
  return list.result;
}

/** Numbers of 1000 and more in a model name are dates, not versions, such as `2506` or `2025-07`. */
const minDate = 1000;

interface ModelGroup {
  readonly heading: string;
  readonly models: readonly string[];
}

/**
 * Groups the models for the list. The models of the first gateway are grouped by family, newest first. Each further
 * gateway has one group, with the models that no earlier group contains, in the same order. Empty groups are omitted.
 */
function groupsOf(
  lists: readonly LoadedList[],
  firstList: LoadedList | undefined,
  { gateways, recent }: PickableModels,
  selected: string,
  fallbacks: readonly string[],
): readonly ModelGroup[] {
  const groups: ModelGroup[] = [];
  const seen = new Set<string>();
  const isUnseen = (model: string): boolean => !seen.has(model);
  const add = (heading: string, models: readonly string[]): void => {
    const newModels = [...new Set(models)].filter(isUnseen);
    for (const model of newModels) seen.add(model);
    if (newModels.length > 0) groups.push({ heading, models: newModels });
  };
  const all = lists.flatMap((source) => modelsOf(source));
  const isKnown = all.includes(selected) || gateways.some(({ gateway }) => gateway?.models.has(selected));
  if (!isKnown) {
    add(vscode.l10n.t('Similar to {0}', plainLabel(selected)), nearestModels(selected, all, lists[0]?.list.facts));
  }
  add(vscode.l10n.t('Recently used'), recent);
  add(
    vscode.l10n.t('Fallback models'),
    fallbacks.filter((model) => mayExist(lists, model)),
  );
  const models = newestFirst(firstList ? modelsOf(firstList).filter(isUnseen) : []);
  const singles: string[] = [];
  for (const [family, members] of Map.groupBy(models, familyOf)) {
    if (family !== '' && members.length > 1) add(family, members);
    else singles.push(...members);
  }
  add(vscode.l10n.t('Other models'), singles);
  for (const source of lists) {
    const { list, gateway } = source;
    if (list.source === 'default') {
      add(failureHeading(list.message, gateways.length > 1 ? gateway?.label : undefined), list.models);
    } else if (source !== firstList && gateway) {
      // This gateway's names for models that an earlier group already lists under the names used in the settings. These
      // models are not listed again.
      const mapped = new Set([...gateway.models].flatMap(([here, there]) => (seen.has(here) ? there : [])));
      add(plainLabel(gateway.label), newestFirst(list.models.filter((model) => !mapped.has(model))));
    }
  }
  return groups;
}

/** Returns the first word of a model's name as its family, or an empty string if the name contains no letters. */
function familyOf(model: string): string {
  return /\p{L}+/u.exec(model)?.[0].toLowerCase() ?? '';
}

/** Sorts models by family, and the models of each family from the newest to the oldest. */
function newestFirst(models: readonly string[]): readonly string[] {
  const { compare } = new Intl.Collator(hostWords().format.language, { numeric: true });
  return models.toSorted((a, b) => compare(familyOf(a), familyOf(b)) || versionOf(b) - versionOf(a) || compare(b, a));
}

/**
 * Returns the first number in a model's name as its version, such as 3.5 for `claude-3-5-haiku`, or 0 if the name has no
 * version. A number of parameters such as `70b` and a date are not versions.
 */
function versionOf(model: string): number {
  const [number = '0'] = /\d+(?:[.-]\d{1,2}(?![\dbk]))?(?!\d*b)/i.exec(model) ?? [];
  const version = Number(number.replace('-', '.'));
  return version < minDate ? version : 0;
}

function modelsOf({ list }: LoadedList): readonly string[] {
  return list.source === 'gateway' ? list.models : [];
}

/**
 * Returns the name that a model has at a gateway, together with the gateway's name, such as `anthropic/claude-sonnet-4
 * at OpenRouter`.
 */
function otherName(gateway: Gateway | undefined, model: string): string | undefined {
  const name = gateway?.models.get(model);
  return gateway && name !== undefined
    ? vscode.l10n.t('{0} at {1}', plainLabel(name), plainLabel(gateway.label))
    : undefined;
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

function titleFor({ title, hasImages, checked }: ModelPickOptions): string {
  if (hasImages === true) return vscode.l10n.t('Select a model that can see images');
  return title ?? (checked ? vscode.l10n.t('Compare models') : vscode.l10n.t('Select model'));
}

function placeholderFor(lists: readonly LoadedList[], canSelectMany: boolean): string {
  if (canSelectMany) return vscode.l10n.t('Choose two to four models, or type their names');
  const loaded = lists.filter(({ list }) => list.source === 'gateway');
  const hosts = hostWords().format.list(loaded.map(({ gateway }) => plainLabel(gateway?.label ?? '')));
  if (loaded.some(({ list }) => list.models.length === maxModels))
    return vscode.l10n.t('Choose a model at {1}, or type its name (only {0} models are listed)', maxModels, hosts);
  return loaded.length === 0
    ? vscode.l10n.t('Choose a model or type its name')
    : vscode.l10n.t('Choose a model at {0}, or type its name', hosts);
}
