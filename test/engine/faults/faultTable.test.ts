import assert from 'node:assert/strict';
import { faultTable, localFaults, providerFaults, type FaultRow } from '../../../src/engine/faults/faultTable';

const faultSentences = Object.values<FaultRow>({ ...faultTable, ...localFaults }).flatMap(
  ({ message, messageWithTime }) => (messageWithTime === undefined ? [message] : [message, messageWithTime]),
);
const rows = Object.entries<FaultRow>(faultTable);
const everyFault: readonly (readonly [name: string, fault: FaultRow])[] = [
  ...rows,
  ...Object.entries<FaultRow>(localFaults),
];

/** Every row of the table is in exactly one of these. */
const policies: readonly (readonly [name: string, policy: FaultRow['policy'], rows: readonly number[]])[] = [
  ['is retried as a transient fault', { retry: 'transient' }, [3, 4, 26, 33, 34, 64]],
  ['is retried, the first time at once and free', { retry: 'transient', freeReplay: true }, [5]],
  ['is retried once', { retry: 'transient', limit: 1 }, [8, 11, 50]],
  ['is retried twice', { retry: 'transient', limit: 2 }, [14, 27, 63]],
  ['is retried three times', { retry: 'transient', limit: 3 }, [1, 65]],
  ['is retried at twice the cost', { retry: 'transient', cost: 2 }, [10, 39]],
  ['is retried twice at twice the cost', { retry: 'transient', limit: 2, cost: 2 }, [36]],
  ['is given time', { retry: 'overload' }, [31]],
  ['is given time, or another model', { retry: 'overload', fallback: true }, [35]],
  ['waits for what the server named', { retry: 'hint' }, [23, 30]],
  ['waits for the network', { retry: 'offline' }, [2]],
  ['resumes the answer', { retry: 'resume' }, [40, 41, 42, 43, 45, 47, 51, 58]],
  ['repairs the request', { retry: 'repair' }, [17]],
  [
    'is the end',
    { retry: 'never' },
    [6, 7, 9, 15, 16, 18, 19, 20, 21, 22, 24, 25, 28, 29, 32, 37, 38, 49, 52, 56, 66, 67, 68, 69, 70, 71, 72, 73],
  ],
  ['is no fault', { retry: 'success' }, [13, 44, 48]],
  ['is a state of the engine', { retry: 'engine' }, [12, 46, 53, 54, 55, 57, 59, 60, 61, 62]],
];

const actions = new Set([
  ...['retryNow', 'switchModel', 'setApiKey', 'openBilling', 'checkUrl', 'networkSettings', 'newConversation'],
  ...['continue', 'restart', 'tryAnyway', 'showLog', 'exportDiagnostics', 'details'],
]);

const blanks = new Set(['host', 'proxy', 'model', 'status', 'detail', 'time', 'seconds', 'minutes', 'last']);

describe('the fault table', () => {
  for (const [name, policy, ids] of policies) {
    for (const id of ids) {
      it(`says of row ${id} that it ${name}`, () => {
        assert.deepEqual(faultTable[id as keyof typeof faultTable].policy, policy);
      });
    }
  }

  it('says it of every row once', () => {
    const told = policies.flatMap(([, , ids]) => ids);
    assert.deepEqual([...told].sort(), rows.map(([id]) => Number(id)).sort());
  });

  it('has never an automatic retry for what did not leave', () => {
    assert.deepEqual(
      Object.values<FaultRow>(localFaults).map(({ policy }) => policy.retry),
      ['never', 'never', 'never'],
    );
  });

  it('has a kind and a sentence for every fault, and none for what is none', () => {
    for (const [name, { kind, message, policy }] of everyFault) {
      const silent = policy.retry === 'success' || (policy.retry === 'engine' && kind === undefined);
      assert.equal(kind === undefined, silent, name);
      assert.notEqual(kind, '', name);
      if (silent) assert.equal(message, '', name);
      else assert.match(message, /^(?:[A-Z]|\{).*(?:\.|\})$/, name);
    }
  });

  it('says when a limit resets wherever the server can name the time of an end', () => {
    const timed = everyFault.filter(([, fault]) => fault.messageWithTime !== undefined);
    assert.deepEqual(
      timed.map(([name]) => name),
      ['22', '24', '32', '35'],
    );
    for (const [name, fault] of timed) assert.match(fault.messageWithTime ?? '', /\{time\}/, name);
  });

  it('leaves no blank in a sentence that nobody fills', () => {
    for (const sentence of faultSentences) {
      for (const [, blank] of sentence.matchAll(/\{(.*?)\}/g)) assert.ok(blanks.has(blank ?? ''), sentence);
    }
  });

  it('offers something to do about every fault, and nothing twice', () => {
    for (const [name, fault] of everyFault) {
      assert.ok(fault.actions.length > 0, name);
      assert.equal(new Set(fault.actions).size, fault.actions.length, name);
      for (const action of fault.actions) assert.ok(actions.has(action), `${name}: ${action}`);
    }
  });

  it('opens the breaker for a provider that cannot be reached or fails, never for a limit or the request', () => {
    assert.deepEqual([...providerFaults], [3, 4, 10, 33, 34, 36, 39, 41, 45, 47]);
  });
});
