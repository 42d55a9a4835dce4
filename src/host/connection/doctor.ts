import * as vscode from 'vscode';
import type { Engine } from '../../engine/engine';
import { isConnectionError, type ConnectionError } from '../../engine/request';
import type { Log } from '../util/log';
import { joinSentences } from '../ui/messageText';
import {
  showToast,
  checkUrlAction,
  enterApiKeyAction,
  networkSettingsAction,
  openLogAction,
  openSettingAction,
  withDelayedProgress,
  type ToastAction,
} from '../ui/notifications';
import { formatTimeWithSeconds, localize } from '../util/localization';
import type { Connections, ConfiguredRoute } from './connections';
import type { DoctorDocument } from './doctorDocument';
import { formatReport, isWorking, problemOf, type RouteReport } from './doctorReport';
import { examineRoute } from './doctorRoute';
import { requestFirstToken, type FirstToken } from './firstToken';
import type { Verification } from './verification';

export interface DoctorDeps {
  readonly connections: Pick<Connections, 'current' | 'routes' | 'model'>;
  readonly engine: Pick<Engine, 'stream'>;
  readonly log: Log;
  readonly document: Pick<DoctorDocument, 'show' | 'update'>;
}

/** Result of `holysheep.testConnection`: the verification of the primary route, and the reports of all routes. */
export type ConnectionTest = Verification & { readonly routes: readonly RouteReport[] };

interface TestedRoutes {
  readonly routes: readonly ConfiguredRoute[];
  readonly demo: boolean;
}

/**
 * Tests all routes in the settings, or the demo while it is active, and shows the result. Returns undefined if the base
 * URL is invalid or the key is unreadable.
 */
export async function testConnection(deps: DoctorDeps): Promise<ConnectionTest | undefined> {
  const { log } = deps;
  let tested: TestedRoutes;
  try {
    tested = await readRoutes(deps);
  } catch (error) {
    if (!isConnectionError(error)) throw error;
    log.error(error);
    showToast(log, 'error', error.message, actionsForError(error));
    return undefined;
  }
  const { routes } = tested;
  const reports = await withDelayedProgress(testTitle(routes), (token) =>
    Promise.all(routes.map((route, position) => examineRoute(route, position, log.keys, token))),
  );
  const [primary] = reports;
  if (!primary) return undefined;
  if (reports.every(({ verification }) => verification.state !== 'cancelled')) {
    for (const report of reports) logReport(report, log);
    showReport(deps, tested, reports);
  }
  return { ...primary.verification, routes: reports };
}

async function readRoutes({ connections }: DoctorDeps): Promise<TestedRoutes> {
  const { demo, baseUrl, origin, host, apiKey } = await connections.current();
  return { demo, routes: demo ? [{ baseUrl, origin, host, apiKey }] : await connections.routes() };
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
  const { host, verification } = report;
  if (verification.state === 'verified') {
    const { ms, models } = verification;
    log.info(`Connection test: ${host} responded in ${ms} ms and lists ${models.length} models.`);
  } else {
    log.warn(`Connection test: ${problemOf(report, localize) ?? verification.state}`);
  }
}

