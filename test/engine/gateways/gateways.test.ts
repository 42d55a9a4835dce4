import assert from 'node:assert/strict';
import type { Script } from '../../support/testGateway';
import { answer } from '../../support/replies';
import { isTerminal, type StreamEvent } from '../../../src/engine/events/events';
import { assertInvariants } from '../wire/invariants';
import { WireFixture } from '../wire/wireFixture';
import { partialAnswer, continuation, completeAnswer } from '../wire/turnSummary';
import { readCases, scriptOf, type Expected, type GatewayCase, type Reaction } from './gatewayCase';

/** Maximum number of attempts of a turn: the first one, five retries and five resumes. */
const maxAttempts = 11;

/** The text that describes a reaction in the title of a test. */
const reactions: Readonly<Record<Reaction, string>> = {
  never: ' and does not retry',
  'retry-after': ' and retries after the delay that the gateway named',
  backoff: ' and retries after a backoff',
  correct: ' and sends a corrected request',
  resume: ' and resumes the answer',
  success: '',
};

describe('engine with replies of actual gateways', () => {
  /** The first case of each fault row and reaction, because these decide how often a turn retries. */
  const casesByRow = new Map<string, GatewayCase>();

  // The SDK is loaded before the cases, because loading takes longer than any case.
  before(() => import('../../../src/engine/http/sdk'));

  for (const gatewayCase of readCases()) {
    it(titleOf(gatewayCase), async () => {
      const events = await play(gatewayCase, (faulty) => [faulty, completesAnswer]);
      assertFirstAttempt(gatewayCase.expected, events);
      assertEnd(gatewayCase.expected, events);
      const row = `${events.find((event) => event.type === 'ended')?.row} ${reactionTo(events)}`;
      if (!casesByRow.has(row)) casesByRow.set(row, gatewayCase);
    });
  }

  it('limits the number of attempts when the gateway always replies with the same fault', async function () {
    // A run with --grep has played no case before this test.
    if (casesByRow.size === 0) return this.skip();
    for (const gatewayCase of casesByRow.values()) {
      const events = await play(gatewayCase, (faulty) => [faulty]);
      assertFirstAttempt(gatewayCase.expected, events);
      const attempts = events.filter(({ type }) => type === 'attempt').length;
      assert.ok(attempts <= maxAttempts, `${gatewayCase.id}: ${attempts} attempts`);
      const { retry, acceptRetry } = gatewayCase.expected;
      if (retry === 'never' && !acceptRetry) assert.equal(attempts, 1, gatewayCase.id);
    }
  });
});

function titleOf({ id, reason, expected: { kind, retry } }: GatewayCase): string {
  const outcome = kind === null ? 'completes the answer' : `reports the fault ${kind}`;
  return `${outcome}${reactions[retry]}: ${id} (${reason})`;
}

async function play(
  gatewayCase: GatewayCase,
  replies: (faulty: Script) => readonly [Script, ...Script[]],
): Promise<readonly StreamEvent[]> {
  const { request, end, pieces = [] } = gatewayCase;
  const takesTime = end === 'stall' || pieces.some(({ afterMs }) => afterMs !== undefined);
  const fixture = new WireFixture({
    replies: (connectedFixture) => replies(scriptOf(gatewayCase, connectedFixture)),
    ...(takesTime && { timePassesDuringRequests: true }),
    ...(request && { request }),
  });
  await fixture.open();
  const run = fixture.ask();
  try {
    await run.finished;
    await assertInvariants(fixture);
    return run.events;
  } finally {
    await fixture.close();
  }
}

/** Replies with the rest of the answer to a request that resumes, and with the complete answer to any other request. */
const completesAnswer: Script = ({ json }) => answer(json?.messages.length === 1 ? completeAnswer : continuation);

