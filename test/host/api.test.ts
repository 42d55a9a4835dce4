import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { EventQueue } from '../../src/engine/createEngine';
import type { FailedEvent, StreamEvent } from '../../src/engine/events/events';
import type { RequestChoice } from '../../src/host/connection/gatewaySet';
import { createAsk, createApi, type ApiEvent, type AskOptions } from '../../src/host/api';
import { attempt, done, failed, ScriptedEngine, text } from '../support/host/scriptedEngine';
import { refOf } from '../support/gatewayRef';
import { TestBudget } from '../support/host/testBudget';
import { pngFile } from '../support/images';

function setUp(systemPrompt = '') {
  const engine = new ScriptedEngine();
  const choices: RequestChoice[] = [];
  const budget = new TestBudget();
  const ask = createAsk(engine, budget, (choice) => {
    choices.push(choice);
    return { model: choice.model ?? 'set', systemPrompt, temperature: 0.7, maxTokens: 2048 };
  });
  return { engine, budget, ask, choices, api: createApi(() => Promise.resolve(ask)) };
}

/** Waits until the request has started, which happens even if nobody reads the events. */
const requestStarted = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('extension API', () => {
  it('reports version 1', () => assert.equal(setUp().api.version, 1));

  it('refuses a call with the fault kind "spending-limit" when the daily budget is used up', async () => {
    const { engine, budget, api } = setUp();
    budget.mayOthersStart = () => Promise.resolve(false);
    const events: unknown[] = [];
    for await (const event of api.ask('Hi')) events.push(event);
    const [failed] = events as readonly FailedEvent[];
    assert.deepEqual([events.length, failed?.type, failed?.kind, failed?.text], [1, 'failed', 'spending-limit', '']);
    assert.equal(engine.turns.length, 0);
  });

  it('uses the model, the system prompt and the parameters from the settings if a call has no options', async () => {
    const { engine, api } = setUp('Be brief.');
    api.ask('Hi');
    await requestStarted();
    assert.deepEqual(engine.turn.request, {
      model: 'set',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi' },
      ],
      temperature: 0.7,
      maxTokens: 2048,
    });
  });

  it("uses the caller's options instead of the settings", async () => {
    const { engine, api } = setUp();
    const { signal } = new AbortController();
    const messages = [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
    ] as const;
    api.ask('Hi', { model: 'm', messages, temperature: 0, maxTokens: 1, signal });
    await requestStarted();
    assert.deepEqual(engine.turn.request, {
      model: 'm',
      messages: [...messages, { role: 'user', content: 'Hi' }],
      temperature: 0,
      maxTokens: 1,
    });
    assert.equal(engine.turn.options.signal, signal);
  });

  it("uses the reasoning effort of the caller's options, not the effort that the user chose for the model", async () => {
    const { choices, api } = setUp();
    api.ask('Hi', { model: 'm' });
    api.ask('Hi', { reasoningEffort: 'default' });
    await requestStarted();
    assert.deepEqual(
      choices.map(({ model, reasoningEffort }) => [model, reasoningEffort]),
      [
        ['m', undefined],
        [undefined, 'default'],
      ],
    );
  });

  it("emits the turn's events, from the first text to the end", async () => {
    const { engine, api } = setUp();
    const stream = api.ask('Hi');
    await requestStarted();
    engine.turn.emit(text('a'), done('a'));
    const types: string[] = [];
    for await (const event of stream) types.push(event.type);
    assert.deepEqual(types, ['text', 'done']);
  });

  for (const [options, expectedName] of [
    [{ modle: 'm' }, 'modle'],
    [{ toString: 1 }, 'toString'],
    [{ model: 1 }, 'model'],
    [{ model: ' ' }, 'model'],
    [{ messages: [{ role: 'robot', content: 'Hi' }] }, 'messages'],
    [{ temperature: '1' }, 'temperature'],
    [{ messages: [{ role: 'user', content: 'a' }, undefined] }, 'messages'],
    // Includes a hole in the array, because `every` would skip it.
    [{ messages: new Array(1) }, 'messages'],
    [{ messages: [{ role: 'user', content: ['a'] }] }, 'messages'],
    [{ temperature: NaN }, 'temperature'],
    [{ temperature: 2.1 }, 'temperature'],
    [{ maxTokens: 0 }, 'maxTokens'],
    [{ maxTokens: 1.5 }, 'maxTokens'],
    [{ maxTokens: 1_000_001 }, 'maxTokens'],
    [{ maxTokens: 1e15 }, '“maxTokens” must be an integer from 1 to 1000000.'],
    [{ reasoningEffort: 'huge' }, 'reasoningEffort'],
    [{ images: pngFile }, 'images'],
    [{ images: [{ mimeType: 'image/svg+xml', data: pngFile }] }, 'images'],
    [{ images: [{ mimeType: 'image/jpeg', data: pngFile }] }, 'images'],
    [{ images: [{ mimeType: 'image/png', data: 'text' }] }, 'images'],
    [{ signal: { aborted: false } }, 'signal'],
    ['m', 'options'],
    [null, 'options'],
    [[], 'options'],
  ] as const) {
    it(`throws a TypeError that names "${expectedName}" for the options ${inspect(options)}`, () => {
      const { engine, api } = setUp();
      assert.throws(
        () => api.ask('Hi', options as unknown as AskOptions),
        (error: Error) => error instanceof TypeError && error.message.includes(expectedName),
      );
      assert.equal(engine.turns.length, 0);
    });
  }

  it('sends images before the prompt to which they belong', async () => {
    const { engine, api } = setUp();
    const data = Uint8Array.from(pngFile);
    api.ask('Hi', { messages: [{ role: 'assistant', content: 'a' }], images: [{ mimeType: 'image/png', data }] });
    data.fill(0);
    await requestStarted();
    const image = { type: 'image', mimeType: 'image/png', data: pngFile.toString('base64') };
    assert.deepEqual(engine.turn.request.messages.at(-1), {
      role: 'user',
      content: [image, { type: 'text', text: 'Hi' }],
    });
  });

  for (const { name, count, extraBytes } of [
    { name: '21 images', count: 21, extraBytes: 0 },
    { name: 'an image of more than 4.5 million Base64 characters', count: 1, extraBytes: 3_400_000 },
    { name: 'images of more than 24 million Base64 characters', count: 8, extraBytes: 3_300_000 },
  ]) {
    it(`throws a TypeError for ${name}`, () => {
      const data = Buffer.concat([pngFile, Buffer.alloc(extraBytes)]);
      const images = Array.from({ length: count }, () => ({ mimeType: 'image/png', data }));
      assert.throws(() => setUp().api.ask('Hi', { images }), /“images” must be an array of up to 20/);
    });
  }

  it('ignores changes that the caller makes to the options after the call', async () => {
    const { engine, api } = setUp();
    const messages = [{ role: 'user', content: 'before' }];
    const options = { model: 'before', messages, temperature: 1, maxTokens: 10 };
    api.ask('Hi', options as AskOptions);
    Object.assign(messages[0]!, { role: 'robot', content: 'after' });
    messages.push({ role: 'user', content: 'more' });
    Object.assign(options, { model: 'after', temperature: 9, maxTokens: -1, messages: [] });
    await requestStarted();
    assert.deepEqual(engine.turn.request, {
      model: 'before',
      messages: [
        { role: 'user', content: 'before' },
        { role: 'user', content: 'Hi' },
      ],
      temperature: 1,
      maxTokens: 10,
    });
  });

  for (const prompt of [undefined, 1, '', ' ']) {
    it(`throws a TypeError for the prompt ${JSON.stringify(prompt)}`, () => {
      assert.throws(() => setUp().api.ask(prompt as string), TypeError);
    });
  }

  it("uses the setting if the caller's option is undefined", async () => {
    const { engine, api } = setUp();
    api.ask('Hi', { model: undefined, temperature: undefined });
    await requestStarted();
    assert.deepEqual([engine.turn.request.model, engine.turn.request.temperature], ['set', 0.7]);
  });
});

