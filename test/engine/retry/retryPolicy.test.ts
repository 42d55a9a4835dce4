import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { EngineSettings } from '../../../src/engine/engine';
import { faultOfRow, type Fault } from '../../../src/engine/faults/classify';
import { faultNames, faultTable, type FaultName, type FaultRow } from '../../../src/engine/faults/faultTable';
import {
  decide,
  isRetryable,
  asEndOfTurn,
  type Decision,
  type RetryHistory,
} from '../../../src/engine/retry/retryPolicy';
import { propertyRuns } from '../../support/propertyRuns';

const defaultRetry: EngineSettings['retry'] = {
  maxRetries: 5,
  baseDelayMs: 1000,
  maxDelayMs: 60_000,
  jitter: 'full',
  maxHintMs: 300_000,
};
const newTurn: RetryHistory = {
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
  otherRoute: 'none',
};
/** The deadline with the default settings, in milliseconds. */
const deadlineMs = 300_000;
/** The state of a turn whose stream broke after the user saw some text. */
const cut: Partial<RetryHistory> = { isResuming: true, hasText: true, hasOutput: true };

function faultOf(row: FaultName, retryAfterMs?: number): Fault {
  const { kind, policy, message, actions }: FaultRow = faultTable[row];
  const retryAfter = retryAfterMs === undefined ? undefined : { delayMs: retryAfterMs, field: 'retry-after' };
  return { row, kind: kind ?? 'server', policy, message, actions, detail: '', retryAfter };
}

/** A fault with the state of its turn and the settings. Omitted parts have their defaults. */
interface DecisionCase {
  readonly row: FaultName;
  readonly retryAfterMs?: number;
  readonly history?: Partial<RetryHistory>;
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
  return decide(faultOf(row, retryAfterMs), { ...newTurn, ...history }, settings, () => 0.5);
}

const rowsOf = (...policies: readonly FaultRow['policy']['retry'][]): readonly FaultName[] =>
  faultNames.filter((row) => policies.includes(faultTable[row].policy.retry));

/** The expected decision: its type or, for a wait, its delay, its source and the number of attempts left. */
type Outcome = 'fail' | 'replay' | 'offline' | readonly [delayMs: number, source: 'server' | 'backoff', left: number];

