import assert from 'node:assert/strict';
import type { Localize } from '../../../../src/engine/engine';
import type { FaultAction, StreamEvent, WaitingEvent } from '../../../../src/engine/events';
import { ChatAnswer } from '../../../../src/host/chat/participant/chatAnswer';
import { attempt, done, failed, reasoning, stopped, text } from '../../conversation/scriptedEngine';

const localize: Localize = (message, args = {}) =>
  message.replace(/\{(\w+)\}/g, (placeholder, name: string) => String(args[name] ?? placeholder));
const formatter = { localize, formatTime: (epochMs: number) => `t+${epochMs / 1000}` };

const wait = (changes: Partial<WaitingEvent> = {}): WaitingEvent => ({
  type: 'waiting',
  at: 0,
  attempt: 2,
  maxAttempts: 6,
  until: 37_500,
  delayMs: 37_500,
  hintMs: 37_000,
  source: 'server',
  reason: 'rate-limit',
  message: 'Rate limited by api.',
  actions: ['retryNow', 'switchModel'],
  ...changes,
});
const cut: StreamEvent = { type: 'cut', reason: 'connection', message: 'The connection was lost.', attempt: 1, at: 0 };
const resume = { ...attempt('m', 2), why: 'resume', how: 'continue' } as StreamEvent;
const resumed: StreamEvent = { type: 'resumed', how: 'continue', trimmed: 0, resumePoint: 0, attempt: 2, at: 0 };
const textWasReasoning: StreamEvent = { type: 'replaced', text: '', because: 'reasoning', attempt: 1, at: 0 };
const replaced = (newText: string): StreamEvent => ({ type: 'replaced', text: newText, attempt: 2, at: 0 });

/** Returns the calls to the chat's response stream, written as text: `[button]` and `> progress`. */
function calls(answer: ChatAnswer, ...events: readonly StreamEvent[]): readonly string[] {
  return events
    .flatMap((event) => answer.handle(event))
    .map((part) =>
      part.type === 'button' ? `[${part.action}]` : part.type === 'markdown' ? part.text : `> ${part.text}`,
    );
}

const chat = (...events: readonly StreamEvent[]): readonly string[] => calls(new ChatAnswer(formatter), ...events);

describe('answer in the chat', () => {
  it('contains only the text of the model', () => {
    assert.deepEqual(chat(attempt(), text('one '), text('two'), done('one two')), ['one ', 'two']);
  });

  for (const event of [
    { type: 'headers', status: 200, ms: 1, attempt: 1, at: 0 },
    { type: 'quiet', forMs: 1, attempt: 1, at: 0 },
    { type: 'ended', how: 'finished', ms: 1, bytes: 1, chars: 1, attempt: 1, at: 0 },
    { type: 'usage', promptTokens: 1, completionTokens: 1, totalTokens: 2, attempt: 1, at: 0 },
    { type: 'tool-call', index: 0, arguments: '{}', attempt: 1, at: 0 },
    attempt(),
  ] as const satisfies readonly StreamEvent[]) {
    it(`shows nothing for the event ${event.type}`, () => assert.deepEqual(chat(event), []));
  }

  it('shows once that the model is reasoning, but not the text of its reasoning', () => {
    assert.deepEqual(chat(reasoning('secret'), reasoning('more'), text('a')), ['> Thinking…', 'a']);
  });

  it('keeps displayed text that turned out to be reasoning, and appends the answer to it', () => {
    assert.deepEqual(chat(text('Hm. '), textWasReasoning, text('one')), ['Hm. ', 'one']);
  });

  it('shows the number of attempts and the waiting time at the end', () => {
    const end = { ...done('a'), attempts: 3, waitedMs: 41_000 } as StreamEvent;
    assert.deepEqual(chat(text('a'), end), ['a', '> Answered after 3 attempts and 41 s of waiting']);
  });

  it('shows nothing more after the turn is stopped', () => {
    const answer = new ChatAnswer(formatter);
    calls(answer, text('a'), stopped('a'));
    assert.deepEqual(calls(answer, text('b'), done('ab')), []);
    assert.deepEqual(answer.outcome, { state: 'stopped' });
  });
});

