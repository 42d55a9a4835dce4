import assert from 'node:assert/strict';
import { EngineRun } from '../../support/engineRun';
import {
  answering,
  rejecting,
  status,
  streaming,
  type LiveBody,
  type Reply,
  type SentRequest,
} from '../../support/scriptedFetch';
import { settle } from '../../support/virtualClock';

interface Message {
  readonly role: string;
  readonly content: string;
  readonly prefix?: true;
}

const messagesOf = (request: SentRequest | undefined): readonly Message[] =>
  (request?.body.messages ?? []) as Message[];

/** Deltas that are read before the connection breaks. */
const cut = (...deltas: readonly string[]): Reply =>
  streaming((body) => {
    for (const delta of deltas) body.delta(delta);
    setImmediate(() => setImmediate(() => body.break()));
  });

const whole = 'Once upon a time there was a sheep that counted people until it fell asleep.';
const half = whole.slice(0, 40);
const rest = whole.slice(40);

describe('a cut answer', () => {
  it('goes on with what is asked for as the next character, and is told apart', async () => {
    const run = await new EngineRun({ replies: [cut(half), answering(rest)] }).toEnd();
    assert.equal(run.last('done').text, whole);
    assert.equal(run.shownText, whole);
    const { how, trimmed, seam } = run.last('resumed');
    assert.deepEqual([how, trimmed, seam], ['continue', 0, half.length]);
    assert.deepEqual(
      run.types.filter((type) => type !== 'text' && type !== 'headers'),
      ['attempt', 'ended', 'cut', 'waiting', 'attempt', 'resumed', 'ended', 'done'],
    );
    assert.equal(run.of('attempt')[1]?.how, 'continue');
  });

  it('asks for the rest with the partial, its last 200 characters and nothing of the key', async () => {
    const long = 'x'.repeat(100) + 'The quick brown fox. '.repeat(20);
    const run = await new EngineRun({ replies: [cut(long), answering('End.')] }).toEnd();
    const [question, partial, plea] = messagesOf(run.wire.requests[1]);
    assert.deepEqual([question?.role, partial?.role, plea?.role], ['user', 'assistant', 'user']);
    assert.equal(partial?.content, long);
    assert.ok(plea?.content.includes(`«${long.slice(-200)}»`));
  });

  it('drops what the continuation repeats', async () => {
    const run = await new EngineRun({ replies: [cut(half), answering(half.slice(-20) + rest)] }).toEnd();
    assert.deepEqual([run.last('done').text, run.last('resumed').trimmed], [whole, 20]);
  });

  it('drops a replay of the whole answer', async () => {
    const run = await new EngineRun({ replies: [cut(half), answering(whole)] }).toEnd();
    assert.deepEqual([run.last('done').text, run.last('resumed').trimmed], [whole, half.length]);
  });

  it('is prefilled where the model takes it: the partial is the last message, without its white space', async () => {
    const replies = [cut('The end of the line.\n\n'), answering('\n\nNew paragraph.')];
    const run = await new EngineRun({ replies, request: { model: 'claude-sonnet-4' } }).toEnd();
    const last = messagesOf(run.wire.requests[1]).at(-1);
    assert.deepEqual([last?.role, last?.content], ['assistant', 'The end of the line.']);
    assert.deepEqual([run.last('resumed').how, run.last('resumed').trimmed], ['prefill', 2]);
    assert.equal(run.last('done').text, 'The end of the line.\n\nNew paragraph.');
  });

  it('is asked for otherwise where the prefill is refused, at once, uncharged, and from then on', async () => {
    const refusal = status(400, { error: { message: 'This model does not support assistant message prefill.' } });
    const replies = [cut(half), refusal, cut(rest.slice(0, 10)), answering(rest.slice(10))];
    const run = await new EngineRun({ replies, request: { model: 'claude-sonnet-4' } }).toEnd();
    assert.deepEqual(
      run.of('attempt').map(({ why, how }) => [why, how]),
      [
        ['first', undefined],
        ['resume', 'prefill'],
        ['repair', 'continue'],
        ['resume', 'continue'],
      ],
    );
    assert.equal(run.last('done').text, whole);
    assert.equal(run.of('waiting').length, 2);
  });

  it('starts again where its continuation is refused, and keeps the old text until it is overtaken', async () => {
    const refusal = status(400, { error: { message: 'messages: roles must alternate' } });
    const run = await new EngineRun({ replies: [cut(half), refusal, answering(half, rest)] }).toEnd();
    assert.deepEqual(
      run.of('attempt').map(({ why }) => why),
      ['first', 'resume', 'repair'],
    );
    assert.deepEqual([run.last('resumed').how, run.last('replaced').text, run.shownText], ['restart', whole, whole]);
  });

  it('becomes the other answer when the model starts again in other words', async () => {
    const first = 'A sheep is an animal that lives on hills and eats grass, mostly in company of other sheep.';
    const other = first.slice(0, 70) + ' It is not alone. It has friends in the valley and a dog that looks after it.';
    const run = await new EngineRun({ replies: [cut(first), answering(other)] }).toEnd();
    assert.deepEqual([run.last('resumed').how, run.shownText, run.last('done').text], ['restart', other, other]);
  });

  it('is sent again as it was when nothing had been shown', async () => {
    const run = await new EngineRun({ replies: [cut(), answering(whole)] }).toEnd();
    assert.equal(messagesOf(run.wire.requests[1]).length, 1);
    assert.deepEqual([run.of('resumed'), run.of('cut'), run.last('done').text], [[], [], whole]);
  });

  it('of which only the thinking had arrived starts again, and thinks again', async () => {
    const thinking = streaming((body) => {
      body.event({ choices: [{ delta: { reasoning_content: 'Hm.' } }] });
      setImmediate(() => setImmediate(() => body.break()));
    });
    const run = await new EngineRun({
      replies: [thinking, answering(whole)],
      request: { model: 'claude-sonnet-4' },
    }).toEnd();
    assert.equal(messagesOf(run.wire.requests[1]).length, 1);
    assert.deepEqual([run.last('resumed').how, run.last('done').text], ['restart', whole]);
  });

  it('that was thought about is never prefilled', async () => {
    const thought = streaming((body) => {
      body.event({ choices: [{ delta: { reasoning_content: 'Hm.' } }] }).delta(half);
      setImmediate(() => setImmediate(() => body.break()));
    });
    const run = await new EngineRun({
      replies: [thought, answering(rest)],
      request: { model: 'claude-sonnet-4' },
    }).toEnd();
    assert.deepEqual([run.last('resumed').how, run.last('done').text], ['continue', whole]);
  });

  it('that was calling a tool starts again: half a call is none', async () => {
    const calling = streaming((body) => {
      body.delta('I look it up.').event({
        choices: [
          { delta: { tool_calls: [{ index: 0, id: 'call-1', function: { name: 'look', arguments: '{"a' } }] } },
        ],
      });
      setImmediate(() => setImmediate(() => body.break()));
    });
    const run = await new EngineRun({ replies: [calling, answering('I look it up. Found.')] }).toEnd();
    const { index, id, name, arguments: json } = run.last('tool-call');
    assert.deepEqual([index, id, name, json], [0, 'call-1', 'look', '{"a']);
    assert.equal(messagesOf(run.wire.requests[1]).length, 1);
    assert.deepEqual(
      [run.last('replaced').text, run.last('done').text],
      ['I look it up. Found.', 'I look it up. Found.'],
    );
  });

  it('shows a held continuation after 1.5 s, when nothing tells yet where it belongs', async () => {
    let stream: LiveBody | undefined;
    const run = new EngineRun({ replies: [cut('one two three'), streaming((body) => (stream = body.delta(' two')))] });
    await run.clock.advance(500);
    await settle();
    assert.equal(run.shownText, 'one two three');
    await run.clock.advance(1499);
    assert.equal(run.shownText, 'one two three');
    await run.clock.advance(1);
    assert.equal(run.shownText, 'one two three two');
    stream?.delta(' one').finish().done();
    await run.toEnd();
    assert.equal(run.last('done').text, 'one two three two one');
  });

  it('that is stopped while a continuation is held keeps what it was: what is held is in it already', async () => {
    const run = new EngineRun({ replies: [cut('one two three'), streaming((body) => body.delta(' two'))] });
    await run.clock.advance(500);
    run.turn.stop();
    await run.finished;
    assert.deepEqual([run.last('stopped').text, run.shownText], ['one two three', 'one two three']);
    assert.equal(run.clock.pending, 0);
  });

  it('is not doubled by an echo that is cut in its middle', async () => {
    const replies = [cut(half), cut(half.slice(-20, -8)), answering(rest)];
    const run = await new EngineRun({ replies }).toEnd();
    assert.deepEqual([run.last('done').text, run.shownText], [whole, whole]);
  });

  it('never ends in half a character, nor begins its rest with one', async () => {
    const run = await new EngineRun({ replies: [cut('sheep \ud83d'), answering('\ud83d\udc11!')] }).toEnd();
    assert.equal(messagesOf(run.wire.requests[1])[1]?.content, 'sheep ');
    assert.equal(run.last('done').text, 'sheep \ud83d\udc11!');
    assert.ok(run.of('text').every(({ text }) => text.isWellFormed()));
  });

  it('joins a character whose halves come in two deltas', async () => {
    const run = await new EngineRun({ replies: [answering('sheep \ud83d', '\udc11!')] }).toEnd();
    assert.deepEqual(
      run.of('text').map(({ text }) => text),
      ['sheep ', '\ud83d\udc11!'],
    );
  });

  it('is continued like any other when its turn has changed the model before a word', async () => {
    const limited = status(429, {}, { 'retry-after': '60' });
    const run = new EngineRun({ replies: [limited, cut(half), answering(rest)] });
    await settle();
    run.turn.switchModel('other');
    await run.toEnd();
    assert.deepEqual([run.last('resumed').how, run.last('done').text], ['continue', whole]);
  });

  it('is continued like any other after a restart that has overtaken it', async () => {
    const refusal = status(400, { error: { message: 'messages: roles must alternate' } });
    const longer = whole.slice(0, 60);
    const replies = [cut(half), refusal, cut(longer), answering(whole.slice(60))];
    const run = await new EngineRun({ replies }).toEnd();
    assert.deepEqual(
      run.of('resumed').map(({ how }) => how),
      ['restart', 'continue'],
    );
    assert.equal(run.last('done').text, whole);
  });

  it('gives way to a new one that is a tool call and nothing else', async () => {
    const call = {
      choices: [{ delta: { tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '{}' } }] } }],
    };
    const calling = streaming((body) => {
      body.delta('Let me see.').event(call);
      setImmediate(() => setImmediate(() => body.break()));
    });
    const only = streaming((body) => body.event(call).finish('tool_calls').done());
    const run = await new EngineRun({ replies: [calling, only] }).toEnd();
    assert.deepEqual([run.last('done').text, run.last('done').finishReason, run.shownText], ['', 'tool_calls', '']);
  });

  it('is not resumed with the setting off, and says how to go on', async () => {
    const run = await new EngineRun({ replies: [cut(half)], settings: { resume: 'off' } }).toEnd();
    const { text, actions, kind } = run.last('failed');
    assert.deepEqual([text, kind, run.wire.requests.length], [half, 'connection', 1]);
    assert.ok(actions.includes('continue') && actions.includes('restart'));
  });

  it('starts again with the setting on restart', async () => {
    const run = await new EngineRun({
      replies: [cut(half), answering(whole)],
      settings: { resume: 'restart' },
    }).toEnd();
    assert.equal(messagesOf(run.wire.requests[1]).length, 1);
    assert.deepEqual([run.last('replaced').text, run.last('resumed').how], [whole, 'restart']);
  });
});

