import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../../src/engine/events';
import { englishWords } from '../../../support/englishWords';
import { ModelAnswer, ChatFailure } from '../../../../src/host/chat/provider/modelAnswer';

const base = { attempt: 1, at: 0 };
const attempt = (n: number): StreamEvent => ({ type: 'attempt', attempt: n, at: 0, model: 'm', why: 'first', time: 0 });
const text = (content: string): StreamEvent => ({ ...base, type: 'text', text: content });
const replaced = (content: string): StreamEvent => ({ ...base, type: 'replaced', text: content });
const textWasReasoning: StreamEvent = { ...base, type: 'replaced', text: '', because: 'reasoning' };
const toolCall = (json: string, id?: string, name?: string, index = 0): StreamEvent => ({
  ...{ ...base, type: 'tool-call', index, id, name, arguments: json },
});
const done = (content: string, finishReason = 'stop'): StreamEvent => ({
  ...{ ...base, type: 'done', finishReason, attempts: 1, text: content, waitedMs: 0 },
});
const waiting = (reason: 'rate-limit' | 'offline', hintMs?: number): StreamEvent => ({
  ...{ type: 'waiting', attempt: 2, at: 0, until: 9_000, delayMs: 2_400, source: 'server', reason, maxAttempts: 6 },
  ...{ message: 'Rate limited.', actions: [], hintMs },
});

/** The end of a status line about a wait. */
const nextAttempt = ` · attempt 2 of 6 · Retrying at ${englishWords.format.timeOfDay(9000, { seconds: true })}`;

const ignoringSink = {
  appendText: () => undefined,
  appendReasoning: () => undefined,
  showStatus: () => undefined,
  callTool: () => undefined,
  reportUsage: () => undefined,
};

/** Returns the calls to the sink in order, one line each, and the failure. */
function callsToSink(...events: readonly StreamEvent[]): {
  readonly lines: readonly string[];
  readonly failure: string | undefined;
} {
  const lines: string[] = [];
  const answer = new ModelAnswer(
    {
      appendText: (content) => lines.push(`text ${content}`),
      appendReasoning: (content) => lines.push(`reasoning ${content}`),
      showStatus: (line) => lines.push(`status ${line}`),
      callTool: (id, name, input) => lines.push(`call ${id} ${name} ${JSON.stringify(input)}`),
      reportUsage: ({ totalTokens }) => lines.push(`usage ${totalTokens}`),
    },
    englishWords,
  );
  let failure: string | undefined;
  try {
    const ends = events.map((event) => answer.handle(event));
    assert.deepEqual(ends.slice(0, -1).filter(Boolean), [], 'only the last event is the end');
  } catch (error) {
    assert.ok(error instanceof ChatFailure);
    failure = `${error.kind}: ${error.message}`;
  }
  return { lines, failure };
}

const route: StreamEvent = {
  ...{ ...base, type: 'route', from: 'https://a.example', to: 'https://b.example', reason: 'dns' },
};
const cut: StreamEvent = { ...base, type: 'cut', reason: 'truncated', message: 'Cut off.' };

