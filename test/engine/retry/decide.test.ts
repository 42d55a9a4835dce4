import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { EngineSettings } from '../../../src/engine/environment';
import { faultOfRow, type Fault } from '../../../src/engine/faults/classify';
import { faultNames, faultTable, type FaultName, type FaultRow } from '../../../src/engine/faults/faultTable';
import { decide, isRetryable, type TurnSituation } from '../../../src/engine/retry/decide';
import type { Decision } from '../../../src/engine/retry/decision';
import type { ResumeLimit, TurnHistory } from '../../../src/engine/retry/turnHistory';
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
interface TurnCase extends Omit<TurnSituation, 'fault' | 'history'> {
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
    resumes: fake<ResumeLimit>({ started: resumes, remaining: resumesLeft, empty: emptyResumes }),
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
  | { readonly delayMs: number; readonly source: 'server' | 'backoff'; readonly attemptsLeft: number };

const outcomes: readonly { readonly name: string; readonly decisionCase: DecisionCase; readonly outcome: Outcome }[] = [
  {
    name: 'a first server error',
    decisionCase: { row: 'serverError' },
    outcome: { delayMs: 500, source: 'backoff', attemptsLeft: 5 },
  },
  {
    name: 'a third server error in a row',
    decisionCase: { row: 'serverError', retries: 2, sameRowFaults: 2 },
    outcome: { delayMs: 2000, source: 'backoff', attemptsLeft: 3 },
  },
  {
    name: 'a fault with one retry left',
    decisionCase: { row: 'serverError', retries: 4, sameRowFaults: 4 },
    outcome: { delayMs: 8000, source: 'backoff', attemptsLeft: 1 },
  },
  {
    name: 'a fault without a retry left',
    decisionCase: { row: 'serverError', retries: 5, sameRowFaults: 5 },
    outcome: 'fail',
  },
  {
    name: 'a fault with retries switched off',
    decisionCase: { row: 'serverError', retry: { maxRetries: 0 } },
    outcome: 'fail',
  },
  {
    name: 'a fault with jitter switched off',
    decisionCase: { row: 'serverError', retry: { jitter: 'none' } },
    outcome: { delayMs: 1000, source: 'backoff', attemptsLeft: 5 },
  },
  {
    name: 'a fault with a lower maximum delay',
    decisionCase: { row: 'serverError', retries: 4, retry: { maxDelayMs: 3000 } },
    outcome: { delayMs: 1500, source: 'backoff', attemptsLeft: 1 },
  },
  {
    name: 'a fault with decorrelated jitter and a previous delay of 5000 ms',
    decisionCase: { row: 'serverError', previousDelayMs: 5000, retry: { jitter: 'decorrelated' } },
    outcome: { delayMs: 8000, source: 'backoff', attemptsLeft: 5 },
  },
  {
    name: 'a server error with a retry-after',
    decisionCase: { row: 'serverError', retryAfterMs: 10_000 },
    outcome: { delayMs: 10_500, source: 'server', attemptsLeft: 5 },
  },

  {
    name: 'an overload',
    decisionCase: { row: 'overloaded' },
    outcome: { delayMs: 1500, source: 'backoff', attemptsLeft: 5 },
  },
  {
    name: 'an overload with a retry-after',
    decisionCase: { row: 'overloaded', retryAfterMs: 37_000 },
    outcome: { delayMs: 38_850, source: 'server', attemptsLeft: 5 },
  },
  {
    name: 'a rate limit without a retry-after',
    decisionCase: { row: 'rateLimitedWithoutRetryAfter' },
    outcome: { delayMs: 1500, source: 'backoff', attemptsLeft: 5 },
  },
  {
    name: 'a rate limit with a retry-after',
    decisionCase: { row: 'rateLimited', retryAfterMs: 37_000 },
    outcome: { delayMs: 38_850, source: 'server', attemptsLeft: 5 },
  },
  {
    name: 'a rate limit with a retry-after beyond the maximum backoff',
    decisionCase: { row: 'rateLimited', retryAfterMs: 120_000 },
    outcome: { delayMs: 122_500, source: 'server', attemptsLeft: 5 },
  },
  {
    name: 'a rate limit with a retry-after of exactly the allowed maximum',
    decisionCase: { row: 'rateLimited', retryAfterMs: 300_000 },
    outcome: { delayMs: 302_500, source: 'server', attemptsLeft: 5 },
  },
  {
    name: 'a rate limit with a retry-after beyond the allowed maximum',
    decisionCase: { row: 'rateLimited', retryAfterMs: 300_001 },
    outcome: 'fail',
  },
  {
    name: 'a rate limit with a retry-after when the settings allow no wait for it',
    decisionCase: { row: 'rateLimited', retryAfterMs: 1, retry: { maxHintMs: 0 } },
    outcome: 'fail',
  },
  {
    name: 'a rate limit with a retry-after but without a retry left',
    decisionCase: { row: 'rateLimited', retryAfterMs: 1000, retries: 5 },
    outcome: 'fail',
  },
  {
    name: 'a used-up budget of the API key, with a retry-after',
    decisionCase: { row: 'creditResets', retryAfterMs: 60_000 },
    outcome: { delayMs: 62_500, source: 'server', attemptsLeft: 5 },
  },
  {
    name: 'a used-up budget of the API key, without a retry-after',
    decisionCase: { row: 'creditResets' },
    outcome: 'fail',
  },

  {
    name: 'an unknown host for the third time',
    decisionCase: { row: 'hostNotFound', sameRowFaults: 2, retries: 2 },
    outcome: { delayMs: 2000, source: 'backoff', attemptsLeft: 1 },
  },
  {
    name: 'an unknown host for the fourth time',
    decisionCase: { row: 'hostNotFound', sameRowFaults: 3, retries: 3 },
    outcome: 'fail',
  },
  {
    name: 'a web page',
    decisionCase: { row: 'webPage' },
    outcome: { delayMs: 500, source: 'backoff', attemptsLeft: 1 },
  },
  {
    name: 'a web page for the second time',
    decisionCase: { row: 'webPage', sameRowFaults: 1, retries: 1 },
    outcome: 'fail',
  },
  {
    name: 'a web page after other faults',
    decisionCase: { row: 'webPage', sameRowFaults: 0, retries: 3 },
    outcome: { delayMs: 4000, source: 'backoff', attemptsLeft: 1 },
  },
  {
    name: 'a second reply that is not HTTP',
    decisionCase: { row: 'notHttp', sameRowFaults: 1, retries: 1 },
    outcome: 'fail',
  },
  {
    name: 'an empty reply for the second time',
    decisionCase: { row: 'noBody', sameRowFaults: 1, retries: 1 },
    outcome: { delayMs: 1000, source: 'backoff', attemptsLeft: 1 },
  },
  {
    name: 'an empty reply for the third time',
    decisionCase: { row: 'noBody', sameRowFaults: 2, retries: 2 },
    outcome: 'fail',
  },
  {
    name: 'a conflict for the third time',
    decisionCase: { row: 'conflict', sameRowFaults: 2, retries: 2 },
    outcome: 'fail',
  },
  {
    name: 'a gateway timeout for the third time',
    decisionCase: { row: 'gatewayTimeout', sameRowFaults: 2, retries: 2 },
    outcome: 'fail',
  },
  {
    name: 'garbled JSON for the third time',
    decisionCase: { row: 'garbledBody', sameRowFaults: 2, retries: 2 },
    outcome: 'fail',
  },
  {
    name: 'an empty answer',
    decisionCase: { row: 'noText' },
    outcome: { delayMs: 500, source: 'backoff', attemptsLeft: 1 },
  },
  {
    name: 'an empty answer for the second time',
    decisionCase: { row: 'noText', sameRowFaults: 1, retries: 1 },
    outcome: 'fail',
  },
  {
    name: 'reasoning without an answer for the second time',
    decisionCase: { row: 'noText', ...cut, sameRowFaults: 1, resumesLeft: 2 },
    outcome: 'fail',
  },

  { name: 'a connection reset before any byte', decisionCase: { row: 'connectionReset' }, outcome: 'replay' },
  {
    name: 'a connection reset with retries switched off, because the first retry does not count',
    decisionCase: { row: 'connectionReset', retry: { maxRetries: 0 } },
    outcome: 'replay',
  },
  {
    name: 'a second connection reset',
    decisionCase: { row: 'connectionReset', freeReplayUsed: true, sameRowFaults: 1 },
    outcome: { delayMs: 500, source: 'backoff', attemptsLeft: 5 },
  },
  {
    name: 'a connection reset before any byte of a continuation',
    decisionCase: { row: 'connectionReset', hasText: true, hasOutput: true },
    outcome: 'replay',
  },

  {
    name: 'a connection lost before any text',
    decisionCase: { row: 'connectionLost' },
    outcome: { delayMs: 500, source: 'backoff', attemptsLeft: 5 },
  },
  {
    name: 'an answer whose stream broke',
    decisionCase: { row: 'connectionLost', ...cut },
    outcome: { delayMs: 500, source: 'backoff', attemptsLeft: 3 },
  },
  {
    name: 'an answer whose stream broke, without a retry left, because resumes are counted separately',
    decisionCase: { row: 'connectionLost', ...cut, retries: 5 },
    outcome: { delayMs: 500, source: 'backoff', attemptsLeft: 3 },
  },
  {
    name: 'an answer whose stream broke after two resumes',
    decisionCase: { row: 'streamTruncated', ...cut, resumes: 2, resumesLeft: 1 },
    outcome: { delayMs: 2000, source: 'backoff', attemptsLeft: 1 },
  },
  {
    name: 'reasoning whose stream broke, with resuming switched off, because there is no text to keep',
    decisionCase: { row: 'connectionLost', isResuming: true, hasOutput: true, resume: 'off' },
    outcome: { delayMs: 500, source: 'backoff', attemptsLeft: 3 },
  },
  {
    name: 'a connection lost before any text, with resuming switched off',
    decisionCase: { row: 'connectionLost', resume: 'off' },
    outcome: { delayMs: 500, source: 'backoff', attemptsLeft: 5 },
  },
  {
    name: 'a rate limit during a resume',
    decisionCase: { row: 'rateLimited', retryAfterMs: 5000, hasText: true, hasOutput: true, retries: 3 },
    outcome: { delayMs: 5250, source: 'server', attemptsLeft: 2 },
  },
  { name: 'being offline', decisionCase: { row: 'offline' }, outcome: 'wait-for-network' },
  {
    name: 'being offline with retries switched off',
    decisionCase: { row: 'offline', retry: { maxRetries: 0 } },
    outcome: 'fail',
  },

  { name: 'a fault with an empty retry budget', decisionCase: { row: 'serverError', tokens: 0.9 }, outcome: 'fail' },
  {
    name: 'a fault with the last token of the retry budget',
    decisionCase: { row: 'serverError', tokens: 1 },
    outcome: { delayMs: 500, source: 'backoff', attemptsLeft: 5 },
  },
  {
    name: 'a timeout, which costs two tokens, with one token left in the retry budget',
    decisionCase: { row: 'headersTimeout', tokens: 1.9 },
    outcome: 'fail',
  },
  {
    name: 'an answer whose stream broke, with resuming switched off',
    decisionCase: { row: 'connectionLost', ...cut, resume: 'off' },
    outcome: 'fail',
  },
  {
    name: 'a timeout with two tokens left in the retry budget',
    decisionCase: { row: 'headersTimeout', tokens: 2 },
    outcome: { delayMs: 500, source: 'backoff', attemptsLeft: 5 },
  },
  {
    name: 'a rate limit with an empty retry budget, because the wait for a retry-after costs no token',
    decisionCase: { row: 'rateLimited', retryAfterMs: 1000, tokens: 0 },
    outcome: { delayMs: 1125, source: 'server', attemptsLeft: 5 },
  },
  {
    name: 'an overload with an empty retry budget',
    decisionCase: { row: 'overloaded', tokens: 0 },
    outcome: { delayMs: 1500, source: 'backoff', attemptsLeft: 5 },
  },
  {
    name: 'an open breaker with an empty budget',
    decisionCase: { row: 'serverError', breakerOpen: true, tokens: 0 },
    outcome: { delayMs: 500, source: 'backoff', attemptsLeft: 5 },
  },
  {
    name: 'a fault whose backoff ends at the deadline',
    decisionCase: { row: 'serverError', idleMs: deadlineMs - 500 },
    outcome: { delayMs: 500, source: 'backoff', attemptsLeft: 5 },
  },
  {
    name: 'a fault whose backoff would end after the deadline',
    decisionCase: { row: 'serverError', idleMs: deadlineMs - 499 },
    outcome: 'fail',
  },
  {
    name: 'a rate limit with a retry-after that ends at the deadline',
    decisionCase: { row: 'rateLimited', retryAfterMs: 10_000, idleMs: 290_000 },
    outcome: { delayMs: 10_500, source: 'server', attemptsLeft: 5 },
  },
  {
    name: 'a rate limit with a retry-after that ends at the deadline, even if the turn has waited before',
    decisionCase: { row: 'rateLimited', retryAfterMs: 10_000, idleMs: 290_000, hasWaited: true },
    outcome: { delayMs: 10_500, source: 'server', attemptsLeft: 5 },
  },
  {
    name: 'a rate limit with a retry-after that ends after the deadline, if the turn has waited before',
    decisionCase: { row: 'rateLimited', retryAfterMs: 10_001, idleMs: 290_000, hasWaited: true },
    outcome: 'fail',
  },
  {
    name: 'a fault whose deadline is later because longer retry-afters are allowed',
    decisionCase: { row: 'serverError', idleMs: 599_000, retry: { maxHintMs: 600_000 } },
    outcome: { delayMs: 500, source: 'backoff', attemptsLeft: 5 },
  },
];

/** Describes what the turn does, for the title of a test. */
function verbFor(outcome: Outcome): string {
  if (outcome === 'fail') return 'ends the turn';
  if (outcome === 'replay') return 'retries at once';
  return outcome === 'wait-for-network' ? 'waits for the network' : `waits ${outcome.delayMs} ms`;
}

describe('retry policy', () => {
  for (const { name, decisionCase, outcome } of outcomes) {
    it(`${verbFor(outcome)} after ${name}`, () => {
      const decision = decideCase(decisionCase);
      if (decision.type !== 'wait') return assert.equal(decision.type, outcome);
      const { delayMs, source, attemptsLeft } = decision;
      assert.deepEqual({ delayMs, source, attemptsLeft }, outcome);
      const { retryAfterMs: hintMs } = decisionCase;
      const jitterMs = hintMs && delayMs - hintMs;
      assert.deepEqual([decision.hintMs, decision.jitterMs], [hintMs, jitterMs]);
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
  const longLimits: readonly { readonly row: FaultName; readonly finalRow: FaultName; readonly message: RegExp }[] = [
    { row: 'rateLimited', finalRow: 'usageLimitReached', message: /until \{time\}/ },
    { row: 'rateLimitedWithoutRetryAfter', finalRow: 'usageLimitReached', message: /until \{time\}/ },
    { row: 'creditResets', finalRow: 'outOfCredit', message: /until \{time\}/ },
    { row: 'overloaded', finalRow: 'overloaded', message: /overloaded\. Try again after \{time\}/ },
    { row: 'serverError', finalRow: 'serverError', message: /returned an error \(status/ },
  ];
  for (const { row, finalRow, message } of longLimits) {
    it(`ends a turn with ${finalRow} after ${row} with a retry-after of an hour`, () => {
      const decision = decideCase({ row, retryAfterMs: 3_600_000 });
      assert.ok(decision.type === 'fail');
      assert.deepEqual([decision.fault.row, decision.resetsInMs, decision.beyondMaxHint], [finalRow, 3_600_000, true]);
      assert.match(decision.fault.message, message);
      assert.ok(decision.fault.actions.includes('switchModel'));
    });
  }

  for (const { name, history, message } of [
    { name: 'the retry budget of the origin is empty', history: { tokens: 0 }, message: faultTable.budget.message },
    {
      name: 'there was no progress for too long',
      history: { idleMs: deadlineMs },
      message: faultTable.deadline.message,
    },
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

  it('uses the next fallback model when the circuit breaker is open', () => {
    const decisionCase = { row: 'serverError', breakerOpen: true, fallbackModels: ['m', 'n'] } as const;
    assert.deepEqual(decideCase(decisionCase), { type: 'fall-back', model: 'n' } satisfies Decision);
    assert.equal(decideCase({ ...decisionCase, ...cut, breakerOpen: true }).type, 'wait');
  });

  for (const { name, row, overloads, model } of [
    { name: 'a third consecutive overload', row: 'overloaded', overloads: 2, model: 'n' },
    { name: 'a second overload', row: 'overloaded', overloads: 1, model: undefined },
    {
      name: 'a third rate limit, which concerns the key and not the model',
      row: 'rateLimitedWithoutRetryAfter',
      overloads: 2,
      model: undefined,
    },
  ] as const) {
    it(`${model ? 'uses the next fallback model' : 'keeps the model'} after ${name}`, () => {
      const decision = decideCase({ row, overloads, fallbackModels: ['m', 'n'] });
      assert.equal(decision.type === 'fall-back' ? decision.model : undefined, model);
    });
  }

  const partial = { ...cut, isContinuable: true } as const;
  const refused = { hasText: true, hasOutput: true, isContinuable: true } as const;
  const continuationCases: readonly {
    readonly name: string;
    readonly decisionCase: DecisionCase;
    readonly isContinued: boolean;
  }[] = [
    {
      name: 'a refused resume because of an overload',
      decisionCase: { row: 'overloaded', ...refused },
      isContinued: true,
    },
    {
      name: 'a stream that broke because of an overload',
      decisionCase: { row: 'overloaded', ...partial },
      isContinued: true,
    },
    {
      name: 'an overload beyond the longest retry-after',
      decisionCase: { row: 'overloaded', ...refused, retryAfterMs: 900_000 },
      isContinued: true,
    },
    {
      name: 'an overload after the last retry',
      decisionCase: { row: 'overloaded', ...refused, retries: 5 },
      isContinued: true,
    },
    { name: 'the last resume', decisionCase: { row: 'connectionLost', ...partial, resumesLeft: 0 }, isContinued: true },
    {
      name: 'two resumes without text',
      decisionCase: { row: 'streamTruncated', ...partial, resumesLeft: 0, emptyResumes: 2 },
      isContinued: true,
    },
    {
      name: 'a fault that opens the breaker',
      decisionCase: { row: 'badGateway', ...refused, breakerOpen: true },
      isContinued: true,
    },
    {
      name: 'a broken stream with resumes left',
      decisionCase: { row: 'connectionLost', ...partial },
      isContinued: false,
    },
    {
      name: 'a refused resume because of a rate limit',
      decisionCase: { row: 'rateLimitedWithoutRetryAfter', ...refused },
      isContinued: false,
    },
    {
      name: 'a refused resume because of a server error',
      decisionCase: { row: 'serverError', ...refused },
      isContinued: false,
    },
    {
      name: 'the last refused resume because of a lost connection',
      decisionCase: { row: 'connectionReset', ...refused, retries: 5 },
      isContinued: false,
    },
    {
      name: 'being offline with an open breaker',
      decisionCase: { row: 'offline', ...refused, breakerOpen: true },
      isContinued: false,
    },
    {
      name: 'a content filter',
      decisionCase: { row: 'answerFiltered', ...partial, resumesLeft: 0 },
      isContinued: false,
    },
    {
      name: 'an overload of an answer with tool calls',
      decisionCase: { row: 'overloaded', ...refused, isContinuable: false },
      isContinued: false,
    },
    {
      name: 'an overload with resuming switched off',
      decisionCase: { row: 'overloaded', ...refused, resume: 'off' },
      isContinued: false,
    },
    {
      name: 'an overload of the last model',
      decisionCase: { row: 'overloaded', ...refused, models: ['m', 'n'] },
      isContinued: false,
    },
  ];
  for (const { name, decisionCase, isContinued } of continuationCases) {
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

  it("lets another gateway's substitute model continue a partial answer while the network is unreachable", () => {
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

  it('retries the same model after a lost connection, even if another gateway has a substitute model', () => {
    const decisionCase = { row: 'connectionLost', ...partial, substitute: 'other' } as const;
    assert.equal(decideCase({ ...decisionCase, continueWithFallback: 'auto' }).type, 'wait');
  });

  it('finally ends a turn in which every attempt fails with the same fault', () => {
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

  it('waits at least as long as the gateway asks, or at least 250 ms if the gateway names no time', () => {
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

describe('decision after a fault of a turn with several gateways', () => {
  const gatewayFault = { leavesGateway: true } as const;
  const cases: readonly {
    readonly name: string;
    readonly row: FaultName;
    readonly history: Partial<TurnCase>;
    readonly outcome: Decision['type'];
  }[] = [
    {
      name: 'a refused connection',
      row: 'connectionRefused',
      history: { otherGateway: backup },
      outcome: 'switch-gateway',
    },
    {
      name: 'an untrusted certificate',
      row: 'certificateUntrusted',
      history: { otherGateway: backup },
      outcome: 'switch-gateway',
    },
    {
      name: 'an untrusted certificate while other gateways may recover',
      row: 'certificateUntrusted',
      history: { othersMayRecover: true },
      outcome: 'wait',
    },
    {
      name: 'an unknown model while other gateways may recover',
      row: 'modelNotFound',
      history: { othersMayRecover: true },
      outcome: 'fail',
    },
    { name: 'an untrusted certificate of the only gateway', row: 'certificateUntrusted', history: {}, outcome: 'fail' },
    {
      name: 'a connection reset, which is first replayed',
      row: 'connectionReset',
      history: { otherGateway: backup },
      outcome: 'replay',
    },
    {
      name: 'a second connection reset',
      row: 'connectionReset',
      history: { otherGateway: backup, freeReplayUsed: true },
      outcome: 'switch-gateway',
    },
    { name: 'a second overload', row: 'overloaded', history: { otherGateway: backup, overloads: 1 }, outcome: 'wait' },
    {
      name: 'a third overload',
      row: 'overloaded',
      history: { otherGateway: backup, overloads: 2 },
      outcome: 'switch-gateway',
    },
    { name: 'a server error', row: 'serverError', history: { otherGateway: backup }, outcome: 'wait' },
    {
      name: 'being offline with another gateway',
      row: 'offline',
      history: { otherGateway: backup },
      outcome: 'probe-gateways',
    },
    { name: 'being offline when no other gateway is left', row: 'offline', history: {}, outcome: 'wait-for-network' },
  ];
  for (const { name, row, history, outcome } of cases) {
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

  it('is to probe the other gateways when the network is down, even if no retries are left', () => {
    assert.equal(decideCase({ row: 'offline', otherGateway: backup, retries: 5 }).type, 'probe-gateways');
  });

  it('is to fail when the network is down and no other gateway and no retries are left', () => {
    assert.equal(decideCase({ row: 'offline', retries: 5 }).type, 'fail');
  });

  it('is to use the fallback model after a third overload, not another gateway', () => {
    const decision = decideCase({ row: 'overloaded', otherGateway: backup, overloads: 2, fallbackModels: ['n'] });
    assert.deepEqual(decision, { type: 'fall-back', model: 'n' });
  });
});

describe('decision for a turn that waits at a gate', () => {
  type Block = NonNullable<TurnSituation['block']>;
  const blockOf = (kind: Block['blockKind'], leftMs: number, cause: Partial<Block['cause']> = {}): Block => ({
    blockKind: kind,
    leftMs,
    cause: { until: leftMs, delayMs: leftMs, source: 'server', reason: 'rate-limit', ...cause },
  });
  const decideBlock = (block: Block, decisionCase: Omit<DecisionCase, 'row'> = {}): Decision =>
    decideCase({ row: 'serverError', fault: faultOfBlock(block), block, ...decisionCase });

  for (const { name, block, expected } of [
    { name: 'a named cooldown', block: blockOf('cooldown', 9000), expected: { source: 'server', hintMs: 9000 } },
    {
      name: 'a cooldown without a named time',
      block: blockOf('cooldown', 900, { source: 'backoff' }),
      expected: { source: 'backoff' },
    },
    { name: 'an open breaker', block: blockOf('breaker', 5000), expected: { source: 'server' } },
    { name: 'a probe', block: blockOf('probe', 1000), expected: { source: 'backoff', estimated: true } },
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

  it('counts a retry only once, even if the retry then waits in the queue', () => {
    const decision = decideBlock(blockOf('cooldown', 1000), { retries: 1, isRetryPending: true });
    assert.equal(decision.type === 'wait' && decision.attemptsLeft, 4);
  });

  for (const { name, leftMs, history, row, beyondMaxHint } of [
    {
      name: 'a cooldown that ends at the deadline',
      leftMs: deadlineMs,
      history: { idleMs: 1 },
      row: undefined,
      beyondMaxHint: undefined,
    },
    {
      name: 'a cooldown that ends at the deadline of a turn that has waited',
      leftMs: deadlineMs - 1,
      history: { hasWaited: true, idleMs: 1 },
      row: undefined,
      beyondMaxHint: undefined,
    },
    {
      name: 'a cooldown that ends after the deadline of a turn that has waited',
      leftMs: deadlineMs,
      history: { hasWaited: true, idleMs: 1 },
      row: 'deadline',
      beyondMaxHint: undefined,
    },
    {
      name: 'a cooldown that is longer than any turn waits',
      leftMs: deadlineMs + 1,
      history: {},
      row: 'usageLimitReached',
      beyondMaxHint: true,
    },
  ] as const) {
    it(`is to ${row === undefined ? 'wait' : 'fail'} for ${name}`, () => {
      const decision = decideBlock(blockOf('cooldown', leftMs), history);
      if (row === undefined) return assert.equal(decision.type, 'wait');
      assert.ok(decision.type === 'fail');
      assert.deepEqual([decision.fault.row, decision.beyondMaxHint], [row, beyondMaxHint]);
      if (beyondMaxHint) assert.equal(decision.resetsInMs, leftMs);
    });
  }

  it('reports no reset time unless the gateway has named one', () => {
    for (const block of [blockOf('breaker', 400_000), blockOf('cooldown', 400_000, { source: 'backoff' })]) {
      const decision = decideBlock(block);
      assert.ok(decision.type === 'fail');
      assert.equal(decision.beyondMaxHint, undefined);
    }
  });

  const seen = { hasText: true, hasOutput: true, isContinuable: true } as const;
  for (const { name, block, history, continueWithFallback, expected } of [
    {
      name: 'uses a fallback model when the breaker is open',
      block: blockOf('breaker', 5000),
      history: {},
      continueWithFallback: 'off',
      expected: 'n',
    },
    {
      name: 'waits for a probe of the breaker',
      block: blockOf('probe', 1000, { reason: 'breaker' }),
      history: {},
      continueWithFallback: 'off',
      expected: undefined,
    },
    {
      name: 'waits for an overload before any output',
      block: blockOf('cooldown', 5000, { reason: 'overloaded' }),
      history: {},
      continueWithFallback: 'auto',
      expected: undefined,
    },
    {
      name: 'waits for the breaker once there is output',
      block: blockOf('breaker', 5000),
      history: seen,
      continueWithFallback: 'off',
      expected: undefined,
    },
    {
      name: 'lets a fallback model continue while the breaker is open',
      block: blockOf('breaker', 5000),
      history: seen,
      continueWithFallback: 'auto',
      expected: 'n',
    },
    {
      name: 'lets a fallback model continue during an overload',
      block: blockOf('cooldown', 5000, { reason: 'overloaded' }),
      history: seen,
      continueWithFallback: 'auto',
      expected: 'n',
    },
    {
      name: 'waits for a rate limit, which concerns every model',
      block: blockOf('cooldown', 5000),
      history: seen,
      continueWithFallback: 'auto',
      expected: undefined,
    },
  ] as const) {
    it(name, () => {
      const decision = decideBlock(block, { ...history, continueWithFallback, fallbackModels: ['m', 'n'] });
      assert.deepEqual(decision.type === 'fall-back' ? decision.model : undefined, expected);
    });
  }

  it('offers the fallback model if the setting continueWithFallback is "ask"', () => {
    const options = { ...seen, continueWithFallback: 'ask', fallbackModels: ['n'] } as const;
    for (const leftMs of [5000, 400_000]) {
      const decision = decideBlock(blockOf('breaker', leftMs), options);
      assert.equal((decision.type === 'wait' || decision.type === 'fail') && decision.fallbackModel, 'n');
    }
  });

  for (const { blockKind, reason, row } of [
    { blockKind: 'cooldown', reason: 'rate-limit', row: 'rateLimited' },
    { blockKind: 'cooldown', reason: 'overloaded', row: 'overloaded' },
    { blockKind: 'cooldown', reason: 'credit', row: 'creditResets' },
    { blockKind: 'breaker', reason: 'rate-limit', row: 'breakerOpen' },
    { blockKind: 'probe', reason: 'breaker', row: 'breakerOpen' },
    { blockKind: 'probe', reason: 'rate-limit', row: 'rateLimited' },
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
  for (const { title, fault, decision, cooldownMs } of [
    {
      title: 'lasts for the retry-after of a rate limit, even if the turn fails',
      fault: faultOf('rateLimited', 4000),
      decision: fail,
      cooldownMs: 4000,
    },
    {
      title: 'lasts for the backoff after an overload',
      fault: faultOf('overloaded'),
      decision: waitOf(1200),
      cooldownMs: 1200,
    },
    {
      title: 'lasts at most 2.8 s without a retry-after',
      fault: faultOf('overloaded'),
      decision: waitOf(9000),
      cooldownMs: 2800,
    },
    {
      title: 'does not start after an overload when the turn fails',
      fault: faultOf('overloaded'),
      decision: fail,
      cooldownMs: undefined,
    },
    {
      title: 'does not start after a server error with a retry-after',
      fault: faultOf('serverError', 4000),
      decision: waitOf(4000),
      cooldownMs: undefined,
    },
  ] as const) {
    it(title, () => assert.equal(cooldownAfter(fault, decision), cooldownMs));
  }
});