describe('wait in the chat', () => {
  it('is shown as a Retry now button and a line with the reason and the time of the next attempt', () => {
    assert.deepEqual(chat(wait()), [
      '[retryNow]',
      '> Rate limited by api. The gateway said to wait 37 s. Attempt 2 of 6 at t+37.5.',
    ]);
  });

  it('adds a line for each attempt, but only one Retry now button', () => {
    const backoff = wait({ source: 'backoff', hintMs: undefined, delayMs: 4100, attempt: 3, until: 50_000 });
    assert.deepEqual(chat(wait(), attempt('m', 2), backoff), [
      '[retryNow]',
      '> Rate limited by api. The gateway said to wait 37 s. Attempt 2 of 6 at t+37.5.',
      '> Rate limited by api. Waiting for 4.1 s. Attempt 3 of 6 at t+50.',
    ]);
  });

  it('is shown only once when the engine reports the same wait again', () => {
    assert.equal(chat(wait(), wait({ until: 37_900 })).length, 2);
    const offline = wait({ reason: 'offline', source: 'backoff' });
    assert.equal(chat(offline, { ...offline, until: 99_000 }).length, 2);
  });

  it('is shown with an estimated time when the turn queues behind another request', () => {
    const estimate = wait({ source: 'backoff', hintMs: undefined, delayMs: 1000, until: 1000, estimated: true });
    assert.equal(
      chat(estimate)[1],
      '> Rate limited by api. Waiting behind another request. Attempt 2 of 6 in about 1 s.',
    );
  });

  it('is not shown again when the turn must queue behind another request after the wait', () => {
    const estimate = wait({ source: 'backoff', hintMs: undefined, delayMs: 1000, until: 38_500, estimated: true });
    assert.equal(chat(wait(), estimate, { ...estimate, until: 39_500 }).length, 2);
  });

  it('is shown again when an exact time replaces an estimate', () => {
    const estimate = wait({ source: 'backoff', delayMs: 1000, until: 37_000, estimated: true });
    assert.equal(chat(estimate, wait()).length, 3);
  });

  it('is shown again when the wait becomes longer', () => {
    assert.equal(chat(wait(), wait({ until: 60_000 })).length, 3);
  });

  it('gets a new Retry now button when the turn waits again after some text', () => {
    assert.deepEqual(
      chat(wait(), text('a'), wait()).filter((call) => call === '[retryNow]'),
      ['[retryNow]', '[retryNow]'],
    );
  });

  for (const [blocker, line] of [
    ['request', '> Rate limited by api. Another request in this window caused the wait. Attempt 2 of 6 at t+37.5.'],
    ['window', '> Rate limited by api. A request in another window caused the wait. Attempt 2 of 6 at t+37.5.'],
  ] as const) {
    it(`mentions that the gateway told another ${blocker} to wait`, () =>
      assert.equal(chat(wait({ told: blocker }))[1], line));
  }

  it('is shown without a time while offline', () => {
    const [, line] = chat(wait({ reason: 'offline' }));
    assert.equal(line, '> You appear to be offline. The answer resumes automatically when the network is back.');
  });

  it("is shown with the provider's message, in which Markdown is escaped", () => {
    const [, line] = chat(wait({ message: '![x](http://y) *a* <b>' }));
    assert.ok(line?.startsWith('> !\\[x\\](http://y) \\*a\\* \\<b\\> '), line);
  });
});

describe('model switch in the chat', () => {
  for (const [reason, line] of [
    ['overloaded', '> a was overloaded. Switched to b.'],
    ['breaker', '> a kept failing. Switched to b.'],
    ['user', '> Switched from a to b.'],
  ] as const) {
    it(`is explained for the reason "${reason}"`, () => {
      assert.deepEqual(chat({ type: 'model', from: 'a', to: 'b', reason, attempt: 1, at: 0 }), [line]);
    });
  }
});

