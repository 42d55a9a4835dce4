import type { Localize } from '../../engine/engine';
import { faultAdvice } from '../ui/faultAdvice';
import type { FaultKind } from '../../shared/protocol';
import type { FirstToken } from './firstToken';
import type { Verification } from './verification';

/** Why a step was not tested. */
type SkipReason = 'proxy' | 'ip-address' | 'plain-http' | 'earlier-step' | 'not-direct';

/** Result of a step, with a localized message. `ms` is the duration of the step, in milliseconds. */
export type StepReport =
  | { readonly state: 'ok'; readonly ms: number; readonly addresses?: readonly string[] }
  | { readonly state: 'failed'; readonly ms: number; readonly message: string }
  | { readonly state: 'skipped'; readonly reason: SkipReason };

/** Result of the connection test for one route. It contains no key. */
export interface RouteReport {
  /** Position of the route in the settings. 0 is the base URL, 1 the first backup route. */
  readonly position: number;
  readonly baseUrl: string;
  readonly host: string;
  readonly hasKey: boolean;
  /** Host and port of the proxy that VS Code uses for this route. */
  readonly proxy: string | undefined;
  readonly nameResolution: StepReport;
  readonly connection: StepReport;
  readonly tls: StepReport;
  /** Result of `GET /models`. */
  readonly verification: Verification;
  /** Duration of `GET /models`, in milliseconds. */
  readonly modelsMs: number;
  /** Absent until the user has asked for it. */
  readonly firstToken?: FirstToken;
}

/** Returns whether prompts can be sent over the route. */
export function isWorking({ verification, hasKey, firstToken }: RouteReport): boolean {
  return verification.state === 'verified' && hasKey && firstToken?.state !== 'failed';
}

/** Returns localized sentences about why prompts can't be sent over the route, or undefined if they can. */
export function problemOf(
  { host, verification, hasKey, firstToken }: RouteReport,
  localize: Localize,
): string | undefined {
  if (verification.state === 'rejected' || verification.state === 'unverified') return verification.message;
  if (firstToken?.state === 'failed') return firstToken.message;
  return hasKey ? undefined : localize('There is no API key for {0}.', { 0: host });
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
  const { position, baseUrl, proxy, nameResolution, connection, tls } = route;
  const advice = adviceOf(route);
  return [
    position === 0
      ? localize('Primary route: {0}', { 0: baseUrl })
      : localize('Backup route {0}: {1}', { 0: position, 1: baseUrl }),
    ...(proxy === undefined ? [] : [localize('Requests go through the proxy {0}.', { 0: proxy })]),
    formatStep(localize('Name resolution'), nameResolution, localize),
    formatStep(localize('Connection'), connection, localize),
    formatStep('TLS', tls, localize),
    formatModels(route, localize),
    ...formatFirstToken(route, model, localize),
    ...(advice === undefined ? [] : [localize('Advice: {0}', { 0: remedyText(advice, position, localize) })]),
  ];
}

/** Returns the remedy of a fault. The remedy of a backup route names the setting with the backup routes. */
function remedyText(fault: FaultKind, position: number, localize: Localize): string {
  const remedy = localize(faultAdvice[fault].remedy);
  return position === 0 ? remedy : remedy.replaceAll('holysheep.baseUrl', 'holysheep.backupBaseUrls');
}

function formatStep(name: string, step: StepReport, localize: Localize): string {
  switch (step.state) {
    case 'ok': {
      const { ms, addresses = [] } = step;
      return passed(name, ms, addresses.join(', '), localize);
    }
    case 'failed':
      return failed(name, step.message, localize, step.ms);
    case 'skipped':
      return skipped(name, skipText(step.reason, localize), localize);
  }
}

function skipText(reason: SkipReason, localize: Localize): string {
  switch (reason) {
    case 'proxy':
      return localize('done by the proxy');
    case 'ip-address':
      return localize('not needed for an IP address');
    case 'plain-http':
      return localize('not used with http://');
    case 'earlier-step':
      return localize('not tested, because an earlier step failed');
    case 'not-direct':
      return localize('failed without a proxy, but the request succeeded, probably through a system proxy');
  }
}

function formatModels({ verification, modelsMs, hasKey }: RouteReport, localize: Localize): string {
  switch (verification.state) {
    case 'verified': {
      const values = { 0: verification.models.length };
      const result = hasKey
        ? localize('the API key is valid; available models: {0}', values)
        : localize('no API key is set; available models: {0}', values);
      return passed('GET /models', modelsMs, result, localize);
    }
    case 'rejected':
    case 'unverified':
      return failed('GET /models', verification.message, localize, modelsMs);
    case 'cancelled':
      return skipped('GET /models', localize('canceled'), localize);
  }
}

function formatFirstToken(route: RouteReport, model: string, localize: Localize): readonly string[] {
  const { firstToken } = route;
  const name = localize('First token from {0}', { 0: model });
  switch (firstToken?.state) {
    case undefined:
      return [];
    case 'ok':
      return [passed(name, firstToken.ms, '', localize)];
    case 'failed':
      return [failed(name, firstToken.message, localize)];
  }
}

function passed(name: string, ms: number, detail: string, localize: Localize): string {
  return detail === ''
    ? localize('✓ {0}: {1} ms', { 0: name, 1: ms })
    : localize('✓ {0}: {1} ms ({2})', { 0: name, 1: ms, 2: detail });
}

function failed(name: string, message: string, localize: Localize, ms?: number): string {
  return ms === undefined
    ? localize('✗ {0}: {1}', { 0: name, 1: message })
    : localize('✗ {0} ({1} ms): {2}', { 0: name, 1: ms, 2: message });
}

function skipped(name: string, reason: string, localize: Localize): string {
  return localize('– {0}: {1}', { 0: name, 1: reason });
}

/** Returns the kind of the fault whose advice the report shows for a route, or undefined if nothing failed. */
function adviceOf({ verification, firstToken }: RouteReport): FaultKind | undefined {
  switch (verification.state) {
    case 'rejected':
      return verification.status === 403 ? 'permission' : 'auth';
    case 'unverified':
      return faultOf(verification.fault);
    case 'verified':
    case 'cancelled':
      return firstToken?.state === 'failed' ? firstToken.fault : undefined;
  }
}

type UnverifiedFault = Extract<Verification, { state: 'unverified' }>['fault'];

/** Returns the fault kind with the advice for a model list that could not be loaded. */
function faultOf(fault: UnverifiedFault): FaultKind {
  switch (fault) {
    case 'html':
    case 'not-a-list':
    case 'not-tls':
      return 'not-a-stream';
    case 'status':
      return 'server';
    case 'unreadable':
      return 'malformed';
    default:
      return fault;
  }
}
