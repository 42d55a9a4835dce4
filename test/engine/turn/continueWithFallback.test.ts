import assert from 'node:assert/strict';
import type { EngineSettings } from '../../../src/engine/environment';
import { EngineRun, EngineWorld } from '../../support/engineRun';
import { answering, cutAfter, status, streaming, type Reply, type SentRequest } from '../../support/scriptedFetch';
import { settle } from '../../support/virtualClock';

const fullAnswer =
  'Once upon a time there was a sheep that counted people until it fell asleep, and nobody ever counted the sheep again.';
const half = fullAnswer.slice(0, 39);
const remainder = fullAnswer.slice(39);

const overloaded = status(529, { error: { type: 'overloaded_error', message: 'Overloaded' } });
const emptyStream = streaming((body) => body.send(': hello\n\n').end());

/** Replies by the model of the request. The last reply of a model is used for all its further requests. */
function byModel(replies: Readonly<Record<string, readonly Reply[]>>): Reply {
  const counts = new Map<string, number>();
  return (request) => {
    const { model } = request.body;
    const count = (counts.get(model) ?? 0) + 1;
    counts.set(model, count);
    const script = replies[model] ?? [];
    const reply = script[Math.min(count, script.length) - 1];
    if (!reply) throw new Error(`the script has no reply for ${model}`);
    return reply(request);
  };
}

type Mode = EngineSettings['continueWithFallback'];

function settingsFor(continueWithFallback: Mode, fallbackModels: readonly string[] = ['gpt-4o']) {
  return { continueWithFallback, fallbackModels };
}

const request = { model: 'claude-sonnet-4' };

function start(
  replies: Readonly<Record<string, readonly Reply[]>>,
  continueWithFallback: Mode,
  fallbackModels?: readonly string[],
): EngineRun {
  return new EngineRun({
    replies: [byModel(replies)],
    settings: settingsFor(continueWithFallback, fallbackModels),
    request,
  });
}

const modelsOf = (run: EngineRun): readonly string[] => run.wire.requests.map(({ body }) => body.model);
const lastMessage = (sent: SentRequest | undefined): unknown => sent?.body.messages.at(-1);
const switchesOf = (run: EngineRun): readonly unknown[] =>
  run.of('model').map(({ from, to, reason }) => [from, to, reason]);