describe('answer in the chat that another model continues', () => {
  const switched = (from: string, to: string, reason: 'overloaded' | 'connection' | 'user'): StreamEvent => {
    return { type: 'model', from, to, reason, attempt: 1, at: 0 };
  };
  const resumedAt = { ...resumed, resumePoint: 4 } as StreamEvent;

  it('mentions the other model at the resume point, and both models at the end', () => {
    const events = [
      text('one '),
      cut,
      switched('a', 'b', 'overloaded'),
      resume,
      resumedAt,
      text('two'),
      done('one two'),
    ];
    assert.deepEqual(chat(...events), [
      'one ',
      '> a was overloaded. Continuing with b.',
      '> Getting the rest of the answer…',
      'two',
      '> a was overloaded. b continued after 4 characters.',
    ]);
  });

  it('names the model that wrote the text when the first fallback model added nothing', () => {
    const switches = [switched('a', 'b', 'connection'), switched('b', 'c', 'overloaded')];
    const lines = chat(text('one '), cut, ...switches, resumedAt, text('two'), done('one two'));
    assert.deepEqual(lines.slice(1), [
      '> a kept failing. Continuing with b.',
      '> b was overloaded. Continuing with c.',
      'two',
      '> a kept failing. c continued after 4 characters.',
    ]);
  });

  it('mentions no resume point when the user selected another model, which restarts the answer', () => {
    const restarted = { ...resumed, how: 'restart' } as StreamEvent;
    const lines = chat(text('one '), switched('a', 'b', 'user'), restarted, replaced('one two'), done('one two'));
    assert.deepEqual(lines, ['one ', '> Switched from a to b.', 'two']);
  });
});

describe('route switch in the chat', () => {
  for (const [reason, line] of [
    ['user', '> Switched to b.example.'],
    ['dns', "> Sent to b.example, because a.example couldn't be reached (host not found)."],
    ['gateway', '> Sent to b.example, because a.example failed (gateway error).'],
  ] as const) {
    it(`is shown as a progress line with its reason: ${reason}`, () => {
      const [from, to] = ['https://a.example', 'https://b.example'];
      assert.deepEqual(chat({ type: 'route', from, to, reason, attempt: 1, at: 0 }), [line]);
    });
  }

  it('says that a connection was refused', () => {
    const [from, to] = ['https://a.example', 'https://b.example'];
    assert.deepEqual(chat({ type: 'route', from, to, reason: 'connection', row: 'connectionRefused', attempt: 1, at: 0 }), [
      "> Sent to b.example, because a.example couldn't be reached (connection refused).",
    ]);
  });

  it('names the paths of two routes with the same host', () => {
    const [fromUrl, toUrl] = ['https://a.example/eu/v1', 'https://a.example/us/v1'];
    const origin = 'https://a.example';
    assert.deepEqual(
      chat({ type: 'route', from: origin, to: origin, fromUrl, toUrl, reason: 'dns', attempt: 1, at: 0 }),
      ["> Sent to a.example/us/v1, because a.example/eu/v1 couldn't be reached (host not found)."],
    );
  });
});

describe('resumed answer in the chat', () => {
  const backoff = wait({ source: 'backoff', hintMs: undefined, delayMs: 1000, until: 1000, attempt: 2 });

  it('continues without a message in between, and mentions the broken stream at the end', () => {
    assert.deepEqual(chat(text('one '), cut, resume, resumed, text('two'), done('one two')), [
      'one ',
      'two',
      '> The connection was lost. The answer was resumed where it stopped.',
    ]);
  });

  it('shows no message about a short wait', () => {
    assert.deepEqual(chat(text('one '), cut, backoff, resume, resumed, text('two')), ['one ', 'two']);
  });

  it('mentions at the end how often the stream broke', () => {
    const twice = [text('a'), cut, resume, resumed, text('b'), cut, resume, resumed, text('c'), done('abc')];
    assert.deepEqual(chat(...twice).slice(3), ['> The answer was cut off 2 times and resumed each time.']);
  });

  it('shows a long wait, and then that the answer is resumed', () => {
    const long = { ...backoff, message: 'The connection was lost.', delayMs: 5000, until: 5000 };
    assert.deepEqual(chat(text('one '), cut, long, resume, resumed, text('two')), [
      'one ',
      '[retryNow]',
      '> The connection was lost. Waiting for 5 s. Attempt 2 of 6 at t+5.',
      '> Getting the rest of the answer…',
      'two',
    ]);
  });

  it('shows that the user is offline, even for a short wait', () => {
    assert.equal(chat(text('one '), cut, { ...backoff, reason: 'offline' }).length, 3);
  });

  it('shows that the answer is resumed when the user asked to continue it', () => {
    const answer = new ChatAnswer(formatter, 'one ');
    assert.deepEqual(calls(answer, resume, resumed, text('two'), done('one two')), [
      '> Getting the rest of the answer…',
      'two',
    ]);
  });

  it('continues with a restarted answer if it starts with the displayed text', () => {
    const restart = { ...attempt('m', 2), why: 'resume', how: 'restart' } as StreamEvent;
    const events = [text('one '), cut, restart, replaced('one two'), text(' three')];
    assert.deepEqual(chat(...events), ['one ', 'two', ' three']);
  });

  it('fails when a restarted answer differs from the displayed text', () => {
    const answer = new ChatAnswer(formatter);
    assert.deepEqual(calls(answer, text('one '), replaced('two'), text('three')), ['one ', '[askAgain]']);
    assert.equal(answer.outcome?.state, 'failed');
    assert.match(answer.outcome.message ?? '', /Ask again/);
  });
});

