import assert from 'node:assert/strict';
import type { settleSteps as SettleSteps } from '../../../src/host/connection/doctorRoute';
import { useVSCode } from '../../support/fakeVSCode';

describe('steps of a route of which the request succeeds or fails', () => {
  useVSCode({});
  let settleSteps: typeof SettleSteps;
  before(async () => {
    ({ settleSteps } = await import('../../../src/host/connection/doctorRoute'));
  });

  const ok = { state: 'ok', ms: 1 } as const;
  const failed = { state: 'failed', ms: 2, message: 'no' } as const;
  const earlier = { state: 'skipped', reason: 'earlier-step' } as const;
  const notDirect = { state: 'skipped', reason: 'not-direct' } as const;
  const verified = { state: 'verified', models: [], ms: 1 } as const;

  it('count TLS as passed when VS Code accepts a certificate that Node.js does not trust', () => {
    const steps = { nameResolution: ok, connection: ok, tls: failed };
    assert.deepEqual(settleSteps(steps, verified), { ...steps, tls: { state: 'ok', ms: 2 } });
  });

  it('do not fail when the request succeeds although no direct connection is possible', () => {
    const steps = { nameResolution: failed, connection: earlier, tls: earlier };
    const settled = { nameResolution: notDirect, connection: notDirect, tls: notDirect };
    for (const verification of [
      verified,
      { state: 'rejected', status: 401, message: 'no' },
      { state: 'unverified', fault: 'not-found', message: 'no' },
    ] as const) {
      assert.deepEqual(settleSteps(steps, verification), settled);
    }
  });

  it('stay failed when the request does not reach the gateway', () => {
    const steps = { nameResolution: ok, connection: ok, tls: failed };
    for (const fault of ['tls', 'connection', 'dns', 'timeout', 'proxy', 'not-tls'] as const) {
      assert.deepEqual(settleSteps(steps, { state: 'unverified', fault, message: 'no' }), steps);
    }
  });
});
