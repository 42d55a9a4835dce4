import * as vscode from 'vscode';
import type { Engine, ProbeResult } from '../../engine/engine';
import { isConnectionError, type ConnectionError } from '../../engine/request';
import { joinSentences } from '../ui/messageText';
import {
  checkUrlAction,
  enterApiKeyAction,
  networkSettingsAction,
  openLogAction,
  openSettingAction,
  showToast,
  withDelayedProgress,
  type ToastAction,
} from '../ui/notifications';
import { formatTimeWithSeconds, localize } from '../util/localization';
import type { Log } from '../util/log';
import type { ConfiguredRoute, Connections } from './connections';
import { runDirectSteps } from './directSteps';
import { requestFirstToken, type FirstToken } from './firstToken';
import { proxyOf } from './proxySettings';
import { formatReport, problemOf, type RouteReport } from './testReport';
import type { TestReportDocument } from './testReportDocument';

export interface ConnectionTestDeps {
  readonly connections: Pick<Connections, 'connectionFor' | 'routes' | 'model'>;
  readonly engine: Pick<Engine, 'probe' | 'stream'>;
  readonly log: Log;
  readonly document: Pick<TestReportDocument, 'show' | 'update'>;
}

/** Result of `holysheep.testConnection`: the result for the primary route, and the reports of all routes. */
export type ConnectionTest = ProbeResult & { readonly routes: readonly RouteReport[] };

interface TestedRoutes {
  readonly routes: readonly ConfiguredRoute[];
  readonly demo: boolean;
}

/**
 * Tests all routes in the settings, or the demo while it is active, and shows the result. Returns undefined if the base
 * URL is invalid or the key is unreadable.
 */
export async function testConnection(deps: ConnectionTestDeps): Promise<ConnectionTest | undefined> {
  const { engine, log } = deps;
  let tested: TestedRoutes;
  try {
    tested = await readRoutes(deps);
  } catch (error) {
    if (!isConnectionError(error)) throw error;
    log.error(error);
    showToast(log, 'error', error.message, actionsForError(error));
    return undefined;
  }
  const results = await withDelayedProgress(testTitle(tested.routes), (signal) =>
    Promise.all(tested.routes.map((route, position) => examineRoute(engine, route, position, signal))),
  );
  const reports = results.filter((report) => report !== undefined);
  const [primary] = reports;
  if (!primary || reports.length < results.length) return { state: 'cancelled', routes: [] };
  for (const report of reports) logReport(report, log);
  showReport(deps, tested, reports);
  return { ...primary.models, routes: reports };
}

async function readRoutes({ connections }: ConnectionTestDeps): Promise<TestedRoutes> {
  const connection = await connections.connectionFor();
  const { demo } = connection;
  return { demo, routes: demo ? [connection] : await connections.routes() };
}

/** The key is sent only with the request for the model list. @returns undefined if the test was cancelled */
async function examineRoute(
  engine: Pick<Engine, 'probe'>,
  route: ConfiguredRoute,
  position: number,
  signal: AbortSignal,
): Promise<RouteReport | undefined> {
  const { baseUrl, origin, host, apiKey } = route;
  const proxy = proxyOf(baseUrl);
  const steps = proxy === undefined ? await runDirectSteps(baseUrl, signal) : [];
  const models = await engine.probe(route, signal);
  if (models.state === 'cancelled') return undefined;
  return { position, baseUrl, origin, host, hasKey: apiKey !== undefined, proxy, steps, models };
}

function testTitle(routes: readonly ConfiguredRoute[]): string {
  const [first] = routes;
  return routes.length === 1 && first
    ? vscode.l10n.t('Testing the connection to {0}…', first.host)
    : vscode.l10n.t('Testing {0} routes…', routes.length);
}

function actionsForError({ connectionProblem }: ConnectionError): readonly ToastAction[] {
  switch (connectionProblem) {
    case 'base-url':
      return [openSettingAction('holysheep.baseUrl')];
    case 'keyring':
      return [enterApiKeyAction(), openLogAction()];
  }
}

function logReport(report: RouteReport, log: Log): void {
  const { host, models, steps } = report;
  if (models.state === 'verified') {
    log.info(`Connection test: ${host} responded in ${models.ms} ms and lists ${models.models.length} models.`);
    return;
  }
  const errors = steps.flatMap(({ name, error }) => (error === undefined ? [] : [` (${name}: ${error})`]));
  log.warn(`Connection test: ${models.message}${errors.join('')}`);
}

