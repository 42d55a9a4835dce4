import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { EngineSettings } from '../../../src/engine/environment';
import { faultOfRow, type Fault } from '../../../src/engine/faults/classify';
import { faultNames, faultTable, type FaultName, type FaultRow } from '../../../src/engine/faults/faultTable';
import { decide, isRetryable, type Situation } from '../../../src/engine/retry/decide';
import type { Decision } from '../../../src/engine/retry/decision';
import type { ResumeBudget, TurnHistory } from '../../../src/engine/retry/turnHistory';
import { cooldownAfter, faultOfBlock } from '../../../src/engine/turn/admission';
import { fake } from '../../support/fake';
import { propertyRuns } from '../../support/propertyRuns';
import { gatewayFrom } from '../../support/testGateways';

const defaultRetry: EngineSettings['retry'] = {
  maxRetries: 5,
  baseDelayMs: 1000,
  maxDelayMs: 60_000,
  jitter: 'full',
  maxHintMs: 300_000,
};
/** A situation, with the counts that `decide` reads from the history of the turn. */
interface TurnCase extends Omit<Situation, 'fault' | 'history'> {
  readonly isRetryPending: boolean;
  readonly retries: number;
  readonly sameRowFaults: number;
  readonly freeReplayUsed: boolean;
  readonly previousDelayMs: number | undefined;
  readonly overloads: number;
  readonly models: string[];
  readonly resumesLeft: number;
  readonly resumes: number;
  readonly emptyResumes: number;
  readonly hasOutput: boolean;
  readonly idleMs: number;
  readonly hasWaited: boolean;
}
const newTurn: TurnCase = {
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
  otherGateway: undefined,
  othersMayRecover: false,
};
/** The deadline with the default settings, in milliseconds. */
const deadlineMs = 300_000;
/** The state of a turn whose stream broke after the user saw some text. */
const cut: Partial<TurnCase> = { isResuming: true, hasText: true, hasOutput: true };

function faultOf(row: FaultName, retryAfterMs?: number): Fault {
  const retryAfter = retryAfterMs === undefined ? undefined : { delayMs: retryAfterMs, field: 'retry-after' };
  return { ...faultOfRow(row), retryAfter };
}

/** A fault with the state of its turn and the settings. Omitted parts have their defaults. */
interface DecisionCase extends Partial<TurnCase> {
  readonly row: FaultName;
  readonly fault?: Fault;
  readonly retryAfterMs?: number;
  readonly retry?: Partial<EngineSettings['retry']>;
  readonly resume?: EngineSettings['resume'];
  readonly fallbackModels?: readonly string[];
  readonly continueWithFallback?: EngineSettings['continueWithFallback'];
}

/** Returns the decision for a case if every random number is 0.5. */
function decideCase({
  row,
  retryAfterMs,
  retry,
  resume = 'auto',
  fallbackModels = [],
  continueWithFallback = 'off',
  fault = faultOf(row, retryAfterMs),
  ...turn
}: DecisionCase): Decision {
  const timeout = { headersMs: null, firstTokenMs: null, idleMs: null, silentMs: null };
  const settings = {
    retry: { ...defaultRetry, ...retry },
    resume,
    timeout,
    fallbackModels,
    continueWithFallback,
    isWorkspaceModel: false,
  };
  const { sameRowFaults, resumes, resumesLeft, emptyResumes, ...situation } = { ...newTurn, ...turn };
  const history = fake<TurnHistory>({
    ...situation,
    faultsOf: () => sameRowFaults,
    resumes: fake<ResumeBudget>({ started: resumes, remaining: resumesLeft, empty: emptyResumes }),
  });
  return decide({ ...situation, fault, history }, settings, () => 0.5);
}

const rowsOf = (...policies: readonly FaultRow['policy']['retry'][]): readonly FaultName[] =>
  faultNames.filter((row) => policies.includes(faultTable[row].policy.retry));

/** The expected decision: its type or, for a wait, its delay, its source and the number of attempts left. */
type Outcome =
  | 'fail'
  | 'replay'
  | 'wait-for-network'
  | readonly [delayMs: number, source: 'server' | 'backoff', left: number];

