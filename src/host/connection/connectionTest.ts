import * as vscode from 'vscode';
import type { Engine, ProbeResult } from '../../engine/engine';
import { readKeys, type Gateway } from '../../engine/gateway/gateway';
import {
  checkUrlAction,
  enterApiKeyAction,
  networkSettingsAction,
  showMessage,
  withDelayedProgress,
  type MessageAction,
} from '../ui/notifications';
import { showVirtualDocument } from '../ui/virtualDocument';
import type { Log } from '../util/log';
import { runDirectSteps } from './directSteps';
import { requestFirstToken } from './firstToken';
import type { GatewaySet } from './gatewaySet';
import type { GatewayServices } from './userGateways';
import { proxyOf } from './proxySettings';
import { formatReport, isWorking, severityOf, verdict, type GatewayTest } from './testReport';

export type ConnectionTest = ProbeResult & { readonly gateways: readonly GatewayTest[] };

interface TestedGateways {
  readonly gateways: readonly Gateway[];
  readonly set: GatewaySet;
}

/**
 * Tests the connection to the gateways, and shows a report.
 * @param only base URL of the gateway to test; if undefined, all gateways are tested
 * @throws NoConnectionError if the base URL is invalid or the API key of the primary gateway can't be read
 */
export async function testConnection(deps: GatewayServices, only?: string): Promise<ConnectionTest> {
  const { engine, log } = deps;
  const tested = await readGateways(deps, only);
  const { gateways } = tested;
  const title =
    gateways.length === 1 && gateways[0]
      ? vscode.l10n.t('Testing the connection to {0}…', gateways[0].label)
      : vscode.l10n.t('Testing {0} gateways…', gateways.length);
  const results = await withDelayedProgress(title, (signal) =>
    Promise.all(gateways.map((gateway) => examineGateway(engine, gateway, signal))),
  );
  const reports = results.filter((report) => report !== undefined);
  const [primary] = reports;
  if (!primary || reports.length < results.length) return { state: 'cancelled', gateways: [] };
  for (const report of reports) logReport(report, log);
  showReport(deps, tested, reports);
  return { ...primary.models, gateways: reports };
}

async function readGateways(
  { gatewaySets, userGateways }: GatewayServices,
  only: string | undefined,
): Promise<TestedGateways> {
  const { current: set, own } = gatewaySets;
  const gateways = set === own ? userGateways.withPrimary() : await set.gateways();
  await readKeys(gateways);
  const requested = gateways.filter(({ id }) => id === only);
  return { set, gateways: requested.length > 0 ? requested : gateways };
}

/**
 * Tests the connection to a gateway: first the steps of a direct connection, then a request for the model list. Only
 * this request contains the API key.
 * @returns undefined if the test was canceled
 */
async function examineGateway(engine: Engine, gateway: Gateway, signal: AbortSignal): Promise<GatewayTest | undefined> {
  const { id, label, position } = gateway;
  const key = await gateway.key();
  const proxy = proxyOf(id);
  const steps = proxy === undefined ? await runDirectSteps(id, signal) : [];
  const models = await engine.probe(id, key.value, signal);
  if (models.state === 'cancelled') return undefined;
  return { gateway: { id, label }, position, key: key.type, proxy, steps, models };
}

function logReport({ gateway: { label }, models, steps }: GatewayTest, log: Log): void {
  if (models.state === 'verified') {
    log.info(`Connection test: ${label} responded in ${models.ms} ms and lists ${models.models.length} models.`);
    return;
  }
  const errors = steps.flatMap(({ name, error }) => (error === undefined ? [] : [` (${name}: ${error})`]));
  log.warn(`Connection test: ${models.message}${errors.join('')}`);
}

function showReport(deps: GatewayServices, tested: TestedGateways, reports: readonly GatewayTest[]): void {
  const text = formatReport(reports, Date.now(), tested.set.model());
  const uri = vscode.Uri.from({ scheme: 'holysheep-connection', path: `/${vscode.l10n.t('Connection test')}` });
  const canTestToken =
    !tested.set.isFree && reports.some((report) => isWorking(report) && report.firstToken === undefined);
  const actions = [
    ...fixActions(reports),
    { title: vscode.l10n.t('Details'), run: () => showVirtualDocument(uri, text) },
    { title: vscode.l10n.t('Copy as text'), run: () => vscode.env.clipboard.writeText(text) },
    ...(canTestToken
      ? [{ title: vscode.l10n.t('Send test prompt'), run: () => testFirstTokens(deps, tested, reports) }]
      : []),
  ];
  showMessage(deps.log, severityOf(reports), verdict(reports), actions);
}

/** Returns buttons with which the user can fix the first gateway that does not work. */
function fixActions(reports: readonly GatewayTest[]): readonly MessageAction[] {
  const broken = reports.find((report) => !isWorking(report));
  if (!broken) return [];
  const { gateway, position, models, firstToken } = broken;
  if (models.state === 'verified') return firstToken ? [] : [enterApiKeyAction(gateway.id)];
  const { actions } = models;
  if (actions.includes('setApiKey')) return [enterApiKeyAction(gateway.id)];
  if (actions.includes('networkSettings')) return [networkSettingsAction()];
  return actions.includes('checkUrl') ? [checkUrlAction(position > 0)] : [];
}

/**
 * Requests a one-word answer through each working gateway. Then shows the report of the connection test with the time
 * to the first token.
 */
async function testFirstTokens(
  deps: GatewayServices,
  tested: TestedGateways,
  reports: readonly GatewayTest[],
): Promise<void> {
  const model = tested.set.model();
  const title = vscode.l10n.t('Waiting for the first token from {0}…', model);
  const results = await withDelayedProgress(title, (signal) =>
    Promise.all(
      reports.map(async (report) => {
        const gateway = tested.gateways.find(({ id }) => id === report.gateway.id);
        if (!isWorking(report) || !gateway) return undefined;
        return requestFirstToken(deps.engine, gateway, model, signal);
      }),
    ),
  );
  if (results.every((result) => result === undefined)) return;
  const updated = reports.map((report, index) => ({ ...report, firstToken: results[index] ?? report.firstToken }));
  showReport(deps, tested, updated);
}
