import * as vscode from 'vscode';
import type { ProbeResult } from '../../engine/engine';
import type { GatewayRef } from '../../engine/events/events';
import type { FaultKind } from '../../engine/events/kinds';
import { allowsRequests, type Key } from '../../engine/gateway/gateway';
import { faultAdvice } from '../ui/faultAdvice';
import { trimTrailingPeriod } from '../ui/messageText';
import { hostWords, inSentences } from '../ui/words';
import type { DirectStep } from './directSteps';
import type { FirstToken } from './firstToken';

type FinishedProbe = Exclude<ProbeResult, { state: 'cancelled' }>;

/** Result of the connection test for one gateway. It does not contain the API key. */
export interface GatewayTest {
  readonly gateway: GatewayRef;
  /**
   * Position of the gateway in the settings. The primary gateway has position 0, the first backup gateway position 1.
   */
  readonly position: number;
  readonly key: Key['type'];
  /**
   * Host and port of the proxy that VS Code uses for this gateway, or undefined without a proxy. With a proxy, the test
   * skips the steps of a direct connection, such as the name resolution, because the proxy performs these steps.
   */
  readonly proxy: string | undefined;
  readonly steps: readonly DirectStep[];
  readonly models: FinishedProbe;
  readonly firstToken?: FirstToken | undefined;
}

/** Returns the reason why prompts can't be sent through a gateway, or undefined if they can be sent. */
function problemOf({
  gateway,
  key,
  models,
  firstToken,
}: GatewayTest): { readonly kind: FaultKind; readonly message: string } | undefined {
  if (models.state !== 'verified') return { kind: models.kind, message: probeMessage(models) };
  if (firstToken && 'kind' in firstToken) return firstToken;
  if (allowsRequests(key)) return undefined;
  return { kind: 'auth', message: vscode.l10n.t('No API key is set for {0}.', gateway.label) };
}

export function isWorking(report: GatewayTest): boolean {
  return problemOf(report) === undefined;
}

export function probeMessage({ message, detail }: { readonly message: string; readonly detail: string }): string {
  if (detail === '' || message.includes(detail)) return message;
  const quoted = vscode.l10n.t('Gateway message: “{0}”.', trimTrailingPeriod(detail));
  return inSentences(message, quoted);
}

export function severityOf(reports: readonly GatewayTest[]): 'information' | 'warning' | 'error' {
  // If the only gateway has no API key, the missing key is not shown as a failure, because users can run the connection
  // test before they set a key.
  if (reports.every((report) => !isWorking({ ...report, key: 'key' }))) return 'error';
  return reports.length === 1 || reports.every(isWorking) ? 'information' : 'warning';
}

export function verdict(reports: readonly GatewayTest[]): string {
  const [first] = reports;
  if (reports.length === 1 && first) return singleVerdict(first);
  const working = reports.filter(isWorking);
  const tokens = working.flatMap(({ gateway, firstToken }) =>
    firstToken && 'ms' in firstToken ? [{ label: gateway.label, ms: firstToken.ms }] : [],
  );
  if (working.length < reports.length) {
    const count = vscode.l10n.t('{0} of {1} gateways work.', working.length, reports.length);
    const problem = reports.map(problemOf).find((found) => found !== undefined);
    return inSentences(count, ...tokens.map(firstTokenText), problem?.message);
  }
  const allWorkText =
    reports.length === 2
      ? vscode.l10n.t('Both gateways work.')
      : vscode.l10n.t('All {0} gateways work.', reports.length);
  if (tokens.length < working.length) return allWorkText;
  const times = tokens.map(({ ms }) => hostWords().format.duration(ms)).join(' / ');
  return inSentences(allWorkText, vscode.l10n.t('First token after {0}.', times));
}

function singleVerdict(report: GatewayTest): string {
  const { gateway, models, firstToken } = report;
  const { label } = gateway;
  if (firstToken && 'ms' in firstToken) return firstTokenText({ label, ms: firstToken.ms });
  if (models.state !== 'verified' || firstToken) return problemOf(report)?.message ?? '';
  const count = models.models.length;
  return inSentences(
    vscode.l10n.t('{0} responded in {1}. Models available: {2}.', label, hostWords().format.duration(models.ms), count),
    keyVerdict(report),
  );
}

function keyVerdict({ key }: GatewayTest): string {
  if (key === 'not-needed') return vscode.l10n.t('No API key is required.');
  return key === 'key'
    ? vscode.l10n.t('The API key is valid.')
    : vscode.l10n.t('No API key is set. You need one to send prompts.');
}

