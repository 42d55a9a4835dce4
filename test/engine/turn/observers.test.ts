import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { EngineDeps } from '../../../src/engine/engine';
import { prepareRequests } from '../../../src/engine/http/transport';
import type { TurnRecord } from '../../../src/engine/state/ledger';
import { EngineWorld } from '../../support/engineRun';
import { answering, rateLimited, refused, status, streaming, type LiveBody } from '../../support/scriptedFetch';
import { settle } from '../../support/virtualClock';

const fail = (): never => {
  throw new Error('the channel is closed');
};

describe('exception in an observer', () => {
  it('does not end the turn if the listener for cooldowns throws it', async () => {
    const world = new EngineWorld({ replies: [rateLimited(2), answering('ok')], deps: { onCooldownChange: fail } });
    const run = await world.ask().toEnd();
    assert.equal(run.last('done').text, 'ok');
    assert.match(world.log.join('\n'), /the channel is closed/);
  });

  it('does not end the turn if the store of shared cooldowns throws it', async () => {
    const unhandled: unknown[] = [];
    const onUnhandled = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', onUnhandled);
    const cooldowns = { read: fail, write: fail, clear: fail };
    const run = await new EngineWorld({ replies: [rateLimited(2), answering('ok')], cooldowns }).ask().toEnd();
    await settle();
    process.off('unhandledRejection', onUnhandled);
    assert.deepEqual([run.last('done').text, unhandled], ['ok', []]);
  });
});

describe('listener for ended attempts', () => {
  /** How each attempt ended, as soon as that was reported. */
  let ends: unknown[];
  const onAttemptEnd: EngineDeps['onAttemptEnd'] = ({ attempt, end }, isCorrected) =>
    ends.push([attempt, end?.how, isCorrected]);
  beforeEach(() => (ends = []));

  it('receives each attempt once, when the attempt ends', async () => {
    const world = new EngineWorld({ replies: [rateLimited(2), answering('ok')], deps: { onAttemptEnd } });
    const run = world.ask();
    await world.clock.advance(1000);
    assert.deepEqual(ends, [[1, 'rate-limit', false]]);
    await run.toEnd();
    assert.deepEqual(ends, [
      [1, 'rate-limit', false],
      [2, 'finished', false],
    ]);
  });

  it('receives an attempt that the user stops', async () => {
    const run = new EngineWorld({ replies: [streaming(() => undefined)], deps: { onAttemptEnd } }).ask();
    await settle();
    run.turn.stop();
    assert.deepEqual(ends, [[1, 'stopped', false]]);
  });

  it('does not receive an attempt twice when the user stops the turn during the next wait', async () => {
    const run = await new EngineWorld({ replies: [rateLimited(2)], deps: { onAttemptEnd } }).ask().settle();
    run.turn.stop();
    assert.deepEqual(ends, [[1, 'rate-limit', false]]);
  });

  it('is told whether the turn will correct the request and send it again', async () => {
    const refused = status(400, { error: { message: "Unsupported parameter: 'temperature'", param: 'temperature' } });
    const world = new EngineWorld({ replies: [refused, answering('ok')], deps: { onAttemptEnd } });
    await world.ask({ request: { temperature: 0.5 } }).toEnd();
    assert.deepEqual(ends, [
      [1, 'request', true],
      [2, 'finished', false],
    ]);
  });
});

describe('log of a turn', () => {
  for (const { name, reply, line } of [
    {
      name: 'the cause of a connection that failed',
      reply: refused,
      line: /^attempt 1: row connectionRefused connection \(.*ECONNREFUSED.*\)$/,
    },
    {
      name: "the provider's message",
      reply: status(400, { error: { message: 'bad input' } }),
      line: /^attempt 1: row requestRejected request \(bad input\)$/,
    },
    {
      name: 'no detail when the response has none',
      reply: status(500, ''),
      line: /^attempt 1: row serverError server$/,
    },
  ] as const)
    it(`contains the fault of an attempt with ${name}`, async () => {
      const world = new EngineWorld({ replies: [reply], settings: { retry: { maxRetries: 0 } } });
      await world.ask().toEnd();
      assert.ok(
        world.log.some((entry) => line.test(entry)),
        world.log.join('\n'),
      );
    });
});

