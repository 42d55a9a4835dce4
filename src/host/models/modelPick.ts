import * as vscode from 'vscode';
import { plainLabel } from '../ui/messageText';
export type ModelList =
  | { readonly source: 'gateway'; readonly models: readonly string[]; readonly host: string }
  /** The usual ones; `message`: why the gateway's own list can't be had, localised. */
  | { readonly source: 'known'; readonly models: readonly string[]; readonly message: string };

export interface ModelPickOptions {
  readonly title?: string | undefined;
  /** A model that is not to be offered, e.g. the one that is overloaded. */
  readonly exclude?: string | undefined;
  /** Each model has a button that takes it for one prompt alone. */
  readonly offerOnce?: boolean | undefined;
}

export interface ModelPick {
  readonly model: string;
  /** For the next prompt only. */
  readonly once: boolean;
}

interface ModelItem extends vscode.QuickPickItem {
  readonly model?: string;
}

/** Opens at once and fills in when the list is there; what is typed can be chosen, too. */
export async function pickModel(
  list: Promise<ModelList>,
  current: string,
  options: ModelPickOptions,
): Promise<ModelPick | undefined> {
  const picker = vscode.window.createQuickPick<ModelItem>();
  picker.title = options.title ?? vscode.l10n.t('Select model');
  picker.placeholder = vscode.l10n.t('Choose a model or type its name');
  picker.busy = true;
  let loadedList: ModelList | undefined;
  const buttons = options.offerOnce ? [onceButton()] : [];

  const updateItems = () => {
    const choices = modelChoices(loadedList?.models ?? [], current, options.exclude, picker.value);
    picker.items = createItems(loadedList, choices, buttons);
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
    const listLoaded = list.then((loaded) => {
      const active = picker.activeItems[0]?.model;
      loadedList = loaded;
      picker.busy = false;
      updateItems();
      const stillActive = picker.items.find(({ model }) => model !== undefined && model === active);
      if (stillActive) picker.activeItems = [stillActive];
    });
    // Whoever chooses before the list is there doesn't wait for it.
    return await Promise.race([chosen, listLoaded.then(() => chosen)]);
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

function createItems(
  list: ModelList | undefined,
  choices: readonly ModelChoice[],
  buttons: readonly vscode.QuickInputButton[],
): readonly ModelItem[] {
  const heading = listHeading(list);
  return [
    ...(heading === undefined ? [] : [{ label: heading, kind: vscode.QuickPickItemKind.Separator }]),
    ...choices.map((choice) => ({ ...createItem(choice), buttons })),
  ];
}

function createItem({ model, kind }: ModelChoice): ModelItem {
  switch (kind) {
    case 'current':
      return { model, label: `$(check) ${plainLabel(model)}`, description: vscode.l10n.t('current') };
    case 'other':
      return { model, label: plainLabel(model) };
    case 'typed':
      return { model, label: vscode.l10n.t('Use “{0}”', plainLabel(model)), alwaysShow: true };
  }
}

function listHeading(list: ModelList | undefined): string | undefined {
  switch (list?.source) {
    case undefined:
      return undefined;
    case 'gateway':
      return vscode.l10n.t('From {0}', plainLabel(list.host));
    case 'known':
      return vscode.l10n.t("Common models (couldn't load the gateway's list: {0})", plainLabel(list.message));
  }
}

interface ModelChoice {
  readonly model: string;
  /** `typed`: what the person wrote, to be used as it is. */
  readonly kind: 'current' | 'other' | 'typed';
}

/** What a person can choose from: the current model first, what they typed last unless it is in the list. */
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