describe('the budget of resumes', () => {
  const nothing = streaming((body) => body.send(': hello\n\n').end());

  it('ends after two that have added nothing: the answer can not be continued', async () => {
    const run = await new EngineRun({ replies: [cut(half), nothing] }).toEnd();
    const { kind, text, message, actions } = run.last('failed');
    assert.deepEqual([kind, text, run.wire.requests.length], ['truncated', half, 3]);
    assert.match(message, /continue/);
    assert.equal(actions[0], 'restart');
  });

  it('allows three that add little', async () => {
    const run = await new EngineRun({ replies: [cut(half), cut(' X'), cut(' Y'), cut(' Z')] }).toEnd();
    assert.deepEqual([run.last('failed').kind, run.last('failed').text], ['connection', `${half} X Y Z`]);
    assert.equal(run.wire.requests.length, 4);
  });

  it('allows five that add much', async () => {
    const much = (n: number): Reply => cut(Array.from({ length: 40 }, (_, i) => `${n}/${i * i + n} `).join(''));
    const run = await new EngineRun({ replies: [1, 2, 3, 4, 5, 6, 7].map(much) }).toEnd();
    assert.equal(run.wire.requests.length, 6);
  });

  it('is not charged for requests that were never taken', async () => {
    const refused = rejecting('ECONNREFUSED');
    const run = await new EngineRun({
      replies: [cut(half), refused, refused, refused, refused, answering(rest)],
    }).toEnd();
    assert.equal(run.last('done').text, whole);
  });
});

