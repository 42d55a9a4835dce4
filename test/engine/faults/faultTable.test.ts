import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { faultNames, faultTable, type FaultName, type Policy } from '../../../src/engine/faults/faultTable';
import { faultPage, updateCommand } from './faultPage';

const pagePath = join(__dirname, '../../../docs/faults.md');

/** The faults by their policies. A fault that is not listed ends the turn. */
const policies: readonly (readonly [reaction: string, policy: Policy, names: readonly FaultName[]])[] = [
  [
    'retry',
    { retry: 'transient' },
    ['connectionRefused', 'connectTimeout', 'requestTimeout', 'serverError', 'badGateway', 'proxyCannotConnect'],
  ],
  [
    'retry, the first time at once and without a charge to the retry budget,',
    { retry: 'transient', freeReplay: true },
    ['connectionReset'],
  ],
  ['retry once', { retry: 'transient', limit: 1 }, ['notHttp', 'webPage', 'noText']],
  ['retry twice', { retry: 'transient', limit: 2 }, ['noBody', 'conflict', 'garbledBody']],
  ['retry three times', { retry: 'transient', limit: 3 }, ['hostNotFound', 'proxyUnreachable']],
  ['retry at double charge', { retry: 'transient', charge: 2 }, ['headersTimeout', 'firstTokenTimeout']],
  ['retry twice at double charge', { retry: 'transient', limit: 2, charge: 2 }, ['gatewayTimeout']],
  ['retry with the backoff for an overload', { retry: 'overload' }, ['rateLimitedWithoutRetryAfter']],
  ['retry with that backoff or a fallback model', { retry: 'overload', fallback: true }, ['overloaded']],
  ['wait for the retry-after', { retry: 'hint' }, ['creditResets', 'rateLimited']],
  ['wait for the network', { retry: 'offline' }, ['offline']],
  ['wait for the circuit breaker', { retry: 'breaker' }, ['breakerOpen']],
  [
    'resume the answer',
    { retry: 'resume' },
    [
      'streamStalled',
      'streamSilent',
      'connectionLost',
      'slept',
      'streamTruncated',
      'finishReasonMissing',
      'errorInStream',
      'finishedWithError',
      'garbledStream',
    ],
  ],
  ['correct the request', { retry: 'repair' }, ['unsupportedParameter']],
];

const messages = faultNames.flatMap((name) => {
  const { message, limit } = faultTable[name];
  return [message, ...(limit?.messageWithTime === undefined ? [] : [limit.messageWithTime])];
});

const placeholders = new Set(['host', 'proxy', 'model', 'status', 'detail', 'time', 'seconds', 'minutes', 'last']);

describe('fault table', () => {
  const handled = new Set(policies.flatMap(([, , names]) => names));
  const ending = faultNames.filter((name) => !handled.has(name));
  for (const [reaction, policy, names] of [...policies, ['end the turn', { retry: 'never' }, ending] as const]) {
    for (const name of names) {
      it(`makes the engine ${reaction} after ${name}`, () => assert.deepEqual(faultTable[name].policy, policy));
    }
  }

  it('contains only messages that are sentences with known placeholders', () => {
    for (const message of messages) {
      assert.match(message, /^(?:[A-Z]|\{).*(?:\.|\})$/);
      for (const [, name = ''] of message.matchAll(/\{(.*?)\}/g)) assert.ok(placeholders.has(name), message);
    }
  });

  it('has an extra message with the reset time for every fault that ends a turn and can have a known reset time', () => {
    const withTime = faultNames.filter((name) => faultTable[name].limit?.messageWithTime !== undefined);
    assert.deepEqual(withTime, ['outOfCredit', 'permissionDenied', 'usageLimitReached', 'overloaded']);
    for (const name of withTime) assert.match(faultTable[name].limit?.messageWithTime ?? '', /\{time\}/, name);
  });

  it('offers at least one action for every fault, and no action twice', () => {
    for (const name of faultNames) {
      const { actions } = faultTable[name];
      assert.ok(actions.length > 0, name);
      assert.equal(new Set(actions).size, actions.length, name);
    }
  });

  it('lets only provider failures and connection failures count toward the circuit breaker', () => {
    const expected: readonly FaultName[] = [
      'connectionRefused',
      'connectTimeout',
      'headersTimeout',
      'firstTokenTimeout',
      'streamSilent',
      'serverError',
      'badGateway',
      'gatewayTimeout',
      'errorInStream',
      'finishedWithError',
    ];
    assert.deepEqual(faultNames.filter((name) => faultTable[name].isOfProvider).sort(), [...expected].sort());
  });

  it(`is documented in docs/faults.md (update: ${updateCommand})`, async () => {
    const page = faultPage();
    if (process.env['UPDATE_DOCS']) await writeFile(pagePath, page);
    assert.equal(await readFile(pagePath, 'utf8'), page);
  });
});