function firstTokenText({ label, ms }: { readonly label: string; readonly ms: number }): string {
  return vscode.l10n.t('{0} sent the first token after {1}.', label, hostWords().format.duration(ms));
}

/**
 * Returns the report of the connection test as text. Each step has a line, because screen readers read line by line.
 * @param time time of the test in epoch milliseconds
 */
export function formatReport(gateways: readonly GatewayTest[], time: number, model: string): string {
  const title = vscode.l10n.t('Connection test, {0}', hostWords().format.timeOfDay(time, { seconds: true }));
  return `${[title, ...gateways.map((gateway) => formatGateway(gateway, model).join('\n'))].join('\n\n')}\n`;
}

function formatGateway(test: GatewayTest, model: string): readonly string[] {
  const { gateway, position, proxy, steps, models, firstToken } = test;
  const problem = problemOf(test);
  return [
    position === 0
      ? vscode.l10n.t('Primary gateway: {0}', gateway.id)
      : vscode.l10n.t('Backup gateway {0}: {1}', position, gateway.id),
    ...(proxy === undefined ? [] : [vscode.l10n.t('Requests go through the proxy {0}.', proxy)]),
    ...steps.flatMap((step) => formatStep(step, isReached(models))),
    formatModels(test),
    ...(firstToken ? [formatFirstToken(firstToken, model)] : []),
    ...(problem ? [vscode.l10n.t('Advice: {0}', adviceFor(position, problem.kind))] : []),
  ];
}

/** Fault kinds of requests that have not reached the gateway. */
const unreachedKinds: readonly FaultKind[] = [
  'dns',
  'offline',
  'connection',
  'timeout',
  'tls',
  'proxy',
  'not-a-stream',
];

function isReached(models: FinishedProbe): boolean {
  return models.state === 'verified' || !unreachedKinds.includes(models.kind);
}

/**
 * Returns the lines of the report for one step of a direct connection.
 * @param isReached whether the request for the model list reached the gateway. It can succeed although a step fails,
 * because only the request uses a proxy of the operating system and the certificates that VS Code trusts.
 */
function formatStep({ name, ms, addresses, error }: DirectStep, isReached: boolean): readonly string[] {
  const titles = {
    nameResolution: vscode.l10n.t('Name resolution'),
    connection: vscode.l10n.t('Connection'),
    tls: 'TLS',
  };
  const title = titles[name];
  if (error === undefined) return [passed(title, ms, addresses?.join(', '))];
  if (!isReached) return [failed(title, ms, error)];
  if (name === 'tls') return [];
  const reason = vscode.l10n.t(
    'the direct connection failed, but the request succeeded, probably through a system proxy',
  );
  return [vscode.l10n.t('– {0}: {1}', title, reason)];
}

function formatModels({ models, key }: GatewayTest): string {
  if (models.state !== 'verified') return failed('GET /models', models.ms, probeMessage(models));
  const count = models.models.length;
  if (key === 'not-needed') return passed('GET /models', models.ms, vscode.l10n.t('available models: {0}', count));
  const result =
    key === 'key'
      ? vscode.l10n.t('the API key is valid; available models: {0}', count)
      : vscode.l10n.t('no API key is set; available models: {0}', count);
  return passed('GET /models', models.ms, result);
}

function formatFirstToken(firstToken: FirstToken, model: string): string {
  const name = vscode.l10n.t('First token from {0}', model);
  return 'ms' in firstToken ? passed(name, firstToken.ms) : vscode.l10n.t('✗ {0}: {1}', name, firstToken.message);
}

function passed(name: string, ms: number, detail?: string): string {
  const time = hostWords().format.duration(ms);
  return detail === undefined
    ? vscode.l10n.t('✓ {0}: {1}', name, time)
    : vscode.l10n.t('✓ {0}: {1} ({2})', name, time, detail);
}

function failed(name: string, ms: number, reason: string): string {
  return vscode.l10n.t('✗ {0} ({1}): {2}', name, hostWords().format.duration(ms), reason);
}

function adviceFor(position: number, kind: FaultKind): string {
  const advice = vscode.l10n.t(faultAdvice[kind].remedy);
  return position === 0 ? advice : advice.replaceAll('holysheep.baseUrl', 'holysheep.backupBaseUrls');
}
