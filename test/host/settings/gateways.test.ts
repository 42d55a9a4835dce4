import assert from 'node:assert/strict';
import fc from 'fast-check';
import { normalizeBaseUrl } from '../../../src/engine/gateway/baseUrl';
import { labelsOf, readGateways } from '../../../src/host/settings/gateways';

const primary = normalizeBaseUrl('https://a.test/v1');
assert.ok(!('error' in primary));
const readLabels = (...entries: readonly unknown[]): readonly string[] =>
  labelsOf(readGateways(entries, primary).usableGateways);

describe('labels of the gateways in the settings', () => {
  for (const { name, entries, labels } of [
    { name: 'are the hosts, with ports', entries: ['https://b.test:8443/v1'], labels: ['a.test', 'b.test:8443'] },
    {
      name: 'are the names that the user has given',
      entries: [{ baseUrl: 'b.test', name: 'B' }],
      labels: ['a.test', 'B'],
    },
    {
      name: 'contain the paths of gateways with the same host',
      entries: ['https://a.test/v2'],
      labels: ['a.test/v1', 'a.test/v2'],
    },
    {
      name: 'contain no path if the other gateway of the host has a name',
      entries: [{ baseUrl: 'a.test/v2', name: 'B' }],
      labels: ['a.test', 'B'],
    },
    {
      name: 'contain the schemes of gateways with the same host and path',
      entries: ['http://a.test/v1'],
      labels: ['https://a.test/v1', 'http://a.test/v1'],
    },
    {
      name: 'contain the hosts of gateways with the same name',
      entries: [
        { baseUrl: 'b.test', name: 'B' },
        { baseUrl: 'c.test', name: 'B' },
      ],
      labels: ['a.test', 'B (b.test)', 'B (c.test)'],
    },
    {
      name: 'contain the path if the name of another gateway is the host',
      entries: [{ baseUrl: 'b.test', name: 'a.test' }],
      labels: ['a.test/v1', 'a.test (b.test)'],
    },
  ] as const) {
    it(name, () => assert.deepEqual(readLabels(...entries), labels));
  }

  it('are all different, whatever the settings contain', () => {
    const part = fc.constantFrom('a.test', 'a.test/v1', 'b.test', 'https://a.test/v1', 'http://b.test/v2');
    const entry = fc.oneof(part, fc.record({ baseUrl: part, name: part }));
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 5 }), (entries) => {
        const labels = readLabels(...entries);
        assert.equal(new Set(labels).size, labels.length, labels.join());
      }),
    );
  });
});
