import assert from 'node:assert/strict';
import { isTerminal, type StreamEvent, type WaitingEvent } from '../../../../src/engine/events/events';
import type { FaultAction } from '../../../../src/engine/events/kinds';
import type { ChatAnswer } from '../../../../src/host/chat/participant/chatAnswer';
import { attempt, done, failed, reasoning, stopped, text } from '../../../support/host/scriptedEngine';
import { englishWords } from '../../../support/englishWords';
import { englishL10n, useVSCode } from '../../../support/fakeVSCode';
import { refOf } from '../../../support/gatewayRef';

/** Returns the part of a line about a wait that follows its origin. */
const then = (attemptNumber: number, until: number): string =>
  ` · attempt ${attemptNumber} of 6 · Retrying at ${englishWords.format.timeOfDay(until, { seconds: true })}`;

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
/** The line about the wait, as Markdown. */
const firstWait = `\n\nRate limited by api. The gateway said to wait 37 s${then(2, 37_500)} [Retry now]\n\n`;
const cut: StreamEvent = { type: 'cut', reason: 'connection', message: 'The connection was lost.', attempt: 1, at: 0 };
const resume = { ...attempt('m', 2), why: 'resume', how: 'continue' } as StreamEvent;
const resumed: StreamEvent = { type: 'resumed', how: 'continue', trimmed: 0, resumePoint: 0, attempt: 2, at: 0 };
const textWasReasoning: StreamEvent = { type: 'replaced', text: '', because: 'reasoning', attempt: 1, at: 0 };
const replaced = (newText: string): StreamEvent => ({ type: 'replaced', text: newText, attempt: 2, at: 0 });

/** Sums up a turn of two attempts in a test, whose events take a few milliseconds. */
const summary = '> 2 attempts · first token 1 ms · 9 ms';

interface Response {
  /** The calls to the chat's response stream, written as text: `[button]` and `> progress`. */
  readonly calls: readonly string[];
  readonly outcome: ReturnType<ChatAnswer['finish']> | undefined;
  readonly inserted: ChatAnswer['inserted'];
}

/** Shows the events in a response that continues the text `partial`. */
function respond(events: readonly StreamEvent[], partial?: string): Response {
  const calls: string[] = [];
  const answer = new Answer(
    (part) =>
      calls.push(part.type === 'button' ? `[${part.action}]` : `${part.type === 'progress' ? '> ' : ''}${part.text}`),
    englishWords,
    '[Retry now]',
    partial,
  );
  for (const event of events) answer.handle(event);
  const end = events.find(isTerminal);
  return { calls, outcome: end && answer.finish(end), inserted: answer.inserted };
}

const chat = (...events: readonly StreamEvent[]): readonly string[] => respond(events).calls;
let Answer: typeof ChatAnswer;

