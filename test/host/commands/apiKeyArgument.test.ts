import assert from 'node:assert/strict';
import type { apiKeyArgument as Read } from '../../../src/host/commands/storeApiKey';
import { useVSCode } from '../../support/fakeVSCode';
import { isArgumentError } from '../../../src/host/userError';

const localize = (message: string): string => message;

describe('the argument of holysheep.setApiKey', () => {
  let apiKeyArgument: typeof Read;
  useVSCode({});
  before(async () => {
    ({ apiKeyArgument } = await import('../../../src/host/commands/storeApiKey'));
  });

  it('is a key', () => {
    assert.deepEqual(apiKeyArgument('hsa-key-1', localize), { key: 'hsa-key-1' });
    assert.deepEqual(apiKeyArgument({ key: 'hsa-key-1' }, localize), { key: 'hsa-key-1' });
  });

  it('may contain a base URL, which is normalized like the one in the settings', () => {
    const { key, target } = apiKeyArgument({ key: 'k', baseUrl: ' gateway.example/v1/models ' }, localize);
    assert.deepEqual(
      [key, target?.url, target?.origin],
      ['k', 'https://gateway.example/v1', 'https://gateway.example'],
    );
  });

  for (const [argument, message] of [
    [5, /takes an API key/],
    [null, /takes an API key/],
    [['hsa-key-1'], /takes an API key/],
    [{ baseUrl: 'https://gateway.example' }, /takes an API key/],
    [{ key: 5 }, /"key" must be/],
    [{ key: 'hsa-key-1', baseUrl: 5 }, /"baseUrl" must be/],
    [{ key: 'hsa-key-1', baseUrl: null }, /"baseUrl" must be/],
    [{ key: 'hsa-key-1', baseUrl: '' }, /"baseUrl" must be/],
    [{ key: 'hsa-key-1', baseUrl: 'ftp://gateway.example' }, /"baseUrl" must be/],
    [{ key: 'hsa-key-1', baseUrl: 'https://me:hsa-key-1@gateway.example' }, /"baseUrl" must be/],
  ] as const) {
    it(`is rejected when it is ${JSON.stringify(argument)}, with an error that does not contain the key`, () => {
      assert.throws(
        () => apiKeyArgument(argument, localize),
        (error) => isArgumentError(error) && message.test(error.message) && !error.message.includes('key-1'),
      );
    });
  }
});
