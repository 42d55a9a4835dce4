import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  isLoopbackUrl,
  isPrivateUrl,
  mayReplace,
  normalizeBaseUrl,
  originOf,
  type BaseUrlProblem,
  usesPlainHttp,
} from '../../../src/engine/gateway/baseUrl';
import { propertyRuns } from '../../support/propertyRuns';

const holySheep = 'https://api.holysheep.ai/v1';

const accepted: readonly { readonly input: string; readonly url: string; readonly isCorrected?: true }[] = [
  { input: holySheep, url: holySheep },
  { input: '  https://api.holysheep.ai/v1\n', url: holySheep },
  { input: '"https://api.holysheep.ai/v1"', url: holySheep },
  { input: '“https://api.holysheep.ai/v1”', url: holySheep },
  { input: '<https://api.holysheep.ai/v1>', url: holySheep },
  { input: '\u200bhttps://api.holysheep.ai/v1\ufeff', url: holySheep },
  { input: 'https://api.holysheep.ai/v1/', url: holySheep },
  { input: 'https://api.holysheep.ai//v1//', url: holySheep },
  { input: 'HTTPS://API.HolySheep.AI/v1', url: holySheep },
  { input: 'https：／／api.holysheep.ai／v1', url: holySheep, isCorrected: true },
  { input: 'api.holysheep.ai/v1', url: holySheep, isCorrected: true },
  { input: '//api.holysheep.ai/v1', url: holySheep, isCorrected: true },
  { input: 'https://api.holysheep.ai', url: holySheep, isCorrected: true },
  { input: 'https://api.holysheep.ai/', url: holySheep, isCorrected: true },
  { input: 'https://api.holysheep.ai/v1/chat/completions', url: holySheep, isCorrected: true },
  { input: 'https://api.holysheep.ai/v1/chat/completions/', url: holySheep, isCorrected: true },
  { input: 'https://api.holysheep.ai/v1/models', url: holySheep, isCorrected: true },
  { input: 'https://api.holysheep.ai/chat/completions', url: holySheep, isCorrected: true },
  { input: 'https://api.holysheep.ai/v1?key=1', url: holySheep, isCorrected: true },
  { input: 'https://api.holysheep.ai/v1#top', url: holySheep, isCorrected: true },
  { input: 'https://api.holysheep.ai/v1/models?limit=1', url: holySheep, isCorrected: true },
  { input: 'https://api.holysheep.ai/v1/models/chat/completions', url: holySheep, isCorrected: true },
  { input: "https://api.holysheep.ai/v1/models'/models", url: holySheep, isCorrected: true },
  { input: "https://api.holysheep.ai/v1'/", url: holySheep },
  { input: 'api.holysheep.ai/v1?next=https://example.com', url: holySheep, isCorrected: true },
  { input: 'api.holysheep.ai/v1?next=ftp://example.com', url: holySheep, isCorrected: true },
  { input: '////api.holysheep.ai/v1', url: holySheep, isCorrected: true },
  { input: 'https://example.com/modelship', url: 'https://example.com/modelship' },
  { input: 'https://example.com/models/v1', url: 'https://example.com/models/v1' },
  { input: 'api.holysheep.ai', url: holySheep, isCorrected: true },
  { input: 'https://openrouter.ai/api/v1', url: 'https://openrouter.ai/api/v1' },
  {
    input: 'https://generativelanguage.googleapis.com/v1beta/openai',
    url: 'https://generativelanguage.googleapis.com/v1beta/openai',
  },
  { input: 'https://example.com:8443/v1', url: 'https://example.com:8443/v1' },
  { input: 'https://example.com:443/v1', url: 'https://example.com/v1' },
  { input: 'localhost:11434', url: 'http://localhost:11434/v1', isCorrected: true },
  { input: '127.0.0.1:8080/v1', url: 'http://127.0.0.1:8080/v1', isCorrected: true },
  { input: '[::1]:8080/v1', url: 'http://[::1]:8080/v1', isCorrected: true },
  { input: 'example.com:8080/v1', url: 'https://example.com:8080/v1', isCorrected: true },
  { input: 'localhost.example.com/v1', url: 'https://localhost.example.com/v1', isCorrected: true },
];