describe('an answer that is there already and was calling a tool', () => {
  it('starts again: half a call can not be continued', async () => {
    const earlier = { text: half, reasoned: false, calledTools: true, go: 'continue' } as const;
    const run = await new EngineRun({ replies: [answering(whole)], options: { earlier } }).toEnd();
    assert.deepEqual([run.last('resumed').how, run.last('done').text], ['restart', whole]);
  });
});

describe('an answer that is there already', () => {
  const earlier = (go: 'continue' | 'restart') => ({ earlier: { text: half, reasoned: false, go } });

  it('is continued when that is asked for, whatever the setting says', async () => {
    for (const resume of ['auto', 'restart', 'off'] as const) {
      const run = await new EngineRun({
        replies: [answering(rest)],
        options: earlier('continue'),
        settings: { resume },
      }).toEnd();
      assert.deepEqual([run.last('done').text, run.last('resumed').how], [whole, 'continue']);
      assert.equal(
        run
          .of('text')
          .map(({ text }) => text)
          .join(''),
        rest,
      );
    }
  });

  it('is started again when that is asked for, and kept until it is overtaken', async () => {
    const run = await new EngineRun({ replies: [answering(whole)], options: earlier('restart') }).toEnd();
    assert.deepEqual([run.last('done').text, run.of('text').length, run.last('replaced').text], [whole, 0, whole]);
  });

  it('is kept when nothing better comes', async () => {
    const run = await new EngineRun({ replies: [rejecting('ECONNREFUSED')], options: earlier('restart') }).toEnd();
    assert.deepEqual([run.last('failed').text, run.wire.requests.length], [half, 6]);
  });

  it('belongs to its model: another one starts anew', async () => {
    const run = new EngineRun({ replies: [cut(half), answering(whole)] });
    await settle();
    run.turn.switchModel('other');
    await run.toEnd();
    assert.equal(messagesOf(run.wire.requests[1]).length, 1);
    assert.deepEqual([run.last('replaced').text, run.last('done').text], [whole, whole]);
  });
});
