import assert from 'node:assert/strict';
import { EngineRun } from '../../support/engineRun';
import {
  answering,
  cutAfter,
  cutStream,
  rateLimited,
  refused,
  status,
  streaming,
  type LiveBody,
  type Reply,
  type SentRequest,
} from '../../support/scriptedFetch';
import { settle } from '../../support/virtualClock';
import { rowsOf, valuesOf } from '../../support/valuesOf';

interface Message {
  readonly role: string;
  readonly content: string;
  readonly prefix?: true;
}

const messagesOf = (request: SentRequest | undefined): readonly Message[] =>
  (request?.body.messages ?? []) as Message[];

const fullAnswer = 'Once upon a time there was a sheep that counted people until it fell asleep.';
const half = fullAnswer.slice(0, 40);
const remainder = fullAnswer.slice(40);
/** The start of a tool call. */
const toolCall = {
  choices: [{ delta: { tool_calls: [{ index: 0, id: 'call-1', function: { name: 'look', arguments: '{"a' } }] } }],
};

describe('answer whose stream broke', () => {
  it('is resumed at the end of its text', async () => {
    const run = await new EngineRun({ replies: [cutAfter(half), answering(remainder)] }).toEnd();
    assert.equal(run.last('done').text, fullAnswer);
    assert.equal(run.shownText, fullAnswer);
    const { how, trimmed, resumePoint } = run.last('resumed');
    assert.deepEqual([how, trimmed, resumePoint], ['continue', 0, half.length]);
    assert.deepEqual(
      run.types.filter((type) => type !== 'text' && type !== 'headers'),
      ['attempt', 'ended', 'cut', 'waiting', 'attempt', 'resumed', 'ended', 'done'],
    );
    assert.equal(run.of('attempt')[1]?.how, 'continue');
  });

  it('is resumed by a prefill without trailing whitespace if the model supports prefills', async () => {
    const replies = [cutAfter('The end of the line.\n\n'), answering('\n\nNew paragraph.')];
    const run = await new EngineRun({ replies, request: { model: 'claude-sonnet-4' } }).toEnd();
    const last = messagesOf(run.wire.requests[1]).at(-1);
    assert.deepEqual([last?.role, last?.content], ['assistant', 'The end of the line.']);
    assert.deepEqual([run.last('resumed').how, run.last('resumed').trimmed], ['prefill', 2]);
    assert.equal(run.last('done').text, 'The end of the line.\n\nNew paragraph.');
  });

  it('is resumed by a continue prompt if the gateway rejects the prefill', async () => {
    const refusal = status(400, { error: { message: 'This model does not support assistant message prefill.' } });
    const replies = [cutAfter(half), refusal, cutAfter(remainder.slice(0, 10)), answering(remainder.slice(10))];
    const run = await new EngineRun({ replies, request: { model: 'claude-sonnet-4' } }).toEnd();
    assert.deepEqual(rowsOf(run.of('attempt'), 'why', 'how'), [
      ['first', undefined],
      ['resume', 'prefill'],
      ['repair', 'continue'],
      ['resume', 'continue'],
    ]);
    assert.equal(run.last('done').text, fullAnswer);
    assert.equal(run.of('waiting').length, 2);
  });

  it('is restarted if the gateway rejects the request for a continuation', async () => {
    const refusal = status(400, { error: { message: 'messages: roles must alternate' } });
    const run = await new EngineRun({ replies: [cutAfter(half), refusal, answering(half, remainder)] }).toEnd();
    assert.deepEqual(valuesOf(run.of('attempt'), 'why'), ['first', 'resume', 'repair']);
    assert.deepEqual(
      [run.last('resumed').how, run.last('replaced').text, run.shownText],
      ['restart', fullAnswer, fullAnswer],
    );
  });

  it('is replaced if the continuation begins like the answer and then differs', async () => {
    const first = 'A sheep is an animal that lives on hills and eats grass, mostly in company of other sheep.';
    const different =
      first.slice(0, 70) + ' It is not alone. It has friends in the valley and a dog that looks after it.';
    const run = await new EngineRun({ replies: [cutAfter(first), answering(different)] }).toEnd();
    assert.deepEqual(
      [run.last('resumed').how, run.shownText, run.last('done').text],
      ['restart', different, different],
    );
  });

  it('is requested again if no text has arrived', async () => {
    const run = await new EngineRun({ replies: [cutAfter(), answering(fullAnswer)] }).toEnd();
    assert.equal(messagesOf(run.wire.requests[1]).length, 1);
    assert.deepEqual([run.of('resumed'), run.of('cut'), run.last('done').text], [[], [], fullAnswer]);
  });

  it('is requested again if only reasoning has arrived', async () => {
    const thinking = cutStream((body) => body.event({ choices: [{ delta: { reasoning_content: 'Hm.' } }] }));
    const run = await new EngineRun({
      replies: [thinking, answering(fullAnswer)],
      request: { model: 'claude-sonnet-4' },
    }).toEnd();
    assert.equal(messagesOf(run.wire.requests[1]).length, 1);
    assert.deepEqual([run.of('resumed'), run.of('cut'), run.last('done').text], [[], [], fullAnswer]);
    assert.equal(run.last('waiting').source, 'backoff');
  });

  it('is restarted if the stream broke inside a tool call', async () => {
    const calling = cutStream((body) => body.delta('I look it up.').event(toolCall));
    const run = await new EngineRun({ replies: [calling, answering('I look it up. Found.')] }).toEnd();
    const { index, id, name, arguments: json } = run.last('tool-call');
    assert.deepEqual([index, id, name, json], [0, 'call-1', 'look', '{"a']);
    assert.equal(messagesOf(run.wire.requests[1]).length, 1);
    assert.deepEqual(
      [run.last('replaced').text, run.last('done').text],
      ['I look it up. Found.', 'I look it up. Found.'],
    );
  });

  it('is continued, not restarted, after a restart has replaced the tool call with text', async () => {
    const calling = cutStream((body) => body.delta('I look').event(toolCall));
    const run = await new EngineRun({ replies: [calling, cutAfter(half), answering(remainder)] }).toEnd();
    assert.deepEqual(valuesOf(run.of('attempt'), 'how'), [undefined, 'restart', 'continue']);
    assert.equal(run.last('done').text, fullAnswer);
  });

  it('shows a continuation after 1.5 s, even if it might still repeat text', async () => {
    let stream: LiveBody | undefined;
    const run = new EngineRun({
      replies: [cutAfter('one two three'), streaming((body) => (stream = body.delta(' two')))],
    });
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

  it('drops a continuation that is not yet visible when the user stops the turn', async () => {
    const run = new EngineRun({ replies: [cutAfter('one two three'), streaming((body) => body.delta(' two'))] });
    await run.clock.advance(500);
    run.turn.stop();
    await run.finished;
    assert.deepEqual([run.last('stopped').text, run.shownText], ['one two three', 'one two three']);
    assert.equal(run.clock.pending, 0);
  });

  it("contains no repetition even if the continuation's stream breaks inside the overlap", async () => {
    const replies = [cutAfter(half), cutAfter(half.slice(-20, -8)), answering(remainder)];
    const run = await new EngineRun({ replies }).toEnd();
    assert.deepEqual([run.last('done').text, run.shownText], [fullAnswer, fullAnswer]);
  });

  it('is continued even if the user switched the model before any text arrived', async () => {
    const run = await new EngineRun({ replies: [rateLimited(60), cutAfter(half), answering(remainder)] }).settle();
    run.turn.switchModel('other');
    await run.toEnd();
    assert.deepEqual([run.last('resumed').how, run.last('done').text], ['continue', fullAnswer]);
  });

  it("is continued from the restarted answer if that answer's stream also breaks", async () => {
    const refusal = status(400, { error: { message: 'messages: roles must alternate' } });
    const longer = fullAnswer.slice(0, 60);
    const replies = [cutAfter(half), refusal, cutAfter(longer), answering(fullAnswer.slice(60))];
    const run = await new EngineRun({ replies }).toEnd();
    assert.deepEqual(valuesOf(run.of('resumed'), 'how'), ['restart', 'continue']);
    assert.equal(run.last('done').text, fullAnswer);
  });

  it('is not resumed if the setting holysheep.resume is "off"', async () => {
    const run = await new EngineRun({ replies: [cutAfter(half)], settings: { resume: 'off' } }).toEnd();
    const { text, actions, kind } = run.last('failed');
    assert.deepEqual([text, kind, run.wire.requests.length], [half, 'connection', 1]);
    assert.ok(actions.includes('continue') && actions.includes('restart'));
  });

  it('is restarted if the setting holysheep.resume is "restart"', async () => {
    const run = await new EngineRun({
      replies: [cutAfter(half), answering(fullAnswer)],
      settings: { resume: 'restart' },
    }).toEnd();
    assert.equal(messagesOf(run.wire.requests[1]).length, 1);
    assert.deepEqual([run.last('replaced').text, run.last('resumed').how], [fullAnswer, 'restart']);
  });
});

describe('resume limit of a turn', () => {
  const emptyStream = streaming((body) => body.send(': hello\n\n').end());

  it('allows only two resumes if no text is added', async () => {
    const run = await new EngineRun({ replies: [cutAfter(half), emptyStream] }).toEnd();
    const { kind, text, message, actions } = run.last('failed');
    assert.deepEqual([kind, text, run.wire.requests.length], ['truncated', half, 3]);
    assert.match(message, /continue/);
    assert.equal(actions[0], 'restart');
  });

  it('allows three resumes if each resume adds little text', async () => {
    const run = await new EngineRun({
      replies: [cutAfter(half), cutAfter(' X'), cutAfter(' Y'), cutAfter(' Z')],
    }).toEnd();
    assert.deepEqual([run.last('failed').kind, run.last('failed').text], ['connection', `${half} X Y Z`]);
    assert.equal(run.wire.requests.length, 4);
  });

  it('allows five resumes if each resume adds a lot of text', async () => {
    const longPart = (n: number): Reply =>
      cutAfter(Array.from({ length: 40 }, (_, i) => `${n}/${i * i + n} `).join(''));
    const run = await new EngineRun({ replies: [1, 2, 3, 4, 5, 6, 7].map(longPart) }).toEnd();
    assert.equal(run.wire.requests.length, 6);
  });

  it('ignores requests that the gateway has not accepted', async () => {
    const run = await new EngineRun({
      replies: [cutAfter(half), refused, refused, refused, refused, answering(remainder)],
    }).toEnd();
    assert.equal(run.last('done').text, fullAnswer);
  });
});

describe('turn that continues an earlier answer', () => {
  const earlier = (resumeMode: 'continue' | 'restart') => ({
    resumeFrom: { text: half, hadReasoning: false, resumeMode },
  });

  it('continues the answer, whatever the resume setting is', async () => {
    for (const resume of ['auto', 'restart', 'off'] as const) {
      const run = await new EngineRun({
        replies: [answering(remainder)],
        options: earlier('continue'),
        settings: { resume },
      }).toEnd();
      assert.deepEqual([run.last('done').text, run.last('resumed').how], [fullAnswer, 'continue']);
      assert.equal(valuesOf(run.of('text'), 'text').join(''), remainder);
    }
  });

  it('shows the partial answer until a restarted answer replaces it', async () => {
    const run = await new EngineRun({ replies: [answering(fullAnswer)], options: earlier('restart') }).toEnd();
    assert.deepEqual(
      [run.last('done').text, run.of('text').length, run.last('replaced').text],
      [fullAnswer, 0, fullAnswer],
    );
  });

  it('fails with the partial answer when no attempt succeeds', async () => {
    const run = await new EngineRun({ replies: [refused], options: earlier('restart') }).toEnd();
    assert.deepEqual([run.last('failed').text, run.wire.requests.length], [half, 6]);
  });

  it('restarts the partial answer when the user switches the model', async () => {
    const run = await new EngineRun({ replies: [cutAfter(half), answering(fullAnswer)] }).settle();
    run.turn.switchModel('other');
    await run.toEnd();
    assert.equal(messagesOf(run.wire.requests[1]).length, 1);
    assert.deepEqual([run.last('replaced').text, run.last('done').text], [fullAnswer, fullAnswer]);
  });
});
