import * as vscode from 'vscode';
import { plainLabel } from '../ui/messageText';

/** Models to choose from, and the source of the list. */
export type ModelList =
  | { readonly source: 'gateway'; readonly models: readonly string[]; readonly host: string }
  /** Common models. `message` is the localized reason why the gateway's list could not be loaded. */
  | { readonly source: 'default'; readonly models: readonly string[]; readonly message: string };

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
}

/**
 * Lets the user choose a model. The picker opens before the list is loaded, and the user can also type a name that is
 * not in the list.
 */
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
    // Loads the list in the background, so that the user can choose a model before the list is loaded.
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
    case 'default':
      return vscode.l10n.t("Common models (couldn't load the gateway's list: {0})", plainLabel(list.message));
  }
}

interface ModelChoice {
  readonly model: string;
  /** Kind of the choice. `typed` is a name that the user typed and that is not in the list. */
  readonly kind: 'current' | 'other' | 'typed';
}

/**
 * Returns the models to choose from. The current model comes first. The typed name comes last, unless it is in the
 * list.
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
