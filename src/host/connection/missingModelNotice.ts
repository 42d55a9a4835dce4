import * as vscode from 'vscode';
import type { GatewayModels } from '../../engine/gateway/modelList';
import { nearestModels } from '../../engine/models/nearestModels';
import type { Log } from '../util/log';
import type { Settings } from '../settings/settings';
import { plainLabel } from '../ui/messageText';
import { showToast } from '../ui/notifications';

interface MissingModelDeps {
  readonly settings: Pick<Settings, 'model' | 'setModel'>;
  readonly log: Pick<Log, 'error'>;
}

/**
 * If the list of the gateway lacks the selected model, tells the user and offers the nearest model, so that the first
 * prompt does not fail. Does not wait for the user's answer. Further models are offered in the model picker, because the
 * buttons of a notification share one line.
 */
export function noticeMissingModel(
  { settings, log }: MissingModelDeps,
  host: string,
  { models, facts }: GatewayModels,
): void {
  const missing = settings.model();
  // Does not trust a list that is empty.
  if (models.length === 0 || models.includes(missing)) return;
  const message = vscode.l10n.t(
    "{0} doesn't list the selected model {1}. Choose a model that it lists.",
    host,
    missing,
  );
  showToast(log, 'warning', message, [
    ...nearestModels(missing, models, facts)
      .slice(0, 1)
      .map((model) => ({
        title: plainLabel(model),
        run: () => settings.setModel(model),
      })),
    {
      title: vscode.l10n.t('Select model'),
      run: () => vscode.commands.executeCommand('holysheep.selectModel'),
    },
  ]);
}