const outcomes: readonly (readonly [name: string, decisionCase: DecisionCase, outcome: Outcome])[] = [
  ['a first server error', { row: 'serverError' }, [500, 'backoff', 5]],
  [
    'a third server error in a row',
    { row: 'serverError', history: { retries: 2, sameRowFaults: 2 } },
    [2000, 'backoff', 3],
  ],
  [
    'a fault with one retry left',
    { row: 'serverError', history: { retries: 4, sameRowFaults: 4 } },
    [8000, 'backoff', 1],
  ],
  ['a fault without a retry left', { row: 'serverError', history: { retries: 5, sameRowFaults: 5 } }, 'fail'],
  ['a fault with retries switched off', { row: 'serverError', retry: { maxRetries: 0 } }, 'fail'],
  ['a fault with jitter switched off', { row: 'serverError', retry: { jitter: 'none' } }, [1000, 'backoff', 5]],
  [
    'a fault with a lower maximum delay',
    { row: 'serverError', history: { retries: 4 }, retry: { maxDelayMs: 3000 } },
    [1500, 'backoff', 1],
  ],
  [
    'a fault with decorrelated jitter and a previous delay of 5000 ms',
    { row: 'serverError', history: { previousDelayMs: 5000 }, retry: { jitter: 'decorrelated' } },
    [8000, 'backoff', 5],
  ],
  ['a server error with a retry-after', { row: 'serverError', retryAfterMs: 10_000 }, [10_500, 'server', 5]],

  ['an overload', { row: 'overloaded' }, [1500, 'backoff', 5]],
  ['an overload with a retry-after', { row: 'overloaded', retryAfterMs: 37_000 }, [38_850, 'server', 5]],
  ['a rate limit without a retry-after', { row: 'rateLimitedWithoutRetryAfter' }, [1500, 'backoff', 5]],
  ['a rate limit with a retry-after', { row: 'rateLimited', retryAfterMs: 37_000 }, [38_850, 'server', 5]],
  [
    'a rate limit with a retry-after beyond the maximum backoff',
    { row: 'rateLimited', retryAfterMs: 120_000 },
    [122_500, 'server', 5],
  ],
  [
    'a rate limit with a retry-after of exactly the allowed maximum',
    { row: 'rateLimited', retryAfterMs: 300_000 },
    [302_500, 'server', 5],
  ],
  ['a rate limit with a retry-after beyond the allowed maximum', { row: 'rateLimited', retryAfterMs: 300_001 }, 'fail'],
  [
    'a rate limit with a retry-after when the settings allow no wait for it',
    { row: 'rateLimited', retryAfterMs: 1, retry: { maxHintMs: 0 } },
    'fail',
  ],
  [
    'a rate limit with a retry-after but without a retry left',
    { row: 'rateLimited', retryAfterMs: 1000, history: { retries: 5 } },
    'fail',
  ],
  [
    'a used-up budget of the API key, with a retry-after',
    { row: 'creditResets', retryAfterMs: 60_000 },
    [62_500, 'server', 5],
  ],
  ['a used-up budget of the API key, without a retry-after', { row: 'creditResets' }, 'fail'],

  [
    'an unknown host for the third time',
    { row: 'hostNotFound', history: { sameRowFaults: 2, retries: 2 } },
    [2000, 'backoff', 1],
  ],
  ['an unknown host for the fourth time', { row: 'hostNotFound', history: { sameRowFaults: 3, retries: 3 } }, 'fail'],
  ['a web page', { row: 'webPage' }, [500, 'backoff', 1]],
  ['a web page for the second time', { row: 'webPage', history: { sameRowFaults: 1, retries: 1 } }, 'fail'],
  [
    'a web page after other faults',
    { row: 'webPage', history: { sameRowFaults: 0, retries: 3 } },
    [4000, 'backoff', 1],
  ],
  ['a second reply that is not HTTP', { row: 'notHttp', history: { sameRowFaults: 1, retries: 1 } }, 'fail'],
  [
    'an empty reply for the second time',
    { row: 'noBody', history: { sameRowFaults: 1, retries: 1 } },
    [1000, 'backoff', 1],
  ],
  ['an empty reply for the third time', { row: 'noBody', history: { sameRowFaults: 2, retries: 2 } }, 'fail'],
  ['a conflict for the third time', { row: 'conflict', history: { sameRowFaults: 2, retries: 2 } }, 'fail'],
  [
    'a gateway timeout for the third time',
    { row: 'gatewayTimeout', history: { sameRowFaults: 2, retries: 2 } },
    'fail',
  ],
  ['garbled JSON for the third time', { row: 'garbledBody', history: { sameRowFaults: 2, retries: 2 } }, 'fail'],
  ['an empty answer', { row: 'noText' }, [500, 'backoff', 1]],
  ['an empty answer for the second time', { row: 'noText', history: { sameRowFaults: 1, retries: 1 } }, 'fail'],
  [
    'reasoning without an answer for the second time',
    { row: 'noText', history: { ...cut, sameRowFaults: 1, resumesLeft: 2 } },
    'fail',
  ],

  ['a connection reset before any byte', { row: 'connectionReset' }, 'replay'],
  [
    'a connection reset with retries switched off, because the first retry does not count',
    { row: 'connectionReset', retry: { maxRetries: 0 } },
    'replay',
  ],
  [
    'a second connection reset',
    { row: 'connectionReset', history: { freeReplayUsed: true, sameRowFaults: 1 } },
    [500, 'backoff', 5],
  ],
  [
    'a connection reset before any byte of a continuation',
    { row: 'connectionReset', history: { hasText: true, hasOutput: true } },
    'replay',
  ],

  ['a connection lost before any text', { row: 'connectionLost' }, [500, 'backoff', 5]],
  ['an answer whose stream broke', { row: 'connectionLost', history: cut }, [500, 'backoff', 3]],
  [
    'an answer whose stream broke, without a retry left, because resumes are counted separately',
    { row: 'connectionLost', history: { ...cut, retries: 5 } },
    [500, 'backoff', 3],
  ],
  [
    'an answer whose stream broke after two resumes',
    { row: 'streamTruncated', history: { ...cut, resumes: 2, resumesLeft: 1 } },
    [2000, 'backoff', 1],
  ],
  [
    'an answer whose stream broke, without a resume left',
    { row: 'streamTruncated', history: { ...cut, resumesLeft: 0 } },
    'fail',
  ],
  [
    'an answer whose stream broke, with resuming switched off',
    { row: 'connectionLost', history: cut, resume: 'off' },
    'fail',
  ],
  [
    'reasoning whose stream broke, with resuming switched off, because there is no text to keep',
    { row: 'connectionLost', history: { isResuming: true, hasOutput: true }, resume: 'off' },
    [500, 'backoff', 3],
  ],
  [
    'a connection lost before any text, with resuming switched off',
    { row: 'connectionLost', resume: 'off' },
    [500, 'backoff', 5],
  ],
  [
    'a rate limit during a resume',
    { row: 'rateLimited', retryAfterMs: 5000, history: { hasText: true, hasOutput: true, retries: 3 } },
    [5250, 'server', 2],
  ],
  ['being offline', { row: 'offline' }, 'offline'],
  ['being offline with retries switched off', { row: 'offline', retry: { maxRetries: 0 } }, 'fail'],

  ['a fault with an empty retry budget', { row: 'serverError', history: { tokens: 0.9 } }, 'fail'],
  [
    'a fault with the last token of the retry budget',
    { row: 'serverError', history: { tokens: 1 } },
    [500, 'backoff', 5],
  ],
  [
    'a timeout, which costs two tokens, with one token left in the retry budget',
    { row: 'headersTimeout', history: { tokens: 1.9 } },
    'fail',
  ],
  [
    'a timeout with two tokens left in the retry budget',
    { row: 'headersTimeout', history: { tokens: 2 } },
    [500, 'backoff', 5],
  ],
  [
    'a rate limit with an empty retry budget, because the wait for a retry-after costs no token',
    { row: 'rateLimited', retryAfterMs: 1000, history: { tokens: 0 } },
    [1125, 'server', 5],
  ],
  [
    'a fault whose backoff ends at the deadline',
    { row: 'serverError', history: { idleMs: deadlineMs - 500 } },
    [500, 'backoff', 5],
  ],
  [
    'a fault whose backoff would end after the deadline',
    { row: 'serverError', history: { idleMs: deadlineMs - 499 } },
    'fail',
  ],
  [
    'a rate limit with a retry-after that ends at the deadline',
    { row: 'rateLimited', retryAfterMs: 10_000, history: { idleMs: 290_000 } },
    [10_500, 'server', 5],
  ],
  [
    'a rate limit with a retry-after that ends at the deadline, even if the turn has waited before',
    { row: 'rateLimited', retryAfterMs: 10_000, history: { idleMs: 290_000, hasWaited: true } },
    [10_500, 'server', 5],
  ],
  [
    'a rate limit with a retry-after that ends after the deadline, if the turn has waited before',
    { row: 'rateLimited', retryAfterMs: 10_001, history: { idleMs: 290_000, hasWaited: true } },
    'fail',
  ],
  [
    'a fault whose deadline is later because longer retry-afters are allowed',
    { row: 'serverError', history: { idleMs: 599_000 }, retry: { maxHintMs: 600_000 } },
    [500, 'backoff', 5],
  ],
];

