import assert from 'node:assert/strict';
import type { Script } from '../../../src/demo/gateway';
import { answer } from '../../../src/demo/replies';
import { isTerminal, type StreamEvent } from '../../../src/engine/events';
import { assertInvariants } from '../wire/invariants';
import { WireFixture } from '../wire/wireFixture';
import { partialAnswer, continuation, completeAnswer } from '../wire/turnSummary';
import { readCases, scriptOf, type Expected, type GatewayCase, type Retry } from './gatewayCase';

/** Attempts that no turn may exceed: the first one, five retries and five resumes. */
const mostAttempts = 11;

describe('replies of real gateways', () => {
  // Loading the SDK takes longer than any case, and belongs to none of them.
  before(() => import('../../../src/engine/http/sdk'));

  for (const gatewayCase of readCases()) {
    it(`${gatewayCase.id}: ${gatewayCase.why}`, async () => {
      const events = await play(gatewayCase, (bad) => [bad, answersWhatIsAsked]);
      assertFirstAttempt(gatewayCase.expected, events);
      assertEnd(gatewayCase.expected, events);
    });

    it(`${gatewayCase.id}, every time`, async () => {
      const events = await play(gatewayCase, (bad) => [bad]);
      assertFirstAttempt(gatewayCase.expected, events);
      const attempts = events.filter(({ type }) => type === 'attempt').length;
      assert.ok(attempts <= mostAttempts, `${attempts} attempts`);
      if (gatewayCase.expected.retry === 'never' && !gatewayCase.expected.acceptRetry) assert.equal(attempts, 1);
    });
  }
});

async function play(
  gatewayCase: GatewayCase,
  replies: (bad: Script) => readonly [Script, ...Script[]],
): Promise<readonly StreamEvent[]> {
  const { request, end, pieces = [] } = gatewayCase;
  const takesTime = end === 'stall' || pieces.some(({ afterMs }) => afterMs !== undefined);
  const stage = new WireFixture({
    replies: (it) => replies(scriptOf(gatewayCase, it)),
    ...(takesTime && { timePassesDuringRequests: true }),
    ...(request && { request }),
  });
  await stage.open();
  const run = stage.ask();
  try {
    await run.finished;
    await assertInvariants(stage);
    return run.events;
  } finally {
    await stage.close();
  }
}

/** The rest where the request ends with more than the question, else the whole answer. */
const answersWhatIsAsked: Script = ({ json }) => answer(json?.messages.length === 1 ? completeAnswer : continuation);

function assertFirstAttempt(expected: Expected, events: readonly StreamEvent[]): void {
  const { kind, accept = [], retry, acceptRetry = [], requestId } = expected;
  assertIncludes([kind, ...accept], kindOf(events), 'fault kind');
  assertIncludes([retry, ...acceptRetry], retryOf(events), 'retry');
  if (expected.hintMs !== undefined) assertHint(expected.hintMs, events);
  const first = events.filter(({ attempt, type }) => attempt === 1 || type === 'waiting' || type === 'failed');
  if (expected.text !== undefined) assert.equal(textOf(first), expected.text);
  if (expected.reasoning !== undefined) assert.equal(reasoningOf(first), expected.reasoning);
  if (expected.toolCalls) assert.deepEqual(toolCallsOf(first), expected.toolCalls);
  if (expected.usage) assert.deepEqual(usageOf(first), expected.usage);
  const ids = first.flatMap((event) => ('requestId' in event ? (event.requestId ?? []) : []));
  if (requestId !== undefined) assert.deepEqual([...new Set(ids)], [requestId]);
  const read = first
    .flatMap((event) => ['message' in event ? event.message : '', 'detail' in event ? (event.detail ?? '') : ''])
    .join('\n');
  for (const text of expected.says ?? []) assert.ok(read.includes(text), `the user reads «${text}» in: ${read}`);
  for (const text of expected.notSays ?? []) assert.ok(!read.includes(text), `the user reads «${text}» in: ${read}`);
}

function assertEnd({ text, finishReason, finalText }: Expected, events: readonly StreamEvent[]): void {
  const end = events.find(isTerminal);
  assert.ok(end);
  if (finishReason !== undefined) assert.equal(end.type === 'done' && end.finishReason, finishReason);
  if (finalText !== undefined) assert.equal(end.text, finalText);
  const retry = retryOf(events);
  if (retry === 'success' || retry === 'never') return;
  assert.equal(end.type, 'done');
  if (retry !== 'resume' || text === partialAnswer) assert.equal(end.text, completeAnswer);
}

function assertIncludes<T>(accepted: readonly T[], actual: T, what: string): void {
  assert.ok(accepted.includes(actual), `${what} ${String(actual)}, not ${accepted.join(' or ')}`);
}

function assertHint(expectedMs: number, events: readonly StreamEvent[]): void {
  const [first] = events.filter((event) => event.type === 'waiting' || event.type === 'failed');
  assert.ok(first, 'nothing names the time');
  const ms = first.type === 'waiting' ? first.hintMs : (first.resetsAt ?? NaN) - Date.UTC(2026, 0, 15, 9);
  assert.ok(ms !== undefined && Math.abs(ms - expectedMs) < 1000, `${ms} ms instead of ${expectedMs} ms`);
}

/** Of the first attempt; `null`: nothing went wrong. */
function kindOf(events: readonly StreamEvent[]): Expected['kind'] {
  const ended = events.find((event) => event.type === 'ended');
  return ended === undefined || ended.how === 'finished' ? null : (ended.how as Expected['kind']);
}

/** What followed the first attempt. */
function retryOf(events: readonly StreamEvent[]): Retry {
  const second = events.findIndex((event) => event.type === 'attempt' && event.attempt === 2);
  const between = second < 0 ? events : events.slice(0, second);
  if (second < 0) return between.some(({ type }) => type === 'failed') ? 'never' : 'success';
  if (between.some(({ type }) => type === 'cut')) return 'resume';
  return between.some((event) => event.type === 'waiting' && event.source === 'server') ? 'hint' : 'backoff';
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
