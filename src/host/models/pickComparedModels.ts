import * as vscode from 'vscode';
import { createModelPicker, type ModelChoices, type ModelPick, type PickableModels } from './modelPick';

export const minCompared = 2;
export const maxCompared = 4;

/** Lets the user choose the models of a comparison. @param checked the models that are chosen already */
export function pickComparedModels(
  load: (fresh: boolean) => Promise<PickableModels>,
  current: string,
  checked: readonly string[],
  options: Pick<ModelChoices, 'fallbacks' | 'overrides'>,
): Promise<readonly Omit<ModelPick, 'once'>[] | undefined> {
  const title = vscode.l10n.t('Compare models');
  let models = checked;
  const { picker, baseUrlOf, result } = createModelPicker(load, current, {
    ...{ ...options, title, first: checked, checked: () => models },
    placeholder: () => vscode.l10n.t('Choose two to four models, or type their names'),
  });
  // The panel may take the focus while the list opens.
  picker.ignoreFocusOut = true;
  const isValid = (): boolean => models.length >= minCompared && models.length <= maxCompared;
  return result((resolve) => {
    picker.onDidChangeSelection((items) => {
      models = items.flatMap(({ model }) => model ?? []);
      if (isValid()) picker.title = title;
    });
    picker.onDidAccept(() => {
      if (isValid()) resolve(models.map((model) => ({ model, baseUrl: baseUrlOf(model) })));
      else picker.title = vscode.l10n.t('Choose two to four models. You have chosen {0}.', models.length);
    });
  });
}
