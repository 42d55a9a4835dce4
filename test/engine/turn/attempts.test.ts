import assert from 'node:assert/strict';
import type { EngineDeps } from '../../../src/engine/engine';
import { KeyRedactor } from '../../../src/engine/gateway/keyRedactor';
import { EngineRun, EngineWorld } from '../../support/engineRun';
import {
  answering,
  cutAfter,
  cutStream,
  rateLimited,
  status,
  streaming,
  type LiveBody,
  type Reply,
} from '../../support/scriptedFetch';
import { valuesOf } from '../../support/valuesOf';
import { settle } from '../../support/virtualClock';
import { refOf } from '../../support/gatewayRef';

const half = 'Once upon a time there was a sheep that';
const remainder = ' counted people until it fell asleep.';

describe('attempt event', () => {
  it('contains only the required fields for a first attempt', async () => {
    const run = new EngineRun({ replies: [answering('ok')] });
    const time = run.clock.now();
    await run.toEnd();
    assert.deepEqual(run.of('attempt'), [
      {
        type: 'attempt',
        attempt: 1,
        at: 0,
        model: 'gpt-4o',
        gateway: refOf('https://gateway.test/v1'),
        why: 'first',
        time,
      },
    ]);
  });
});

describe('model facts from the host', () => {
  it('are requested for the model and the base URL of the attempt', async () => {
    const requested: unknown[] = [];
    const facts: EngineDeps['facts'] = (model) => void requested.push(model);
    await new EngineRun({ replies: [answering('ok')], deps: { facts } }).toEnd();
    assert.deepEqual(requested, [{ model: 'gpt-4o', sentModel: 'gpt-4o', baseUrl: 'https://gateway.test/v1' }]);
  });
});

describe('request for a continuation', () => {
  const tooLong = { error: { message: "This model's maximum context length is 8192 tokens. You requested 9000." } };
  for (const [name, reply] of [
    ['too long for the model', status(400, tooLong)],
    ['invalid', status(422, {})],
  ] as const)
    it(`is replaced by a restart when the gateway calls it ${name}`, async () => {
      const run = await new EngineRun({ replies: [cutAfter(half), reply, answering(half, remainder)] }).toEnd();
      assert.deepEqual(valuesOf(run.of('attempt'), 'how'), [undefined, 'continue', 'restart']);
      assert.equal(run.last('done').text, half + remainder);
    });

  it('does not count against the resume limit if the gateway returns an error', async () => {
    const failing = status(500);
    const replies = [cutAfter(half), failing, failing, failing, failing, answering(remainder)];
    assert.equal((await new EngineRun({ replies }).toEnd()).last('done').text, half + remainder);
  });
});

describe('answer with the resume setting "off"', () => {
  it('is requested again if the stream broke within a tool call', async () => {
    const call = { index: 0, id: 'call-1', function: { name: 'look', arguments: '{"a' } };
    const calling = cutStream((body) => body.event({ choices: [{ delta: { tool_calls: [call] } }] }));
    const run = await new EngineRun({ replies: [calling, answering('Found.')], settings: { resume: 'off' } }).toEnd();
    assert.equal(run.last('done').text, 'Found.');
  });
});

describe('first request after a rate limit', () => {
  it('lets the next request start as soon as the gateway has accepted the first request', async () => {
    const bodies: LiveBody[] = [];
    const open: Reply = streaming((body) => bodies.push(body));
    const world = new EngineWorld({ replies: [rateLimited(1), open] });
    const runs = [world.ask()];
    await settle();
    runs.push(world.ask());
    await world.clock.advance(3000);
    assert.equal(bodies.length, 2);
    for (const { turn } of runs) turn.stop();
  });

  it('does not let the next request start if the gateway rejects the first request', async () => {
    const world = new EngineWorld({ replies: [rateLimited(1), rateLimited(60)] });
    const runs = [world.ask()];
    await settle();
    runs.push(world.ask(), world.ask());
    await world.clock.advance(3000);
    assert.equal(world.wire.requests.length, 2);
    for (const { turn } of runs) turn.stop();
  });
});

describe('turn with a gateway that needs no key', () => {
  it('fails with "server" after a server error, not with a missing key', async () => {
    const connection = () =>
      Promise.resolve({ baseUrl: 'http://127.0.0.1:11434/v1', apiKey: undefined, isKeyless: true });
    const settings = { retry: { maxRetries: 0 } };
    const run = await new EngineRun({ replies: [status(500)], connection, settings }).toEnd();
    assert.equal(run.last('failed').kind, 'server');
  });
});

describe('turn without an API key', () => {
  it('reads the base URL and the API key only once', async () => {
    let reads = 0;
    const connection = () => {
      reads++;
      return Promise.resolve({ baseUrl: 'https://gateway.test/v1', apiKey: undefined });
    };
    await new EngineRun({ replies: [answering('never')], connection }).toEnd();
    assert.equal(reads, 1);
  });
});

describe('text that is held back because it might be the start of an API key', () => {
  const held = (finish: (body: LiveBody) => unknown): EngineRun =>
    new EngineRun({
      replies: [streaming((body) => finish(body.delta('The key is hsa-secret')))],
      keys: new KeyRedactor(['hsa-secret-key-1']),
    });

  it('is shown when the answer is complete', async () => {
    const run = await held((body) => body.finish().done()).toEnd();
    assert.deepEqual(run.types.slice(-3), ['text', 'ended', 'done']);
    assert.equal(run.shownText, 'The key is hsa-secret');
  });

  it('is shown when the user stops the turn', async () => {
    const run = await held(() => undefined).settle();
    run.turn.stop();
    assert.deepEqual((await run.toEnd()).types.slice(-3), ['text', 'ended', 'stopped']);
  });
});

describe('cost of an answer for which the gateway reports no cost', () => {
  const costOf = async (usage: { prompt_tokens: number; completion_tokens: number }): Promise<number | undefined> => {
    const total_tokens = usage.prompt_tokens + usage.completion_tokens;
    const reply = streaming((body) =>
      body
        .delta('y'.repeat(400))
        .finish('stop', { ...usage, total_tokens })
        .done(),
    );
    const facts = () => ({ price: { input: 1, output: 10 } });
    return (await new EngineRun({ replies: [reply], deps: { facts } }).toEnd()).last('ended').estimatedCost;
  };

  it('is estimated from the text if the gateway reports zero tokens', async () => {
    const cost = await costOf({ prompt_tokens: 0, completion_tokens: 0 });
    assert.ok(cost !== undefined && cost > 1000e-6, String(cost));
  });

  it('is estimated from the tokens that the gateway reports', async () => {
    assert.equal(await costOf({ prompt_tokens: 10, completion_tokens: 20 }), 210e-6);
  });

  for (const { name, baseUrl, apiKey, cost } of [
    { name: 'is zero at a gateway on this computer without an API key', baseUrl: 'http://localhost:11434/v1', cost: 0 },
    {
      name: 'is unknown at a gateway on this computer with an API key',
      baseUrl: 'http://localhost:4000/v1',
      apiKey: 'sk-1',
      cost: undefined,
    },
    { name: 'is unknown at a keyless gateway on the network', baseUrl: 'http://10.0.0.2:11434/v1', cost: undefined },
  ])
    it(`${name}, if the price of the model is unknown`, async () => {
      const connection = () => Promise.resolve({ baseUrl, apiKey, isKeyless: true });
      const run = await new EngineRun({
        replies: [answering('hello')],
        connection,
        request: { model: 'local-model' },
      }).toEnd();
      assert.equal(run.last('ended').estimatedCost, cost);
    });
});
