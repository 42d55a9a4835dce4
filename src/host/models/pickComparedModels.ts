import * as vscode from 'vscode';
import { maxCompared } from '../../shared/protocol';
import { showToast } from '../ui/notifications';
import type { Log } from '../util/log';
import { createModelPicker, type ModelChoices, type ModelPick, type PickableModels } from './modelPick';

export const minCompared = 2;

/** Lets the user choose the models of a comparison. @param checked the models that are chosen already */
export function pickComparedModels(
  load: (fresh: boolean) => Promise<PickableModels>,
  current: string,
  checked: readonly string[],
  { log, ...options }: Pick<ModelChoices, 'fallbacks' | 'overrides'> & { readonly log: Pick<Log, 'error'> },
): Promise<readonly ModelPick[] | undefined> {
  const title = vscode.l10n.t('Compare models');
  let models = checked;
  const { picker, baseUrlOf, show } = createModelPicker(load, current, {
    ...options,
    title,
    first: checked,
    checked: () => models,
    placeholder: () => vscode.l10n.t('Choose two to four models, or type their names'),
  });
  // The panel may take the focus while the list opens.
  picker.ignoreFocusOut = true;
  return show((resolve) => {
    picker.onDidChangeSelection((items) => (models = items.flatMap(({ model }) => model ?? [])));
    picker.onDidAccept(() => {
      if (models.length >= minCompared && models.length <= maxCompared) {
        resolve(models.map((model) => ({ model, baseUrl: baseUrlOf(model) })));
        return;
      }
      // Screen readers read a notification, but not a new title of the picker.
      const text = vscode.l10n.t('Choose two to four models. You have chosen {0}.', models.length);
      showToast(log, 'warning', text);
    });
  });
}