function assertFirstAttempt(expected: Expected, events: readonly StreamEvent[]): void {
  const { kind, accept = [], retry, acceptRetry = [], requestId } = expected;
  assertIncludes([kind, ...accept], kindOf(events), 'fault kind');
  assertIncludes([retry, ...acceptRetry], reactionTo(events), 'reaction');
  if (expected.retryAfterMs !== undefined) assertRetryAfter(expected.retryAfterMs, events);
  const first = events.filter(({ attempt, type }) => attempt === 1 || type === 'waiting' || type === 'failed');
  if (expected.text !== undefined) assert.equal(textOf(first), expected.text);
  if (expected.reasoning !== undefined) assert.equal(reasoningOf(first), expected.reasoning);
  if (expected.toolCalls) assert.deepEqual(toolCallsOf(first), expected.toolCalls);
  if (expected.usage) assert.deepEqual(usageOf(first), expected.usage);
  if (expected.cacheTokens) assert.deepEqual(cacheTokensOf(first), expected.cacheTokens);
  const ids = first.flatMap((event) => ('requestId' in event ? (event.requestId ?? []) : []));
  if (requestId !== undefined) assert.deepEqual([...new Set(ids)], [requestId]);
  const messages = first
    .flatMap((event) => ['message' in event ? event.message : '', 'detail' in event ? (event.detail ?? '') : ''])
    .join('\n');
  for (const text of expected.messageIncludes ?? [])
    assert.ok(messages.includes(text), `«${text}» is missing in: ${messages}`);
  for (const text of expected.messageExcludes ?? [])
    assert.ok(!messages.includes(text), `«${text}» occurs in: ${messages}`);
}

function assertEnd({ text, finishReason, finalText }: Expected, events: readonly StreamEvent[]): void {
  const end = events.find(isTerminal);
  assert.ok(end);
  if (finishReason !== undefined) assert.equal(end.type === 'done' && end.finishReason, finishReason);
  if (finalText !== undefined) assert.equal(end.text, finalText);
  const reaction = reactionTo(events);
  if (reaction === 'success' || reaction === 'never') return;
  assert.equal(end.type, 'done');
  if (reaction !== 'resume' || text === partialAnswer) assert.equal(end.text, completeAnswer);
}

function assertIncludes<T>(accepted: readonly T[], actual: T, name: string): void {
  assert.ok(accepted.includes(actual), `the ${name} is ${String(actual)} instead of ${accepted.join(' or ')}`);
}

function assertRetryAfter(expectedMs: number, events: readonly StreamEvent[]): void {
  const [first] = events.filter((event) => event.type === 'waiting' || event.type === 'failed');
  assert.ok(first, 'no event names the delay');
  const ms = first.type === 'waiting' ? first.hintMs : (first.resetsAt ?? NaN) - Date.UTC(2026, 0, 15, 9);
  assert.ok(ms !== undefined && Math.abs(ms - expectedMs) < 1000, `${ms} ms instead of ${expectedMs} ms`);
}

/** Returns the fault kind of the first attempt, or null if it succeeded. */
function kindOf(events: readonly StreamEvent[]): Expected['kind'] {
  const ended = events.find((event) => event.type === 'ended');
  return ended === undefined || ended.how === 'finished' ? null : (ended.how as Expected['kind']);
}

/** Returns what followed the first attempt. */
function reactionTo(events: readonly StreamEvent[]): Reaction {
  const secondAttempt = events.findIndex((event) => event.type === 'attempt' && event.attempt === 2);
  const before = secondAttempt < 0 ? events : events.slice(0, secondAttempt);
  if (secondAttempt < 0) return before.some(({ type }) => type === 'failed') ? 'never' : 'success';
  if (before.some(({ type }) => type === 'cut')) return 'resume';
  if (events.some((event) => event.type === 'attempt' && event.why === 'repair')) return 'correct';
  return before.some((event) => event.type === 'waiting' && event.source === 'server') ? 'retry-after' : 'backoff';
}

function textOf(events: readonly StreamEvent[]): string {
  return events.reduce(
    (text, event) => (event.type === 'text' ? text + event.text : event.type === 'replaced' ? event.text : text),
    '',
  );
}

function reasoningOf(events: readonly StreamEvent[]): string {
  return events.map((event) => (event.type === 'reasoning' ? event.text : '')).join('');
}

function toolCallsOf(events: readonly StreamEvent[]): Expected['toolCalls'] {
  const calls = new Map<number, { name: string; arguments: string }>();
  for (const event of events) {
    if (event.type !== 'tool-call') continue;
    const call = calls.get(event.index) ?? { name: '', arguments: '' };
    calls.set(event.index, { name: call.name + (event.name ?? ''), arguments: call.arguments + event.arguments });
  }
  return [...calls.values()];
}

function usageOf(events: readonly StreamEvent[]): Expected['usage'] {
  const usage = events.find((event) => event.type === 'usage');
  return usage && [usage.promptTokens, usage.completionTokens, usage.totalTokens];
}

function cacheTokensOf(events: readonly StreamEvent[]): readonly (number | undefined)[] {
  const usage = events.find((event) => event.type === 'usage');
  return [usage?.cachedTokens, usage?.cacheWriteTokens];
}