/** Shows the verdict in a notification, and the steps in the document if the user asks for them. */
function showReport(deps: ConnectionTestDeps, tested: TestedRoutes, reports: readonly RouteReport[]): void {
  const { connections, document, log } = deps;
  const model = connections.model(tested.demo);
  const text = formatReport(reports, { time: formatTimeWithSeconds(Date.now()), model }, localize);
  document.update(text);
  const canTestToken = !tested.demo && reports.some((report) => isWorking(report) && report.firstToken === undefined);
  const actions = [
    ...fixActions(reports),
    { title: vscode.l10n.t('Details'), run: () => document.show() },
    { title: vscode.l10n.t('Copy as text'), run: () => vscode.env.clipboard.writeText(text) },
    ...(canTestToken
      ? [{ title: vscode.l10n.t('Send test prompt'), run: () => testFirstTokens(deps, tested, reports) }]
      : []),
  ];
  showToast(log, severityOf(reports), verdict(reports), actions);
}

function isWorking(report: RouteReport): boolean {
  return problemOf(report, localize) === undefined;
}

function severityOf(reports: readonly RouteReport[]): 'information' | 'warning' | 'error' {
  // A missing key of the only route is not a failure, because the test can also be run before a key exists.
  const isFailing = (report: RouteReport): boolean => !isWorking({ ...report, hasKey: true });
  if (reports.every(isFailing)) return 'error';
  return reports.length === 1 || reports.every(isWorking) ? 'information' : 'warning';
}

/** Returns the verdict about the routes in one or two sentences. */
function verdict(reports: readonly RouteReport[]): string {
  const [first] = reports;
  if (reports.length === 1 && first) return singleVerdict(first);
  const working = reports.filter(isWorking);
  const tokens = working.flatMap(({ host, firstToken }) =>
    firstToken && 'ms' in firstToken ? [{ host, ms: firstToken.ms }] : [],
  );
  if (working.length === reports.length) {
    return tokens.length === working.length
      ? vscode.l10n.t(
          'All {0} routes work. First token after {1} ms.',
          reports.length,
          tokens.map(({ ms }) => ms).join(' / '),
        )
      : vscode.l10n.t('All {0} routes work.', reports.length);
  }
  const problem = reports.map((report) => problemOf(report, localize)).find((found) => found !== undefined);
  const count = vscode.l10n.t('{0} of {1} routes work.', working.length, reports.length);
  return joinSentences(localize, [count, ...tokens.map(firstTokenText), problem?.message]);
}

function singleVerdict(report: RouteReport): string {
  const { host, hasKey, models, firstToken } = report;
  if (firstToken && 'ms' in firstToken) return firstTokenText({ host, ms: firstToken.ms });
  if (models.state !== 'verified' || firstToken) return problemOf(report, localize)?.message ?? '';
  const key = hasKey
    ? vscode.l10n.t('The API key is valid.')
    : vscode.l10n.t('No API key is set. You need one to send prompts.');
  const count = models.models.length;
  const response = vscode.l10n.t('{0} responded in {1} ms. Models available: {2}.', host, models.ms, count);
  return joinSentences(localize, [response, key]);
}

function firstTokenText({ host, ms }: { readonly host: string; readonly ms: number }): string {
  return vscode.l10n.t('{0} sent the first token after {1} ms.', host, ms);
}

/** Returns the button that may fix the first route that does not work. */
function fixActions(reports: readonly RouteReport[]): readonly ToastAction[] {
  const broken = reports.find((report) => !isWorking(report));
  if (!broken) return [];
  const { position, baseUrl, hasKey, models } = broken;
  if (models.state === 'verified') return hasKey ? [] : [enterApiKeyAction(undefined, baseUrl)];
  const { actions } = models;
  if (actions.includes('setApiKey')) return [enterApiKeyAction(undefined, baseUrl)];
  if (actions.includes('networkSettings')) return [networkSettingsAction()];
  return actions.includes('checkUrl') ? [checkUrlAction(position > 0)] : [];
}

/** Requests a one-word answer over each working route, and shows the report with the time of its first token. */
async function testFirstTokens(
  deps: ConnectionTestDeps,
  tested: TestedRoutes,
  reports: readonly RouteReport[],
): Promise<void> {
  const { connections, engine } = deps;
  const model = connections.model(tested.demo);
  const title = vscode.l10n.t('Waiting for the first token from {0}…', model);
  const results = await withDelayedProgress(title, (signal) => {
    const request = async (report: RouteReport): Promise<FirstToken | undefined> => {
      const { baseUrl, apiKey } = tested.routes[report.position] ?? {};
      if (!isWorking(report) || baseUrl === undefined || apiKey === undefined) return undefined;
      return requestFirstToken(engine, { baseUrl, apiKey }, model, signal, localize);
    };
    return Promise.all(reports.map(request));
  });
  if (results.every((result) => result === undefined)) return;
  const updated = reports.map((report, index) => ({ ...report, firstToken: results[index] ?? report.firstToken }));
  showReport(deps, tested, updated);
}