const rejected: readonly (readonly [input: string, error: BaseUrlProblem])[] = [
  ['', 'empty'],
  [' \n"" ', 'empty'],
  [`https://example.com${' '.repeat(2100)}/v1`, 'too-long'],
  [`https://example.com/${"'".repeat(2100)}`, 'too-long'],
  ['https://', 'not-a-url'],
  ['https://exa mple.com/v1', 'not-a-url'],
  ['https://example.com:99999/v1', 'not-a-url'],
  ['javascript:alert(1)', 'not-a-url'],
  ['ftp://example.com/v1', 'not-http'],
  ['file:///etc/passwd', 'not-http'],
  ['https://user:secret@example.com/v1', 'credentials'],
  ['user@example.com/v1', 'credentials'],
  ['https://:secret@example.com/v1', 'credentials'],
];

const plainHttpCases: readonly (readonly [url: string, isPlainHttp: boolean])[] = [
  ['http://example.com/v1', true],
  ['http://192.168.1.5:8000/v1', true],
  ['http://127.evil.example/v1', true],
  ['http://localhost:1234/v1', false],
  ['http://gateway.localhost/v1', true],
  ['http://notlocalhost/v1', true],
  ['http://127.0.0.1:1234/v1', false],
  ['http://127.0.0.10/v1', false],
  ['http://[::1]:1234/v1', false],
  [holySheep, false],
];

describe('detection of plain HTTP', () => {
  for (const [url, isPlainHttp] of plainHttpCases) {
    it(`${isPlainHttp ? 'reports' : 'does not report'} plain HTTP for ${url}`, () => {
      assert.equal(usesPlainHttp(url), isPlainHttp);
    });
  }
});

describe('normalization of a base URL', () => {
  for (const { input, url, isCorrected = false } of accepted) {
    it(`reads ${JSON.stringify(input)} as ${url} (${isCorrected ? 'corrected' : 'not corrected'})`, () => {
      assert.deepEqual(normalizeBaseUrl(input), { url, isCorrected });
    });
  }

  for (const [input, error] of rejected) {
    it(`rejects ${JSON.stringify(input)} as ${error}`, () => {
      assert.deepEqual(normalizeBaseUrl(input), { error });
    });
  }

  it('does not change a URL that is already normalized', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl({ withQueryParameters: true, withFragments: true })), (input) => {
        const normalized = normalizeBaseUrl(input);
        if ('error' in normalized) return;
        assert.deepEqual(normalizeBaseUrl(normalized.url), { ...normalized, isCorrected: false });
      }),
      { numRuns: propertyRuns },
    );
  });
});

describe('origin of a URL', () => {
  it('does not include the path', () => assert.equal(originOf('https://a.test/v1'), 'https://a.test'));

  it('is the unchanged input if the input is not a URL', () => assert.equal(originOf('nonsense'), 'nonsense'));
});

describe('automatic replacement of a gateway', () => {
  for (const { from, to, expected } of [
    { from: 'https://a.test', to: 'http://b.test', expected: false },
    { from: 'https://a.test', to: 'https://b.test', expected: true },
    { from: 'https://a.test', to: 'http://localhost', expected: true },
    { from: 'https://a.test', to: 'nonsense', expected: true },
    { from: 'http://a.test', to: 'http://b.test', expected: true },
  ] as const) {
    it(`${expected ? 'allows' : 'forbids'} ${to} in place of ${from}`, () => {
      assert.equal(mayReplace(from, to), expected);
    });
  }
});

describe('address of a gateway', () => {
  for (const [kind, hosts] of Object.entries({
    loopback: ['localhost', '127.0.0.1', '127.1', '[::1]'],
    private: [
      '10.0.0.2',
      '172.16.0.1',
      '172.31.9.9',
      '192.168.1.20:8080',
      '169.254.1.1',
      '100.64.0.1',
      '100.127.9.9',
      '[fd00::1]',
      'NAS.local',
      'nas:11434',
      'my-nas',
      'nas.lan',
      'ollama.localhost',
      'host.docker.internal',
    ],
    other: [
      '172.32.0.1',
      '11.0.0.1',
      '100.63.0.1',
      '100.128.0.1',
      '10.attacker.test',
      '192.168.1.1.test',
      'nas.lan.test',
      'lan.',
      '[fc::1]',
      '[2001:db8::1]',
    ],
  })) {
    it(`is ${kind}: ${hosts.join(', ')}`, () => {
      for (const host of hosts) {
        const url = `http://${host}/v1`;
        assert.deepEqual([isLoopbackUrl(url), isPrivateUrl(url)], [kind === 'loopback', kind === 'private'], host);
      }
    });
  }

  it('is neither a loopback nor a private address if the base URL has no scheme', () => {
    assert.deepEqual([isLoopbackUrl('localhost'), isPrivateUrl('10.0.0.1')], [false, false]);
  });
});
