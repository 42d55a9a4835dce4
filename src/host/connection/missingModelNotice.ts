import * as vscode from 'vscode';
import { maxModels, type GatewayModels } from '../../engine/gateway/modelList';
import { nearestModels } from '../../engine/models/nearestModels';
import type { Log } from '../diagnostics/log';
import type { Settings } from '../settings/settings';
import { plainLabel } from '../ui/messageText';
import { showToast } from '../ui/notifications';

interface MissingModelDeps {
  readonly settings: Pick<Settings, 'model' | 'setModel'>;
  readonly log: Pick<Log, 'error'>;
}

/**
 * If the list of the gateway lacks the selected model, tells the user and offers the nearest models, so that the first
 * prompt does not fail. Does not wait for the user's answer.
 */
export function noticeMissingModel(
  { settings, log }: MissingModelDeps,
  host: string,
  { models, facts }: GatewayModels,
): void {
  const missing = settings.model();
  // Does not trust a list that is empty or was truncated.
  if (models.length === 0 || models.length === maxModels || models.includes(missing)) return;
  const message = vscode.l10n.t(
    "{0} doesn't list the selected model {1}. Choose a model that it lists.",
    host,
    missing,
  );
  showToast(log, 'warning', message, [
    ...nearestModels(missing, models, facts).map((model) => ({
      title: plainLabel(model),
      run: () => settings.setModel(model),
    })),
    {
      title: vscode.l10n.t('Select model'),
      run: () => vscode.commands.executeCommand('holysheep.selectModel'),
    },
  ]);
}
