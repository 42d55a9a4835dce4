import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { faultOfRow } from '../../../src/engine/faults/classify';
import type { FaultName } from '../../../src/engine/faults/faultTable';
import { noSharedCooldowns } from '../../../src/engine/gate/cooldowns';
import { Gate } from '../../../src/engine/gate/gate';
import { TurnPermit } from '../../../src/engine/turn/turnPermit';
import { RetryBudget } from '../../../src/engine/gate/networkState';
import { KeyRedactor } from '../../../src/engine/gateway/keyRedactor';
import { RetryController } from '../../../src/engine/turn/retryController';
import type { Decision } from '../../../src/engine/retry/retryPolicy';
import { TurnHistory } from '../../../src/engine/turn/turnHistory';
import { faultForBlock, TurnMessages } from '../../../src/engine/turn/turnMessages';
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

/** Fails the test, because no sink of a test throws. */
const fail = (error: unknown): never => {
  throw error;
};

const rateLimited = (seconds: number): Reply =>
  status(429, { error: { message: 'slow down' } }, { 'retry-after': String(seconds) });
const failing = status(500, { error: { message: 'boom' } });
const noRetries = { retry: { maxRetries: 0 } };
const waitOf = (delayMs: number, cost = 1): Decision => ({
  type: 'wait',
  delayMs,
  source: 'backoff',
  attemptsLeft: 3,
  cost,
});
const streamReasoning = (body: LiveBody): LiveBody => body.event({ choices: [{ delta: { reasoning_content: 'hm' } }] });
const cutAfter = (write: (body: LiveBody) => LiveBody): Reply =>
  streaming((body) => {
    write(body);
    setImmediate(() => setImmediate(() => body.break()));
  });

const assertFailures = (world: EngineWorld, failures: number): void =>
  assert.deepEqual(
    world.engine.report().network.gates.map((gate) => gate.failures),
    [failures],
  );