const cases: readonly (readonly [behavior: string, events: readonly StreamEvent[], lines: readonly string[]])[] = [
  ['sends each part of the text as it arrives', [text('a'), text('b'), done('ab')], ['text a', 'text b']],
  ['sends the reasoning separately', [{ ...base, type: 'reasoning', text: 'hm' }, done('')], ['reasoning hm']],
  [
    'shows a wait in one status line',
    [waiting('rate-limit')],
    [`status Rate limited. The gateway said to wait 2.4 s${nextAttempt}`],
  ],
  [
    'shows the delay that the gateway asked for',
    [waiting('rate-limit', 2_000)],
    [`status Rate limited. The gateway said to wait 2 s${nextAttempt}`],
  ],
  [
    'shows a model switch',
    [{ ...base, type: 'model', from: 'a', to: 'b', reason: 'overloaded' }],
    ['status a was overloaded. Switched to b.'],
  ],
  [
    'shows a route switch before the first text',
    [route, text('ab'), route, text('cd'), done('abcd')],
    ["status Sent to b.example, because a.example couldn't be reached (host not found).", 'text ab', 'text cd'],
  ],
  [
    'resumes a broken stream without repeating text',
    [text('ab'), cut, text('cd'), done('abcd')],
    ['text ab', 'text cd'],
  ],
  [
    'sends only the additional text of a restarted answer',
    [text('ab'), replaced('abcd'), text('e'), done('abcde')],
    ['text ab', 'text cd', 'text e'],
  ],
  [
    'appends the answer to reasoning that arrived as text',
    [text('Hm.'), textWasReasoning, text('ab'), done('ab')],
    ['text Hm.', 'text ab'],
  ],
  [
    'sends a tool call when the answer is complete',
    [attempt(1), toolCall('{"a"', '1', 'read'), toolCall(':1}'), done('')],
    ['call 1 read {"a":1}'],
  ],
  [
    'treats missing arguments of a tool call as an empty object',
    [toolCall('', '1', 'read'), done('')],
    ['call 1 read {}'],
  ],
  [
    'keeps the order of several tool calls',
    [toolCall('{}', 'b', 'two', 1), toolCall('{}', 'a', 'one', 0), done('')],
    ['call a one {}', 'call b two {}'],
  ],
  ['adds a missing ID to a tool call', [toolCall('{}', undefined, 'read', 3), done('')], ['call call_3 read {}']],
  [
    'discards the tool calls of an attempt whose stream broke',
    [attempt(1), toolCall('{"a"', '1', 'read'), cut, attempt(2), toolCall('{"b":2}', '2', 'read'), done('')],
    ['status Cut off.', 'call 2 read {"b":2}'],
  ],
  [
    'discards the tool calls of a broken stream when the new attempt makes none',
    [attempt(1), toolCall('{}', '1', 'read'), cut, attempt(2), text('a'), done('a')],
    ['status Cut off.', 'text a'],
  ],
  [
    'sends only the tool calls of a restarted answer whose text differs from the text that was already sent',
    [text('Let me see.'), cut, attempt(2), replaced('I look.'), toolCall('{}', '2', 'read'), done('I look.')],
    ['text Let me see.', 'call 2 read {}'],
  ],
  [
    'reports the usage of all attempts at the end',
    [
      { ...base, type: 'usage', promptTokens: 1, completionTokens: 1, totalTokens: 2 },
      { ...base, type: 'usage', promptTokens: 2, completionTokens: 2, totalTokens: 4 },
      done(''),
    ],
    ['usage 4'],
  ],
  ['shows no wait after text', [text('a'), waiting('rate-limit'), text('b'), done('ab')], ['text a', 'text b']],
  [
    'shows a repeated wait once',
    [waiting('offline'), waiting('offline'), text('a'), done('a')],
    ['status Rate limited. Resumes automatically when the network is back', 'text a'],
  ],
  ['ends without a message when the turn is stopped', [text('a'), { ...base, type: 'stopped', text: 'a' }], ['text a']],
];

const failures: readonly (readonly [cause: string, events: readonly StreamEvent[], failure: RegExp])[] = [
  [
    'the turn fails, with the message of the turn',
    [
      {
        ...base,
        type: 'failed',
        kind: 'auth',
        status: 401,
        requestId: undefined,
        message: 'Rejected.',
        text: '',
        actions: [],
      },
    ],
    /^auth: Rejected\.$/,
  ],
  [
    'a restarted answer differs from the text that was already sent',
    [text('ab'), replaced('xyz'), done('xyz')],
    /^truncated: .*doesn't match the text shown/,
  ],
  [
    'the arguments of a tool call are invalid JSON',
    [toolCall('{"a', '1', 'read'), done('')],
    /^malformed: .*invalid call to the read tool/,
  ],
  ['the arguments of a tool call are not an object', [toolCall('[1]', '1', 'read'), done('')], /^malformed/],
  [
    'the token limit is reached within a tool call',
    [toolCall('{"a', '1', 'read'), done('', 'length')],
    /^malformed: The token limit/,
  ],
];

describe('answer for the language model API', () => {
  for (const [behavior, events, lines] of cases)
    it(behavior, () => assert.deepEqual(callsToSink(...events), { lines, failure: undefined }));
  for (const [cause, events, failure] of failures)
    it(`fails when ${cause}`, () => assert.match(callsToSink(...events).failure ?? '', failure));

  it('ends early at the token limit without a failure', () => {
    const answer = new ModelAnswer(ignoringSink, englishWords);
    assert.equal(answer.handle(text('a')), false);
    assert.equal(answer.handle(done('a', 'length')), true);
    assert.match(answer.earlyEnd ?? '', /cut off at the token limit/);
  });

  it('sends no tool call when one of several is invalid', () =>
    assert.deepEqual(callsToSink(toolCall('{}', '1', 'a', 0), toolCall('{', '2', 'b', 1), done('')).lines, []));
});
