import assert from 'node:assert/strict';
import type { Localize } from '../../../../src/engine/engine';
import type { FaultAction, StreamEvent, WaitingEvent } from '../../../../src/engine/events';
import { ChatAnswer } from '../../../../src/host/chat/participant/chatAnswer';
import { attempt, done, failed, reasoning, stopped, text } from '../../conversation/scriptedEngine';

const localize: Localize = (message, args = {}) =>
  message.replace(/\{(\w+)\}/g, (all, name: string) => String(args[name] ?? all));
const words = { localize, formatTime: (at: number) => `t+${at / 1000}` };

const wait = (more: Partial<WaitingEvent> = {}): WaitingEvent => ({
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
  ...more,
});
const cut: StreamEvent = { type: 'cut', reason: 'connection', message: 'The connection was lost.', attempt: 1, at: 0 };
const resume = { ...attempt('m', 2), why: 'resume', how: 'continue' } as StreamEvent;
const resumed: StreamEvent = { type: 'resumed', how: 'continue', trimmed: 0, seam: 0, attempt: 2, at: 0 };
const wasReasoning: StreamEvent = { type: 'replaced', text: '', because: 'reasoning', attempt: 1, at: 0 };
const replaced = (whole: string): StreamEvent => ({ type: 'replaced', text: whole, attempt: 2, at: 0 });

/** The calls that the chat's stream gets, as words. */
function calls(answer: ChatAnswer, ...events: readonly StreamEvent[]): readonly string[] {
  return events
    .flatMap((event) => answer.handle(event))
    .map((part) =>
      part.type === 'button' ? `[${part.action}]` : part.type === 'markdown' ? part.text : `> ${part.text}`,
    );
}

const chat = (...events: readonly StreamEvent[]): readonly string[] => calls(new ChatAnswer(words), ...events);

