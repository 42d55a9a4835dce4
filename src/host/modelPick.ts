import * as vscode from 'vscode';
import { modelChoices, type ModelChoice } from './modelChoices';

export type ModelList =
  | { readonly source: 'gateway'; readonly models: readonly string[]; readonly host: string }
  /** The usual ones; `message`: why the gateway's own list can't be had, localised. */
  | { readonly source: 'known'; readonly models: readonly string[]; readonly message: string };

export interface ModelPickOptions {
  readonly title?: string | undefined;
  /** A model that is not to be offered, e.g. the one that is overloaded. */
  readonly exclude?: string | undefined;
}

interface ModelItem extends vscode.QuickPickItem {
  readonly model?: string;
}

/** Opens at once and fills in when the list is there; what is typed can be chosen, too. */
export async function pickModel(
  list: Promise<ModelList>,
  current: string,
  options: ModelPickOptions,
): Promise<string | undefined> {
  const picker = vscode.window.createQuickPick<ModelItem>();
  picker.title = options.title ?? vscode.l10n.t('Select model');
  picker.placeholder = vscode.l10n.t('Choose a model, or type the name of another');
  picker.busy = true;
  let known: ModelList | undefined;

  const fill = () => {
    picker.items = itemsOf(known, modelChoices(known?.models ?? [], current, options.exclude, picker.value));
  };

  const chosen = new Promise<string | undefined>((resolve) => {
    picker.onDidChangeValue(fill);
    picker.onDidAccept(() => {
      const model = picker.selectedItems[0]?.model;
      if (model === undefined) return;
      resolve(model);
      picker.hide();
    });
    picker.onDidHide(() => resolve(undefined));
  });
  fill();
  picker.show();
  try {
    const arrival = list.then((arrived) => {
      const active = picker.activeItems[0]?.model;
      known = arrived;
      picker.busy = false;
      fill();
      const kept = picker.items.find(({ model }) => model !== undefined && model === active);
      if (kept) picker.activeItems = [kept];
    });
    // Whoever chooses before the list is there doesn't wait for it.
    return await Promise.race([chosen, arrival.then(() => chosen)]);
  } finally {
    picker.dispose();
  }
}

function itemsOf(list: ModelList | undefined, choices: readonly ModelChoice[]): readonly ModelItem[] {
  const heading = headingOf(list);
  return [
    ...(heading === undefined ? [] : [{ label: heading, kind: vscode.QuickPickItemKind.Separator }]),
    ...choices.map(itemOf),
  ];
}

function itemOf({ model, kind }: ModelChoice): ModelItem {
  switch (kind) {
    case 'current':
      return { model, label: `$(check) ${model}`, description: vscode.l10n.t('current') };
    case 'other':
      return { model, label: model };
    case 'typed':
      return { model, label: vscode.l10n.t('Use “{0}”', model), alwaysShow: true };
  }
}

function headingOf(list: ModelList | undefined): string | undefined {
  switch (list?.source) {
    case undefined:
      return undefined;
    case 'gateway':
      return vscode.l10n.t('From {0}', list.host);
    case 'known':
      return vscode.l10n.t("The usual models; the gateway's own list can't be had: {0}", list.message);
  }
}
