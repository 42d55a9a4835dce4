import * as vscode from 'vscode';
import { firstGateway, gatewayFor, modelAt, readKeys } from '../../engine/gateway/gateway';
import { isConnectionError, sentEffort } from '../../engine/request';
import type { ConnectionView } from '../../shared/protocol';
import type { HostEngine } from '../engine/hostEngine';
import type { Settings } from '../settings/settings';
import type { ErrorLog } from '../util/log';
import type { GatewaySet } from './gatewaySet';
import type { ModelEfforts } from './modelEfforts';
import type { UserGateways } from './userGateways';

interface OwnSetDeps {
  readonly userGateways: UserGateways;
  readonly engine: HostEngine;
  readonly settings: Settings;
  readonly efforts: ModelEfforts;
  readonly log: ErrorLog;
}

/** Creates the set of the user's gateways. Requests to these gateways use the user's settings. */
export function createOwnSet(deps: OwnSetDeps): GatewaySet {
  const { userGateways, engine, settings, efforts } = deps;
  return {
    id: 'own',
    isOpen: true,
    isFree: false,
    onDidChange: (listener) => {
      const subscriptions = [userGateways.onDidChange(listener), engine.onDidChangeCooldown(listener)];
      return {
        dispose: () => {
          for (const subscription of subscriptions) subscription.dispose();
        },
      };
    },
    run: (request, options) => engine.run(request, options),
    gateways: () => userGateways.gateways(),
    view: (preferredGateway) => viewOwn(deps, preferredGateway),
    model: () => settings.model(),
    selectModel: (model) => settings.chooseModel(model),
    defaults: ({ model = settings.model(), reasoningEffort = efforts.levelOf(model) } = {}) => ({
      model,
      systemPrompt: settings.systemPrompt(),
      ...settings.requestParameters(),
      reasoningEffort: sentEffort(reasoningEffort),
    }),
    mayUse: (models) => userGateways.mayUse(models),
    notice: () => undefined,
  };
}

async function viewOwn(
  { userGateways, engine, settings, efforts, log }: OwnSetDeps,
  preferredGateway: string | undefined,
): Promise<ConnectionView> {
  const model = settings.model();
  let host = vscode.l10n.t('an invalid base URL');
  try {
    const gateways = await userGateways.gateways();
    host = gateways[0].label;
    const gatewaysWithKeys = await readKeys(gateways);
    const { primaryGateway, keys } = gatewaysWithKeys;
    const names = [...keys.keys()].filter((gateway) => gateway !== primaryGateway).map(({ label }) => label);
    const { gateway: target = primaryGateway, cooldown } = engine.nextAttempt(
      model,
      gatewaysWithKeys,
      preferredGateway,
    );
    const isOffered =
      target === gatewayFor(userGateways.modelChoice(model), gatewaysWithKeys) &&
      target !== primaryGateway &&
      target !== firstGateway(gatewaysWithKeys);
    const { name, isSubstitute } = modelAt(target, model, primaryGateway);
    const isSwitched = target.id === preferredGateway;
    const backup = isSwitched ? 'switched' : 'automatic';
    const modelAtTarget = { model, sentModel: name, baseUrl: target.id };
    const effort = efforts.viewOf(model, engine.reasoningFor(modelAtTarget, sentEffort(efforts.levelOf(model))));
    return {
      model,
      host: target.label,
      hasKey: keys.has(target),
      set: 'own',
      ...(isOffered && { gateway: isSubstitute ? `${name} · ${target.label}` : target.label }),
      ...(!isOffered && target !== primaryGateway && { backup }),
      ...(names.length > 0 && { backups: names }),
      ...(effort && { effort }),
      ...(cooldown && { cooldown }),
    };
  } catch (error) {
    log.error(error);
    // If the API key can't be read, the user can still send a prompt. The card of the failed turn then shows the
    // reason.
    const hasKey = isConnectionError(error) && error.connectionProblem === 'base-url' ? false : 'unreadable';
    return { model, host, hasKey, set: 'own' };
  }
}
