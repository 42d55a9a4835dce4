import assert from 'node:assert/strict';
import type { Gateway } from '../../src/demo/gateway';
import { demoModels, startDemo } from '../../src/demo/scenarios';

describe('offline demo over HTTP', () => {
  let gateway: Gateway;
  beforeEach(async () => (gateway = await startDemo()));
  afterEach(() => gateway.close());

  const ask = (model: string): Promise<Response> =>
    fetch(`${gateway.baseUrl}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hi' }], stream: true }),
    });

  it('lists one model for each scenario', async () => {
    const { data } = (await (await fetch(`${gateway.baseUrl}/models`)).json()) as { data: { id: string }[] };
    assert.deepEqual(
      data.map(({ id }) => id),
      demoModels.map(({ id }) => id),
    );
  });

  it('rejects the first attempt with a rate limit and streams an answer to the second', async () => {
    const refused = await ask('demo-rate-limit');
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '5']);
    const accepted = await ask('demo-rate-limit');
    assert.equal(accepted.headers.get('content-type'), 'text/event-stream; charset=utf-8');
    await accepted.body?.cancel();
  });

  it('mentions the account balance in a 402 response', async () => {
    const refused = await ask('demo-no-credit');
    const { error } = (await refused.json()) as { error: { message: string; code: string } };
    assert.deepEqual([refused.status, error.code], [402, 'insufficient_balance']);
    assert.match(error.message, /balance/);
  });

  it('records no requests', async () => {
    await (await ask('demo-no-credit')).text();
    await (await fetch(`${gateway.baseUrl}/models`)).text();
    assert.deepEqual([gateway.requests, gateway.modelRequests], [[], []]);
  });
});
