import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { faultNames, faultTable, type FaultName, type Policy } from '../../../src/engine/faults/faultTable';
import { faultPage, updateCommand } from './faultPage';

const pagePath = join(__dirname, '../../../docs/faults.md');

/** The faults by their policies. A fault that is not listed ends the turn. */
const policies: readonly {
  readonly reaction: string;
  readonly policy: Policy;
  readonly names: readonly FaultName[];
}[] = [
  {
    reaction: 'retry',
    policy: { retry: 'transient' },
    names: ['connectionRefused', 'connectTimeout', 'requestTimeout', 'serverError', 'badGateway', 'proxyCannotConnect'],
  },
  {
    reaction: 'retry, the first time at once and without a charge to the retry budget,',
    policy: { retry: 'transient', freeReplay: true },
    names: ['connectionReset'],
  },
  { reaction: 'retry once', policy: { retry: 'transient', limit: 1 }, names: ['notHttp', 'webPage', 'noText'] },
  { reaction: 'retry twice', policy: { retry: 'transient', limit: 2 }, names: ['noBody', 'conflict', 'garbledBody'] },
  {
    reaction: 'retry three times',
    policy: { retry: 'transient', limit: 3 },
    names: ['hostNotFound', 'proxyUnreachable'],
  },
  {
    reaction: 'retry at double charge',
    policy: { retry: 'transient', charge: 2 },
    names: ['headersTimeout', 'firstTokenTimeout'],
  },
  {
    reaction: 'retry twice at double charge',
    policy: { retry: 'transient', limit: 2, charge: 2 },
    names: ['gatewayTimeout'],
  },
  {
    reaction: 'retry with the backoff for an overload',
    policy: { retry: 'overload' },
    names: ['rateLimitedWithoutRetryAfter'],
  },
  {
    reaction: 'retry with the backoff for an overload, or with a fallback model,',
    policy: { retry: 'overload', fallback: true },
    names: ['overloaded'],
  },
  { reaction: 'wait for the retry-after', policy: { retry: 'hint' }, names: ['creditResets', 'rateLimited'] },
  { reaction: 'wait for the network', policy: { retry: 'offline' }, names: ['offline'] },
  { reaction: 'wait for the circuit breaker', policy: { retry: 'breaker' }, names: ['breakerOpen'] },
  {
    reaction: 'resume the answer',
    policy: { retry: 'resume' },
    names: [
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
  },
  { reaction: 'correct the request', policy: { retry: 'repair' }, names: ['unsupportedParameter'] },
];

const messages = faultNames.flatMap((name) => {
  const { message, limit } = faultTable[name];
  return [message, ...(limit?.messageWithTime === undefined ? [] : [limit.messageWithTime])];
});

const placeholders = new Set([
  'gateway',
  'host',
  'proxy',
  'model',
  'status',
  'detail',
  'time',
  'seconds',
  'minutes',
  'last',
]);

describe('fault table', () => {
  const handled = new Set(policies.flatMap(({ names }) => names));
  const ending = faultNames.filter((name) => !handled.has(name));
  const rest = { reaction: 'end the turn', policy: { retry: 'never' }, names: ending } as const;
  for (const { reaction, policy, names } of [...policies, rest]) {
    for (const name of names) {
      it(`makes the engine ${reaction} after ${name}`, () => assert.deepEqual(faultTable[name].policy, policy));
    }
  }

  it('contains only messages that are complete sentences with known placeholders', () => {
    for (const message of messages) {
      assert.match(message, /^(?:[A-Z]|\{).*(?:\.|\})$/);
      for (const [, name = ''] of message.matchAll(/\{(.*?)\}/g)) assert.ok(placeholders.has(name), message);
    }
  });

  it('has a message with the reset time for exactly four faults', () => {
    const withTime = faultNames.filter((name) => faultTable[name].limit?.messageWithTime !== undefined);
    assert.deepEqual(withTime, ['outOfCredit', 'permissionDenied', 'usageLimitReached', 'overloaded']);
    for (const name of withTime) assert.match(faultTable[name].limit?.messageWithTime ?? '', /\{time\}/, name);
  });

  it('offers at least one action for every fault', () => {
    for (const name of faultNames) {
      const { actions } = faultTable[name];
      assert.ok(actions.length > 0, name);
      assert.equal(new Set(actions).size, actions.length, name);
    }
  });

  it('counts only provider failures and connection failures toward the circuit breaker', () => {
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
    assert.deepEqual(faultNames.filter((name) => faultTable[name].isProviderFault).sort(), [...expected].sort());
  });

  it(`is documented in docs/faults.md (update: ${updateCommand})`, async () => {
    const page = faultPage();
    if (process.env['UPDATE_DOCS']) await writeFile(pagePath, page);
    assert.equal(await readFile(pagePath, 'utf8'), page);
  });
});