describe('event stream of the extension API', () => {
  const read = (queue: EventQueue) => createApi(() => Promise.resolve(() => Promise.resolve(queue))).ask('Hi');

  it('emits all events of a turn in order', async () => {
    const queue = new EventQueue(() => undefined);
    queue.push([text('a'), done('a')]);
    const types: string[] = [];
    for await (const { type } of read(queue)) types.push(type);
    assert.deepEqual(types, ['text', 'done']);
  });

  it("shows only the origins of gateways, because a URL's path could contain a token", async () => {
    const [a, b] = [refOf('https://a.test/t0k3n/v1'), refOf('https://b.test/t0k3n/v1')];
    const queue = new EventQueue(() => undefined);
    queue.push([
      { ...attempt(), gateway: a } as StreamEvent,
      { type: 'gateway', from: a, to: b, reason: 'dns', attempt: 1, at: 1 },
      { ...failed(''), nextGateway: b } as StreamEvent,
    ]);
    const events: ApiEvent[] = [];
    for await (const event of read(queue)) events.push(event);
    const [first, second] = events;
    assert.equal(first?.type === 'attempt' && first.origin, 'https://a.test');
    assert.deepEqual(second?.type === 'gateway' && [second.from, second.to], ['https://a.test', 'https://b.test']);
    assert.ok(!JSON.stringify(events).includes('t0k3n'));
  });

  it('stops the turn as soon as the consumer ends the iteration', async () => {
    let stopped = false;
    const queue = new EventQueue(() => (stopped = true));
    const iterator = read(queue)[Symbol.asyncIterator]();
    const next = iterator.next();
    await iterator.return?.();
    assert.equal(stopped, true);
    assert.deepEqual(await next, { done: true, value: undefined });
  });

  it("rejects the consumer's first read when the turn can't be started", async () => {
    const stream = createApi(() => Promise.reject(new Error('gone'))).ask('Hi');
    await assert.rejects(stream[Symbol.asyncIterator]().next(), /gone/);
  });
});
