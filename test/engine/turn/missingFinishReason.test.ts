import assert from 'node:assert/strict';
import { EngineWorld, type EngineRun } from '../../support/engineRun';
import { streaming, type Reply } from '../../support/scriptedFetch';

const chunk = (delta: unknown, finish: string | null = null): unknown => ({
  choices: [{ index: 0, delta, finish_reason: finish }],
});

/** Returns a stream with text and `[DONE]` whose finish reason stays null. */
const unfinished = (content: string): Reply => streaming((body) => void body.event(chunk({ content })).done());
const finished = (content: string): Reply =>
  streaming((body) => void body.event(chunk({ content })).event(chunk({}, 'stop')).done());

const answer = 'Sheep graze on the hill.';

async function ask(world: EngineWorld): Promise<EngineRun> {
  return world.ask().toEnd();
}

describe('stream that ends with [DONE] but without a finish reason', () => {
  const replies = [unfinished(answer), unfinished(''), unfinished(answer)];

  it('is complete if a continuation adds nothing', async () => {
    const run = await ask(new EngineWorld({ replies }));
    assert.deepEqual([run.last('done').text, run.of('attempt').length], [answer, 2]);
  });

  it('is complete at once if a continuation has added nothing in an earlier turn', async () => {
    const world = new EngineWorld({ replies });
    await ask(world);
    const second = await ask(world);
    assert.deepEqual([second.last('done').text, second.of('attempt').length], [answer, 1]);
  });

  it('is continued until a continuation adds nothing or has a finish reason', async () => {
    const world = new EngineWorld({ replies: [unfinished('Sheep graze '), unfinished('on the '), finished('hill.')] });
    const run = await ask(world);
    assert.deepEqual([run.last('done').text, run.of('attempt').length], [answer, 3]);
  });

  it('is continued in every turn if the gateway has sent a finish reason before', async () => {
    const world = new EngineWorld({
      replies: [finished(answer), unfinished(answer), unfinished(''), unfinished(answer), finished(' All day.')],
    });
    await ask(world);
    await ask(world);
    const third = await ask(world);
    assert.equal(third.last('done').text, `${answer} All day.`);
  });

  it('is complete if a second attempt repeats the same tool calls', async () => {
    const call = chunk({ tool_calls: [{ index: 0, id: 'c1', function: { name: 'feed', arguments: '{"n":7}' } }] });
    const world = new EngineWorld({ replies: [streaming((body) => void body.event(call).done())] });
    const run = await ask(world);
    assert.deepEqual([run.last('done').finishReason, run.of('attempt').length], ['stop', 2]);
  });
});

describe('answer that the gateway restarts within one stream', () => {
  const named = (id: string, delta: unknown): unknown => ({ id, choices: [{ index: 0, delta, finish_reason: null }] });

  it('is requested again if the part before the restart contains a tool call', async () => {
    const call = { tool_calls: [{ index: 0, id: 'c1', function: { name: 'feed', arguments: '{"n"' } }] };
    const restarted = streaming((body) => {
      body.event(named('a', { role: 'assistant', content: '' })).event(named('a', call));
      body
        .event(named('b', { role: 'assistant', content: '' }))
        .event(named('b', { content: 'lost' }))
        .done();
    });
    const run = await ask(new EngineWorld({ replies: [restarted, finished(answer)] }));
    assert.deepEqual([run.of('cut')[0]?.reason, run.last('done').text], ['server', answer]);
  });

  it('keeps the text that a continuation added before the restart', async () => {
    const cut = streaming((body) => void body.event(chunk({ content: 'Sheep ' })).done());
    const restarted = streaming((body) => {
      body.event(named('a', { role: 'assistant', content: '' })).event(named('a', { content: 'graze on ' }));
      body
        .event(named('b', { role: 'assistant', content: '' }))
        .event(named('b', { content: 'graze' }))
        .done();
    });
    const run = await ask(new EngineWorld({ replies: [cut, restarted, finished('the hill.')] }));
    assert.equal(run.last('done').text, answer);
  });
});