describe('partial answer with the setting continueWithFallback "auto"', () => {
  it('is continued by the fallback model when the original model is overloaded', async () => {
    const replies = { 'claude-sonnet-4': [cutAfter(half), overloaded], 'gpt-4o': [answering(remainder)] };
    const run = await start(replies, 'auto').toEnd();
    assert.deepEqual(modelsOf(run), ['claude-sonnet-4', 'claude-sonnet-4', 'gpt-4o']);
    assert.deepEqual(switchesOf(run), [['claude-sonnet-4', 'gpt-4o', 'overloaded']]);
    const { why, how } = run.last('attempt');
    assert.deepEqual([why, how, run.last('resumed').resumePoint], ['switch', 'continue', half.length]);
    assert.deepEqual([run.last('done').text, run.shownText, run.of('replaced').length], [fullAnswer, fullAnswer, 0]);
  });

  it('is continued by the fallback model after the streams of three resumes have broken', async () => {
    const parts = [half, remainder.slice(0, 5), remainder.slice(5, 10), remainder.slice(10, 15)];
    const replies = {
      'claude-sonnet-4': parts.map((part) => cutAfter(part)),
      'gpt-4o': [answering(remainder.slice(15))],
    };
    const run = await start(replies, 'auto').toEnd();
    assert.deepEqual([modelsOf(run).length, modelsOf(run).at(-1)], [5, 'gpt-4o']);
    assert.deepEqual(switchesOf(run), [['claude-sonnet-4', 'gpt-4o', 'connection']]);
    assert.equal(run.shownText, fullAnswer);
  });

  it('is continued by the fallback model when the circuit breaker of the original model is open', async () => {
    const replies = byModel({ 'claude-sonnet-4': [cutAfter(half), status(502)], 'gpt-4o': [answering(remainder)] });
    const world = new EngineWorld({ replies: [replies], settings: settingsFor('auto'), random: () => 0.99 });
    const run = await world.ask({ request }).settle();
    const others = [1, 2, 3, 4, 5].map(() => world.ask({ request }));
    await settle();
    for (const other of others) other.turn.stop();
    await run.toEnd();
    assert.deepEqual(switchesOf(run), [['claude-sonnet-4', 'gpt-4o', 'breaker']]);
    assert.equal(run.shownText, fullAnswer);
  });

  for (const overlap of [0, 16, 30]) {
    it(`neither loses nor doubles a character at any cut position when the continuation repeats ${overlap} characters`, async () => {
      for (let length = 1; length < fullAnswer.length; length++) {
        const repeated = fullAnswer.slice(Math.max(0, length - overlap), length);
        const replies = {
          'claude-sonnet-4': [cutAfter(fullAnswer.slice(0, length)), overloaded],
          'gpt-4o': [answering(repeated.length < 16 && length > 16 ? '' : repeated, fullAnswer.slice(length))],
        };
        // A repetition of fewer than 16 characters is not recognized unless it is the whole partial answer.
        if (overlap > 0 && length < 16) continue;
        const run = await start(replies, 'auto').toEnd();
        assert.equal(run.shownText, fullAnswer, `cut after ${length} characters`);
        assert.equal(run.last('done').text, fullAnswer);
      }
    });
  }

  it('has a new resume limit for the fallback model', async () => {
    const replies = {
      'claude-sonnet-4': [cutAfter(half), emptyStream],
      'gpt-4o': [cutAfter(remainder.slice(0, 5)), cutAfter(remainder.slice(5, 10)), answering(remainder.slice(10))],
    };
    const run = await start(replies, 'auto').toEnd();
    assert.deepEqual([modelsOf(run).filter((model) => model === 'gpt-4o').length, run.shownText], [3, fullAnswer]);
  });

  it('is requested from each fallback model only once', async () => {
    const replies = { 'claude-sonnet-4': [cutAfter(half), overloaded], one: [overloaded], two: [overloaded] };
    const run = await start(replies, 'auto', ['one', 'claude-sonnet-4', 'two']).toEnd();
    assert.deepEqual(switchesOf(run), [
      ['claude-sonnet-4', 'one', 'overloaded'],
      ['one', 'two', 'overloaded'],
    ]);
    const { text, fallbackModel, actions } = run.last('failed');
    assert.deepEqual([text, fallbackModel, actions.includes('continueWithFallback')], [half, undefined, false]);
  });

  it('is continued with a prefill if the fallback model supports prefills', async () => {
    const replies = { 'gpt-5': [cutAfter(half), overloaded], 'claude-sonnet-4': [answering(remainder)] };
    const run = await new EngineRun({
      replies: [byModel(replies)],
      settings: settingsFor('auto', ['claude-sonnet-4']),
      request: { model: 'gpt-5' },
    }).toEnd();
    assert.deepEqual(lastMessage(run.wire.requests[2]), { role: 'assistant', content: half });
    assert.deepEqual([run.last('resumed').how, run.shownText], ['prefill', fullAnswer]);
  });
});

