import type { Localize, ProbeResult } from '../../engine/engine';
import type { FaultKind } from '../../engine/events';
import { faultAdvice } from '../ui/faultAdvice';
import { joinSentences, trimTrailingPeriod } from '../ui/messageText';
import type { DirectStep } from './directSteps';
import type { FirstToken } from './firstToken';
import type { RouteChoice } from './routePick';

type FinishedProbe = Exclude<ProbeResult, { state: 'cancelled' }>;

/** Result of the connection test for one route. It contains no key. */
export interface RouteReport extends RouteChoice {
  /** Host and port of the proxy that VS Code uses for this route. The proxy does the direct steps. */
  readonly proxy: string | undefined;
  readonly steps: readonly DirectStep[];
  /** Result of `GET /models`. */
  readonly models: FinishedProbe;
  /** Absent until the user has asked for it. */
  readonly firstToken?: FirstToken | undefined;
}

/** Returns why prompts can't be sent over a route, or undefined if they can. */
export function problemOf(
  { host, models, hasKey, firstToken }: RouteReport,
  localize: Localize,
): { readonly kind: FaultKind; readonly message: string } | undefined {
  if (models.state !== 'verified') return { kind: models.kind, message: probeMessage(models, localize) };
  if (firstToken && 'kind' in firstToken) return firstToken;
  return hasKey ? undefined : { kind: 'auth', message: localize('There is no API key for {0}.', { 0: host }) };
}

/** Returns the message of a failed probe, with the message of the gateway. */
export function probeMessage(
  { message, detail }: { readonly message: string; readonly detail: string },
  localize: Localize,
): string {
  if (detail === '' || message.includes(detail)) return message;
  const quoted = localize('Gateway message: “{0}”.', { 0: trimTrailingPeriod(detail) });
  return joinSentences(localize, [message, quoted]);
}

/**
 * Formats the connection test as plain text with one line for each step, which screen readers read line by line.
 * @param time localized time of the test
 * @param model the model of the first-token step
 */
export function formatReport(
  routes: readonly RouteReport[],
  { time, model }: { readonly time: string; readonly model: string },
  localize: Localize,
): string {
  const sections = routes.map((route) => formatRoute(route, model, localize).join('\n'));
  return `${[localize('Connection test, {0}', { 0: time }), ...sections].join('\n\n')}\n`;
}

function formatRoute(route: RouteReport, model: string, localize: Localize): readonly string[] {
  const { position, baseUrl, proxy, steps, models, firstToken } = route;
  const problem = problemOf(route, localize);
  const advice = problem && localize(faultAdvice[problem.kind].remedy);
  return [
    position === 0
      ? localize('Primary route: {0}', { 0: baseUrl })
      : localize('Backup route {0}: {1}', { 0: position, 1: baseUrl }),
    ...(proxy === undefined ? [] : [localize('Requests go through the proxy {0}.', { 0: proxy })]),
    ...steps.flatMap((step) => formatStep(step, isReached(models), localize)),
    formatModels(route, localize),
    ...(firstToken ? [formatFirstToken(firstToken, model, localize)] : []),
    ...(advice === undefined ? [] : [localize('Advice: {0}', { 0: adviceFor(position, advice) })]),
  ];
}

/** Faults that occur before the gateway responds. */
const unreachedKinds: readonly FaultKind[] = [
  ...(['dns', 'offline', 'connection', 'timeout', 'tls', 'proxy', 'not-a-stream'] as const),
];

function isReached(models: FinishedProbe): boolean {
  return models.state === 'verified' || !unreachedKinds.includes(models.kind);
}

/**
 * @param isReached whether the request has reached the gateway in spite of a failed step: VS Code may use a proxy of the
 * operating system, and trusts certificates that Node.js does not trust
 */
function formatStep({ name, ms, addresses, error }: DirectStep, isReached: boolean, localize: Localize): string[] {
  const title = { nameResolution: localize('Name resolution'), connection: localize('Connection'), tls: 'TLS' }[name];
  if (error === undefined) return [passed(title, ms, addresses?.join(', '), localize)];
  if (!isReached) return [localize('✗ {0} ({1} ms): {2}', { 0: title, 1: ms, 2: error })];
  if (name === 'tls') return [];
  const reason = localize('failed without a proxy, but the request succeeded, probably through a system proxy');
  return [localize('– {0}: {1}', { 0: title, 1: reason })];
}

function formatModels({ models, hasKey }: RouteReport, localize: Localize): string {
  if (models.state !== 'verified') {
    const message = probeMessage(models, localize);
    return localize('✗ {0} ({1} ms): {2}', { 0: 'GET /models', 1: models.ms, 2: message });
  }
  const values = { 0: models.models.length };
  const result = hasKey
    ? localize('the API key is valid; available models: {0}', values)
    : localize('no API key is set; available models: {0}', values);
  return passed('GET /models', models.ms, result, localize);
}

function formatFirstToken(firstToken: FirstToken, model: string, localize: Localize): string {
  const name = localize('First token from {0}', { 0: model });
  return 'ms' in firstToken
    ? passed(name, firstToken.ms, undefined, localize)
    : localize('✗ {0}: {1}', { 0: name, 1: firstToken.message });
}

function passed(name: string, ms: number, detail: string | undefined, localize: Localize): string {
  return detail === undefined
    ? localize('✓ {0}: {1} ms', { 0: name, 1: ms })
    : localize('✓ {0}: {1} ms ({2})', { 0: name, 1: ms, 2: detail });
}

/** The advice for a backup route names the setting with the backup routes. */
function adviceFor(position: number, advice: string): string {
  return position === 0 ? advice : advice.replaceAll('holysheep.baseUrl', 'holysheep.backupBaseUrls');
}
