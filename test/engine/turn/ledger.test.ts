import assert from 'node:assert/strict';
import { EngineWorld } from '../../support/engineRun';
import { answering, status, streaming } from '../../support/scriptedFetch';

const usage = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 };
const limited = status(429, { error: { message: 'slow down' } }, { 'retry-after': '5', 'x-request-id': 'req-limited' });

describe('the ledger of a turn', () => {
  it('has every attempt, with its wait, its answer and why it ended', async () => {
    const world = new EngineWorld({
      replies: [limited, streaming((body) => body.delta('Hello').finish('stop', usage).done())],
    });
    const start = world.clock.now();
    await world.ask().toEnd();
    const [turn] = world.engine.report().turns;
    assert.ok(turn);
    assert.deepEqual([turn.outcome, turn.host, turn.time], ['done', 'gateway.test', start]);
    const [first, second] = turn.attempts;
    assert.deepEqual(
      [first?.why, first?.model, first?.status, first?.requestId, first?.ended?.how, first?.ended?.row, first?.waits],
      ['first', 'gpt-4o', 429, 'req-limited', 'rate-limit', 30, []],
    );
    const wait = {
      at: 0,
      waitedMs: 5250,
      source: 'server',
      reason: 'rate-limit',
      delayMs: 5250,
      jitterMs: 250,
      hintMs: 5000,
      hintFrom: 'retry-after',
      told: 'turn',
    };
    assert.deepEqual(second?.waits, [wait]);
    assert.deepEqual([second.why, second.status, second.ended?.how], ['retry', 200, 'finished']);
    assert.deepEqual([second.ended?.chars, second.ended?.tokens, second.time], [5, 10, start + 5250]);
    assert.ok((second.ended?.bytes ?? 0) > 100);
  });

  it('has nothing of the key, the prompt or the answer', async () => {
    const world = new EngineWorld({ replies: [limited, answering('a secret answer')] });
    await world.ask({ request: { messages: [{ role: 'user', content: 'a secret prompt' }] } }).toEnd();
    const told = JSON.stringify(world.engine.report());
    assert.ok(!told.includes('secret'), told);
  });

  it('says of a turn that goes on that it does, and of one that failed why', async () => {
    const world = new EngineWorld({ replies: [status(401, { error: { message: 'no' } }), limited] });
    await world.ask().toEnd();
    const run = world.ask();
    await world.clock.advance(0);
    assert.deepEqual(
      world.engine.report().turns.map(({ outcome }) => outcome),
      ['auth', 'running'],
    );
    run.turn.stop();
    assert.equal(world.engine.report().turns.at(-1)?.outcome, 'stopped');
  });

  it('is kept for the last fifty turns', async () => {
    const world = new EngineWorld({ replies: [answering('ok')] });
    for (let n = 0; n < 51; n++) await world.ask({ request: { model: `model-${n}` } }).toEnd();
    const { turns } = world.engine.report();
    assert.deepEqual([turns.length, turns[0]?.attempts[0]?.model], [50, 'model-1']);
  });
});