/** Shows the verdict in a notification, and the steps in the document if the user asks for them. */
function showReport(deps: DoctorDeps, tested: TestedRoutes, reports: readonly RouteReport[]): void {
  const { connections, document, log } = deps;
  const model = connections.model(tested.demo);
  const text = formatReport(reports, { time: formatTimeWithSeconds(Date.now()), model }, localize);
  document.update(text);
  const working = reports.filter((report) => isWorking(report));
  const canTestToken = !tested.demo && working.some(({ firstToken }) => firstToken === undefined);
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

function severityOf(reports: readonly RouteReport[]): 'information' | 'warning' | 'error' {
  const isFailing = ({ verification, firstToken }: RouteReport): boolean =>
    verification.state !== 'verified' || firstToken?.state === 'failed';
  if (reports.every(isFailing)) return 'error';
  // A missing key of the only route is not a failure, because the test can also be run before a key exists.
  return reports.length === 1 || reports.every((report) => isWorking(report)) ? 'information' : 'warning';
}

/** Returns the verdict about the routes in one or two sentences. */
function verdict(reports: readonly RouteReport[]): string {
  const [first] = reports;
  if (reports.length === 1 && first) return singleVerdict(first);
  const working = reports.filter((report) => isWorking(report));
  if (working.length === reports.length) {
    const tokens = working.flatMap(({ firstToken }) => (firstToken?.state === 'ok' ? [firstToken.ms] : []));
    return tokens.length === working.length
      ? vscode.l10n.t('All {0} routes work. First token after {1} ms.', reports.length, tokens.join(' / '))
      : vscode.l10n.t('All {0} routes work.', reports.length);
  }
  const problem = reports.map((report) => problemOf(report, localize)).find((text) => text !== undefined);
  const count = vscode.l10n.t('{0} of {1} routes work.', working.length, reports.length);
  const tokens = working.map(({ host, firstToken }) =>
    firstToken?.state === 'ok' ? firstTokenText(host, firstToken.ms) : undefined,
  );
  return joinSentences(localize, [count, ...tokens, problem]);
}

function singleVerdict(report: RouteReport): string {
  const { host, hasKey, verification, firstToken } = report;
  if (verification.state !== 'verified') return problemOf(report, localize) ?? '';
  switch (firstToken?.state) {
    case 'ok':
      return firstTokenText(host, firstToken.ms);
    case 'failed':
      return firstToken.message;
    case undefined: {
      const key = hasKey
        ? vscode.l10n.t('The API key is valid.')
        : vscode.l10n.t('No API key is set. You need one to send prompts.');
      const { ms, models } = verification;
      const response = vscode.l10n.t('{0} responded in {1} ms. Models available: {2}.', host, ms, models.length);
      return joinSentences(localize, [response, key]);
    }
  }
}

function firstTokenText(host: string, ms: number): string {
  return vscode.l10n.t('{0} sent the first token after {1} ms.', host, ms);
}

/** Returns the button that may fix the first route that does not work. */
function fixActions(reports: readonly RouteReport[]): readonly ToastAction[] {
  const broken = reports.find((report) => !isWorking(report));
  if (!broken) return [];
  const { position, baseUrl, hasKey, verification } = broken;
  if (verification.state !== 'unverified') {
    return !hasKey || verification.state === 'rejected' ? [enterApiKeyAction(undefined, baseUrl)] : [];
  }
  switch (verification.fault) {
    case 'tls':
    case 'proxy':
      return [networkSettingsAction()];
    case 'offline':
    case 'rate-limit':
    case 'server':
      return [];
    default:
      return [checkUrlAction(position > 0)];
  }
}

/** Requests a one-word answer over each working route, and shows the report with the time of its first token. */
async function testFirstTokens(deps: DoctorDeps, tested: TestedRoutes, reports: readonly RouteReport[]): Promise<void> {
  const { connections, engine } = deps;
  const model = connections.model(tested.demo);
  const title = vscode.l10n.t('Waiting for the first token from {0}…', model);
  const results = await withDelayedProgress(title, async (token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    const request = async (report: RouteReport): Promise<FirstToken | undefined> => {
      const { baseUrl, apiKey } = tested.routes[report.position] ?? {};
      if (!isWorking(report) || baseUrl === undefined || apiKey === undefined) return undefined;
      return requestFirstToken(engine, { baseUrl, apiKey }, model, abort.signal, localize);
    };
    return Promise.all(reports.map(request));
  });
  if (results.every((result) => result === undefined)) return;
  const updated = reports.map((report, index) => {
    const firstToken = results[index];
    return firstToken ? { ...report, firstToken } : report;
  });
  showReport(deps, tested, updated);
}
