import assert from 'node:assert/strict';
import type { Gateway } from '../../src/demo/gateway';
import { demoModels, startDemo } from '../../src/demo/scenarios';

describe('the demo gateway', () => {
  let gateway: Gateway;
  beforeEach(async () => (gateway = await startDemo()));
  afterEach(() => gateway.close());

  const ask = (model: string): Promise<Response> =>
    fetch(`${gateway.baseUrl}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hi' }], stream: true }),
    });

  it('lists its models', async () => {
    const { data } = (await (await fetch(`${gateway.baseUrl}/models`)).json()) as { data: { id: string }[] };
    assert.deepEqual(
      data.map(({ id }) => id),
      demoModels.map(({ id }) => id),
    );
  });

  it('limits, then streams', async () => {
    const refused = await ask('demo-rate-limit');
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '5']);
    const granted = await ask('demo-rate-limit');
    assert.equal(granted.headers.get('content-type'), 'text/event-stream; charset=utf-8');
    await granted.body?.cancel();
  });

  it('names the balance when there is no credit', async () => {
    const refused = await ask('demo-no-credit');
    const { error } = (await refused.json()) as { error: { message: string; code: string } };
    assert.deepEqual([refused.status, error.code], [402, 'insufficient_balance']);
    assert.match(error.message, /balance/);
  });

  it('keeps none of the requests it has answered', async () => {
    await (await ask('demo-no-credit')).text();
    await (await fetch(`${gateway.baseUrl}/models`)).text();
    assert.deepEqual([gateway.requests, gateway.modelRequests], [[], []]);
  });
});