describe('listener for ended turns', () => {
  it('receives the record of each turn once, when the turn ends', async () => {
    const records: TurnRecord[] = [];
    const onTurnEnd = (record: TurnRecord): void => void records.push(record);
    const world = new EngineWorld({ replies: [rateLimited(2), answering('ok')], deps: { onTurnEnd } });
    const run = world.ask();
    await world.clock.advance(1000);
    assert.equal(records.length, 0);
    await run.toEnd();
    const stopped = AbortSignal.abort();
    await world.ask({ options: { signal: stopped } }).toEnd();
    assert.deepEqual(
      records.map(({ outcome, attempts }) => [outcome, attempts.length]),
      [
        ['done', 2],
        ['stopped', 0],
      ],
    );
  });

  it('receives the context window that the gateway has named in an error', async () => {
    const records: TurnRecord[] = [];
    const message = "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens.";
    const deps = { onTurnEnd: (record: TurnRecord) => void records.push(record) };
    const world = new EngineWorld({ replies: [status(400, { error: { message } }), answering('ok')], deps });
    assert.equal((await world.ask().toEnd()).last('failed').contextTokens, 8192);
    await world.ask().toEnd();
    assert.deepEqual(
      records.map(({ contextTokens }) => contextTokens),
      [8192, undefined],
    );
  });
});

describe('API key of a turn', () => {
  const key = 'hsa-secret-key-1';

  /** Returns the paths of all properties that contain the key, except in the engine's memory, dependencies and keys. */
  function pathsWithKey(root: unknown): readonly string[] {
    const found: string[] = [];
    const visited = new Set<unknown>();
    const visit = (value: unknown, path: string): void => {
      if (typeof value === 'string' && value.includes(key)) found.push(path);
      if (typeof value !== 'object' || value === null || visited.has(value)) return;
      visited.add(value);
      for (const name of Reflect.ownKeys(value)) {
        if (name === 'memory' || name === 'deps' || name === 'keys') continue;
        visit(Reflect.get(value, name), `${path}.${String(name)}`);
      }
    };
    visit(root, 'turn');
    return found;
  }

  let body!: LiveBody;
  const ends = {
    done: () => body.finish().done(),
    failed: () => body.event({ error: { message: 'No credit left', code: 'insufficient_quota' } }),
    stopped: () => undefined,
  };
  for (const [type, end] of Object.entries(ends)) {
    it(`is no longer referenced by the turn after the event "${type}"`, async () => {
      const run = new EngineWorld({ replies: [streaming((live) => (body = live.delta('a')))] }).ask();
      await settle();
      assert.notDeepEqual(pathsWithKey(run.turn), [], 'the search finds the key while the turn runs');
      end();
      if (type === 'stopped') run.turn.stop();
      await run.toEnd();
      assert.equal(run.terminal?.type, type);
      await settle();
      assert.deepEqual(pathsWithKey(run.turn), []);
    });
  }

  it('is not stored in the URL and headers that later requests reuse', async () => {
    const apiKey = 'hsa-key-of-a-reused-client';
    const connection = () => Promise.resolve({ baseUrl: 'https://gateway.test/v1', apiKey });
    const world = new EngineWorld({ replies: [answering('ok')], connection });
    await world.ask().toEnd();
    assert.equal(world.wire.requests[0]?.headers.get('authorization'), `Bearer ${apiKey}`);
    const template = await prepareRequests('https://gateway.test/v1');
    assert.equal(template.url, world.wire.requests[0].url);
    assert.ok(!inspect(template, { depth: null, showHidden: true }).includes(apiKey));
  });
});

describe('engine', () => {
  it('keeps the turn that ended last in memory, but no earlier turn', async () => {
    const world = new EngineWorld({ replies: [answering('ok'), answering('ok')] });
    const ask = async () => new WeakRef((await world.ask().toEnd()).turn);
    const turns = [await ask(), await ask()];
    // The abort signals of the recorded requests refer to the turns.
    world.wire.requests.length = 0;
    await settle();
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    const areKept = turns.map((turn) => turn.deref() !== undefined);
    assert.deepEqual(areKept, [false, true]);
  });
});
