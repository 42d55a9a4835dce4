import * as vscode from 'vscode';
import { maxCompared, minCompared } from '../../shared/exchanges';
import { showToast } from '../ui/notifications';
import type { ErrorLog } from '../util/log';
import { pickFromModels, picksOf, type ModelPick, type ModelPickOptions, type PickableModels } from './modelPick';

/** Lets the user choose the models of a comparison. @param checked the models that are chosen already */
export function pickComparedModels(
  load: (fresh: boolean) => Promise<PickableModels>,
  current: string,
  checked: readonly string[],
  { log, ...options }: ModelPickOptions & { readonly log: ErrorLog },
): Promise<readonly ModelPick[] | undefined> {
  return pickFromModels(load, current, {
    ...options,
    title: vscode.l10n.t('Compare models'),
    placeholder: vscode.l10n.t('Choose two to four models, or type their names'),
    checked,
    accept: (items) => {
      if (items.length >= minCompared && items.length <= maxCompared) return picksOf(items);
      // Screen readers read a notification, but not a new title of the picker.
      const text = vscode.l10n.t('Choose two to four models. You have chosen {0}.', items.length);
      showToast(log, 'warning', text);
      return undefined;
    },
  });
}
