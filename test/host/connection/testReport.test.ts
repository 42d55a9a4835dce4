import assert from 'node:assert/strict';
import type { FaultKind } from '../../../src/engine/events/kinds';
import type { GatewayTest } from '../../../src/host/connection/testReport';
import { faultAdvice } from '../../../src/host/ui/faultAdvice';
import { FakeEditor } from '../../support/fakeEditor';
import { useVSCode } from '../../support/fakeVSCode';
import { refOf } from '../../support/gatewayRef';

const working: GatewayTest = {
  position: 0,
  gateway: refOf('https://primary.example/v1'),
  key: 'key',
  proxy: undefined,
  steps: [
    { name: 'nameResolution', ms: 3, addresses: ['192.0.2.1', '192.0.2.2'] },
    { name: 'connection', ms: 14 },
    { name: 'tls', ms: 21 },
  ],
  models: { state: 'verified', models: ['a', 'b'], ms: 120 },
};

const failure = (kind: FaultKind, detail = ''): GatewayTest['models'] => ({
  state: 'unverified',
  ms: 4,
  kind,
  row: '',
  message: 'It is not accepting connections.',
  detail,
  actions: [],
});

const refusing: GatewayTest = {
  ...working,
  position: 1,
  gateway: refOf('http://192.0.2.7:8080/v1'),
  steps: [{ name: 'connection', ms: 2, error: 'ECONNREFUSED' }],
  models: failure('connection'),
};

describe('report of the connection test', () => {
  useVSCode(new FakeEditor().api());
  /** Returns the lines after the title. */
  const format = async (...gateways: readonly GatewayTest[]): Promise<readonly string[]> => {
    const { formatReport } = await import('../../../src/host/connection/testReport');
    const [title, ...lines] = formatReport(gateways, Date.now(), 'gpt-4o').split('\n');
    assert.match(title ?? '', /^Connection test, \d/);
    return lines;
  };

  it('lists the time of each step, and advice about a fault', async () => {
    assert.deepEqual(await format(working, refusing), [
      '',
      'Primary gateway: https://primary.example/v1',
      '✓ Name resolution: 3 ms (192.0.2.1, 192.0.2.2)',
      '✓ Connection: 14 ms',
      '✓ TLS: 21 ms',
      '✓ GET /models: 120 ms (the API key is valid; available models: 2)',
      '',
      'Backup gateway 1: http://192.0.2.7:8080/v1',
      '✗ Connection (2 ms): ECONNREFUSED',
      '✗ GET /models (4 ms): It is not accepting connections.',
      `Advice: ${faultAdvice.connection.remedy}`,
      '',
    ]);
  });

  it('does not blame a failed direct connection when the request reached the gateway through the proxy', async () => {
    const lineOf = async (step: GatewayTest['steps'][number], models = working.models): Promise<string | undefined> =>
      (await format({ ...working, steps: [step], models }))[2];
    const reason = 'the direct connection failed, but the request succeeded, probably through a system proxy';
    const refused = { name: 'connection', ms: 1, error: 'ECONNREFUSED' } as const;
    assert.equal(await lineOf(refused), `– Connection: ${reason}`);
    assert.equal(await lineOf(refused, failure('not-found')), `– Connection: ${reason}`);
    const untrusted = { name: 'tls', ms: 1, error: 'SELF_SIGNED_CERT' } as const;
    assert.equal(await lineOf(untrusted), '✓ GET /models: 120 ms (the API key is valid; available models: 2)');
    assert.equal(await lineOf(untrusted, failure('tls')), '✗ TLS (1 ms): SELF_SIGNED_CERT');
  });

  const overloaded = { kind: 'overloaded', message: 'The model is overloaded.' } as const;
  const rows: readonly {
    readonly name: string;
    readonly fields: Partial<GatewayTest>;
    readonly expected: readonly string[];
  }[] = [
    {
      name: 'says that requests go through a proxy',
      fields: { proxy: 'proxy.example:3128', steps: [] },
      expected: ['Requests go through the proxy proxy.example:3128.'],
    },
    {
      name: 'contains the first token once it was tested',
      fields: { firstToken: { ms: 340 } },
      expected: ['✓ First token from gpt-4o: 340 ms'],
    },
    {
      name: 'says why no first token arrived, with advice',
      fields: { firstToken: overloaded },
      expected: ['✗ First token from gpt-4o: The model is overloaded.', `Advice: ${faultAdvice.overloaded.remedy}`],
    },
    {
      name: 'quotes the message of the gateway',
      fields: { models: failure('auth', 'Key expired.') },
      expected: ['✗ GET /models (4 ms): It is not accepting connections. Gateway message: “Key expired”.'],
    },
    {
      name: 'names the setting with the backup gateways in the advice for a backup gateway',
      fields: { models: failure('dns'), position: 1 },
      expected: [
        'Advice: Check holysheep.backupBaseUrls and your network. If they are fine, try a VPN or another DNS server.',
      ],
    },
    {
      name: 'says that a gateway has no key',
      fields: { key: 'missing' },
      expected: [
        '✓ GET /models: 120 ms (no API key is set; available models: 2)',
        `Advice: ${faultAdvice.auth.remedy}`,
      ],
    },
  ];
  for (const { name, fields, expected } of rows) {
    it(name, async () => {
      const lines = await format({ ...working, ...fields });
      for (const line of expected) assert.ok(lines.includes(line), lines.join('\n'));
    });
  }
});
