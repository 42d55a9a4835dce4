import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { faultOfRow } from '../../../src/engine/faults/classify';
import type { RowId } from '../../../src/engine/faults/faultTable';
import { noSharedCooldowns } from '../../../src/engine/gate/cooldowns';
import { Gate } from '../../../src/engine/gate/gate';
import { GateQueue } from '../../../src/engine/gate/gateQueue';
import { RetryBudget } from '../../../src/engine/gate/networkState';
import { KnownKeys } from '../../../src/engine/gateway/knownKeys';
import { RetryController } from '../../../src/engine/retry/retryController';
import type { Decision } from '../../../src/engine/retry/retryPolicy';
import { TurnHistory } from '../../../src/engine/turn/turnHistory';
import { faultOfBlock, TurnMessages } from '../../../src/engine/turn/turnMessages';
import { TurnOutput } from '../../../src/engine/turn/turnOutput';
import { Waits, type WaitDescription } from '../../../src/engine/turn/waits';
import { defaultSettings, EngineRun, EngineWorld } from '../../support/engineRun';
import {
  answering,
  rejecting,
  silent,
  status,
  streaming,
  type LiveBody,
  type Reply,
} from '../../support/scriptedFetch';
import { settle, VirtualClock } from '../../support/virtualClock';

const limited = (seconds: number): Reply =>
  status(429, { error: { message: 'slow down' } }, { 'retry-after': String(seconds) });
const failing = status(500, { error: { message: 'boom' } });
const noRetries = { retry: { maxRetries: 0 } };
const waitOf = (delayMs: number, cost = 1): Decision => ({ do: 'wait', delayMs, source: 'backoff', left: 3, cost });
const thinking = (body: LiveBody): LiveBody => body.event({ choices: [{ delta: { reasoning_content: 'hm' } }] });
const breaking = (write: (body: LiveBody) => LiveBody): Reply =>
  streaming((body) => {
    write(body);
    setImmediate(() => setImmediate(() => body.break()));
  });

const assertFailures = (world: EngineWorld, failures: number): void =>
  assert.deepEqual(
    world.engine.report().network.gates.map((gate) => gate.failures),
    [failures],
  );

describe('an impatient click', () => {
  for (const [ms, requests] of [
    [999, 1],
    [1000, 2],
  ] as const) {
    it(`${ms} ms after an attempt went out leads to ${requests} requests`, async () => {
      const run = new EngineRun({ replies: [silent] });
      await run.clock.advance(ms);
      run.turn.retryNow();
      await settle();
      assert.equal(run.wire.requests.length, requests);
      run.turn.stop();
    });
  }

  for (const [ms, requests] of [
    [249, 2],
    [250, 3],
  ] as const) {
    it(`${ms} ms after the one before leads to ${requests} requests`, async () => {
      const run = new EngineRun({ replies: [rejecting('ECONNREFUSED')] });
      await settle();
      run.turn.retryNow();
      await run.clock.advance(ms);
      run.turn.retryNow();
      await settle();
      assert.equal(run.wire.requests.length, requests);
      run.turn.stop();
    });
  }

  it('gives up the attempt that hangs at once, and says so', async () => {
    const run = new EngineRun({ replies: [silent] });
    await run.clock.advance(3000);
    run.turn.retryNow();
    await settle();
    assert.deepEqual([run.last('ended').how, run.last('attempt').why], ['abandoned', 'retry-now']);
    run.turn.stop();
    assert.equal(run.wire.requests[1]?.signal.aborted, true);
  });

  it('while the notes of other windows are read skips the queue', async () => {
    const cooldowns = { ...noSharedCooldowns, read: () => new Promise<undefined>(() => undefined) };
    const world = new EngineWorld({ replies: [limited(30), answering('ok')], cooldowns });
    const first = world.ask();
    await world.clock.advance(250);
    const second = world.ask();
    await settle();
    second.turn.retryNow();
    await settle();
    assert.deepEqual([second.last('done').text, second.of('waiting').length], ['ok', 0]);
    first.turn.stop();
  });

  it('while a probe of the network is on its way makes an attempt, not another wait', async () => {
    const run = new EngineRun({ replies: [rejecting('EAI_AGAIN'), silent, answering('ok')] });
    await run.clock.advance(2000);
    assert.equal(run.wire.requests.length, 2);
    run.turn.retryNow();
    await settle();
    assert.deepEqual([run.last('done').text, run.of('waiting').length], ['ok', 1]);
  });
});

