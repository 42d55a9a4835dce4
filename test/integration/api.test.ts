import assert from 'node:assert/strict';
import { answer, cutAfter, replySequence } from '../support/replies';
import { collect, find, resetNetworkState, testKey, useFixture, type HostFixture } from '../support/extensionHost';

describe('API of the extension', () => {
  let fixture: HostFixture;
  useFixture(
    () => answer('hello there'),
    (started) => (fixture = started),
  );
  beforeEach(async () => {
    fixture.gateway.reset();
    await resetNetworkState();
  });

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

  it('completes an answer whose stream broke, and returns an event with the reason', async () => {
    const text = 'one two three four five six seven eight nine ten';
    fixture.gateway.script = replySequence(cutAfter(text.slice(0, 20), 'reset'), answer(text));
    const events = await collect(fixture.api.ask('count'));
    assert.equal(find(events, 'done').text, text);
    assert.equal(find(events, 'cut').reason, 'connection');
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
});
