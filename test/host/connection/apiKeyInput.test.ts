import assert from 'node:assert/strict';
import type { parseSetApiKeyArgument as Parse } from '../../../src/host/connection/apiKeyInput';
import { useVSCode } from '../../support/fakeVSCode';

describe('argument of holysheep.setApiKey', () => {
  useVSCode({ l10n: { t: (message: string) => message } });
  let parseSetApiKeyArgument: typeof Parse;
  before(async () => {
    ({ parseSetApiKeyArgument } = await import('../../../src/host/connection/apiKeyInput'));
  });

  it('contains a key, a base URL or both', () => {
    for (const [argument, key, url] of [
      ['hsa-key-1', 'hsa-key-1', undefined],
      [{ key: 'hsa-key-1' }, 'hsa-key-1', undefined],
      [{ baseUrl: 'https://gateway.example' }, undefined, 'https://gateway.example/v1'],
      [{ key: 'k', baseUrl: ' gateway.example/v1/models ' }, 'k', 'https://gateway.example/v1'],
      [undefined, undefined, undefined],
    ] as const) {
      const parsed = parseSetApiKeyArgument(argument);
      assert.deepEqual([parsed.key, parsed.baseUrl?.url], [key, url]);
    }
  });

  for (const [argument, message] of [
    [5, /expects an API key/],
    [['hsa-key-1'], /expects an API key/],
    [{}, /expects an API key/],
    [{ key: 5 }, /“key” must be/],
    [{ key: 'hsa-key-1', baseUrl: 5 }, /“baseUrl” must be/],
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
