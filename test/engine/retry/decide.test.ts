import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { EngineSettings } from '../../../src/engine/engine';
import type { Fault } from '../../../src/engine/faults/classify';
import { faultTable, localFaults, type FaultRow, type RowId } from '../../../src/engine/faults/faultTable';
import {
  cooldownAfter,
  decide,
  faultOfBlock,
  isRetryable,
  type Decision,
  type Situation,
} from '../../../src/engine/retry/decide';
import { propertyRuns } from '../../support/propertyRuns';
import { rowLabel } from '../faults/rowLabel';

const defaultRetry: EngineSettings['retry'] = {
  maxRetries: 5,
  baseDelayMs: 1000,
  maxDelayMs: 60_000,
  jitter: 'full',
  maxHintMs: 300_000,
};
const newTurn: Omit<Situation, 'fault'> = {
  block: undefined,
  isRetryPending: false,
  retries: 0,
  sameRowFaults: 0,
  freeReplayUsed: false,
  previousDelayMs: undefined,
  overloads: 0,
  models: ['m'],
  isContinuable: false,
  isResuming: false,
  resumesLeft: 3,
  resumes: 0,
  emptyResumes: 0,
  hasText: false,
  hasOutput: false,
  idleMs: 0,
  hasWaited: false,
  tokens: 12,
  breakerOpen: false,
  otherRoute: undefined,
  othersMayRecover: false,
};
/** The deadline with the default settings, in milliseconds. */
const deadlineMs = 300_000;
/** The state of a turn whose stream broke after the user saw some text. */
const cut: Partial<Situation> = { isResuming: true, hasText: true, hasOutput: true };

function faultOf(row: RowId, retryAfterMs?: number): Fault {
  const { kind, policy, message, actions }: FaultRow = faultTable[row];
  const retryAfter = retryAfterMs === undefined ? undefined : { delayMs: retryAfterMs, field: 'retry-after' };
  return { row, kind: kind ?? 'server', policy, message, actions, detail: '', retryAfter };
}

/** A fault with the state of its turn and the settings. Omitted parts have their defaults. */
interface DecisionCase {
  readonly row: RowId;
  readonly retryAfterMs?: number;
  readonly history?: Partial<Situation>;
  readonly retry?: Partial<EngineSettings['retry']>;
  readonly resume?: EngineSettings['resume'];
  readonly fallbackModels?: readonly string[];
  readonly continueWithFallback?: EngineSettings['continueWithFallback'];
}

/** Returns the decision for a case if every random number is 0.5. */
function decideCase({
  row,
  retryAfterMs,
  history,
  retry,
  resume = 'auto',
  fallbackModels = [],
  continueWithFallback = 'off',
}: DecisionCase): Decision {
  const timeout = { headersMs: null, firstTokenMs: null, idleMs: null, silentMs: null };
  const settings = { retry: { ...defaultRetry, ...retry }, resume, timeout, fallbackModels, continueWithFallback };
  return decide({ ...newTurn, fault: faultOf(row, retryAfterMs), ...history }, settings, () => 0.5);
}

const rowsOf = (...policies: readonly FaultRow['policy']['retry'][]): readonly RowId[] =>
  (Object.keys(faultTable).map(Number) as RowId[]).filter((row) => policies.includes(faultTable[row].policy.retry));

/** The expected decision: its type or, for a wait, its delay, its source and the number of attempts left. */
type Outcome =
  'fail' | 'replay' | 'wait-for-network' | readonly [delayMs: number, source: 'server' | 'backoff', left: number];

