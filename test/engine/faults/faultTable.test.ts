import assert from 'node:assert/strict';
import {
  faultTable,
  localFaults,
  providerFaults,
  type FaultRow,
  type RowId,
} from '../../../src/engine/faults/faultTable';
import { rowLabel } from './rowLabel';

const faultMessages = Object.values<FaultRow>({ ...faultTable, ...localFaults }).flatMap(
  ({ message, messageWithTime }) => (messageWithTime === undefined ? [message] : [message, messageWithTime]),
);
const rows = Object.entries<FaultRow>(faultTable);
const everyFault: readonly (readonly [name: string, fault: FaultRow])[] = [
  ...rows,
  ...Object.entries<FaultRow>(localFaults),
];

/** The policies of the fault table with the numbers of their faults. Every fault occurs exactly once. */
const policies: readonly (readonly [name: string, policy: FaultRow['policy'], rows: readonly number[]])[] = [
  ['retry', { retry: 'transient' }, [3, 4, 26, 33, 34, 64]],
  [
    'retry, the first time at once and without a charge to the retry budget,',
    { retry: 'transient', freeReplay: true },
    [5],
  ],
  ['retry once', { retry: 'transient', limit: 1 }, [8, 11, 50]],
  ['retry twice', { retry: 'transient', limit: 2 }, [14, 27, 63]],
  ['retry three times', { retry: 'transient', limit: 3 }, [1, 65]],
  ['retry at a cost of two tokens of the retry budget', { retry: 'transient', cost: 2 }, [10, 39]],
  ['retry twice at a cost of two tokens of the retry budget', { retry: 'transient', limit: 2, cost: 2 }, [36]],
  ['retry with the backoff for an overload', { retry: 'overload' }, [31]],
  ['retry with the backoff for an overload or with a fallback model', { retry: 'overload', fallback: true }, [35]],
  ['wait for the retry-after', { retry: 'hint' }, [23, 30]],
  ['wait for the network', { retry: 'offline' }, [2]],
  ['resume the answer', { retry: 'resume' }, [40, 41, 42, 43, 45, 47, 51, 58]],
  ['correct the request', { retry: 'repair' }, [17]],
  [
    'end the turn',
    { retry: 'never' },
    [6, 7, 9, 15, 16, 18, 19, 20, 21, 22, 24, 25, 28, 29, 32, 37, 38, 49, 52, 56, 66, 67, 68, 69, 70, 71, 72, 73, 74],
  ],
  ['complete the answer', { retry: 'success' }, [13, 44, 48]],
  ['react without a retry policy', { retry: 'engine' }, [12, 46, 53, 54, 55, 57, 59, 60, 61, 62]],
];

const actions = new Set([
  ...['retryNow', 'switchModel', 'setApiKey', 'openBilling', 'checkUrl', 'networkSettings', 'newConversation'],
  ...['continue', 'restart', 'moreRoom', 'tryAnyway', 'showLog', 'exportDiagnostics', 'details'],
]);

const placeholders = new Set(['host', 'proxy', 'model', 'status', 'detail', 'time', 'seconds', 'minutes', 'last']);

describe('fault table', () => {
  for (const [name, policy, ids] of policies) {
    for (const id of ids) {
      it(`makes the engine ${name} after ${rowLabel(id as RowId)}`, () => {
        assert.deepEqual(faultTable[id as keyof typeof faultTable].policy, policy);
      });
    }
  }

  it('has exactly one policy for every fault', () => {
    const ids = policies.flatMap(([, , ids]) => ids);
    assert.deepEqual([...ids].sort(), rows.map(([id]) => Number(id)).sort());
  });

  it('never retries a fault of the engine itself', () => {
    assert.deepEqual(
      Object.values<FaultRow>(localFaults).map(({ policy }) => policy.retry),
      ['never', 'never', 'never'],
    );
  });

  it('has a kind and a message for every fault, and none for the states of the engine', () => {
    for (const [name, { kind, message, policy }] of everyFault) {
      const isNoFault = policy.retry === 'success' || (policy.retry === 'engine' && kind === undefined);
      assert.equal(kind === undefined, isNoFault, name);
      assert.notEqual(kind, '', name);
      if (isNoFault) assert.equal(message, '', name);
      else assert.match(message, /^(?:[A-Z]|\{).*(?:\.|\})$/, name);
    }
  });

  it('has a second message, with the time at which the limit resets, for every fault that ends a turn and may name that time', () => {
    const withTime = everyFault.filter(([, fault]) => fault.messageWithTime !== undefined);
    assert.deepEqual(
      withTime.map(([name]) => name),
      ['22', '24', '32', '35'],
    );
    for (const [name, fault] of withTime) assert.match(fault.messageWithTime ?? '', /\{time\}/, name);
  });

  it('uses only known placeholders in its messages', () => {
    for (const message of faultMessages) {
      for (const [, placeholder] of message.matchAll(/\{(.*?)\}/g))
        assert.ok(placeholders.has(placeholder ?? ''), message);
    }
  });

  it('offers at least one action for every fault, and no action twice', () => {
    for (const [name, fault] of everyFault) {
      assert.ok(fault.actions.length > 0, name);
      assert.equal(new Set(fault.actions).size, fault.actions.length, name);
      for (const action of fault.actions) assert.ok(actions.has(action), `${name}: ${action}`);
    }
  });

  it('counts only failures of the provider and failures to reach it toward the circuit breaker', () => {
    assert.deepEqual([...providerFaults], [3, 4, 10, 33, 34, 36, 39, 41, 45, 47]);
  });
});
