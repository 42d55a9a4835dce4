import { classify } from '../../engine/faults/classify';
import { describeFault } from '../../engine/faults/wording';
import type { KeyRedactor } from '../../engine/gateway/keyRedactor';
import type { CancellationToken } from 'vscode';
import { localize } from '../util/localization';
import type { ConfiguredRoute } from './connections';
import { runDirectSteps, type DirectStep } from './directSteps';
import type { RouteReport, StepReport } from './doctorReport';
import { proxyOf } from './proxySettings';
import { verifyConnection, type Verification } from './verification';

/** Tests a route step by step. The key is sent only with the request for the model list. Never rejects. */
export async function examineRoute(
  route: ConfiguredRoute,
  position: number,
  keys: KeyRedactor,
  token: CancellationToken,
): Promise<RouteReport> {
  const { baseUrl, host } = route;
  const proxy = proxyOf(baseUrl);
  const abort = new AbortController();
  const listener = token.onCancellationRequested(() => abort.abort());
  const direct = proxy === undefined ? await runDirectSteps(baseUrl, abort.signal) : undefined;
  const started = performance.now();
  const verification = await verifyConnection(route, keys, token);
  const modelsMs = verification.state === 'verified' ? verification.ms : Math.round(performance.now() - started);
  listener.dispose();
  const report = (step: DirectStep | undefined): StepReport => reportStep(step, route, keys);
  return {
    ...{ position, baseUrl, host, hasKey: route.apiKey !== undefined, proxy, verification, modelsMs },
    ...settleSteps(
      {
        nameResolution: report(direct?.nameResolution),
        connection: report(direct?.connection),
        tls: report(direct?.tls),
      },
      verification,
    ),
  };
}

function reportStep(step: DirectStep | undefined, connection: ConfiguredRoute, keys: KeyRedactor): StepReport {
  switch (step?.state) {
    case undefined:
      return { state: 'skipped', reason: 'proxy' };
    case 'ok':
    case 'skipped':
      return step;
    case 'failed': {
      const { error, ms } = step;
      const fault = classify({ type: 'error', error, streaming: false, baseUrl: connection.baseUrl }, Date.now());
      const context = { connection, model: '', status: undefined };
      const { message } = describeFault(fault, context, { localize, formatTime: String }, keys);
      return { state: 'failed', ms, message };
    }
  }
}

/** Faults that occur before the gateway responds. */
const unreachedFaults: ReadonlySet<string> = new Set([
  ...['dns', 'offline', 'connection', 'timeout', 'tls', 'proxy', 'not-a-stream', 'not-tls'],
]);

type Steps = Pick<RouteReport, 'nameResolution' | 'connection' | 'tls'>;

/**
 * Corrects the direct steps if the request has reached the gateway in spite of a failed step: VS Code may use a proxy
 * of the operating system, and trusts certificates that Node.js does not trust.
 */
export function settleSteps(steps: Steps, verification: Verification): Steps {
  const isReached =
    verification.state === 'verified' ||
    verification.state === 'rejected' ||
    (verification.state === 'unverified' && !unreachedFaults.has(verification.fault));
  if (!isReached) return steps;
  const { nameResolution, connection, tls } = steps;
  const settle = (step: StepReport): StepReport =>
    step.state === 'failed' || (step.state === 'skipped' && step.reason === 'earlier-step')
      ? { state: 'skipped', reason: 'not-direct' }
      : step;
  return {
    nameResolution: settle(nameResolution),
    connection: settle(connection),
    tls: tls.state === 'failed' ? { state: 'ok', ms: tls.ms } : settle(tls),
  };
}