const outcomes: readonly (readonly [name: string, decisionCase: DecisionCase, outcome: Outcome])[] = [
  ['a first server error', { row: 33 }, [500, 'backoff', 5]],
  ['a third server error in a row', { row: 33, history: { retries: 2, sameRowFaults: 2 } }, [2000, 'backoff', 3]],
  ['a fault with one retry left', { row: 33, history: { retries: 4, sameRowFaults: 4 } }, [8000, 'backoff', 1]],
  ['a fault without a retry left', { row: 33, history: { retries: 5, sameRowFaults: 5 } }, 'fail'],
  ['a fault with retries switched off', { row: 33, retry: { maxRetries: 0 } }, 'fail'],
  ['a fault with jitter switched off', { row: 33, retry: { jitter: 'none' } }, [1000, 'backoff', 5]],
  [
    'a fault with a lower maximum delay',
    { row: 33, history: { retries: 4 }, retry: { maxDelayMs: 3000 } },
    [1500, 'backoff', 1],
  ],
  [
    'a fault with decorrelated jitter and a previous delay of 5000 ms',
    { row: 33, history: { previousDelayMs: 5000 }, retry: { jitter: 'decorrelated' } },
    [8000, 'backoff', 5],
  ],
  ['a server error with a retry-after', { row: 33, retryAfterMs: 10_000 }, [10_500, 'server', 5]],

  ['an overload', { row: 35 }, [1500, 'backoff', 5]],
  ['an overload with a retry-after', { row: 35, retryAfterMs: 37_000 }, [38_850, 'server', 5]],
  ['a rate limit without a retry-after', { row: 31 }, [1500, 'backoff', 5]],
  ['a rate limit with a retry-after', { row: 30, retryAfterMs: 37_000 }, [38_850, 'server', 5]],
  [
    'a rate limit with a retry-after beyond the maximum backoff',
    { row: 30, retryAfterMs: 120_000 },
    [122_500, 'server', 5],
  ],
  [
    'a rate limit with a retry-after of exactly the allowed maximum',
    { row: 30, retryAfterMs: 300_000 },
    [302_500, 'server', 5],
  ],
  ['a rate limit with a retry-after beyond the allowed maximum', { row: 30, retryAfterMs: 300_001 }, 'fail'],
  [
    'a rate limit with a retry-after when the settings allow no wait for it',
    { row: 30, retryAfterMs: 1, retry: { maxHintMs: 0 } },
    'fail',
  ],
  [
    'a rate limit with a retry-after but without a retry left',
    { row: 30, retryAfterMs: 1000, history: { retries: 5 } },
    'fail',
  ],
  ['a used-up budget of the API key, with a retry-after', { row: 23, retryAfterMs: 60_000 }, [62_500, 'server', 5]],
  ['a used-up budget of the API key, without a retry-after', { row: 23 }, 'fail'],

  ['an unknown host for the third time', { row: 1, history: { sameRowFaults: 2, retries: 2 } }, [2000, 'backoff', 1]],
  ['an unknown host for the fourth time', { row: 1, history: { sameRowFaults: 3, retries: 3 } }, 'fail'],
  ['a web page', { row: 11 }, [500, 'backoff', 1]],
  ['a web page for the second time', { row: 11, history: { sameRowFaults: 1, retries: 1 } }, 'fail'],
  ['a web page after other faults', { row: 11, history: { sameRowFaults: 0, retries: 3 } }, [4000, 'backoff', 1]],
  ['a second reply that is not HTTP', { row: 8, history: { sameRowFaults: 1, retries: 1 } }, 'fail'],
  ['an empty reply for the second time', { row: 14, history: { sameRowFaults: 1, retries: 1 } }, [1000, 'backoff', 1]],
  ['an empty reply for the third time', { row: 14, history: { sameRowFaults: 2, retries: 2 } }, 'fail'],
  ['a conflict for the third time', { row: 27, history: { sameRowFaults: 2, retries: 2 } }, 'fail'],
  ['a gateway timeout for the third time', { row: 36, history: { sameRowFaults: 2, retries: 2 } }, 'fail'],
  ['garbled JSON for the third time', { row: 63, history: { sameRowFaults: 2, retries: 2 } }, 'fail'],
  ['an empty answer', { row: 50 }, [500, 'backoff', 1]],
  ['an empty answer for the second time', { row: 50, history: { sameRowFaults: 1, retries: 1 } }, 'fail'],
  [
    'reasoning without an answer for the second time',
    { row: 50, history: { ...cut, sameRowFaults: 1, resumesLeft: 2 } },
    'fail',
  ],

  ['a connection reset before any byte', { row: 5 }, 'replay'],
  [
    'a connection reset with retries switched off, because the first retry does not count',
    { row: 5, retry: { maxRetries: 0 } },
    'replay',
  ],
  ['a second connection reset', { row: 5, history: { freeReplayUsed: true, sameRowFaults: 1 } }, [500, 'backoff', 5]],
  [
    'a connection reset before any byte of a continuation',
    { row: 5, history: { hasText: true, hasOutput: true } },
    'replay',
  ],

  ['a connection lost before any text', { row: 42 }, [500, 'backoff', 5]],
  ['an answer whose stream broke', { row: 42, history: cut }, [500, 'backoff', 3]],
  [
    'an answer whose stream broke, without a retry left, because resumes are counted separately',
    { row: 42, history: { ...cut, retries: 5 } },
    [500, 'backoff', 3],
  ],
  [
    'an answer whose stream broke after two resumes',
    { row: 43, history: { ...cut, resumes: 2, resumesLeft: 1 } },
    [2000, 'backoff', 1],
  ],
  ['an answer whose stream broke, without a resume left', { row: 43, history: { ...cut, resumesLeft: 0 } }, 'fail'],
  ['an answer whose stream broke, with resuming switched off', { row: 42, history: cut, resume: 'off' }, 'fail'],
  [
    'reasoning whose stream broke, with resuming switched off, because there is no text to keep',
    { row: 42, history: { isResuming: true, hasOutput: true }, resume: 'off' },
    [500, 'backoff', 3],
  ],
  ['a connection lost before any text, with resuming switched off', { row: 42, resume: 'off' }, [500, 'backoff', 5]],
  [
    'a rate limit during a resume',
    { row: 30, retryAfterMs: 5000, history: { hasText: true, hasOutput: true, retries: 3 } },
    [5250, 'server', 2],
  ],
  ['being offline', { row: 2 }, 'wait-for-network'],
  ['being offline with retries switched off', { row: 2, retry: { maxRetries: 0 } }, 'fail'],

  ['a fault with an empty retry budget', { row: 33, history: { tokens: 0.9 } }, 'fail'],
  ['a fault with the last token of the retry budget', { row: 33, history: { tokens: 1 } }, [500, 'backoff', 5]],
  [
    'a timeout, which costs two tokens, with one token left in the retry budget',
    { row: 10, history: { tokens: 1.9 } },
    'fail',
  ],
  ['a timeout with two tokens left in the retry budget', { row: 10, history: { tokens: 2 } }, [500, 'backoff', 5]],
  [
    'a rate limit with an empty retry budget, because the wait for a retry-after costs no token',
    { row: 30, retryAfterMs: 1000, history: { tokens: 0 } },
    [1125, 'server', 5],
  ],
  [
    'a fault whose backoff ends at the deadline',
    { row: 33, history: { idleMs: deadlineMs - 500 } },
    [500, 'backoff', 5],
  ],
  ['a fault whose backoff would end after the deadline', { row: 33, history: { idleMs: deadlineMs - 499 } }, 'fail'],
  [
    'a rate limit with a retry-after that ends at the deadline',
    { row: 30, retryAfterMs: 10_000, history: { idleMs: 290_000 } },
    [10_500, 'server', 5],
  ],
  [
    'a rate limit with a retry-after that ends at the deadline, even if the turn has waited before',
    { row: 30, retryAfterMs: 10_000, history: { idleMs: 290_000, hasWaited: true } },
    [10_500, 'server', 5],
  ],
  [
    'a rate limit with a retry-after that ends after the deadline, if the turn has waited before',
    { row: 30, retryAfterMs: 10_001, history: { idleMs: 290_000, hasWaited: true } },
    'fail',
  ],
  [
    'a fault whose deadline is later because longer retry-afters are allowed',
    { row: 33, history: { idleMs: 599_000 }, retry: { maxHintMs: 600_000 } },
    [500, 'backoff', 5],
  ],
];

