import assert from 'node:assert/strict';
import { EngineWorld } from '../../support/engineRun';
import { answering, status, streaming } from '../../support/scriptedFetch';
import { rowsOf, valuesOf } from '../../support/valuesOf';

const usage = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 };
const rateLimited = status(
  429,
  { error: { message: 'slow down' } },
  { 'retry-after': '5', 'x-request-id': 'req-limited' },
);

describe('ledger in the report of the engine', () => {
  it('records each attempt with its waits and its end', async () => {
    const world = new EngineWorld({
      replies: [rateLimited, streaming((body) => body.delta('Hello').finish('stop', usage).done())],
    });
    const start = world.clock.now();
    const run = await world.ask().toEnd();
    const [turn] = world.engine.report().turns;
    assert.ok(turn);
    assert.deepEqual([turn.outcome, turn.host, turn.time], ['done', 'gateway.test', start]);
    const [first, second] = turn.attempts;
    assert.deepEqual(
      [
        first?.why,
        first?.model,
        first?.headers?.status,
        first?.headers?.requestId,
        first?.end?.how,
        first?.end?.row,
        first?.waits,
      ],
      ['first', 'gpt-4o', 429, 'req-limited', 'rate-limit', 'rateLimited', []],
    );
    assert.equal(first?.gateway.label, 'gateway.test');
    const announced = run.last('waiting');
    assert.deepEqual(second?.waits, [{ ...announced, waitedMs: 5250 }]);
    assert.deepEqual([second.why, second.headers?.status, second.end?.how], ['retry', 200, 'finished']);
    assert.deepEqual([second.end?.chars, second.time], [5, start + 5250]);
    assert.deepEqual([second.end?.tokens, second.end?.promptTokens, second.end?.completionTokens], [10, 7, 3]);
    assert.ok((second.end?.bytes ?? 0) > 100);
  });

  it('contains the state of running turns and the outcome of ended turns', async () => {
    const world = new EngineWorld({ replies: [status(401, { error: { message: 'no' } }), rateLimited] });
    await world.ask().toEnd();
    const run = world.ask();
    await world.clock.advance(0);
    assert.deepEqual(valuesOf(world.engine.report().turns, 'outcome'), ['auth', 'running']);
    run.turn.stop();
    assert.equal(world.engine.report().turns.at(-1)?.outcome, 'stopped');
  });

  it('contains the wait during which a turn was stopped', async () => {
    const world = new EngineWorld({ replies: [rateLimited] });
    const run = world.ask();
    await world.clock.advance(3000);
    run.turn.stop();
    const { waits } = world.engine.report().turns[0]!;
    assert.deepEqual(rowsOf(waits, 'reason', 'waitedMs'), [['rate-limit', 3000]]);
  });

  it('contains only the last fifty turns', async () => {
    const world = new EngineWorld({ replies: [answering('ok')] });
    for (let n = 0; n < 51; n++) await world.ask({ request: { model: `model-${n}` } }).toEnd();
    const { turns } = world.engine.report();
    assert.deepEqual([turns.length, turns[0]?.attempts[0]?.model], [50, 'model-1']);
  });
});