describe('code block in the chat', () => {
  const opening = '```ts\n';

  it('is shown line by line', () => {
    assert.deepEqual(chat(text('a\n``'), text('`ts\ncon'), text('st a'), text(';\nb'), text('\n```\nc')), [
      'a\n',
      opening,
      'const a;\n',
      'b\n```\nc',
    ]);
  });

  it('is closed before a wait and reopened after it, without changing the text of the model', () => {
    const answer = new ChatAnswer(formatter);
    const shownParts = calls(answer, text(`a\n${opening}one;\ntw`), cut, wait(), text('o;\n```\nb'), done(''));
    assert.deepEqual(shownParts, [
      `a\n${opening}one;\n`,
      '```\n',
      '[retryNow]',
      '> Rate limited by api. The gateway said to wait 37 s. Attempt 2 of 6 at t+37.5.',
      opening,
      'two;\n```\nb',
    ]);
    let markdown = shownParts.filter((call) => !/^[>[]/.test(call)).join('');
    for (const [start, length] of answer.inserted.toReversed())
      markdown = markdown.slice(0, start) + markdown.slice(start + length);
    assert.equal(markdown, `a\n${opening}one;\ntwo;\n\`\`\`\nb`);
  });

  it('is reopened in a response that continues an answer with an open code block', () => {
    const answer = new ChatAnswer(formatter, `a\n${opening}one;\n`);
    assert.deepEqual(calls(answer, wait(), text('two;\n')).slice(2), [opening, 'two;\n']);
    assert.deepEqual(answer.inserted, [[0, opening.length]]);
  });

  it('is shown completely when the answer ends in the middle of a line', () => {
    for (const end of [done('x'), stopped('x'), failed('x')]) {
      assert.deepEqual(chat(text(`${opening}on`), end).slice(0, 2), [opening, 'on']);
    }
  });
});

describe('chat answer that reaches the token limit', () => {
  const tokenLimit = { ...done('a'), finishReason: 'length' } as StreamEvent;

  it('shows a message about the token limit and a Continue button', () => {
    const answer = new ChatAnswer(formatter);
    assert.deepEqual(calls(answer, text('a'), tokenLimit), [
      'a',
      '[continue]',
      '> The answer reached the token limit.',
    ]);
    assert.deepEqual(answer.outcome, { state: 'length' });
  });
});

describe('failure in the chat', () => {
  const failure = (...actions: readonly FaultAction[]): StreamEvent => ({ ...failed('a'), actions }) as StreamEvent;

  for (const [actions, buttons] of [
    [
      ['setApiKey', 'retryNow', 'details'],
      ['[setApiKey]', '[askAgain]'],
    ],
    [
      ['openBilling', 'switchModel'],
      ['[openBilling]', '[switchModel]'],
    ],
    [
      ['checkUrl', 'networkSettings'],
      ['[checkUrl]', '[networkSettings]'],
    ],
    [
      ['continue', 'restart', 'retryNow'],
      ['[continue]', '[askAgain]'],
    ],
    [
      ['showLog', 'exportDiagnostics', 'retryNow'],
      ['[showLog]', '[exportDiagnostics]', '[askAgain]'],
    ],
    [
      ['newConversation', 'tryAnyway'],
      ['[newConversation]', '[tryAnyway]'],
    ],
    [
      ['moreRoom', 'switchModel'],
      ['[moreRoom]', '[switchModel]'],
    ],
  ] as const) {
    it(`shows the buttons that the chat supports for the actions ${actions.join(', ')}`, () => {
      const answer = new ChatAnswer(formatter);
      assert.deepEqual(calls(answer, text('a'), failure(...actions)), ['a', ...buttons]);
      assert.equal(answer.outcome?.state, 'failed');
      assert.ok(answer.outcome.message);
    });
  }
});
