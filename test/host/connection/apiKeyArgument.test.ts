import assert from 'node:assert/strict';
import type * as StoreApiKey from '../../../src/host/connection/storeApiKey';
import { useVSCode } from '../../support/fakeVSCode';

describe('argument of holysheep.setApiKey', () => {
  useVSCode({ l10n: { t: (message: string) => message } });
  let parseSetApiKeyArgument: typeof StoreApiKey.parseSetApiKeyArgument;
  before(async () => {
    ({ parseSetApiKeyArgument } = await import('../../../src/host/connection/storeApiKey'));
  });

  it('accepts a key, or an object with a key', () => {
    assert.deepEqual(parseSetApiKeyArgument('hsa-key-1'), { key: 'hsa-key-1' });
    assert.deepEqual(parseSetApiKeyArgument({ key: 'hsa-key-1' }), { key: 'hsa-key-1' });
  });

  it('accepts a base URL without a key, for which the user is asked', () => {
    const { key, target } = parseSetApiKeyArgument({ baseUrl: 'https://gateway.example' });
    assert.deepEqual([key, target?.url], [undefined, 'https://gateway.example/v1']);
  });

  it('normalizes a base URL in the argument like the one in the settings', () => {
    const { key, target } = parseSetApiKeyArgument({ key: 'k', baseUrl: ' gateway.example/v1/models ' });
    assert.deepEqual(
      [key, target?.url, target?.origin],
      ['k', 'https://gateway.example/v1', 'https://gateway.example'],
    );
  });

  for (const [argument, message] of [
    [5, /expects an API key/],
    [null, /expects an API key/],
    [['hsa-key-1'], /expects an API key/],
    [{}, /expects an API key/],
    [{ key: 5 }, /“key” must be/],
    [{ key: 'hsa-key-1', baseUrl: 5 }, /“baseUrl” must be/],
    [{ key: 'hsa-key-1', baseUrl: null }, /“baseUrl” must be/],
    [{ key: 'hsa-key-1', baseUrl: '' }, /“baseUrl” must be/],
    [{ key: 'hsa-key-1', baseUrl: 'ftp://gateway.example' }, /“baseUrl” must be/],
    [{ key: 'hsa-key-1', baseUrl: 'https://me:hsa-key-1@gateway.example' }, /“baseUrl” must be/],
  ] as const) {
    it(`rejects ${JSON.stringify(argument)} with an error that does not contain the key`, () => {
      assert.throws(
        () => parseSetApiKeyArgument(argument),
        (error) => error instanceof TypeError && message.test(error.message) && !error.message.includes('key-1'),
      );
    });
  }
});
