import assert from 'node:assert/strict';
import { normalizeBaseUrl } from '../../../src/engine/gateway/baseUrl';
import type { keyWarning as KeyWarning } from '../../../src/host/connection/apiKeyInput';
import { billingPage, currencyOf, knownGatewayOf, knownGateways } from '../../../src/host/settings/knownGateways';
import { englishL10n, useVSCode } from '../../support/fakeVSCode';

describe('known gateways', () => {
  it('have valid base URLs, and a page for keys unless they run on this computer', () => {
    for (const { baseUrl, keyPage } of knownGateways) {
      const normalized = normalizeBaseUrl(baseUrl);
      assert.deepEqual('url' in normalized && [normalized.url, normalized.isCorrected], [baseUrl, false]);
      assert.equal(keyPage === undefined, baseUrl.startsWith('http://localhost:'), baseUrl);
    }
  });

  it('are recognized by the host of a base URL, whatever its path', () => {
    assert.equal(knownGatewayOf('https://openrouter.ai/other')?.name, 'OpenRouter');
    assert.equal(knownGatewayOf('https://console.mistral.ai')?.name, undefined);
  });
});

describe("currency of a gateway's costs", () => {
  for (const [url, currency] of [
    ['https://api.holysheep.ai/v1', 'CNY'],
    ['https://holysheep.ai', 'CNY'],
    ['https://eu.api.holysheep.ai', 'CNY'],
    ['https://api.holysheep.ai:8443/v1', 'CNY'],
    ['http://api.holysheep.ai', 'USD'],
    ['https://notholysheep.ai', 'USD'],
    ['https://holysheep.ai.example', 'USD'],
    ['https://openrouter.ai/api/v1', 'USD'],
    ['__proto__', 'USD'],
  ] as const)
    it(`is ${currency} at ${url}`, () => assert.equal(currencyOf(url), currency));
});

describe('warning about a key that seems to belong to another gateway', () => {
  let keyWarning: typeof KeyWarning;
  useVSCode({ l10n: englishL10n });
  before(async () => {
    ({ keyWarning } = await import('../../../src/host/connection/apiKeyInput'));
  });
  const key = 'hsa-0123456789abcdef';
  const [elsewhere, other] = [/^This looks like a HolySheep key/, /^HolySheep keys start with hsa-/];

  for (const { candidate, host, expected } of [
    { candidate: key, host: 'api.holysheep.ai', expected: undefined },
    { candidate: key, host: 'api.holysheep.ai:8443', expected: undefined },
    { candidate: key, host: 'holysheep.ai', expected: undefined },
    { candidate: 'sk-0123456789', host: 'api.openai.com', expected: undefined },
    { candidate: 'my-hsa-key', host: 'api.openai.com', expected: undefined },
    { candidate: 'sk-0123456789', host: 'api.holysheep.ai', expected: other },
    { candidate: 'hsa-', host: 'api.holysheep.ai', expected: other },
    { candidate: key, host: 'api.openai.com', expected: elsewhere },
    { candidate: key, host: 'api.holysheep.ai.example.com', expected: elsewhere },
    { candidate: key, host: 'fakeholysheep.ai', expected: elsewhere },
  ] as const) {
    it(`${expected ? 'is shown' : 'is absent'} for the key ${candidate} at ${host}`, () => {
      const warning = keyWarning(candidate, `https://${host}/v1`);
      if (expected) assert.match(warning ?? '', expected);
      else assert.equal(warning, undefined);
    });
  }
});

describe('billing page of a gateway', () => {
  for (const [origin, page] of [
    ['https://api.holysheep.ai', 'https://www.holysheep.ai'],
    ['https://holysheep.ai', 'https://www.holysheep.ai'],
    ['https://api.other.example', 'https://api.other.example'],
    ['https://api.notholysheep.ai', 'https://api.notholysheep.ai'],
    ['https://holysheep.ai.evil.example', 'https://holysheep.ai.evil.example'],
    ['http://api.holysheep.ai', 'http://api.holysheep.ai'],
  ] as const) {
    it(`is ${page} for the gateway ${origin}`, () => assert.equal(billingPage(origin), page));
  }
  it("is the gateway's origin if no other page is known", () => {
    assert.equal(
      billingPage('https://me:secret@api.other.example:8443/v1?next=command:x'),
      'https://api.other.example:8443',
    );
  });
  for (const origin of [
    'command:workbench.action.reloadWindow',
    'vscode://settings',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'ftp://api.other.example',
    'api.other.example',
    '',
  ]) {
    it(`is undefined for the gateway ${JSON.stringify(origin)}`, () => assert.equal(billingPage(origin), undefined));
  }
});