describe('a switch of the model', () => {
  it('gives up an answer that streams', async () => {
    const run = new EngineRun({ replies: [streaming((body) => body.delta('half')), answering('other')] });
    await settle();
    run.turn.switchModel('other');
    await settle();
    assert.deepEqual([run.last('done').text, run.wire.requests[1]?.body.model], ['other', 'other']);
    assert.equal(run.of('ended')[0]?.how, 'abandoned');
  });

  it('to the same one is none', async () => {
    const run = new EngineRun({ replies: [limited(30), answering('ok')] });
    await settle();
    run.turn.switchModel('gpt-4o');
    await settle();
    assert.deepEqual([run.wire.requests.length, run.of('model').length], [1, 0]);
    run.turn.stop();
  });

  it('leaves the queue of the old one', async () => {
    const world = new EngineWorld({ replies: [limited(30), answering('ok')] });
    const first = world.ask();
    await settle();
    const second = world.ask();
    await settle();
    second.turn.switchModel('other');
    await settle();
    assert.deepEqual([second.last('done').text, second.of('waiting').length], ['ok', 1]);
    assert.equal(second.of('attempt')[0]?.why, 'switch');
    first.turn.stop();
  });
});

describe('a turn that is over', () => {
  it('no longer listens to its signal', async () => {
    const { signal } = new AbortController();
    await new EngineRun({ replies: [answering('ok')], options: { signal } }).toEnd();
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('says of its attempt that it was stopped', async () => {
    const run = new EngineRun({ replies: [silent] });
    await settle();
    run.turn.stop();
    await run.finished;
    assert.equal(run.last('ended').how, 'stopped');
  });

  it('before its key is read asks nobody anything', async () => {
    let give: (() => void) | undefined;
    const world = new EngineWorld({
      replies: [answering('never')],
      connection: () =>
        new Promise((resolve) => (give = () => resolve({ baseUrl: 'https://gateway.test/v1', apiKey: 'hsa-key' }))),
    });
    const run = world.ask();
    run.turn.stop();
    give?.();
    await settle();
    assert.deepEqual([world.engine.report().network.gates, world.wire.requests.length], [[], 0]);
    assert.equal(world.engine.report().turns[0]?.host, '');
  });

  for (const [when, ms] of [
    ['on its way', 250],
    ['still reading the notes of other windows', 0],
  ] as const) {
    it(`as the probe, ${when}, lets the next request be the probe`, async () => {
      const cooldowns = { ...noSharedCooldowns, read: () => new Promise<undefined>(() => undefined) };
      const replies = [limited(1), ...(ms > 0 ? [silent] : []), answering('ok')];
      const world = new EngineWorld({ replies, cooldowns, settings: noRetries });
      await world.ask().toEnd();
      await world.clock.advance(2000);
      const probe = world.ask();
      await world.clock.advance(ms);
      probe.turn.stop();
      const next = world.ask();
      await world.clock.advance(250);
      assert.deepEqual([next.last('done').text, next.of('waiting').length], ['ok', 0]);
    });
  }
});

describe('a reset of the network state', () => {
  it('does not disturb an attempt', async () => {
    const run = new EngineRun({ replies: [silent] });
    await run.clock.advance(5000);
    await run.world.engine.resetNetworkState();
    await settle();
    assert.equal(run.wire.requests.length, 1);
    run.turn.stop();
  });
});

describe('the failures of a provider', () => {
  const broken = async (world: EngineWorld): Promise<void> => {
    for (let n = 0; n < 5; n++) await world.ask().toEnd();
  };

  it('are forgotten when the user tries anyway in the queue', async () => {
    const world = new EngineWorld({ replies: [failing], settings: noRetries });
    await broken(world);
    const run = world.ask();
    await settle();
    run.turn.tryAnyway();
    await run.toEnd();
    assertFailures(world, 1);
  });

  it('are forgotten once by who tries anyway from the beginning', async () => {
    const world = new EngineWorld({ replies: [failing], settings: { retry: { maxRetries: 2 } } });
    await world.ask().toEnd();
    assertFailures(world, 3);
    const run = world.ask();
    run.turn.tryAnyway();
    await run.toEnd();
    assertFailures(world, 3);
  });

  it('are forgotten after a whole answer', async () => {
    const world = new EngineWorld({ replies: [failing, answering('ok'), failing], settings: noRetries });
    for (let n = 0; n < 3; n++) await world.ask().toEnd();
    assertFailures(world, 1);
  });

  it('that open the breaker lead to its wait, which is the own one of the turn', async () => {
    const run = new EngineRun({ replies: [failing], settings: { retry: { maxRetries: 10 } } });
    while (run.of('attempt').length < 5 && (await run.clock.next()) !== undefined);
    const after = run.events.slice(run.events.indexOf(run.last('ended')));
    assert.deepEqual(
      after.flatMap((event) => (event.type === 'waiting' ? [[event.reason, event.told, event.delayMs]] : [])),
      [['breaker', 'turn', 5000]],
    );
    run.turn.stop();
  });

  it('are not the reason for a wait when another turn has closed the gate', async () => {
    const world = new EngineWorld({ replies: [failing, limited(30), answering('ok')] });
    const first = world.ask();
    await settle();
    const second = world.ask();
    await world.clock.advance(500);
    assert.deepEqual([first.last('waiting').told, first.last('waiting').reason], ['request', 'rate-limit']);
    assert.equal(first.last('waiting').maxAttempts - first.last('waiting').attempt, 4);
    first.turn.stop();
    second.turn.stop();
  });
});

describe('time in which nothing arrives', () => {
  it('ends the turn after five minutes, though attempts are left', async () => {
    const run = await new EngineRun({ replies: [silent], settings: { retry: { maxRetries: 10 } } }).toEnd();
    assert.equal(run.wire.requests.length, 5);
    assert.match(run.last('failed').message, /No progress for 5 min/);
  });

  it('is told as the sum of the waits', async () => {
    const run = await new EngineRun({ replies: [failing, failing, answering('ok')] }).toEnd();
    assert.equal(run.last('done').waitedMs, 500 + 1000);
  });
});

describe('what the reader has seen before a break', () => {
  const call = { index: 0, id: 'c', function: { name: 'f', arguments: '{"a' } };
  for (const [what, write] of Object.entries<(body: LiveBody) => LiveBody>({
    text: (body) => body.delta('some of the answer'),
    reasoning: thinking,
    'a tool call': (body) => body.event({ choices: [{ index: 0, delta: { tool_calls: [call] } }] }),
  })) {
    it(`makes a resume of the next attempt where it is ${what}, and gives the retries back`, async () => {
      const run = new EngineRun({
        replies: [failing, breaking(write), failing, silent],
        settings: { retry: { maxRetries: 1 } },
      });
      while (run.of('attempt').length < 4 && (await run.clock.next()) !== undefined);
      assert.deepEqual(
        run.of('attempt').map(({ why }) => why),
        ['first', 'retry', 'resume', 'resume'],
      );
      run.turn.stop();
    });
  }

  it('is no text where it is reasoning: with resumes off it starts again', async () => {
    const run = await new EngineRun({
      replies: [breaking(thinking), answering('ok')],
      settings: { resume: 'off' },
    }).toEnd();
    assert.equal(run.last('done').text, 'ok');
  });

  it('is not cut where the model has finished with nothing but reasoning', async () => {
    const thought = streaming((body) => thinking(body).finish().done());
    const run = await new EngineRun({ replies: [thought, answering('ok')] }).toEnd();
    assert.deepEqual([run.of('cut').length, run.of('ended')[0]?.how], [0, 'empty']);
  });

  for (const [reason, requests] of [
    ['stop', 3],
    ['length', 2],
  ] as const) {
    it(`is not whole where the rest has only begun it again, unless the limit ended it: ${reason}`, async () => {
      const half =
        'Once upon a time there was a sheep that counted the people of a village, one by one, until it slept ';
      const again = streaming((body) => body.delta(half.slice(0, 70)).finish(reason).done());
      const run = await new EngineRun({
        replies: [breaking((body) => body.delta(half)), again, answering('people.')],
      }).toEnd();
      assert.deepEqual([run.wire.requests.length, run.last('done').text.startsWith(half)], [requests, true]);
    });
  }

  it('is continued after a server error too, which says nothing of the shape of a request', async () => {
    const half = 'Once upon a time there was a sheep that counted ';
    const run = await new EngineRun({
      replies: [breaking((body) => body.delta(half)), failing, answering('people.')],
    }).toEnd();
    assert.deepEqual(
      run.of('attempt').map(({ why, how }) => [why, how]),
      [
        ['first', undefined],
        ['resume', 'continue'],
        ['resume', 'continue'],
      ],
    );
  });
});

describe('the report', () => {
  it('has the turns in the order in which they began, running or over', async () => {
    const world = new EngineWorld({ replies: [silent, answering('ok')] });
    const first = world.ask();
    await world.clock.advance(1000);
    await world.ask({ request: { model: 'second' } }).toEnd();
    for (let look = 0; look < 2; look++)
      assert.deepEqual(
        world.engine.report().turns.map(({ outcome }) => outcome),
        ['running', 'done'],
      );
    first.turn.stop();
  });
});

describe('the history of a turn', () => {
  const now = { hasText: false, tokens: 12, breakerOpen: false, resuming: false };
  const server = faultOfRow(33);

  it('begins with nothing', () => {
    const history = new TurnHistory('one');
    const { freeReplayUsed, previousDelayMs, shown, waited, sameRow, overloads } = history.before(server, now);
    assert.deepEqual(
      [freeReplayUsed, previousDelayMs, shown, waited, sameRow, overloads],
      [false, undefined, false, false, 0, 0],
    );
  });

  it('has seen something where the turn goes on with an earlier answer', () => {
    assert.equal(new TurnHistory('one', true).before(server, now).shown, true);
  });

  for (const [what, row, decision, replayed, delayMs] of [
    ['a replay', 5, { do: 'replay' }, true, undefined],
    ['a wait', 33, waitOf(700), false, 700],
    ['a fallback', 33, { do: 'fall-back', model: 'two' }, false, undefined],
  ] as const satisfies readonly (readonly [string, RowId, Decision, boolean, number | undefined])[]) {
    it(`remembers ${what}`, () => {
      const history = new TurnHistory('one');
      history.note(faultOfRow(row), decision);
      const { freeReplayUsed, previousDelayMs, sameRow } = history.before(faultOfRow(row), now);
      assert.deepEqual([freeReplayUsed, previousDelayMs, sameRow], [replayed, delayMs, 1]);
    });
  }

  for (const [rows, overloads] of [
    [[35, 35], 2],
    [[35, 33], 0],
    [[35, 31], 0],
  ] as const) {
    it(`counts ${overloads} overloads in a row after the rows ${rows.join(', ')}`, () => {
      const history = new TurnHistory('one');
      for (const row of rows) history.note(faultOfRow(row), waitOf(1));
      assert.equal(history.before(server, now).overloads, overloads);
    });
  }

  it('counts resumes, and those that added nothing', () => {
    const history = new TurnHistory('one');
    for (const chars of [300, 0]) {
      history.resumeStarted();
      history.resumeOver(chars);
    }
    const { resumes, emptyResumes } = history.before(server, now);
    assert.deepEqual([resumes, emptyResumes], [2, 1]);
  });

  it('starts afresh with another model', () => {
    const history = new TurnHistory('one');
    history.note(faultOfRow(35), waitOf(700));
    history.retries++;
    history.switched('two');
    const { sameRow, overloads, retries, previousDelayMs, models } = history.before(faultOfRow(35), now);
    assert.deepEqual([sameRow, overloads, retries, previousDelayMs, models], [0, 0, 0, undefined, ['one', 'two']]);
  });
});

describe('the message of a closed gate', () => {
  const cause = { until: 5000, delayMs: 5000, source: 'server', reason: 'rate-limit' } as const;
  for (const [why, reason, row] of [
    ['cooldown', 'rate-limit', 30],
    ['cooldown', 'overloaded', 35],
    ['cooldown', 'credit', 23],
    ['breaker', 'rate-limit', 61],
    ['probe', 'breaker', 61],
    ['probe', 'rate-limit', 30],
  ] as const) {
    it(`for a ${why} after ${reason} are those of row ${row}`, () => {
      assert.equal(faultOfBlock({ why, cause: { ...cause, reason } }).row, row);
    });
  }

  const clock = new VirtualClock();
  const localize = (text: string): string => text;
  const deps = { localize, formatTime: String, clock, settings: () => defaultSettings };
  const words = new TurnMessages(deps, new KnownKeys());
  const connection = { baseUrl: 'https://gateway.test/v1', apiKey: 'hsa-key' };
  const standing = { connection, model: 'one', attempt: undefined, number: 0, text: '' };
  for (const [why, source, hintMs] of [
    ['cooldown', 'server', 5000],
    ['cooldown', 'backoff', undefined],
    ['breaker', 'server', undefined],
    ['probe', 'server', undefined],
  ] as const) {
    it(`name ${hintMs ?? 'no'} ms as the server's wish for a ${why} from ${source}`, () => {
      const block = { until: 5000, why, origin: 'request', cause: { ...cause, source } } as const;
      assert.equal(words.waitAtGate(block, 3, standing).hintMs, hintMs);
    });
  }

  for (const [row, actions] of [
    [42, ['continue', 'restart', 'retryNow']],
    [33, ['retryNow', 'switchModel', 'details', 'continue', 'restart']],
  ] as const) {
    it(`offer the rest of a partial answer in its place after row ${row}`, () => {
      const seen = faultOfRow(row);
      const failed = words.failure({ decision: { do: 'fail', fault: seen }, seen }, { ...standing, text: 'some' });
      assert.deepEqual(failed.actions, actions);
    });
  }
});

const description: WaitDescription = {
  source: 'backoff',
  reason: 'server',
  maxAttempts: 6,
  message: '',
  actions: [],
  attempt: 2,
};

/** What stands between a turn and a model, with nobody else there. */
function crossing() {
  const clock = new VirtualClock();
  const output = new TurnOutput(clock, () => undefined);
  const history = new TurnHistory('one');
  const { fetch } = new EngineWorld({ replies: [silent] }).wire;
  const waits = new Waits({ clock, random: () => 0.5, fetch }, output, history);
  const queue = new GateQueue({ clock, settings: () => defaultSettings }, history, waits);
  const gate = new Gate(clock, noSharedCooldowns, { origin: 'https://gateway.test', apiKey: 'hsa-key', model: 'one' });
  const enter = () => queue.acquire(gate, { isForced: true, describe: () => description, wish: () => undefined });
  const controller = new RetryController(
    () => defaultSettings,
    () => 0.5,
    history,
    queue,
  );
  return { clock, history, waits, queue, gate, enter, controller, budget: new RetryBudget(clock) };
}

describe('the cooldown after a fault', () => {
  const hint = { delayMs: 4000, from: 'retry-after' };
  const fail = (row: RowId): Decision => ({ do: 'fail', fault: faultOfRow(row) });
  for (const [what, seen, decision, closedMs, source] of [
    ['the hint of a limit, whatever becomes of the turn', { ...faultOfRow(30), hint }, fail(30), 4000, 'server'],
    ['the wait of an overload', faultOfRow(35), waitOf(1200), 1200, 'backoff'],
    ['no longer a guess than 2.8 s', faultOfRow(35), waitOf(9000), 2800, 'backoff'],
    ['nothing of an overload nobody waits for', faultOfRow(35), fail(35), undefined, undefined],
    ['nothing of the hint of a server error', { ...faultOfRow(33), hint }, waitOf(4000), undefined, undefined],
  ] as const) {
    it(`is ${what}`, async () => {
      const { clock, queue, gate, enter } = crossing();
      await enter();
      queue.decided(seen, decision);
      const { block } = gate.enqueue(() => undefined);
      assert.deepEqual([block && block.until - clock.now(), block?.cause.source], [closedMs, source]);
    });
  }

  it('is nothing where the attempt never stood before a gate', () => {
    const { queue } = crossing();
    queue.accepted();
    queue.failed(faultOfRow(33));
    queue.decided(faultOfRow(35), waitOf(1200));
    queue.release();
  });

  it('that nobody waits for leaves no place in the line', async () => {
    const { queue, gate, enter } = crossing();
    await enter();
    queue.decided({ ...faultOfRow(30), hint: { delayMs: 300_001, from: 'retry-after' } }, fail(30));
    const request = { isForced: false, describe: () => description, wish: () => undefined };
    assert.equal((await queue.acquire(gate, request)).type, 'refused');
    gate.reset();
    assert.equal(gate.isIdle, true);
  });

  it('ends the place of the attempt before', async () => {
    const { gate, enter, queue } = crossing();
    await enter();
    await enter();
    queue.release();
    assert.equal(gate.isIdle, true);
  });
});

describe('the retry controller', () => {
  const now = { resuming: false, hasText: false };

  it('says of the one fault that opens the breaker that it does', async () => {
    const { controller, gate, enter, budget } = crossing();
    const opens: boolean[] = [];
    for (let n = 0; n < 6; n++) {
      await enter();
      opens.push(controller.handle(faultOfRow(33), { gate, budget }, now).opensBreaker);
    }
    assert.deepEqual(opens, [false, false, false, false, true, false]);
  });

  it('knows of no breaker where the request never left', () => {
    const { controller, budget } = crossing();
    const { decision, opensBreaker } = controller.handle(faultOfRow(26), { gate: undefined, budget }, now);
    assert.deepEqual([decision.do, opensBreaker, budget.tokens], ['wait', false, 11]);
  });

  for (const [what, row, resuming, retries] of [
    ['a wait', 26, false, 1],
    ['a wait for the rest of an answer', 42, true, 0],
    ['being offline', 2, false, 1],
    ['a free replay', 5, false, 0],
  ] as const) {
    it(`for ${what} is charged with ${retries} retries`, () => {
      const { controller, budget, history } = crossing();
      controller.handle(faultOfRow(row), { gate: undefined, budget }, { ...now, resuming });
      controller.attemptStarts(false);
      assert.equal(history.retries, retries);
    });
  }
});

describe('a wait', () => {
  it('that a sleeping machine made longer counts as long as it was meant to be', async () => {
    const { waits, clock, history } = crossing();
    const over = waits.forMs(1000, description);
    assert.equal(waits.isWaiting, true);
    clock.sleep(60_000);
    await clock.advance(0);
    await over;
    assert.deepEqual([history.idleMs, history.waited, waits.isWaiting], [1000, true, false]);
  });

  it('in the queue counts as long as it was announced, and the user can leave the queue', async () => {
    const { queue, waits, clock, history, gate } = crossing();
    const first = gate.enqueue(() => undefined);
    first.limited({ until: clock.now() + 1000, delayMs: 1000, source: 'server', reason: 'rate-limit' });
    const admission = queue.acquire(gate, { isForced: false, describe: () => description, wish: () => 'leave' });
    clock.sleep(60_000);
    waits.end();
    assert.equal((await admission).type, 'left');
    assert.equal(history.idleMs, 1000);
  });
});
