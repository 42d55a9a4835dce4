import assert from 'node:assert/strict';
import type { FaultKind } from '../../../src/engine/events';
import { formatReport, problemOf, type RouteReport } from '../../../src/host/connection/testReport';
import { faultAdvice } from '../../../src/host/ui/faultAdvice';

const localize = (text: string, values: Readonly<Record<string, string | number>> = {}): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));

const working: RouteReport = {
  position: 0,
  baseUrl: 'https://primary.example/v1',
  origin: 'https://primary.example',
  host: 'primary.example',
  hasKey: true,
  proxy: undefined,
  steps: [
    { name: 'nameResolution', ms: 3, addresses: ['192.0.2.1', '192.0.2.2'] },
    { name: 'connection', ms: 14 },
    { name: 'tls', ms: 21 },
  ],
  models: { state: 'verified', models: ['a', 'b'], ms: 120 },
};

const failure = (kind: FaultKind, detail = ''): RouteReport['models'] => ({
  ...{ state: 'unverified', ms: 4, kind, message: 'It is not accepting connections.', detail, actions: [] },
});

const refusing: RouteReport = {
  ...working,
  position: 1,
  baseUrl: 'http://192.0.2.7:8080/v1',
  host: '192.0.2.7:8080',
  steps: [{ name: 'connection', ms: 2, error: 'ECONNREFUSED' }],
  models: failure('connection'),
};

const format = (...routes: readonly RouteReport[]): readonly string[] =>
  formatReport(routes, { time: '12:00', model: 'gpt-4o' }, localize).split('\n');

describe('report of the connection test', () => {
  it('lists the steps of each route with their times, and the advice of a fault', () => {
    assert.deepEqual(format(working, refusing), [
      'Connection test, 12:00',
      '',
      'Primary route: https://primary.example/v1',
      '✓ Name resolution: 3 ms (192.0.2.1, 192.0.2.2)',
      '✓ Connection: 14 ms',
      '✓ TLS: 21 ms',
      '✓ GET /models: 120 ms (the API key is valid; available models: 2)',
      '',
      'Backup route 1: http://192.0.2.7:8080/v1',
      '✗ Connection (2 ms): ECONNREFUSED',
      '✗ GET /models (4 ms): It is not accepting connections.',
      `Advice: ${faultAdvice.connection.remedy}`,
      '',
    ]);
  });

  it('says that requests go through a proxy', () => {
    const report = format({ ...working, proxy: 'proxy.example:3128', steps: [] });
    assert.deepEqual(report.slice(3, 5), [
      'Requests go through the proxy proxy.example:3128.',
      '✓ GET /models: 120 ms (the API key is valid; available models: 2)',
    ]);
  });

  it('does not blame a direct step when the request has reached the gateway', () => {
    const [resolved] = working.steps;
    assert.ok(resolved);
    const settled = (step: RouteReport['steps'][number], models = working.models): string | undefined =>
      format({ ...working, steps: [resolved, step], models })[4];
    const reason = 'failed without a proxy, but the request succeeded, probably through a system proxy';
    const refused = { name: 'connection', ms: 1, error: 'ECONNREFUSED' } as const;
    assert.equal(settled(refused), `– Connection: ${reason}`);
    assert.equal(settled(refused, failure('not-found')), `– Connection: ${reason}`);
    const untrusted = { name: 'tls', ms: 1, error: 'SELF_SIGNED_CERT' } as const;
    assert.equal(settled(untrusted), '✓ GET /models: 120 ms (the API key is valid; available models: 2)');
    assert.equal(settled(untrusted, failure('tls')), '✗ TLS (1 ms): SELF_SIGNED_CERT');
  });

  it('contains the first token once it was tested', () => {
    assert.ok(format({ ...working, firstToken: { ms: 340 } }).includes('✓ First token from gpt-4o: 340 ms'));
    const firstToken = { kind: 'overloaded', message: 'The model is overloaded.' } as const;
    const report = format({ ...working, firstToken });
    assert.ok(report.includes('✗ First token from gpt-4o: The model is overloaded.'));
    assert.ok(report.includes(`Advice: ${faultAdvice.overloaded.remedy}`));
  });

  it('quotes the message of the gateway', () => {
    assert.ok(
      format({ ...working, models: failure('auth', 'Key expired.') }).includes(
        '✗ GET /models (4 ms): It is not accepting connections. Gateway message: “Key expired”.',
      ),
    );
  });

  it('names the setting with the backup routes in the advice for a backup route', () => {
    assert.equal(
      format({ ...working, models: failure('dns'), position: 1 }).at(-2),
      'Advice: Check holysheep.backupBaseUrls and your network. If they are fine, try a VPN or another DNS server.',
    );
  });

  it('says that a route without a key is not used', () => {
    const withoutKey = { ...working, hasKey: false };
    assert.equal(problemOf(withoutKey, localize)?.message, 'There is no API key for primary.example.');
    assert.ok(format(withoutKey).includes('✓ GET /models: 120 ms (no API key is set; available models: 2)'));
  });
});