describe('click on Retry now', () => {
  for (const [ms, requests] of [
    [999, 1],
    [1000, 2],
  ] as const) {
    it(`leads to ${requests} ${requests === 1 ? 'request' : 'requests'} in all, ${ms} ms after the start of an attempt`, async () => {
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
    it(`leads to ${requests} requests in all, ${ms} ms after the previous click`, async () => {
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

  it('abandons an attempt that hangs, immediately and with an ended event', async () => {
    const run = new EngineRun({ replies: [silent] });
    await run.clock.advance(3000);
    run.turn.retryNow();
    await settle();
    assert.deepEqual([run.last('ended').how, run.last('attempt').why], ['abandoned', 'retry-now']);
    run.turn.stop();
    assert.equal(run.wire.requests[1]?.signal.aborted, true);
  });

  it('skips the queue when it happens while the cooldowns of other windows are being read', async () => {
    const cooldowns = { ...noSharedCooldowns, read: () => new Promise<undefined>(() => undefined) };
    const world = new EngineWorld({ replies: [rateLimited(30), answering('ok')], cooldowns });
    const first = world.ask();
    await world.clock.advance(250);
    const second = world.ask();
    await settle();
    second.turn.retryNow();
    await settle();
    assert.deepEqual([second.last('done').text, second.of('waiting').length], ['ok', 0]);
    first.turn.stop();
  });

  it('starts an attempt instead of another wait when it happens during a network check', async () => {
    const run = new EngineRun({ replies: [rejecting('EAI_AGAIN'), silent, answering('ok')] });
    await run.clock.advance(2000);
    assert.equal(run.wire.requests.length, 2);
    run.turn.retryNow();
    await settle();
    assert.deepEqual([run.last('done').text, run.of('waiting').length], ['ok', 1]);
  });
});

describe('switch of the model', () => {
  it('abandons a streaming answer', async () => {
    const run = new EngineRun({ replies: [streaming((body) => body.delta('half')), answering('other')] });
    await settle();
    run.turn.switchModel('other');
    await settle();
    assert.deepEqual([run.last('done').text, run.wire.requests[1]?.body.model], ['other', 'other']);
    assert.equal(run.of('ended')[0]?.how, 'abandoned');
  });

  it('is ignored when the model is the current one', async () => {
    const run = new EngineRun({ replies: [rateLimited(30), answering('ok')] });
    await settle();
    run.turn.switchModel('gpt-4o');
    await settle();
    assert.deepEqual([run.wire.requests.length, run.of('model').length], [1, 0]);
    run.turn.stop();
  });

  it('leaves the queue of the previous model', async () => {
    const world = new EngineWorld({ replies: [rateLimited(30), answering('ok')] });
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

describe('stopped or finished turn', () => {
  it('removes the listener from its abort signal', async () => {
    const { signal } = new AbortController();
    await new EngineRun({ replies: [answering('ok')], options: { signal } }).toEnd();
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('records its attempt as stopped', async () => {
    const run = new EngineRun({ replies: [silent] });
    await settle();
    run.turn.stop();
    await run.finished;
    assert.equal(run.last('ended').how, 'stopped');
  });

  it('contacts no gateway when it is stopped before its key has been read', async () => {
    let resolveKey: (() => void) | undefined;
    const world = new EngineWorld({
      replies: [answering('never')],
      connection: () =>
        new Promise(
          (resolve) => (resolveKey = () => resolve({ baseUrl: 'https://gateway.test/v1', apiKey: 'hsa-key' })),
        ),
    });
    const run = world.ask();
    run.turn.stop();
    resolveKey?.();
    await settle();
    assert.deepEqual([world.engine.report().network.gates, world.wire.requests.length], [[], 0]);
    assert.equal(world.engine.report().turns[0]?.host, '');
  });

  for (const [state, ms] of [
    ['in flight', 250],
    ['reading the cooldowns of other windows', 0],
  ] as const) {
    it(`passes the probe to the next request when it is stopped while its own probe is ${state}`, async () => {
      const cooldowns = { ...noSharedCooldowns, read: () => new Promise<undefined>(() => undefined) };
      const replies = [rateLimited(1), ...(ms > 0 ? [silent] : []), answering('ok')];
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

describe('reset of the network state', () => {
  it('does not disturb an attempt that is in flight', async () => {
    const run = new EngineRun({ replies: [silent] });
    await run.clock.advance(5000);
    await run.world.engine.resetNetworkState();
    await settle();
    assert.equal(run.wire.requests.length, 1);
    run.turn.stop();
  });
});

describe('failure count of a model', () => {
  const openBreaker = async (world: EngineWorld): Promise<void> => {
    for (let n = 0; n < 5; n++) await world.ask().toEnd();
  };

  it('is cleared by Try anyway while the turn is queued', async () => {
    const world = new EngineWorld({ replies: [failing], settings: noRetries });
    await openBreaker(world);
    const run = world.ask();
    await settle();
    run.turn.tryAnyway();
    await run.toEnd();
    assertFailures(world, 1);
  });

  it('is cleared once when a turn starts with *Try anyway*, and not again later in that turn', async () => {
    const world = new EngineWorld({ replies: [failing], settings: { retry: { maxRetries: 2 } } });
    await world.ask().toEnd();
    assertFailures(world, 3);
    const run = world.ask();
    run.turn.tryAnyway();
    await run.toEnd();
    assertFailures(world, 3);
  });

  it('is cleared by a complete answer', async () => {
    const world = new EngineWorld({ replies: [failing, answering('ok'), failing], settings: noRetries });
    for (let n = 0; n < 3; n++) await world.ask().toEnd();
    assertFailures(world, 1);
  });

  it('opens the circuit breaker at the fifth failure of a turn, and that turn then has to wait', async () => {
    const run = new EngineRun({ replies: [failing], settings: { retry: { maxRetries: 10 } } });
    while (run.of('attempt').length < 5 && (await run.clock.next()) !== undefined);
    const after = run.events.slice(run.events.indexOf(run.last('ended')));
    assert.deepEqual(
      after.flatMap((event) => (event.type === 'waiting' ? [[event.reason, event.told, event.delayMs]] : [])),
      [['breaker', 'turn', 5000]],
    );
    run.turn.stop();
  });

  it('is not the reason that a turn announces when it waits for the cooldown of another turn', async () => {
    const world = new EngineWorld({ replies: [failing, rateLimited(30), answering('ok')] });
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

describe('time without progress', () => {
  it('ends the turn after five minutes, although attempts remain', async () => {
    const run = await new EngineRun({ replies: [silent], settings: { retry: { maxRetries: 10 } } }).toEnd();
    assert.equal(run.wire.requests.length, 5);
    assert.match(run.last('failed').message, /No progress for 5 min/);
  });

  it('is reported in the done event as the sum of the waits', async () => {
    const run = await new EngineRun({ replies: [failing, failing, answering('ok')] }).toEnd();
    assert.equal(run.last('done').waitedMs, 500 + 1000);
  });
});

describe('attempt whose stream ended after output', () => {
  const call = { index: 0, id: 'c', function: { name: 'f', arguments: '{"a' } };
  for (const [output, write] of Object.entries<(body: LiveBody) => LiveBody>({
    text: (body) => body.delta('some of the answer'),
    reasoning: streamReasoning,
    'a tool call': (body) => body.event({ choices: [{ index: 0, delta: { tool_calls: [call] } }] }),
  })) {
    it(`is followed by a resume, and resets the count of retries: ${output}`, async () => {
      const run = new EngineRun({
        replies: [failing, cutAfter(write), failing, silent],
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

  it('is followed by a retry when the output was only reasoning, even with the resume setting "off"', async () => {
    const run = await new EngineRun({
      replies: [cutAfter(streamReasoning), answering('ok')],
      settings: { resume: 'off' },
    }).toEnd();
    assert.equal(run.last('done').text, 'ok');
  });

  it('emits no cut event when the model finished after reasoning only', async () => {
    const reasoningOnly = streaming((body) => streamReasoning(body).finish().done());
    const run = await new EngineRun({ replies: [reasoningOnly, answering('ok')] }).toEnd();
    assert.deepEqual([run.of('cut').length, run.of('ended')[0]?.how], [0, 'empty']);
  });

  for (const [reason, requests] of [
    ['stop', 3],
    ['length', 2],
  ] as const) {
    it(`leads to ${requests} requests when its continuation only repeats the start and finishes with "${reason}"`, async () => {
      const half =
        'Once upon a time there was a sheep that counted the people of a village, one by one, until it slept ';
      const repetition = streaming((body) => body.delta(half.slice(0, 70)).finish(reason).done());
      const run = await new EngineRun({
        replies: [cutAfter((body) => body.delta(half)), repetition, answering('people.')],
      }).toEnd();
      assert.deepEqual([run.wire.requests.length, run.last('done').text.startsWith(half)], [requests, true]);
    });
  }

  it('is resumed again with a continue prompt when the first such request failed with a server error', async () => {
    const half = 'Once upon a time there was a sheep that counted ';
    const run = await new EngineRun({
      replies: [cutAfter((body) => body.delta(half)), failing, answering('people.')],
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

describe('report of the engine', () => {
  it('lists running and finished turns in the order of their start', async () => {
    const world = new EngineWorld({ replies: [silent, answering('ok')] });
    const first = world.ask();
    await world.clock.advance(1000);
    await world.ask({ request: { model: 'second' } }).toEnd();
    for (let report = 0; report < 2; report++)
      assert.deepEqual(
        world.engine.report().turns.map(({ outcome }) => outcome),
        ['running', 'done'],
      );
    first.turn.stop();
  });
});

describe('history of a turn', () => {
  const context = {
    hasText: false,
    tokens: 12,
    breakerOpen: false,
    isResuming: false,
    otherRoute: 'none',
    isContinuable: false,
  } as const;
  const server = faultOfRow('serverError');

  it('starts without faults, retries and output', () => {
    const history = new TurnHistory('one');
    const { freeReplayUsed, previousDelayMs, hasOutput, hasWaited, sameRowFaults, overloads } = history.stateBefore(
      server,
      context,
    );
    assert.deepEqual(
      [freeReplayUsed, previousDelayMs, hasOutput, hasWaited, sameRowFaults, overloads],
      [false, undefined, false, false, 0, 0],
    );
  });

  it('counts the partial answer of a continued turn as output', () => {
    assert.equal(new TurnHistory('one', true).stateBefore(server, context).hasOutput, true);
  });

  for (const [name, row, decision, replayed, delayMs] of [
    ['an immediate retry', 'connectionReset', { type: 'replay' }, true, undefined],
    ['a wait', 'serverError', waitOf(700), false, 700],
    ['a fallback', 'serverError', { type: 'fall-back', model: 'two' }, false, undefined],
  ] as const satisfies readonly (readonly [string, FaultName, Decision, boolean, number | undefined])[]) {
    it(`records ${name}`, () => {
      const history = new TurnHistory('one');
      history.recordFault(faultOfRow(row), decision);
      const { freeReplayUsed, previousDelayMs, sameRowFaults } = history.stateBefore(faultOfRow(row), context);
      assert.deepEqual([freeReplayUsed, previousDelayMs, sameRowFaults], [replayed, delayMs, 1]);
    });
  }

  for (const [rows, overloads] of [
    [['overloaded', 'overloaded'], 2],
    [['overloaded', 'serverError'], 0],
    [['overloaded', 'rateLimitedWithoutRetryAfter'], 0],
  ] as const) {
    it(`counts ${overloads} overloads in a row after ${rows.join(' and ')}`, () => {
      const history = new TurnHistory('one');
      for (const row of rows) history.recordFault(faultOfRow(row), waitOf(1));
      assert.equal(history.stateBefore(server, context).overloads, overloads);
    });
  }

  it('counts all resumes and, separately, the resumes that added nothing', () => {
    const history = new TurnHistory('one');
    for (const chars of [300, 0]) {
      history.recordResumeStart();
      history.recordResumeEnd(chars);
    }
    const { resumes, emptyResumes } = history.stateBefore(server, context);
    assert.deepEqual([resumes, emptyResumes], [2, 1]);
  });

  it('clears its counters when the model is switched', () => {
    const history = new TurnHistory('one');
    history.recordFault(faultOfRow('overloaded'), waitOf(700));
    history.retries++;
    history.recordModelSwitch('two');
    const { sameRowFaults, overloads, retries, previousDelayMs, models } = history.stateBefore(
      faultOfRow('overloaded'),
      context,
    );
    assert.deepEqual(
      [sameRowFaults, overloads, retries, previousDelayMs, models],
      [0, 0, 0, undefined, ['one', 'two']],
    );
  });
});

describe('message of a turn', () => {
  const cause = { until: 5000, delayMs: 5000, source: 'server', reason: 'rate-limit' } as const;
  for (const [why, reason, row] of [
    ['cooldown', 'rate-limit', 'rateLimited'],
    ['cooldown', 'overloaded', 'overloaded'],
    ['cooldown', 'credit', 'creditResets'],
    ['breaker', 'rate-limit', 'breakerOpen'],
    ['probe', 'breaker', 'breakerOpen'],
    ['probe', 'rate-limit', 'rateLimited'],
  ] as const) {
    it(`is that of ${row} for a wait because of "${why}" after the fault "${reason}"`, () => {
      assert.equal(faultForBlock({ blockKind: why, cause: { ...cause, reason } }).row, row);
    });
  }

  const clock = new VirtualClock();
  const localize = (text: string): string => text;
  const deps = { localize, formatTime: String, clock, settings: () => defaultSettings };
  const messages = new TurnMessages(deps, new KeyRedactor());
  const connection = { baseUrl: 'https://gateway.test/v1', apiKey: 'hsa-key' };
  const turnContext = {
    connection,
    model: 'one',
    attempt: undefined,
    attemptNumber: 0,
    text: '',
    hasOtherRoute: false,
    canHaveMoreRoom: false,
    plainHttpRoute: undefined,
    fallbackModel: undefined,
  };
  for (const [why, source, hintMs] of [
    ['cooldown', 'server', 5000],
    ['cooldown', 'backoff', undefined],
    ['breaker', 'server', undefined],
    ['probe', 'server', undefined],
  ] as const) {
    it(`comes with ${hintMs === undefined ? 'no retry-after' : `a retry-after of ${hintMs} ms`} for a wait because of "${why}" whose delay comes from "${source}"`, () => {
      const block = { until: 5000, blockKind: why, blockedBy: 'request', cause: { ...cause, source } } as const;
      assert.equal(messages.describeGateWait(block, 3, turnContext).hintMs, hintMs);
    });
  }

  for (const [row, actions] of [
    ['connectionLost', ['continue', 'restart', 'retryNow']],
    ['serverError', ['retryNow', 'switchModel', 'details', 'continue', 'restart']],
  ] as const) {
    it(`comes with the actions ${actions.join(', ')} for a partial answer after ${row}`, () => {
      const seen = faultOfRow(row);
      const failed = messages.describeFailure(
        { decision: { type: 'fail', fault: seen }, observedFault: seen },
        { ...turnContext, text: 'some' },
      );
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

/** Returns the parts that a turn uses to get permits, with a gate that no other turn uses. */
function turnParts() {
  const clock = new VirtualClock();
  const output = new TurnOutput(clock, () => undefined, fail);
  const history = new TurnHistory('one');
  const { fetch } = new EngineWorld({ replies: [silent] }).wire;
  const waits = new Waits({ clock, random: () => 0.5, fetch }, output, history);
  const queue = new TurnPermit({ clock, settings: () => defaultSettings }, history, waits);
  const gate = new Gate(clock, noSharedCooldowns, { origin: 'https://gateway.test', apiKey: 'hsa-key', model: 'one' });
  const acquire = () =>
    queue.acquire(gate, {
      isForced: true,
      describe: () => description,
      continuingModel: () => undefined,
      userCommand: () => undefined,
    });
  const controller = new RetryController(
    () => defaultSettings,
    () => 0.5,
    history,
    queue,
  );
  return { clock, history, waits, queue, gate, acquire, controller, budget: new RetryBudget(clock) };
}

describe('cooldown after a fault', () => {
  const retryAfter = { delayMs: 4000, field: 'retry-after' };
  const fail = (row: FaultName): Decision => ({ type: 'fail', fault: faultOfRow(row) });
  for (const [title, fault, decision, cooldownMs, source] of [
    [
      'lasts for the retry-after of a rate limit, even if the turn fails',
      { ...faultOfRow('rateLimited'), retryAfter },
      fail('rateLimited'),
      4000,
      'server',
    ],
    ['lasts for the backoff after an overload', faultOfRow('overloaded'), waitOf(1200), 1200, 'backoff'],
    ['lasts at most 2.8 s without a retry-after', faultOfRow('overloaded'), waitOf(9000), 2800, 'backoff'],
    [
      'does not start after an overload when the turn fails',
      faultOfRow('overloaded'),
      fail('overloaded'),
      undefined,
      undefined,
    ],
    [
      'does not start after a server error with a retry-after',
      { ...faultOfRow('serverError'), retryAfter },
      waitOf(4000),
      undefined,
      undefined,
    ],
  ] as const) {
    it(title, async () => {
      const { clock, queue, gate, acquire } = turnParts();
      await acquire();
      queue.reportDecision(fault, decision);
      const { block } = gate.enqueue(() => undefined);
      assert.deepEqual([block && block.until - clock.now(), block?.cause.source], [cooldownMs, source]);
    });
  }

  it('does not start when the failed attempt had no permit', () => {
    const { queue } = turnParts();
    queue.reportAccepted();
    queue.reportFault(faultOfRow('serverError'));
    queue.reportDecision(faultOfRow('overloaded'), waitOf(1200));
    queue.release();
  });

  it('leaves no entry in the queue when a request is refused because of the cooldown', async () => {
    const { queue, gate, acquire } = turnParts();
    await acquire();
    queue.reportDecision(
      { ...faultOfRow('rateLimited'), retryAfter: { delayMs: 300_001, field: 'retry-after' } },
      fail('rateLimited'),
    );
    const request = {
      isForced: false,
      describe: () => description,
      continuingModel: () => undefined,
      userCommand: () => undefined,
    };
    assert.equal((await queue.acquire(gate, request)).type, 'refused');
    gate.reset();
    assert.equal(gate.isIdle, true);
  });

  it('leaves no permit of an earlier attempt in use when the turn releases its permit', async () => {
    const { gate, acquire, queue } = turnParts();
    await acquire();
    await acquire();
    queue.release();
    assert.equal(gate.isIdle, true);
  });
});

describe('retry controller', () => {
  const context = { isResuming: false, hasText: false, otherRoute: 'none', isContinuable: false } as const;

  it('marks only the fault that opens the circuit breaker, not the faults before and after it', async () => {
    const { controller, gate, acquire, budget } = turnParts();
    const opens: boolean[] = [];
    for (let n = 0; n < 6; n++) {
      await acquire();
      opens.push(controller.handle(faultOfRow('serverError'), { gate, budget }, context).opensBreaker);
    }
    assert.deepEqual(opens, [false, false, false, false, true, false]);
  });

  it('opens no circuit breaker when the request was not sent', () => {
    const { controller, budget } = turnParts();
    const { decision, opensBreaker } = controller.handle(
      faultOfRow('requestTimeout'),
      { gate: undefined, budget },
      context,
    );
    assert.deepEqual([decision.type, opensBreaker, budget.tokens], ['wait', false, 11]);
  });

  for (const [name, row, isResuming, retries] of [
    ['a wait', 'requestTimeout', false, 1],
    ['a wait before a resume', 'connectionLost', true, 0],
    ['a wait for the network', 'offline', false, 1],
    ['an immediate retry', 'connectionReset', false, 0],
  ] as const) {
    it(`counts ${retries} ${retries === 1 ? 'retry' : 'retries'} after ${name}`, () => {
      const { controller, budget, history } = turnParts();
      controller.handle(faultOfRow(row), { gate: undefined, budget }, { ...context, isResuming });
      controller.settleCharge(false);
      assert.equal(history.retries, retries);
    });
  }
});

describe('wait of a turn', () => {
  it('counts only its planned duration toward the deadline when the computer sleeps', async () => {
    const { waits, clock, history } = turnParts();
    const ended = waits.delay(1000, description);
    assert.equal(waits.isWaiting, true);
    clock.sleep(60_000);
    await clock.advance(0);
    await ended;
    assert.deepEqual([history.idleMs, history.hasWaited, waits.isWaiting], [1000, true, false]);
  });

  it('counts only its announced duration toward the deadline when the computer sleeps while the turn is queued', async () => {
    const { queue, waits, clock, history, gate } = turnParts();
    const first = gate.enqueue(() => undefined);
    first.limited({ until: clock.now() + 1000, delayMs: 1000, source: 'server', reason: 'rate-limit' });
    const admission = queue.acquire(gate, {
      isForced: false,
      describe: () => description,
      continuingModel: () => undefined,
      userCommand: () => 'leave',
    });
    clock.sleep(60_000);
    waits.end();
    assert.equal((await admission).type, 'left');
    assert.equal(history.idleMs, 1000);
  });
});