describe("@holysheep in VS Code's chat", () => {
  useVSCode({ l10n: englishL10n });
  before(async () => {
    ({ ChatAnswer: Answer } = await import('../../../../src/host/chat/participant/chatAnswer'));
  });

  describe('answer', () => {
    it('contains only the text of the model', () => {
      assert.deepEqual(chat(attempt(), text('one '), text('two'), done('one two')), ['one ', 'two']);
    });

    it('shows once that the model is reasoning, but not the text of the reasoning', () => {
      assert.deepEqual(chat(reasoning('secret'), reasoning('more'), text('a')), ['> Thinking…', 'a']);
    });

    it('keeps text that is already visible when the gateway later reports that the text was reasoning', () => {
      assert.deepEqual(chat(text('Hm. '), textWasReasoning, text('one')), ['Hm. ', 'one']);
    });

    it('ends with a summary of the attempts if the turn needed a retry', () => {
      const retry = { ...attempt(), attempt: 2, why: 'retry', at: 5 } as StreamEvent;
      assert.deepEqual(chat(attempt(), retry, text('a'), done('a')), ['a', summary]);
    });

    it('mentions once that the gateway refused the reasoning effort', () => {
      const refused = { ...attempt('m', 2), effort: 'medium', refusedEffort: 'high' } as StreamEvent;
      const again = { ...refused, attempt: 3 } as StreamEvent;
      assert.deepEqual(chat(attempt(), refused, again, text('a')), [
        "> The gateway doesn't accept the reasoning effort High. The request was sent with Medium.",
        'a',
      ]);
    });

    it('shows nothing more after the user stops the turn', () => {
      const { calls, outcome } = respond([text('a'), stopped('a')]);
      assert.deepEqual([calls, outcome], [['a'], { state: 'stopped' }]);
    });
  });

  describe('wait for a retry', () => {
    it('is shown with the reason, the time of the next attempt and a *Retry now* link', () => {
      assert.deepEqual(chat(wait()), [firstWait]);
    });

    it('adds a line for each retry, but only one *Retry now* link', () => {
      const backoff = wait({ source: 'backoff', hintMs: undefined, delayMs: 4100, attempt: 3, until: 50_000 });
      assert.deepEqual(chat(wait(), attempt('m', 2), backoff), [
        firstWait,
        `> Rate limited by api. Delay of 4.1 s${then(3, 50_000)}`,
      ]);
    });

    it('adds only one line when the engine reports the same wait twice', () => {
      assert.equal(chat(wait(), wait({ until: 37_900 })).length, 1);
      const offline = wait({ reason: 'offline', source: 'backoff' });
      assert.equal(chat(offline, { ...offline, until: 99_000 }).length, 1);
    });

    it('adds a second line when the time of the retry is no longer an estimate', () => {
      const estimate = wait({ source: 'backoff', hintMs: undefined, delayMs: 1000, until: 38_500, estimated: true });
      assert.equal(chat(wait(), estimate, { ...estimate, until: 39_500 }).length, 1);
      assert.equal(chat(estimate, wait()).length, 2);
      assert.match(chat(estimate)[0] ?? '', /Waiting behind another request .* Retrying soon \[Retry now\]\n\n$/);
    });

    it('adds a second line when the wait becomes longer', () => {
      assert.equal(chat(wait(), wait({ until: 60_000 })).length, 2);
    });

    it('adds a second *Retry now* link when the turn waits again after some text', () => {
      assert.deepEqual(chat(wait(), text('a'), wait()), [firstWait, 'a', firstWait]);
    });

    it("quotes the provider's message with its Markdown escaped", () => {
      const [line] = chat(wait({ message: '![x](http://y) *a* <b>' }));
      assert.ok(line?.startsWith('\n\n!\\[x\\](http://y) \\*a\\* \\<b\\>. '), line);
    });
  });

  describe('answer that another model continues', () => {
    const switched = (from: string, to: string, reason: 'overloaded' | 'connection' | 'user'): StreamEvent => {
      return { type: 'model', from, to, reason, attempt: 1, at: 0 };
    };
    const resumedAt = { ...resumed, resumePoint: 4 } as StreamEvent;

    it('names the fallback model where its text begins, and both models at the end', () => {
      const events = [
        attempt('a'),
        text('one '),
        cut,
        switched('a', 'b', 'overloaded'),
        { ...resume, model: 'b' } as StreamEvent,
        resumedAt,
        text('two'),
        done('one two'),
      ];
      assert.deepEqual(chat(...events), [
        'one ',
        '> a was overloaded. Switched to b.',
        '> Getting the rest of the answer…',
        'two',
        '> a was overloaded. b continued the answer.',
        summary,
      ]);
    });

    it('does not name a fallback model at the end if that model wrote no text', () => {
      const switches = [switched('a', 'b', 'connection'), switched('b', 'c', 'overloaded')];
      const lines = chat(attempt('a'), text('one '), cut, ...switches, resumedAt, text('two'), done('one two'));
      assert.deepEqual(lines.slice(1), [
        "> a didn't respond. Switched to b.",
        '> b was overloaded. Switched to c.',
        'two',
        "> a didn't respond. c continued the answer.",
      ]);
    });

    it('does not name the models again at the end if the user switched the model', () => {
      const restarted = { ...resumed, how: 'restart' } as StreamEvent;
      const lines = chat(
        attempt('a'),
        text('one '),
        switched('a', 'b', 'user'),
        restarted,
        replaced('one two'),
        done('one two'),
      );
      assert.deepEqual(lines, ['one ', '> Switched from a to b.', 'two']);
    });
  });

  describe('prompt that is longer than the context window', () => {
    it('causes only one warning, even if the answer needs two attempts', () => {
      const cut = { ...attempt(), cutAtTokens: 4096 };
      const [warning, ...others] = chat(cut, cut, text('one'), done('one'));
      assert.match(
        warning ?? '',
        /^> This prompt exceeds the context window of .* \(4,096 tokens\)\. The gateway leaves/,
      );
      assert.deepEqual(others, ['one']);
    });
  });

  describe('gateway switch', () => {
    it('shows a progress line with the reason for the switch', () => {
      const [from, to] = ['https://a.example', 'https://b.example'];
      assert.deepEqual(chat({ type: 'gateway', from: refOf(from), to: refOf(to), reason: 'dns', attempt: 1, at: 0 }), [
        "> Sent to b.example, because a.example couldn't be reached (host not found).",
      ]);
    });
  });

  describe('answer whose stream broke', () => {
    const backoff = wait({ source: 'backoff', hintMs: undefined, delayMs: 1000, until: 1000, attempt: 2 });

    it('continues without a message, and mentions the broken stream only at the end', () => {
      assert.deepEqual(chat(attempt(), text('one '), cut, resume, resumed, text('two'), done('one two')), [
        'one ',
        'two',
        '> The connection was lost. The answer was continued.',
        summary,
      ]);
    });

    it('shows no message about a short wait', () => {
      assert.deepEqual(chat(text('one '), cut, backoff, resume, resumed, text('two')), ['one ', 'two']);
    });

    it('mentions at the end how often the stream broke', () => {
      const again = [cut, resume, resumed];
      const twice = [attempt(), text('a'), ...again, text('b'), ...again, text('c'), done('abc')];
      assert.deepEqual(chat(...twice).slice(3), ['> The answer was cut off 2 times and resumed each time.', summary]);
    });

    it('shows a message about a long wait, and a message when the wait ends', () => {
      const long = { ...backoff, message: 'The connection was lost.', delayMs: 5000, until: 5000 };
      assert.deepEqual(chat(text('one '), cut, long, resume, resumed, text('two')), [
        'one ',
        `\n\nThe connection was lost. Delay of 5 s${then(2, 5000)} [Retry now]\n\n`,
        '> Getting the rest of the answer…',
        'two',
      ]);
    });

    it('shows that the user is offline, even during a short wait', () => {
      assert.equal(chat(text('one '), cut, { ...backoff, reason: 'offline' }).length, 2);
    });

    it('shows after a click on *Continue* that the rest of the answer is being requested', () => {
      assert.deepEqual(respond([resume, resumed, text('two'), done('one two')], 'one ').calls, [
        '> Getting the rest of the answer…',
        'two',
        '> The answer was resumed where it stopped.',
        summary,
      ]);
    });

    it('does not repeat the visible text when a restarted answer begins with the same text', () => {
      const restart = { ...attempt('m', 2), why: 'resume', how: 'restart' } as StreamEvent;
      const events = [text('one '), cut, restart, replaced('one two'), text(' three')];
      assert.deepEqual(chat(...events), ['one ', 'two', ' three']);
    });

    it('fails when a restarted answer begins with text other than the visible text', () => {
      const { calls, outcome } = respond([text('one '), replaced('two'), text('three'), stopped('twothree')]);
      assert.deepEqual(calls, ['one ', '[askAgain]']);
      assert.equal(outcome?.state, 'failed');
      assert.match(outcome.message ?? '', /Ask again/);
    });
  });

  describe('code block', () => {
    const opening = '```ts\n';

    it('appears line by line, as soon as each line is complete', () => {
      assert.deepEqual(chat(text('a\n``'), text('`ts\ncon'), text('st a'), text(';\nb'), text('\n```\nc')), [
        'a\n',
        opening,
        'const a;\n',
        'b\n```\nc',
      ]);
    });

    it('is closed before a line about a wait, and reopened after the wait', () => {
      const events = [text(`a\n${opening}one;\ntw`), cut, wait(), text('o;\n```\nb'), done('')];
      const { calls, inserted } = respond(events);
      assert.deepEqual(calls, [`a\n${opening}one;\n`, '```\n', firstWait, opening, 'two;\n```\nb']);
      let markdown = calls.join('');
      for (const [start, length] of inserted.toReversed())
        markdown = markdown.slice(0, start) + markdown.slice(start + length);
      assert.equal(markdown, `a\n${opening}one;\ntwo;\n\`\`\`\nb`);
    });

    it('is reopened when the user continues an answer that ended inside the code block', () => {
      const { calls, inserted } = respond([wait(), text('two;\n')], `a\n${opening}one;\n`);
      assert.deepEqual(calls, [firstWait, opening, 'two;\n']);
      assert.deepEqual(inserted, [
        [0, firstWait.length],
        [firstWait.length, opening.length],
      ]);
    });

    it('appears completely when the answer ends in the middle of a line', () => {
      for (const end of [done('x'), stopped('x'), failed('x')]) {
        assert.deepEqual(chat(text(`${opening}on`), end).slice(0, 2), [opening, 'on']);
      }
    });
  });

  describe('answer that reaches the token limit', () => {
    const tokenLimit = { ...done('a'), finishReason: 'length' } as StreamEvent;

    it('ends with a message about the token limit and a *Continue* button', () => {
      const { calls, outcome } = respond([text('a'), tokenLimit]);
      assert.deepEqual(calls, ['a', '[continue]', '> The answer reached the token limit.']);
      assert.deepEqual(outcome, { state: 'length' });
    });
  });

  describe('failed turn', () => {
    const failure = (...actions: readonly FaultAction[]): StreamEvent => ({ ...failed('a'), actions }) as StreamEvent;

    for (const [actions, buttons] of [
      [['setApiKey', 'retryNow'], '[setApiKey] [askAgain]'],
      [['openBilling', 'switchModel'], '[openBilling] [switchModel]'],
      [['checkUrl', 'networkSettings'], '[checkUrl] [networkSettings]'],
      [['continue', 'restart', 'retryNow'], '[continue] [askAgain]'],
      [['showLog', 'exportDiagnostics', 'retryNow'], '[showLog] [exportDiagnostics] [askAgain]'],
      [['newConversation', 'tryAnyway'], '[newConversation] [tryAnyway]'],
      [['moreRoom', 'switchModel'], '[moreRoom] [switchModel]'],
    ] as const) {
      it(`shows only the buttons that VS Code's chat supports for the actions ${actions.join(', ')}`, () => {
        const { calls, outcome } = respond([text('a'), failure(...actions)]);
        assert.equal(calls.join(' '), `a ${buttons}`);
        assert.deepEqual(outcome, { state: 'failed', message: 'Connection lost' });
      });
    }
  });
});
