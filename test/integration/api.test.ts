import assert from 'node:assert/strict';
import { answer, overloaded, rateLimited } from '../../src/demo/replies';
import { cutAfter, replySequence, recordedStream } from '../support/replies';
import { recordings } from '../support/recordings';
import {
  collect,
  find,
  resetNetworkState,
  set,
  startFixture,
  stopFixture,
  testKey,
  type HostFixture,
} from '../support/extensionHost';

describe('API of the extension', () => {
  let fixture: HostFixture;
  before(async () => {
    fixture = await startFixture(() => answer('hello there'));
  });
  after(() => stopFixture(fixture));
  beforeEach(async () => {
    fixture.gateway.reset();
    await resetNetworkState();
  });

  it('has version 1', () => assert.equal(fixture.api.version, 1));

  it("sends the settings, the API key and the caller's earlier messages, and streams the answer", async () => {
    fixture.gateway.script = () =>
      answer('hello there', { usage: { prompt_tokens: 4, completion_tokens: 2, total_tokens: 6 } });
    const messages = [
      { role: 'user', content: 'one' },
      { role: 'assistant', content: 'two' },
    ] as const;
    const events = await collect(
      fixture.api.ask('three', { model: 'deepseek-v3', messages, temperature: 0.1, maxTokens: 7 }),
    );
    assert.equal(find(events, 'done').text, 'hello there');
    assert.equal(find(events, 'usage').totalTokens, 6);
    const [request] = fixture.gateway.requests;
    assert.equal(request?.headers.authorization, `Bearer ${testKey}`);
    assert.deepEqual(request.json?.['messages'], [...messages, { role: 'user', content: 'three' }]);
    assert.deepEqual(
      [request.json['model'], request.json['temperature'], request.json['max_tokens']],
      ['deepseek-v3', 0.1, 7],
    );
  });

  for (const { name, lines, text, reasoning } of recordings) {
    it(`reads the recorded stream ${name}`, async () => {
      fixture.gateway.script = () => recordedStream(lines);
      const events = await collect(fixture.api.ask('replay'));
      assert.equal(find(events, 'done').text, text);
      const joined = (type: 'text' | 'reasoning'): string =>
        events.reduce((all, event) => (event.type === type ? all + event.text : all), '');
      assert.deepEqual([joined('text'), joined('reasoning')], [text, reasoning]);
    });
  }

  it('never retries before the retry-after has passed', async () => {
    fixture.gateway.script = replySequence(
      () => rateLimited(1),
      () => answer('after the limit'),
    );
    const events = await collect(fixture.api.ask('hello'));
    const waiting = find(events, 'waiting');
    assert.deepEqual(
      [waiting.source, waiting.reason, waiting.attempt, waiting.maxAttempts],
      ['server', 'rate-limit', 2, 2],
    );
    const [first, second] = fixture.gateway.requests;
    assert.ok(second && first && second.at - first.at >= 1000);
  });

  it('completes an answer whose stream broke, and returns an event with the reason', async () => {
    const text = 'one two three four five six seven eight nine ten';
    fixture.gateway.script = replySequence(
      () => cutAfter(text.slice(0, 20), 'reset'),
      () => answer(text),
    );
    const events = await collect(fixture.api.ask('count'));
    assert.equal(find(events, 'done').text, text);
    assert.equal(find(events, 'cut').reason, 'connection');
  });

  it('lets a fallback model continue an answer whose model is overloaded', async () => {
    const text = 'one two three four five six seven eight nine ten';
    fixture.gateway.script = replySequence(
      () => cutAfter(text.slice(0, 20), 'reset'),
      () => overloaded(529),
      () => answer(text.slice(20)),
    );
    await set('fallbackModels', ['gpt-4o']);
    await set('continueWithFallback', 'auto');
    try {
      const events = await collect(fixture.api.ask('count', { model: 'claude-sonnet-4' }));
      assert.equal(find(events, 'done').text, text);
      const { from, to, reason } = find(events, 'model');
      assert.deepEqual([from, to, reason], ['claude-sonnet-4', 'gpt-4o', 'overloaded']);
      assert.deepEqual(
        fixture.gateway.requests.map(({ json }) => json?.['model']),
        ['claude-sonnet-4', 'claude-sonnet-4', 'gpt-4o'],
      );
    } finally {
      await set('fallbackModels', undefined);
      await set('continueWithFallback', undefined);
    }
  });

  it('stops when the signal aborts, returns the partial answer and closes the socket', async () => {
    fixture.gateway.script = () => [{ delta: 'partial' }, { end: 'stall' }];
    const controller = new AbortController();
    const types: string[] = [];
    for await (const event of fixture.api.ask('hello', { signal: controller.signal })) {
      types.push(event.type);
      if (event.type === 'text') controller.abort();
      if (event.type === 'stopped') assert.equal(event.text, 'partial');
    }
    assert.equal(types.at(-1), 'stopped');
    assert.equal(await fixture.gateway.requests[0]?.closed, 'client');
  });

  for (const [name, call] of [
    ['an empty prompt', () => fixture.api.ask(' ')],
    ['an unknown option', () => fixture.api.ask('hi', { temprature: 1 } as object)],
    ['invalid messages', () => fixture.api.ask('hi', { messages: ['hi'] } as object)],
  ] as const) {
    it(`throws a TypeError when the caller passes ${name}`, () => {
      assert.throws(call, TypeError);
    });
  }
});