describe('an answer in the chat', () => {
  it('is the text as it comes, and nothing else', () => {
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
    it(`says nothing of ${event.type}`, () => assert.deepEqual(chat(event), []));
  }

  it('says once that the model thinks, and not what', () => {
    assert.deepEqual(chat(reasoning('secret'), reasoning('more'), text('a')), ['> Thinking…', 'a']);
  });

  it('says in the end what it took', () => {
    const end = { ...done('a'), attempts: 3, waitedMs: 41_000 } as StreamEvent;
    assert.deepEqual(chat(text('a'), end), ['a', '> Answered after 3 attempts and 41 s of waiting']);
  });

  it('says nothing once it is over', () => {
    const answer = new ChatAnswer(words);
    calls(answer, text('a'), stopped('a'));
    assert.deepEqual(calls(answer, text('b'), done('ab')), []);
    assert.deepEqual(answer.outcome, { state: 'stopped' });
  });
});

describe('a wait in the chat', () => {
  it('is a line with who asked for it and when it goes on, behind a button that ends it', () => {
    assert.deepEqual(chat(wait()), [
      '[retryNow]',
      '> Rate limited by api. The gateway asked for a wait of 37 s. Attempt 2 of 6 at t+37.5.',
    ]);
  });

  it('has a line for each attempt, and one button for all of them', () => {
    const backoff = wait({ source: 'backoff', hintMs: undefined, delayMs: 4100, attempt: 3, until: 50_000 });
    assert.deepEqual(chat(wait(), attempt('m', 2), backoff), [
      '[retryNow]',
      '> Rate limited by api. The gateway asked for a wait of 37 s. Attempt 2 of 6 at t+37.5.',
      '> Rate limited by api. Waiting for 4.1 s. Attempt 3 of 6 at t+50.',
    ]);
  });

  it('is told once as long as it is the same', () => {
    assert.equal(chat(wait(), wait({ until: 37_900 })).length, 2);
    const offline = wait({ reason: 'offline', source: 'backoff' });
    assert.equal(chat(offline, { ...offline, until: 99_000 }).length, 2);
  });

  it('behind another request says that its time is an estimate', () => {
    const estimate = wait({ source: 'backoff', hintMs: undefined, delayMs: 1000, until: 1000, estimated: true });
    assert.equal(
      chat(estimate)[1],
      '> Rate limited by api. Waiting behind another request. Attempt 2 of 6 in about 1 s (estimated).',
    );
  });

  it('is told once when another request goes first after the time is up', () => {
    const estimate = wait({ source: 'backoff', hintMs: undefined, delayMs: 1000, until: 38_500, estimated: true });
    assert.equal(chat(wait(), estimate, { ...estimate, until: 39_500 }).length, 2);
  });

  it('is told again when an estimate is replaced by a known time', () => {
    const estimate = wait({ source: 'backoff', delayMs: 1000, until: 37_000, estimated: true });
    assert.equal(chat(estimate, wait()).length, 3);
  });

  it('is told again when it has become longer', () => {
    assert.equal(chat(wait(), wait({ until: 60_000 })).length, 3);
  });

  it('has a button again where text has come in between', () => {
    assert.deepEqual(
      chat(wait(), text('a'), wait()).filter((call) => call === '[retryNow]'),
      ['[retryNow]', '[retryNow]'],
    );
  });

  for (const [told, line] of [
    ['request', '> Rate limited by api. Another request in this window was asked to wait. Attempt 2 of 6 at t+37.5.'],
    ['window', '> Rate limited by api. Another window was asked to wait. Attempt 2 of 6 at t+37.5.'],
  ] as const) {
    it(`says that another ${told} was told to wait`, () => assert.equal(chat(wait({ told }))[1], line));
  }

  it('offline ends with the network, so that it has no time', () => {
    const [, line] = chat(wait({ reason: 'offline' }));
    assert.equal(line, '> You appear to be offline. The answer resumes automatically when the network is back.');
  });

  it('is no Markdown, whatever a provider says', () => {
    const [, line] = chat(wait({ message: '![x](http://y) *a* <b>' }));
    assert.ok(line?.startsWith('> !\\[x\\](http://y) \\*a\\* \\<b\\> '), line);
  });
});

describe('a switch of the model in the chat', () => {
  for (const [reason, line] of [
    ['overloaded', '> a was overloaded; switched to b.'],
    ['breaker', '> a kept failing; switched to b.'],
    ['user', '> Switched from a to b.'],
  ] as const) {
    it(`says why: ${reason}`, () => {
      assert.deepEqual(chat({ type: 'model', from: 'a', to: 'b', reason, attempt: 1, at: 0 }), [line]);
    });
  }
});

describe('a cut answer in the chat', () => {
  const backoff = wait({ source: 'backoff', hintMs: undefined, delayMs: 1000, until: 1000, attempt: 2 });

  it('goes on in one piece, and says in the end that it had broken off', () => {
    assert.deepEqual(chat(text('one '), cut, resume, resumed, text('two'), done('one two')), [
      'one ',
      'two',
      '> The connection was lost. The answer was resumed where it stopped.',
    ]);
  });

  it('stays in one piece over a short wait', () => {
    assert.deepEqual(chat(text('one '), cut, backoff, resume, resumed, text('two')), ['one ', 'two']);
  });

  it('says in the end how often it has broken off', () => {
    const twice = [text('a'), cut, resume, resumed, text('b'), cut, resume, resumed, text('c'), done('abc')];
    assert.deepEqual(chat(...twice).slice(3), ['> The answer was cut off 2 times and resumed each time.']);
  });

  it('tells a long wait, and then what is done about it', () => {
    const long = { ...backoff, message: 'The connection was lost.', delayMs: 5000, until: 5000 };
    assert.deepEqual(chat(text('one '), cut, long, resume, resumed, text('two')), [
      'one ',
      '[retryNow]',
      '> The connection was lost. Waiting for 5 s. Attempt 2 of 6 at t+5.',
      '> Getting the rest of the answer…',
      'two',
    ]);
  });

  it('tells that it is offline, however soon it looks for the network', () => {
    assert.equal(chat(text('one '), cut, { ...backoff, reason: 'offline' }).length, 3);
  });

  it('that is gone on with by hand says that the rest is on its way', () => {
    const answer = new ChatAnswer(words, 'one ');
    assert.deepEqual(calls(answer, resume, resumed, text('two'), done('one two')), [
      '> Getting the rest of the answer…',
      'two',
    ]);
  });

  it('that was written anew goes on where it begins with what is shown', () => {
    const anew = { ...attempt('m', 2), why: 'resume', how: 'restart' } as StreamEvent;
    const events = [text('one '), cut, anew, replaced('one two'), text(' three')];
    assert.deepEqual(chat(...events), ['one ', 'two', ' three']);
  });

  it('goes on behind reasoning that came as text', () => {
    assert.deepEqual(chat(text('Hm. '), wasReasoning, text('one')), ['Hm. ', 'one']);
  });

  it('that was written anew in other words ends with an error, for nothing can be taken back', () => {
    const answer = new ChatAnswer(words);
    assert.deepEqual(calls(answer, text('one '), replaced('two'), text('three')), ['one ', '[askAgain]']);
    assert.equal(answer.outcome?.state, 'failed');
    assert.match(answer.outcome.message ?? '', /Ask again/);
  });
});

describe('code in the chat', () => {
  const opening = '```ts\n';

  it('comes by whole lines', () => {
    assert.deepEqual(chat(text('a\n``'), text('`ts\ncon'), text('st a'), text(';\nb'), text('\n```\nc')), [
      'a\n',
      opening,
      'const a;\n',
      'b\n```\nc',
    ]);
  });

  it('that is cut is closed, opened again and goes on with a whole line; all of it is the text', () => {
    const answer = new ChatAnswer(words);
    const shown = calls(answer, text(`a\n${opening}one;\ntw`), cut, wait(), text('o;\n```\nb'), done(''));
    assert.deepEqual(shown, [
      `a\n${opening}one;\n`,
      '```\n',
      '[retryNow]',
      '> Rate limited by api. The gateway asked for a wait of 37 s. Attempt 2 of 6 at t+37.5.',
      opening,
      'two;\n```\nb',
    ]);
    let markdown = shown.filter((call) => !/^[>[]/.test(call)).join('');
    for (const [at, length] of answer.inserted.toReversed())
      markdown = markdown.slice(0, at) + markdown.slice(at + length);
    assert.equal(markdown, `a\n${opening}one;\ntwo;\n\`\`\`\nb`);
  });

  it('is opened again in a response that goes on with one that ended in it', () => {
    const answer = new ChatAnswer(words, `a\n${opening}one;\n`);
    assert.deepEqual(calls(answer, wait(), text('two;\n')).slice(2), [opening, 'two;\n']);
    assert.deepEqual(answer.inserted, [[0, opening.length]]);
  });

  it('loses nothing where it ends in the middle of a line', () => {
    for (const end of [done('x'), stopped('x'), failed('x')]) {
      assert.deepEqual(chat(text(`${opening}on`), end).slice(0, 2), [opening, 'on']);
    }
  });
});

describe('an answer that reached the token limit', () => {
  const tooLong = { ...done('a'), finishReason: 'length' } as StreamEvent;

  it('says so and can be continued', () => {
    const answer = new ChatAnswer(words);
    assert.deepEqual(calls(answer, text('a'), tooLong), ['a', '[continue]', '> The answer reached the token limit.']);
    assert.deepEqual(answer.outcome, { state: 'length' });
  });

  it('before its first word is a failure', () => {
    const answer = new ChatAnswer(words);
    assert.deepEqual(calls(answer, reasoning('hm'), tooLong), ['> Thinking…', '[askAgain]']);
    assert.match(answer.outcome?.message ?? '', /holysheep\.maxTokens/);
  });
});

describe('a failure in the chat', () => {
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
  ] as const) {
    it(`has the buttons that help: ${actions.join(', ')}`, () => {
      const answer = new ChatAnswer(words);
      assert.deepEqual(calls(answer, text('a'), failure(...actions)), ['a', ...buttons]);
      assert.equal(answer.outcome?.state, 'failed');
      assert.ok(answer.outcome.message);
    });
  }
});