/** Describes what the turn does, for the title of a test. */
function verbFor(outcome: Outcome): string {
  if (outcome === 'fail') return 'ends the turn';
  if (outcome === 'replay') return 'retries at once';
  return outcome === 'offline' ? 'waits for the network' : `waits ${outcome[0]} ms`;
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

  for (const row of rowsOf('never', 'breaker', 'repair')) {
    it(`never retries ${row}, even with a retry-after`, () => {
      const decision = decideCase({ row, retryAfterMs: 1000 });
      assert.deepEqual([decision.type, decision.type === 'fail' && decision.fault.row], ['fail', row]);
    });
  }

  for (const row of rowsOf('transient', 'overload', 'resume', 'offline')) {
    it(`retries ${row} with and without a retry-after`, () => {
      assert.notEqual(decideCase({ row }).type, 'fail');
      assert.notEqual(decideCase({ row, retryAfterMs: 1000 }).type, 'fail');
    });
  }

  /** A fault, the fault that ends the turn, and a pattern for its message. */
  const longLimits: readonly (readonly [row: FaultName, finalRow: FaultName, message: RegExp])[] = [
    ['rateLimited', 'usageLimitReached', /until \{time\}/],
    ['rateLimitedWithoutRetryAfter', 'usageLimitReached', /until \{time\}/],
    ['creditResets', 'outOfCredit', /until \{time\}/],
    ['overloaded', 'overloaded', /overloaded\. Try again after \{time\}/],
    ['serverError', 'serverError', /returned an error \(status/],
  ];
  for (const [row, finalRow, message] of longLimits) {
    it(`ends a turn with ${finalRow} after ${row} with a retry-after of an hour`, () => {
      const decision = decideCase({ row, retryAfterMs: 3_600_000 });
      assert.ok(decision.type === 'fail');
      assert.deepEqual([decision.fault.row, decision.resetsInMs, decision.beyondMaxHint], [finalRow, 3_600_000, true]);
      assert.match(decision.fault.message, message);
      assert.ok(decision.fault.actions.includes('switchModel'));
    });
  }

  for (const [name, history, message] of [
    ['the retry budget of the origin is empty', { tokens: 0 }, faultTable.budget.message],
    ['there was no progress for too long', { idleMs: deadlineMs }, faultTable.deadline.message],
  ] as const) {
    it(`ends the turn with the fault kind budget when ${name}`, () => {
      const decision = decideCase({ row: 'serverError', history });
      assert.ok(decision.type === 'fail');
      assert.deepEqual([decision.fault.kind, decision.fault.message], ['budget', message]);
    });
  }

  it('ends the turn with resumesWithoutText when two resumes have added no text', () => {
    const decision = decideCase({ row: 'streamTruncated', history: { ...cut, resumesLeft: 0, emptyResumes: 2 } });
    assert.ok(decision.type === 'fail');
    assert.equal(decision.fault.row, 'resumesWithoutText');
  });

  it('uses the next fallback model when the breaker is open, but only before the first text', () => {
    const decisionCase = { row: 'serverError', history: { breakerOpen: true }, fallbackModels: ['m', 'n'] } as const;
    assert.deepEqual(decideCase(decisionCase), { type: 'fall-back', model: 'n' } satisfies Decision);
    assert.equal(decideCase({ ...decisionCase, history: { ...cut, breakerOpen: true } }).type, 'wait');
  });

  for (const [name, row, overloads, model] of [
    ['a third consecutive overload', 'overloaded', 2, 'n'],
    ['a second overload', 'overloaded', 1, undefined],
    ['a third rate limit, which concerns the key and not the model', 'rateLimitedWithoutRetryAfter', 2, undefined],
  ] as const) {
    it(`${model ? 'uses the next fallback model' : 'keeps the model'} after ${name}`, () => {
      const decision = decideCase({ row, history: { overloads }, fallbackModels: ['m', 'n'] });
      assert.equal(decision.type === 'fall-back' ? decision.model : undefined, model);
    });
  }

  const partial = { ...cut, isContinuable: true } as const;
  const refused = { hasText: true, hasOutput: true, isContinuable: true } as const;
  const continuationCases: readonly (readonly [name: string, decisionCase: DecisionCase, isContinued: boolean])[] = [
    ['a refused resume because of an overload', { row: 'overloaded', history: refused }, true],
    ['a stream that broke because of an overload', { row: 'overloaded', history: partial }, true],
    [
      'an overload beyond the longest retry-after',
      { row: 'overloaded', history: refused, retryAfterMs: 900_000 },
      true,
    ],
    ['an overload after the last retry', { row: 'overloaded', history: { ...refused, retries: 5 } }, true],
    ['the last resume', { row: 'connectionLost', history: { ...partial, resumesLeft: 0 } }, true],
    [
      'two resumes without text',
      { row: 'streamTruncated', history: { ...partial, resumesLeft: 0, emptyResumes: 2 } },
      true,
    ],
    ['a fault that opens the breaker', { row: 'badGateway', history: { ...refused, breakerOpen: true } }, true],
    ['a broken stream with resumes left', { row: 'connectionLost', history: partial }, false],
    ['a refused resume because of a rate limit', { row: 'rateLimitedWithoutRetryAfter', history: refused }, false],
    ['a refused resume because of a server error', { row: 'serverError', history: refused }, false],
    [
      'the last refused resume because of a lost connection',
      { row: 'connectionReset', history: { ...refused, retries: 5 } },
      false,
    ],
    ['being offline with an open breaker', { row: 'offline', history: { ...refused, breakerOpen: true } }, false],
    ['a content filter', { row: 'answerFiltered', history: { ...partial, resumesLeft: 0 } }, false],
    [
      'an overload of an answer with tool calls',
      { row: 'overloaded', history: { ...refused, isContinuable: false } },
      false,
    ],
    ['an overload with resuming switched off', { row: 'overloaded', history: refused, resume: 'off' }, false],
    ['an overload of the last model', { row: 'overloaded', history: { ...refused, models: ['m', 'n'] } }, false],
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

  for (const row of rowsOf('never', 'breaker', 'repair')) {
    it(`does not count ${row} as retryable`, () => {
      assert.equal(isRetryable(faultTable[row].policy), false);
    });
  }

  it('does not replace a fault of the engine itself when the limit resets too late to wait for it', () => {
    const fault = faultOfRow('deadline');
    assert.deepEqual(asEndOfTurn(fault), fault);
  });

  it('ends every turn in which the same fault occurs in every attempt', () => {
    const anyCase = fc.record({
      row: fc.constantFrom(...faultNames),
      retryAfterMs: fc.option(fc.integer({ min: 1, max: 600_000 }), { nil: undefined }),
      maxRetries: fc.integer({ min: 0, max: 10 }),
      hasText: fc.boolean(),
    });
    fc.assert(
      fc.property(anyCase, ({ row, retryAfterMs, maxRetries, hasText }) => {
        let history: RetryHistory = { ...newTurn, ...(hasText ? cut : {}), tokens: 100 };
        let attempts = 1;
        for (;;) {
          const decision = decideCase({
            row,
            ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
            history,
            retry: { maxRetries },
          });
          // Waiting for the network does not depend on the number of attempts.
          if (decision.type === 'fail' || decision.type === 'offline') break;
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
        else assert.equal(decision.type === 'offline' ? 'offline' : 'hint', faultTable[row].policy.retry);
      }),
      { numRuns: propertyRuns },
    );
  });
});
