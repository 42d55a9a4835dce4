import assert from 'node:assert/strict';
import { formatReport, isWorking, problemOf, type RouteReport } from '../../../src/host/connection/doctorReport';
import { faultAdvice } from '../../../src/host/ui/faultAdvice';

const localize = (text: string, values: Readonly<Record<string, string | number>> = {}): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));

const working: RouteReport = {
  position: 0,
  baseUrl: 'https://primary.example/v1',
  host: 'primary.example',
  hasKey: true,
  proxy: undefined,
  nameResolution: { state: 'ok', ms: 3, addresses: ['192.0.2.1', '192.0.2.2'] },
  connection: { state: 'ok', ms: 14 },
  tls: { state: 'ok', ms: 21 },
  verification: { state: 'verified', models: ['a', 'b'], ms: 120 },
  modelsMs: 120,
};

const refusing: RouteReport = {
  ...working,
  position: 1,
  baseUrl: 'http://192.0.2.7:8080/v1',
  host: '192.0.2.7:8080',
  nameResolution: { state: 'skipped', reason: 'ip-address' },
  connection: { state: 'failed', ms: 2, message: 'It is not accepting connections.' },
  tls: { state: 'skipped', reason: 'plain-http' },
  verification: { state: 'unverified', fault: 'connection', message: 'It is not accepting connections.' },
  modelsMs: 4,
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
      '– Name resolution: not needed for an IP address',
      '✗ Connection (2 ms): It is not accepting connections.',
      '– TLS: not used with http://',
      '✗ GET /models (4 ms): It is not accepting connections.',
      `Advice: ${faultAdvice.connection.remedy}`,
      '',
    ]);
  });

  it('says that the proxy does the direct steps', () => {
    const viaProxy = { state: 'skipped', reason: 'proxy' } as const;
    const report = format({
      ...{ ...working, proxy: 'proxy.example:3128', nameResolution: viaProxy, connection: viaProxy, tls: viaProxy },
    });
    assert.deepEqual(report.slice(3, 7), [
      'Requests go through the proxy proxy.example:3128.',
      '– Name resolution: done by the proxy',
      '– Connection: done by the proxy',
      '– TLS: done by the proxy',
    ]);
  });

  it('contains the first token once it was tested', () => {
    assert.ok(
      format({ ...working, firstToken: { state: 'ok', ms: 340 } }).includes('✓ First token from gpt-4o: 340 ms'),
    );
    const firstToken = { state: 'failed', fault: 'overloaded', message: 'The model is overloaded.' } as const;
    const report = format({ ...working, firstToken });
    assert.ok(report.includes('✗ First token from gpt-4o: The model is overloaded.'));
    assert.ok(report.includes(`Advice: ${faultAdvice.overloaded.remedy}`));
  });

  for (const [verification, kind] of [
    [{ state: 'rejected', status: 401, message: 'no' }, 'auth'],
    [{ state: 'rejected', status: 403, message: 'no' }, 'permission'],
    [{ state: 'unverified', fault: 'tls', message: 'no' }, 'tls'],
    [{ state: 'unverified', fault: 'html', message: 'no' }, 'not-a-stream'],
    [{ state: 'unverified', fault: 'not-found', message: 'no' }, 'not-found'],
  ] as const) {
    it(`gives the advice for ${kind} when the result is ${JSON.stringify(verification)}`, () => {
      assert.equal(format({ ...working, verification }).at(-2), `Advice: ${faultAdvice[kind].remedy}`);
    });
  }

  it('names the setting with the backup routes in the advice for a backup route', () => {
    const verification = { state: 'unverified', fault: 'dns', message: 'no' } as const;
    const advice = format({ ...working, verification, position: 1 }).at(-2);
    assert.equal(
      advice,
      'Advice: Check holysheep.backupBaseUrls and your network. If they are fine, try a VPN or another DNS server.',
    );
  });

  it('does not count a route without a key as working, and says so', () => {
    const withoutKey = { ...working, hasKey: false };
    assert.equal(isWorking(withoutKey), false);
    assert.equal(problemOf(withoutKey, localize), 'There is no API key for primary.example.');
    assert.ok(format(withoutKey).includes('✓ GET /models: 120 ms (no API key is set; available models: 2)'));
  });

  it('has no problem with a working route', () => {
    assert.deepEqual([isWorking(working), problemOf(working, localize)], [true, undefined]);
  });
});