const outcomes: readonly (readonly [name: string, decisionCase: DecisionCase, outcome: Outcome])[] = [
  ['a first server error', { row: 'serverError' }, [500, 'backoff', 5]],
  ['a third server error in a row', { row: 'serverError', retries: 2, sameRowFaults: 2 }, [2000, 'backoff', 3]],
  ['a fault with one retry left', { row: 'serverError', retries: 4, sameRowFaults: 4 }, [8000, 'backoff', 1]],
  ['a fault without a retry left', { row: 'serverError', retries: 5, sameRowFaults: 5 }, 'fail'],
  ['a fault with retries switched off', { row: 'serverError', retry: { maxRetries: 0 } }, 'fail'],
  ['a fault with jitter switched off', { row: 'serverError', retry: { jitter: 'none' } }, [1000, 'backoff', 5]],
  [
    'a fault with a lower maximum delay',
    { row: 'serverError', retries: 4, retry: { maxDelayMs: 3000 } },
    [1500, 'backoff', 1],
  ],
  [
    'a fault with decorrelated jitter and a previous delay of 5000 ms',
    { row: 'serverError', previousDelayMs: 5000, retry: { jitter: 'decorrelated' } },
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
    { row: 'rateLimited', retryAfterMs: 1000, retries: 5 },
    'fail',
  ],
  [
    'a used-up budget of the API key, with a retry-after',
    { row: 'creditResets', retryAfterMs: 60_000 },
    [62_500, 'server', 5],
  ],
  ['a used-up budget of the API key, without a retry-after', { row: 'creditResets' }, 'fail'],

  ['an unknown host for the third time', { row: 'hostNotFound', sameRowFaults: 2, retries: 2 }, [2000, 'backoff', 1]],
  ['an unknown host for the fourth time', { row: 'hostNotFound', sameRowFaults: 3, retries: 3 }, 'fail'],
  ['a web page', { row: 'webPage' }, [500, 'backoff', 1]],
  ['a web page for the second time', { row: 'webPage', sameRowFaults: 1, retries: 1 }, 'fail'],
  ['a web page after other faults', { row: 'webPage', sameRowFaults: 0, retries: 3 }, [4000, 'backoff', 1]],
  ['a second reply that is not HTTP', { row: 'notHttp', sameRowFaults: 1, retries: 1 }, 'fail'],
  ['an empty reply for the second time', { row: 'noBody', sameRowFaults: 1, retries: 1 }, [1000, 'backoff', 1]],
  ['an empty reply for the third time', { row: 'noBody', sameRowFaults: 2, retries: 2 }, 'fail'],
  ['a conflict for the third time', { row: 'conflict', sameRowFaults: 2, retries: 2 }, 'fail'],
  ['a gateway timeout for the third time', { row: 'gatewayTimeout', sameRowFaults: 2, retries: 2 }, 'fail'],
  ['garbled JSON for the third time', { row: 'garbledBody', sameRowFaults: 2, retries: 2 }, 'fail'],
  ['an empty answer', { row: 'noText' }, [500, 'backoff', 1]],
  ['an empty answer for the second time', { row: 'noText', sameRowFaults: 1, retries: 1 }, 'fail'],
  [
    'reasoning without an answer for the second time',
    { row: 'noText', ...cut, sameRowFaults: 1, resumesLeft: 2 },
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
    { row: 'connectionReset', freeReplayUsed: true, sameRowFaults: 1 },
    [500, 'backoff', 5],
  ],
  [
    'a connection reset before any byte of a continuation',
    { row: 'connectionReset', hasText: true, hasOutput: true },
    'replay',
  ],

  ['a connection lost before any text', { row: 'connectionLost' }, [500, 'backoff', 5]],
  ['an answer whose stream broke', { row: 'connectionLost', ...cut }, [500, 'backoff', 3]],
  [
    'an answer whose stream broke, without a retry left, because resumes are counted separately',
    { row: 'connectionLost', ...cut, retries: 5 },
    [500, 'backoff', 3],
  ],
  [
    'an answer whose stream broke after two resumes',
    { row: 'streamTruncated', ...cut, resumes: 2, resumesLeft: 1 },
    [2000, 'backoff', 1],
  ],
  [
    'reasoning whose stream broke, with resuming switched off, because there is no text to keep',
    { row: 'connectionLost', isResuming: true, hasOutput: true, resume: 'off' },
    [500, 'backoff', 3],
  ],
  [
    'a connection lost before any text, with resuming switched off',
    { row: 'connectionLost', resume: 'off' },
    [500, 'backoff', 5],
  ],
  [
    'a rate limit during a resume',
    { row: 'rateLimited', retryAfterMs: 5000, hasText: true, hasOutput: true, retries: 3 },
    [5250, 'server', 2],
  ],
  ['being offline', { row: 'offline' }, 'wait-for-network'],
  ['being offline with retries switched off', { row: 'offline', retry: { maxRetries: 0 } }, 'fail'],

  ['a fault with an empty retry budget', { row: 'serverError', tokens: 0.9 }, 'fail'],
  ['a fault with the last token of the retry budget', { row: 'serverError', tokens: 1 }, [500, 'backoff', 5]],
  [
    'a timeout, which costs two tokens, with one token left in the retry budget',
    { row: 'headersTimeout', tokens: 1.9 },
    'fail',
  ],
  [
    'an answer whose stream broke, with resuming switched off',
    { row: 'connectionLost', ...cut, resume: 'off' },
    'fail',
  ],
  ['a timeout with two tokens left in the retry budget', { row: 'headersTimeout', tokens: 2 }, [500, 'backoff', 5]],
  [
    'a rate limit with an empty retry budget, because the wait for a retry-after costs no token',
    { row: 'rateLimited', retryAfterMs: 1000, tokens: 0 },
    [1125, 'server', 5],
  ],
  ['an overload with an empty retry budget', { row: 'overloaded', tokens: 0 }, [1500, 'backoff', 5]],
  ['an open breaker with an empty budget', { row: 'serverError', breakerOpen: true, tokens: 0 }, [500, 'backoff', 5]],
  ['a fault whose backoff ends at the deadline', { row: 'serverError', idleMs: deadlineMs - 500 }, [500, 'backoff', 5]],
  ['a fault whose backoff would end after the deadline', { row: 'serverError', idleMs: deadlineMs - 499 }, 'fail'],
  [
    'a rate limit with a retry-after that ends at the deadline',
    { row: 'rateLimited', retryAfterMs: 10_000, idleMs: 290_000 },
    [10_500, 'server', 5],
  ],
  [
    'a rate limit with a retry-after that ends at the deadline, even if the turn has waited before',
    { row: 'rateLimited', retryAfterMs: 10_000, idleMs: 290_000, hasWaited: true },
    [10_500, 'server', 5],
  ],
  [
    'a rate limit with a retry-after that ends after the deadline, if the turn has waited before',
    { row: 'rateLimited', retryAfterMs: 10_001, idleMs: 290_000, hasWaited: true },
    'fail',
  ],
  [
    'a fault whose deadline is later because longer retry-afters are allowed',
    { row: 'serverError', idleMs: 599_000, retry: { maxHintMs: 600_000 } },
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
      const { retryAfterMs: hintMs } = decisionCase;
      const jitterMs = hintMs && type === 'wait' ? decision.delayMs - hintMs : undefined;
      if (type === 'wait') assert.deepEqual([decision.hintMs, decision.jitterMs], [hintMs, jitterMs]);
    });
  }

  for (const row of rowsOf('never', 'breaker', 'repair')) {
    it(`never retries ${row}, even with a retry-after`, () => {
      const decision = decideCase({ row, retryAfterMs: 1000 });
      assert.deepEqual([decision.type, decision.type === 'fail' && decision.fault.row], ['fail', row]);
      assert.equal(isRetryable(faultTable[row].policy), false);
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
      const decision = decideCase({ row: 'serverError', ...history });
      assert.ok(decision.type === 'fail');
      assert.deepEqual([decision.fault.kind, decision.fault.message], ['budget', message]);
    });
  }

  for (const [emptyResumes, row] of [
    [1, 'streamTruncated'],
    [2, 'resumesWithoutText'],
  ] as const) {
    it(`ends the turn with ${row} when ${emptyResumes} resumes have added no text`, () => {
      const decision = decideCase({ row: 'streamTruncated', ...cut, resumesLeft: 0, emptyResumes });
      assert.equal(decision.type === 'fail' && decision.fault.row, row);
    });
  }

  it('uses the next fallback model when the circuit breaker is open, but only before the first text', () => {
    const decisionCase = { row: 'serverError', breakerOpen: true, fallbackModels: ['m', 'n'] } as const;
    assert.deepEqual(decideCase(decisionCase), { type: 'fall-back', model: 'n' } satisfies Decision);
    assert.equal(decideCase({ ...decisionCase, ...cut, breakerOpen: true }).type, 'wait');
  });

  for (const [name, row, overloads, model] of [
    ['a third consecutive overload', 'overloaded', 2, 'n'],
    ['a second overload', 'overloaded', 1, undefined],
    ['a third rate limit, which concerns the key and not the model', 'rateLimitedWithoutRetryAfter', 2, undefined],
  ] as const) {
    it(`${model ? 'uses the next fallback model' : 'keeps the model'} after ${name}`, () => {
      const decision = decideCase({ row, overloads, fallbackModels: ['m', 'n'] });
      assert.equal(decision.type === 'fall-back' ? decision.model : undefined, model);
    });
  }

  const partial = { ...cut, isContinuable: true } as const;
  const refused = { hasText: true, hasOutput: true, isContinuable: true } as const;
  const continuationCases: readonly (readonly [name: string, decisionCase: DecisionCase, isContinued: boolean])[] = [
    ['a refused resume because of an overload', { row: 'overloaded', ...refused }, true],
    ['a stream that broke because of an overload', { row: 'overloaded', ...partial }, true],
    ['an overload beyond the longest retry-after', { row: 'overloaded', ...refused, retryAfterMs: 900_000 }, true],
    ['an overload after the last retry', { row: 'overloaded', ...refused, retries: 5 }, true],
    ['the last resume', { row: 'connectionLost', ...partial, resumesLeft: 0 }, true],
    ['two resumes without text', { row: 'streamTruncated', ...partial, resumesLeft: 0, emptyResumes: 2 }, true],
    ['a fault that opens the breaker', { row: 'badGateway', ...refused, breakerOpen: true }, true],
    ['a broken stream with resumes left', { row: 'connectionLost', ...partial }, false],
    ['a refused resume because of a rate limit', { row: 'rateLimitedWithoutRetryAfter', ...refused }, false],
    ['a refused resume because of a server error', { row: 'serverError', ...refused }, false],
    ['the last refused resume because of a lost connection', { row: 'connectionReset', ...refused, retries: 5 }, false],
    ['being offline with an open breaker', { row: 'offline', ...refused, breakerOpen: true }, false],
    ['a content filter', { row: 'answerFiltered', ...partial, resumesLeft: 0 }, false],
    ['an overload of an answer with tool calls', { row: 'overloaded', ...refused, isContinuable: false }, false],
    ['an overload with resuming switched off', { row: 'overloaded', ...refused, resume: 'off' }, false],
    ['an overload of the last model', { row: 'overloaded', ...refused, models: ['m', 'n'] }, false],
  ];
  for (const [name, decisionCase, isContinued] of continuationCases) {
    it(`${isContinued ? 'lets the next fallback model continue' : 'keeps the model'} after ${name}`, () => {
      const modes = (['auto', 'ask', 'off'] as const).map((continueWithFallback) =>
        decideCase({ ...decisionCase, fallbackModels: ['m', 'n'], continueWithFallback }),
      );
      const [auto, ask, off] = modes;
      assert.equal(off && 'fallbackModel' in off, false);
      assert.deepEqual(auto, isContinued ? { type: 'fall-back', model: 'n' } : off);
      assert.deepEqual(ask, isContinued ? { ...off, fallbackModel: 'n' } : off);
    });
  }

  it('continues with the substitute of another gateway while the network is unreachable, if the setting allows it', () => {
    const decisionCase = { row: 'offline', ...partial, substitute: 'other' } as const;
    const decisions = (['auto', 'ask', 'off'] as const).map((continueWithFallback) =>
      decideCase({ ...decisionCase, continueWithFallback }),
    );
    assert.deepEqual(decisions, [
      { type: 'fall-back', model: 'other' },
      { type: 'wait-for-network', attemptsLeft: 3, fallbackModel: 'other' },
      { type: 'wait-for-network', attemptsLeft: 3 },
    ]);
  });

  it('retries the same model after a lost connection, although another gateway offers a substitute', () => {
    const decisionCase = { row: 'connectionLost', ...partial, substitute: 'other' } as const;
    assert.equal(decideCase({ ...decisionCase, continueWithFallback: 'auto' }).type, 'wait');
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
        let history: TurnCase = { ...newTurn, ...(hasText ? cut : {}), tokens: 100 };
        let attempts = 1;
        for (;;) {
          const decision = decideCase({
            row,
            ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
            ...history,
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

  it('waits at least for the retry-after or, if the gateway named none, for the minimum delay', () => {
    const rows = rowsOf('transient', 'overload', 'resume', 'hint', 'offline');
    fc.assert(
      fc.property(fc.constantFrom(...rows), fc.integer({ min: 0, max: 300_000 }), (row, retryAfterMs) => {
        const decision = decideCase({ row, ...(retryAfterMs > 0 ? { retryAfterMs } : {}), freeReplayUsed: true });
        if (decision.type === 'wait') assert.ok(decision.delayMs >= Math.max(retryAfterMs, retryAfterMs > 0 ? 0 : 250));
        else assert.equal(decision.type === 'wait-for-network' ? 'offline' : 'hint', faultTable[row].policy.retry);
      }),
      { numRuns: propertyRuns },
    );
  });
});

const backup = gatewayFrom({ baseUrl: 'https://backup.test/v1', apiKey: 'hsa-key-2' });

describe('decision about the gateway', () => {
  const gatewayFault = { leavesGateway: true } as const;
  const cases: readonly (readonly [
    name: string,
    row: FaultName,
    history: Partial<TurnCase>,
    outcome: Decision['type'],
  ])[] = [
    ['a refused connection', 'connectionRefused', { otherGateway: backup }, 'switch-gateway'],
    ['an untrusted certificate', 'certificateUntrusted', { otherGateway: backup }, 'switch-gateway'],
    [
      'an untrusted certificate while other gateways may recover',
      'certificateUntrusted',
      { othersMayRecover: true },
      'wait',
    ],
    ['an unknown model while other gateways may recover', 'modelNotFound', { othersMayRecover: true }, 'fail'],
    ['an untrusted certificate of the only gateway', 'certificateUntrusted', {}, 'fail'],
    ['a connection reset, which is first replayed', 'connectionReset', { otherGateway: backup }, 'replay'],
    ['a second connection reset', 'connectionReset', { otherGateway: backup, freeReplayUsed: true }, 'switch-gateway'],
    ['a second overload', 'overloaded', { otherGateway: backup, overloads: 1 }, 'wait'],
    ['a third overload', 'overloaded', { otherGateway: backup, overloads: 2 }, 'switch-gateway'],
    ['a server error', 'serverError', { otherGateway: backup }, 'wait'],
    ['being offline with another gateway', 'offline', { otherGateway: backup }, 'probe-gateways'],
    ['being offline when no other gateway is left', 'offline', {}, 'wait-for-network'],
  ];
  for (const [name, row, history, outcome] of cases) {
    it(`is "${outcome}" after ${name}`, () => {
      const fault = {
        ...faultOf(row),
        ...(['connectionRefused', 'connectionReset', 'certificateUntrusted'].includes(row) && gatewayFault),
      };
      const decision = decideCase({ row, fault, ...history });
      assert.equal(decision.type, outcome);
      if (decision.type === 'switch-gateway') assert.equal(decision.to, backup);
    });
  }

  it('is to probe the other gateways when the network is down, even if no attempt is left', () => {
    assert.equal(decideCase({ row: 'offline', otherGateway: backup, retries: 5 }).type, 'probe-gateways');
  });

  it('is to fail when the network is down and neither another gateway nor an attempt is left', () => {
    assert.equal(decideCase({ row: 'offline', retries: 5 }).type, 'fail');
  });

  it('is to keep the gateway after a third overload when a fallback model is set', () => {
    const decision = decideCase({ row: 'overloaded', otherGateway: backup, overloads: 2, fallbackModels: ['n'] });
    assert.deepEqual(decision, { type: 'fall-back', model: 'n' });
  });
});

describe('decision for a turn that waits at a gate', () => {
  type Block = NonNullable<Situation['block']>;
  const blockOf = (kind: Block['blockKind'], leftMs: number, cause: Partial<Block['cause']> = {}): Block => ({
    blockKind: kind,
    leftMs,
    cause: { until: leftMs, delayMs: leftMs, source: 'server', reason: 'rate-limit', ...cause },
  });
  const decideBlock = (block: Block, decisionCase: Omit<DecisionCase, 'row'> = {}): Decision =>
    decideCase({ row: 'serverError', fault: faultOfBlock(block), block, ...decisionCase });

  for (const [name, block, expected] of [
    ['a named cooldown', blockOf('cooldown', 9000), { source: 'server', hintMs: 9000 }],
    ['a cooldown without a named time', blockOf('cooldown', 900, { source: 'backoff' }), { source: 'backoff' }],
    ['an open breaker', blockOf('breaker', 5000), { source: 'server' }],
    ['a probe', blockOf('probe', 1000), { source: 'backoff', estimated: true }],
  ] as const) {
    it(`is to wait for ${name}`, () => {
      const wait = {
        type: 'wait',
        delayMs: block.leftMs,
        inQueue: true,
        hintMs: undefined,
        attemptsLeft: 6,
        charge: 0,
      };
      assert.deepEqual(decideBlock(block), { ...wait, ...expected });
    });
  }

  it('counts a retry only once while the retry waits in the queue', () => {
    const decision = decideBlock(blockOf('cooldown', 1000), { retries: 1, isRetryPending: true });
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
      'deadline',
      undefined,
    ],
    ['a cooldown that is longer than any turn waits', deadlineMs + 1, {}, 'usageLimitReached', true],
  ] as const) {
    it(`is to ${row === undefined ? 'wait' : 'fail'} for ${name}`, () => {
      const decision = decideBlock(blockOf('cooldown', leftMs), history);
      if (row === undefined) return assert.equal(decision.type, 'wait');
      assert.ok(decision.type === 'fail');
      assert.deepEqual([decision.fault.row, decision.beyondMaxHint], [row, beyondMaxHint]);
      if (beyondMaxHint) assert.equal(decision.resetsInMs, leftMs);
    });
  }

  it('does not claim that the gateway named a reset time when the gateway named none', () => {
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
      const decision = decideBlock(block, { ...history, continueWithFallback, fallbackModels: ['m', 'n'] });
      assert.deepEqual(decision.type === 'fall-back' ? decision.model : undefined, expected);
    });
  }

  it('offers the fallback model when continueWithFallback is "ask"', () => {
    const options = { ...seen, continueWithFallback: 'ask', fallbackModels: ['n'] } as const;
    for (const leftMs of [5000, 400_000]) {
      const decision = decideBlock(blockOf('breaker', leftMs), options);
      assert.equal((decision.type === 'wait' || decision.type === 'fail') && decision.fallbackModel, 'n');
    }
  });

  for (const [blockKind, reason, row] of [
    ['cooldown', 'rate-limit', 'rateLimited'],
    ['cooldown', 'overloaded', 'overloaded'],
    ['cooldown', 'credit', 'creditResets'],
    ['breaker', 'rate-limit', 'breakerOpen'],
    ['probe', 'breaker', 'breakerOpen'],
    ['probe', 'rate-limit', 'rateLimited'],
  ] as const) {
    it(`explains a "${blockKind}" after the fault "${reason}" with ${row}`, () => {
      assert.equal(faultOfBlock(blockOf(blockKind, 1000, { reason })).row, row);
    });
  }
});

describe('cooldown after a fault', () => {
  const wait = { type: 'wait', inQueue: false, source: 'backoff', attemptsLeft: 5, charge: 0 } as const;
  const waitOf = (delayMs: number): Decision => ({ ...wait, delayMs });
  const fail = { type: 'fail', fault: faultOf('rateLimited') } as const;
  for (const [title, fault, decision, cooldownMs] of [
    ['lasts for the retry-after of a rate limit, even if the turn fails', faultOf('rateLimited', 4000), fail, 4000],
    ['lasts for the backoff after an overload', faultOf('overloaded'), waitOf(1200), 1200],
    ['lasts at most 2.8 s without a retry-after', faultOf('overloaded'), waitOf(9000), 2800],
    ['does not start after an overload when the turn fails', faultOf('overloaded'), fail, undefined],
    ['does not start after a server error with a retry-after', faultOf('serverError', 4000), waitOf(4000), undefined],
  ] as const) {
    it(title, () => assert.equal(cooldownAfter(fault, decision), cooldownMs));
  }
});
