import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../../src/engine/events';
import { ModelAnswer, ChatFailure } from '../../../../src/host/chat/provider/modelAnswer';

const base = { attempt: 1, at: 0 };
const attempt = (n: number): StreamEvent => ({ type: 'attempt', attempt: n, at: 0, model: 'm', why: 'first', time: 0 });
const text = (words: string): StreamEvent => ({ ...base, type: 'text', text: words });
const replaced = (words: string): StreamEvent => ({ ...base, type: 'replaced', text: words });
const wasReasoning: StreamEvent = { ...base, type: 'replaced', text: '', because: 'reasoning' };
const part = (json: string, id?: string, name?: string, index = 0): StreamEvent => ({
  ...{ ...base, type: 'tool-call', index, id, name, arguments: json },
});
const done = (words: string, finishReason = 'stop'): StreamEvent => ({
  ...{ ...base, type: 'done', finishReason, attempts: 1, text: words, waitedMs: 0 },
});
const waiting = (reason: 'rate-limit' | 'offline', hintMs?: number): StreamEvent => ({
  ...{ type: 'waiting', attempt: 2, at: 0, until: 9_000, delayMs: 2_400, source: 'server', reason, maxAttempts: 6 },
  ...{ message: 'Rate limited.', actions: [], hintMs },
});

const words = {
  localize: (message: string, args: Readonly<Record<string, string | number>> = {}): string =>
    message.replace(/\{(\w+)\}/g, (_, name: string) => String(args[name])),
  formatTime: (at: number): string => `t${at}`,
};

const silent = {
  appendText: () => undefined,
  appendReasoning: () => undefined,
  showStatus: () => undefined,
  callTool: () => undefined,
  reportUsage: () => undefined,
};

/** Everything that was said, in order, one line each. */
function told(...events: readonly StreamEvent[]): {
  readonly lines: readonly string[];
  readonly failure: string | undefined;
} {
  const lines: string[] = [];
  const answer = new ModelAnswer(
    {
      appendText: (words) => lines.push(`text ${words}`),
      appendReasoning: (words) => lines.push(`thinking ${words}`),
      showStatus: (line) => lines.push(`note ${line}`),
      callTool: (id, name, input) => lines.push(`call ${id} ${name} ${JSON.stringify(input)}`),
      reportUsage: ({ totalTokens }) => lines.push(`usage ${totalTokens}`),
    },
    words,
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

const cut: StreamEvent = { ...base, type: 'cut', reason: 'truncated', message: 'Cut off.' };

const cases: readonly (readonly [what: string, events: readonly StreamEvent[], lines: readonly string[]])[] = [
  ['says the text as it comes', [text('a'), text('b'), done('ab')], ['text a', 'text b']],
  ['says what the model thinks apart', [{ ...base, type: 'reasoning', text: 'hm' }, done('')], ['thinking hm']],
  [
    'tells a wait in one line',
    [waiting('rate-limit')],
    ['note Rate limited. The gateway asked for a wait of 2.4 s. Attempt 2 of 6 at t9000.'],
  ],
  [
    'tells what the server asked for',
    [waiting('rate-limit', 2_000)],
    ['note Rate limited. The gateway asked for a wait of 2 s. Attempt 2 of 6 at t9000.'],
  ],
  [
    'tells of another model',
    [{ ...base, type: 'model', from: 'a', to: 'b', reason: 'overloaded' }],
    ['note a was overloaded; switched to b.'],
  ],
  ['goes on after a cut, without a word twice', [text('ab'), cut, text('cd'), done('abcd')], ['text ab', 'text cd']],
  [
    'says only what a new answer has more',
    [text('ab'), replaced('abcd'), text('e'), done('abcde')],
    ['text ab', 'text cd', 'text e'],
  ],
  [
    'goes on behind reasoning that came as text',
    [text('Hm.'), wasReasoning, text('ab'), done('ab')],
    ['text Hm.', 'text ab'],
  ],
  [
    'passes a call on when the answer is whole',
    [attempt(1), part('{"a"', '1', 'read'), part(':1}'), done('')],
    ['call 1 read {"a":1}'],
  ],
  ['takes no arguments for an empty object', [part('', '1', 'read'), done('')], ['call 1 read {}']],
  [
    'keeps the order of several calls',
    [part('{}', 'b', 'two', 1), part('{}', 'a', 'one', 0), done('')],
    ['call a one {}', 'call b two {}'],
  ],
  ['gives a call an id that has none', [part('{}', undefined, 'read', 3), done('')], ['call call_3 read {}']],
  [
    'forgets the calls of an attempt that was cut',
    [attempt(1), part('{"a"', '1', 'read'), cut, attempt(2), part('{"b":2}', '2', 'read'), done('')],
    ['note Cut off.', 'call 2 read {"b":2}'],
  ],
  [
    'makes no call where the new attempt has none',
    [attempt(1), part('{}', '1', 'read'), cut, attempt(2), text('a'), done('a')],
    ['note Cut off.', 'text a'],
  ],
  [
    'passes on the calls of a new answer that reads differently, and not its text',
    [text('Let me see.'), cut, attempt(2), replaced('I look.'), part('{}', '2', 'read'), done('I look.')],
    ['text Let me see.', 'call 2 read {}'],
  ],
  [
    'reports the usage last, over all attempts',
    [
      { ...base, type: 'usage', promptTokens: 1, completionTokens: 1, totalTokens: 2 },
      { ...base, type: 'usage', promptTokens: 2, completionTokens: 2, totalTokens: 4 },
      done(''),
    ],
    ['usage 4'],
  ],
  [
    'tells no wait behind a text, which it would hide',
    [text('a'), waiting('rate-limit'), text('b'), done('ab')],
    ['text a', 'text b'],
  ],
  [
    'tells a wait once that is announced again',
    [waiting('offline'), waiting('offline'), text('a'), done('a')],
    ['note You appear to be offline. The answer resumes automatically when the network is back.', 'text a'],
  ],
  ['ends without a word when it is stopped', [text('a'), { ...base, type: 'stopped', text: 'a' }], ['text a']],
];

const failures: readonly (readonly [what: string, events: readonly StreamEvent[], failure: RegExp])[] = [
  [
    'the failure of the turn, in its words',
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
    'a new answer that reads differently',
    [text('ab'), replaced('xyz'), done('xyz')],
    /^truncated: .*differs from the text shown/,
  ],
  ['a call that is no JSON', [part('{"a', '1', 'read'), done('')], /^malformed: .*invalid call to the tool read/],
  ['a call whose arguments are no object', [part('[1]', '1', 'read'), done('')], /^malformed/],
  [
    'a call that ends with the token limit',
    [part('{"a', '1', 'read'), done('', 'length')],
    /^malformed: The token limit/,
  ],
];

describe('an answer in a chat that takes nothing back', () => {
  for (const [what, events, lines] of cases)
    it(what, () => assert.deepEqual(told(...events), { lines, failure: undefined }));
  for (const [what, events, failure] of failures)
    it(`fails with ${what}`, () => assert.match(told(...events).failure ?? '', failure));

  it('has ended too early at the token limit, which is no failure', () => {
    const answer = new ModelAnswer(silent, words);
    assert.equal(answer.handle(text('a')), false);
    assert.equal(answer.handle(done('a', 'length')), true);
    assert.match(answer.earlyEnd ?? '', /cut off at the token limit/);
  });

  it('makes no call at all where one of several is broken', () =>
    assert.deepEqual(told(part('{}', '1', 'a', 0), part('{', '2', 'b', 1), done('')).lines, []));
});