describe('partial answer with the setting continueWithFallback "ask"', () => {
  it('is continued by the original model after a wait, in which the user is offered the fallback model', async () => {
    const run = start({ 'claude-sonnet-4': [cutAfter(half), overloaded, answering(remainder)] }, 'ask');
    await run.toEnd();
    const [afterCut, afterOverload] = run.of('waiting');
    assert.deepEqual([afterCut?.fallbackModel, afterCut?.actions.includes('continueWithFallback')], [undefined, false]);
    assert.deepEqual([afterOverload?.fallbackModel, afterOverload?.actions[0]], ['gpt-4o', 'continueWithFallback']);
    assert.deepEqual([run.of('model'), run.shownText], [[], fullAnswer]);
  });

  it('is continued by the fallback model at once when the user accepts the offer', async () => {
    const run = start({ 'claude-sonnet-4': [cutAfter(half), overloaded], 'gpt-4o': [answering(remainder)] }, 'ask');
    while (run.of('waiting').at(-1)?.fallbackModel === undefined) await run.clock.next();
    const time = run.clock.monotonicNow();
    run.turn.continueWith('gpt-4o', 'overloaded');
    await run.finished;
    assert.equal(run.clock.monotonicNow(), time);
    assert.deepEqual(switchesOf(run), [['claude-sonnet-4', 'gpt-4o', 'overloaded']]);
    assert.deepEqual([run.last('attempt').why, run.last('attempt').how], ['switch', 'continue']);
    assert.deepEqual([run.shownText, run.of('replaced')], [fullAnswer, []]);
  });

  it('leads to an offer of the fallback model as the first button when no resumes are left', async () => {
    const run = await start({ 'claude-sonnet-4': [cutAfter(half), emptyStream] }, 'ask').toEnd();
    const { kind, text, fallbackModel, actions } = run.last('failed');
    assert.deepEqual([kind, text, fallbackModel, actions[0]], ['truncated', half, 'gpt-4o', 'continueWithFallback']);
  });

  it('leads to an offer of the fallback model when the cooldown of the original model is too long', async () => {
    const replies = byModel({
      'claude-sonnet-4': [
        cutAfter(half),
        status(529, { error: { type: 'overloaded_error' } }, { 'retry-after': '900' }),
      ],
    });
    const world = new EngineWorld({ replies: [replies], settings: settingsFor('ask'), random: () => 0.99 });
    const run = await world.ask({ request }).settle();
    world.ask({ request });
    await run.toEnd();
    assert.equal(run.wire.requests.length, 2);
    const { fallbackModel, actions, resetsAt } = run.last('failed');
    assert.deepEqual([fallbackModel, actions[0]], ['gpt-4o', 'continueWithFallback']);
    assert.ok(resetsAt !== undefined);
  });

  it('leads to no offer of a model that the turn has already used', async () => {
    const run = await start({ 'claude-sonnet-4': [cutAfter(half), overloaded] }, 'ask', ['claude-sonnet-4']).toEnd();
    assert.ok(run.of('waiting').every(({ fallbackModel }) => fallbackModel === undefined));
    assert.equal(run.last('failed').fallbackModel, undefined);
  });
});

const resumeFrom = { text: half, hadReasoning: false, resumeMode: 'continue' } as const;

describe('turn that continues an earlier answer', () => {
  it('retries the same model after overloads, unless the user requests another model', async () => {
    const overloaded = status(503);
    const replies = [overloaded, overloaded, overloaded, answering(remainder)];
    const settings = { fallbackModels: ['gpt-4o'] };
    const run = await new EngineRun({ replies, request, settings, options: { resumeFrom } }).toEnd();
    assert.deepEqual([run.of('model'), run.last('done').text], [[], half + remainder]);
  });
});

describe("user's request to continue with another model", () => {
  it('applies to the first request of a turn that continues an earlier answer', async () => {
    const run = new EngineRun({ replies: [answering(remainder)], request, options: { resumeFrom } });
    run.turn.continueWith('gpt-4o', 'truncated');
    await run.toEnd();
    assert.deepEqual(modelsOf(run), ['gpt-4o']);
    assert.deepEqual(switchesOf(run), [['claude-sonnet-4', 'gpt-4o', 'truncated']]);
    assert.deepEqual([run.last('resumed').how, run.shownText], ['continue', remainder]);
  });

  it('has no effect while an answer streams', async () => {
    const run = new EngineRun({ replies: [streaming((body) => body.delta(half))], request });
    run.turn.continueWith('claude-sonnet-4', 'overloaded');
    await settle();
    run.turn.continueWith('gpt-4o', 'overloaded');
    run.turn.stop();
    run.turn.continueWith('gpt-4o', 'overloaded');
    await run.finished;
    assert.deepEqual([run.of('model'), run.wire.requests.length], [[], 1]);
  });
});

describe('partial answer with the setting continueWithFallback "off"', () => {
  it('is not continued by a fallback model, and no fallback model is offered', async () => {
    const replies = { 'claude-sonnet-4': [cutAfter(half), overloaded], 'gpt-4o': [answering(remainder)] };
    const run = await start(replies, 'off').toEnd();
    assert.deepEqual(new Set(modelsOf(run)), new Set(['claude-sonnet-4']));
    assert.ok(run.of('waiting').every(({ fallbackModel }) => fallbackModel === undefined));
    const { fallbackModel, actions } = run.last('failed');
    assert.deepEqual([fallbackModel, actions.includes('continueWithFallback')], [undefined, false]);
  });
});