/** Describes what the turn does, for the title of a test. */
function verbFor(outcome: Outcome): string {
  if (outcome === 'fail') return 'ends the turn';
  if (outcome === 'replay') return 'retries at once';
  return outcome === 'wait-for-network' ? 'waits for the network' : `waits ${outcome[0]} ms`;
}

describe('retry policy', () => {
  for (const [name, decisionCase, outcome] of outcomes) {
    it(`${verbFor(outcome)} after ${name}`, () => {
      const decision = decideCase(decisionCase);
      const { type } = decision;
      assert.deepEqual(type === 'wait' ? [decision.delayMs, decision.source, decision.attemptsLeft] : type, outcome);
      if (type === 'wait') assert.equal(decision.hintMs, decisionCase.retryAfterMs);
    });
  }

  for (const row of rowsOf('never', 'success', 'engine', 'repair')) {
    it(`never retries ${rowLabel(row)}, even with a retry-after`, () => {
      const decision = decideCase({ row, retryAfterMs: 1000 });
      assert.deepEqual([decision.type, decision.type === 'fail' && decision.fault.row], ['fail', row]);
    });
  }

  for (const row of rowsOf('transient', 'overload', 'resume', 'offline')) {
    it(`retries ${rowLabel(row)} with and without a retry-after`, () => {
      assert.notEqual(decideCase({ row }).type, 'fail');
      assert.notEqual(decideCase({ row, retryAfterMs: 1000 }).type, 'fail');
    });
  }

  /** The number of a fault, the number of the fault that ends the turn, and a pattern for its message. */
  const longLimits: readonly (readonly [row: RowId, finalRow: RowId, message: RegExp])[] = [
    [30, 32, /until \{time\}/],
    [31, 32, /until \{time\}/],
    [23, 22, /until \{time\}/],
    [35, 35, /overloaded\. Try again after \{time\}/],
    [33, 33, /returned an error \(status/],
  ];
  for (const [row, finalRow, message] of longLimits) {
    it(`ends a turn with ${rowLabel(finalRow)} after ${rowLabel(row)} with a retry-after of an hour`, () => {
      const decision = decideCase({ row, retryAfterMs: 3_600_000 });
      assert.ok(decision.type === 'fail');
      assert.deepEqual([decision.fault.row, decision.resetsInMs, decision.beyondMaxHint], [finalRow, 3_600_000, true]);
      assert.match(decision.fault.message, message);
      assert.ok(decision.fault.actions.includes('switchModel'));
    });
  }

  for (const [name, history, message] of [
    ['the retry budget of the origin is empty', { tokens: 0 }, localFaults.budget.message],
    ['there was no progress for too long', { idleMs: deadlineMs }, localFaults.deadline.message],
  ] as const) {
    it(`ends the turn with the fault kind budget when ${name}`, () => {
      const decision = decideCase({ row: 33, history });
      assert.ok(decision.type === 'fail');
      assert.deepEqual([decision.fault.kind, decision.fault.message], ['budget', message]);
    });
  }

  it('ends the turn with resumesWithoutText (fault 56) when two resumes have added no text', () => {
    const decision = decideCase({ row: 43, history: { ...cut, resumesLeft: 0, emptyResumes: 2 } });
    assert.ok(decision.type === 'fail');
    assert.equal(decision.fault.row, 56);
  });

  it('uses the next fallback model when the breaker is open, but only before the first text', () => {
    const decisionCase = { row: 33, history: { breakerOpen: true }, fallbackModels: ['m', 'n'] } as const;
    assert.deepEqual(decideCase(decisionCase), { type: 'fall-back', model: 'n' } satisfies Decision);
    assert.equal(decideCase({ ...decisionCase, history: { ...cut, breakerOpen: true } }).type, 'wait');
  });

  for (const [name, row, overloads, model] of [
    ['a third consecutive overload', 35, 2, 'n'],
    ['a second overload', 35, 1, undefined],
    ['a third rate limit, which concerns the key and not the model', 31, 2, undefined],
  ] as const) {
    it(`${model ? 'uses the next fallback model' : 'keeps the model'} after ${name}`, () => {
      const decision = decideCase({ row, history: { overloads }, fallbackModels: ['m', 'n'] });
      assert.equal(decision.type === 'fall-back' ? decision.model : undefined, model);
    });
  }

  const partial = { ...cut, isContinuable: true } as const;
  const refused = { hasText: true, hasOutput: true, isContinuable: true } as const;
  const continuationCases: readonly (readonly [name: string, decisionCase: DecisionCase, isContinued: boolean])[] = [
    ['a refused resume because of an overload', { row: 35, history: refused }, true],
    ['a stream that broke because of an overload', { row: 35, history: partial }, true],
    ['an overload beyond the longest retry-after', { row: 35, history: refused, retryAfterMs: 900_000 }, true],
    ['an overload after the last retry', { row: 35, history: { ...refused, retries: 5 } }, true],
    ['the last resume', { row: 42, history: { ...partial, resumesLeft: 0 } }, true],
    ['two resumes without text', { row: 43, history: { ...partial, resumesLeft: 0, emptyResumes: 2 } }, true],
    ['a fault that opens the breaker', { row: 34, history: { ...refused, breakerOpen: true } }, true],
    ['a broken stream with resumes left', { row: 42, history: partial }, false],
    ['a refused resume because of a rate limit', { row: 31, history: refused }, false],
    ['a refused resume because of a server error', { row: 33, history: refused }, false],
    ['the last refused resume because of a lost connection', { row: 5, history: { ...refused, retries: 5 } }, false],
    ['being offline with an open breaker', { row: 2, history: { ...refused, breakerOpen: true } }, false],
    ['a content filter', { row: 49, history: { ...partial, resumesLeft: 0 } }, false],
    ['an overload of an answer with tool calls', { row: 35, history: { ...refused, isContinuable: false } }, false],
    ['an overload with resuming switched off', { row: 35, history: refused, resume: 'off' }, false],
    ['an overload of the last model', { row: 35, history: { ...refused, models: ['m', 'n'] } }, false],
  ];
  for (const [name, decisionCase, isContinued] of continuationCases) {
    it(`${isContinued ? 'lets the next fallback model continue' : 'keeps the model'} after ${name}`, () => {
      const modes = (['auto', 'ask', 'off'] as const).map((continueWithFallback) =>
        decideCase({ ...decisionCase, fallbackModels: ['m', 'n'], continueWithFallback }),
      );
      const [auto, ask, off] = modes;
      assert.deepEqual(auto, isContinued ? { type: 'fall-back', model: 'n' } : off);
      assert.deepEqual(ask, isContinued ? { ...off, fallbackModel: 'n' } : off);
    });
  }

  for (const row of rowsOf('never', 'success', 'engine', 'repair')) {
    it(`does not count ${rowLabel(row)} as retryable`, () => {
      assert.equal(isRetryable(faultTable[row].policy), false);
    });
  }

  it('ends every turn in which the same fault occurs in every attempt', () => {
    const rows = Object.keys(faultTable).map(Number) as RowId[];
    const anyCase = fc.record({
      row: fc.constantFrom(...rows),
      retryAfterMs: fc.option(fc.integer({ min: 1, max: 600_000 }), { nil: undefined }),
      maxRetries: fc.integer({ min: 0, max: 10 }),
      hasText: fc.boolean(),
    });
    fc.assert(
      fc.property(anyCase, ({ row, retryAfterMs, maxRetries, hasText }) => {
        let history: Omit<Situation, 'fault'> = { ...newTurn, ...(hasText ? cut : {}), tokens: 100 };
        let attempts = 1;
        for (;;) {
          const decision = decideCase({
            row,
            ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
            history,
            retry: { maxRetries },
          });
          // Waiting for the network does not depend on the number of attempts.
          if (decision.type === 'fail' || decision.type === 'wait-for-network') break;
          const charged = decision.type === 'wait' ? 1 : 0;
          const counters = hasText
            ? { resumesLeft: history.resumesLeft - charged }
            : { retries: history.retries + charged };
          history = { ...history, ...counters, sameRowFaults: history.sameRowFaults + 1, freeReplayUsed: true };
          attempts++;
          assert.ok(attempts <= 12);
        }
        assert.ok(attempts <= (hasText ? 4 : 2 + maxRetries));
      }),
      { numRuns: propertyRuns },
    );
  });

  it('waits at least for the retry-after or, without one, for the minimum delay', () => {
    const rows = rowsOf('transient', 'overload', 'resume', 'hint', 'offline');
    fc.assert(
      fc.property(fc.constantFrom(...rows), fc.integer({ min: 0, max: 300_000 }), (row, retryAfterMs) => {
        const decision = decideCase({
          row,
          ...(retryAfterMs > 0 ? { retryAfterMs } : {}),
          history: { freeReplayUsed: true },
        });
        if (decision.type === 'wait') assert.ok(decision.delayMs >= Math.max(retryAfterMs, retryAfterMs > 0 ? 0 : 250));
        else assert.equal(decision.type === 'wait-for-network' ? 'offline' : 'hint', faultTable[row].policy.retry);
      }),
      { numRuns: propertyRuns },
    );
  });
});

const backup = { baseUrl: 'https://backup.test/v1', apiKey: 'hsa-key-2' };

describe('decision about the route', () => {
  const routeFault = { isRouteFault: true } as const;
  const cases: readonly (readonly [
    name: string,
    row: RowId,
    history: Partial<Situation>,
    outcome: Decision['type'],
  ])[] = [
    ['a refused connection', 3, { otherRoute: backup }, 'switch-route'],
    ['an untrusted certificate', 6, { otherRoute: backup }, 'switch-route'],
    ['an untrusted certificate while other routes may recover', 6, { othersMayRecover: true }, 'wait'],
    ['an untrusted certificate of the only route', 6, {}, 'fail'],
    ['a connection reset, which is first replayed', 5, { otherRoute: backup }, 'replay'],
    ['a second connection reset', 5, { otherRoute: backup, freeReplayUsed: true }, 'switch-route'],
    ['a second overload', 35, { otherRoute: backup, overloads: 1 }, 'wait'],
    ['a third overload', 35, { otherRoute: backup, overloads: 2 }, 'switch-route'],
    ['a server error', 33, { otherRoute: backup }, 'wait'],
    ['being offline with another route', 2, { otherRoute: backup }, 'probe-routes'],
    [
      'being offline when another route responds',
      2,
      { otherRoute: backup, probeResult: { route: backup } },
      'switch-route',
    ],
    [
      'being offline when no route responds',
      2,
      { otherRoute: backup, probeResult: { route: undefined } },
      'wait-for-network',
    ],
  ];
  for (const [name, row, history, outcome] of cases) {
    it(`is "${outcome}" after ${name}`, () => {
      const fault = { ...faultOf(row), ...([3, 5, 6].includes(row) && routeFault) };
      const decision = decideCase({ row, history: { fault, ...history } });
      assert.equal(decision.type, outcome);
      if (decision.type === 'switch-route') assert.equal(decision.to, backup);
    });
  }

  it('is to fail when the network is down, no route responds and no attempt is left', () => {
    const history = { otherRoute: backup, retries: 5 };
    assert.equal(decideCase({ row: 2, history }).type, 'probe-routes');
    assert.equal(decideCase({ row: 2, history: { ...history, probeResult: { route: undefined } } }).type, 'fail');
  });

  it('keeps the route after a third overload when a fallback model is set', () => {
    const decision = decideCase({ row: 35, history: { otherRoute: backup, overloads: 2 }, fallbackModels: ['n'] });
    assert.deepEqual(decision, { type: 'fall-back', model: 'n' });
  });
});

describe('decision in the queue of a gate', () => {
  type Block = NonNullable<Situation['block']>;
  const blockOf = (kind: Block['blockKind'], leftMs: number, cause: Partial<Block['cause']> = {}): Block => ({
    blockKind: kind,
    leftMs,
    cause: { until: leftMs, delayMs: leftMs, source: 'server', reason: 'rate-limit', ...cause },
  });
  const decideBlock = (block: Block, { history, ...decisionCase }: Omit<DecisionCase, 'row'> = {}): Decision =>
    decideCase({ ...decisionCase, row: 33, history: { fault: faultOfBlock(block), block, ...history } });

  for (const [name, block, expected] of [
    ['a named cooldown', blockOf('cooldown', 9000), { source: 'server', hintMs: 9000 }],
    ['a cooldown without a named time', blockOf('cooldown', 900, { source: 'backoff' }), { source: 'backoff' }],
    ['an open breaker', blockOf('breaker', 5000), { source: 'server' }],
    ['a probe', blockOf('probe', 1000), { source: 'backoff', estimated: true }],
  ] as const) {
    it(`is to wait for ${name}`, () => {
      const wait = { type: 'wait', delayMs: block.leftMs, inQueue: true, hintMs: undefined, attemptsLeft: 6, cost: 0 };
      assert.deepEqual(decideBlock(block), { ...wait, ...expected });
    });
  }

  it('does not count a retry twice that waits in the queue', () => {
    const decision = decideBlock(blockOf('cooldown', 1000), { history: { retries: 1, isRetryPending: true } });
    assert.equal(decision.type === 'wait' && decision.attemptsLeft, 4);
  });

  for (const [name, leftMs, history, row, beyondMaxHint] of [
    ['a cooldown that ends at the deadline', deadlineMs, { idleMs: 1 }, undefined, undefined],
    [
      'a cooldown that ends at the deadline of a turn that has waited',
      deadlineMs - 1,
      { hasWaited: true, idleMs: 1 },
      undefined,
      undefined,
    ],
    [
      'a cooldown that ends after the deadline of a turn that has waited',
      deadlineMs,
      { hasWaited: true, idleMs: 1 },
      0,
      undefined,
    ],
    ['a cooldown that is longer than any turn waits', deadlineMs + 1, {}, 32, true],
  ] as const) {
    it(`is to ${row === undefined ? 'wait' : 'fail'} for ${name}`, () => {
      const decision = decideBlock(blockOf('cooldown', leftMs), { history });
      if (row === undefined) return assert.equal(decision.type, 'wait');
      assert.ok(decision.type === 'fail');
      assert.deepEqual([decision.fault.row, decision.beyondMaxHint], [row, beyondMaxHint]);
      if (beyondMaxHint) assert.equal(decision.resetsInMs, leftMs);
    });
  }

  it('does not say that the gateway named a time that it did not name', () => {
    for (const block of [blockOf('breaker', 400_000), blockOf('cooldown', 400_000, { source: 'backoff' })]) {
      const decision = decideBlock(block);
      assert.ok(decision.type === 'fail');
      assert.equal(decision.beyondMaxHint, undefined);
    }
  });

  const seen = { hasText: true, hasOutput: true, isContinuable: true } as const;
  for (const [name, block, history, continueWithFallback, expected] of [
    ['uses a fallback model when the breaker is open', blockOf('breaker', 5000), {}, 'off', 'n'],
    ['waits for a probe of the breaker', blockOf('probe', 1000, { reason: 'breaker' }), {}, 'off', undefined],
    [
      'waits for an overload before any output',
      blockOf('cooldown', 5000, { reason: 'overloaded' }),
      {},
      'auto',
      undefined,
    ],
    ['waits for the breaker once there is output', blockOf('breaker', 5000), seen, 'off', undefined],
    ['lets a fallback model continue while the breaker is open', blockOf('breaker', 5000), seen, 'auto', 'n'],
    [
      'lets a fallback model continue during an overload',
      blockOf('cooldown', 5000, { reason: 'overloaded' }),
      seen,
      'auto',
      'n',
    ],
    ['waits for a rate limit, which concerns every model', blockOf('cooldown', 5000), seen, 'auto', undefined],
  ] as const) {
    it(name, () => {
      const decision = decideBlock(block, { history, continueWithFallback, fallbackModels: ['m', 'n'] });
      assert.deepEqual(decision.type === 'fall-back' ? decision.model : undefined, expected);
    });
  }

  it('offers the fallback model if the user decides about it', () => {
    const options = { history: seen, continueWithFallback: 'ask', fallbackModels: ['n'] } as const;
    for (const leftMs of [5000, 400_000]) {
      const decision = decideBlock(blockOf('breaker', leftMs), options);
      assert.equal((decision.type === 'wait' || decision.type === 'fail') && decision.fallbackModel, 'n');
    }
  });

  for (const [blockKind, reason, row] of [
    ['cooldown', 'rate-limit', 30],
    ['cooldown', 'overloaded', 35],
    ['cooldown', 'credit', 23],
    ['breaker', 'rate-limit', 61],
    ['probe', 'breaker', 61],
    ['probe', 'rate-limit', 30],
  ] as const) {
    it(`explains a "${blockKind}" after the fault "${reason}" with ${rowLabel(row)}`, () => {
      assert.equal(faultOfBlock(blockOf(blockKind, 1000, { reason })).row, row);
    });
  }
});

describe('cooldown after a fault', () => {
  const waitOf = (delayMs: number): Decision => {
    const decision = decideCase({ row: 33 });
    assert.ok(decision.type === 'wait');
    return { ...decision, delayMs };
  };
  const fail = { type: 'fail', fault: faultOf(30) } as const;
  for (const [title, fault, decision, cooldownMs] of [
    ['lasts for the retry-after of a rate limit, even if the turn fails', faultOf(30, 4000), fail, 4000],
    ['lasts for the backoff after an overload', faultOf(35), waitOf(1200), 1200],
    ['lasts at most 2.8 s without a retry-after', faultOf(35), waitOf(9000), 2800],
    ['does not start after an overload when the turn fails', faultOf(35), fail, undefined],
    ['does not start after a server error with a retry-after', faultOf(33, 4000), waitOf(4000), undefined],
  ] as const) {
    it(title, () => assert.equal(cooldownAfter(fault, decision), cooldownMs));
  }
});
