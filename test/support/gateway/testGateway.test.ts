import assert from 'node:assert/strict';
import { startGateway, type Gateway, type GatewayOptions } from '../testGateway';
import { json } from '../replies';

describe('test gateway', () => {
  const open: Gateway[] = [];
  const start = async (options?: GatewayOptions): Promise<Gateway> => {
    const gateway = await startGateway(options);
    open.push(gateway);
    return gateway;
  };
  afterEach(() => Promise.all(open.splice(0).map((gateway) => gateway.close())));

  const chat = (gateway: Gateway, body: object = {}, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${gateway.baseUrl}/chat/completions?x=1`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], ...body }),
    });

  it('records the headers and the body of each request', async () => {
    const gateway = await start();
    await (await chat(gateway, { temperature: 0.5 }, { authorization: 'Bearer hsa-1' })).text();
    const [request] = gateway.requests;
    assert.equal(request!.method, 'POST');
    assert.equal(request!.path, '/v1/chat/completions');
    assert.equal(request!.headers.authorization, 'Bearer hsa-1');
    assert.deepEqual(request!.json, { model: 'm', messages: [{ role: 'user', content: 'Hi' }], temperature: 0.5 });
    assert.equal(request!.body, JSON.stringify(request!.json));
  });

  it('sends no Content-Type header if the Content-Type in the script is empty', async () => {
    const gateway = await start({ script: () => [{ status: 200, headers: { 'content-type': '' } }, { done: true }] });
    assert.equal((await chat(gateway)).headers.get('content-type'), null);
  });

  for (const body of ['', '{', '[]', 'null', '{"model":"m"}', '{"messages":[]}', '{"model":1,"messages":[]}']) {
    it(`records no parsed body for ${JSON.stringify(body)}`, async () => {
      const gateway = await start();
      await (await fetch(`${gateway.baseUrl}/chat/completions`, { method: 'POST', body })).text();
      assert.equal(gateway.requests[0]!.json, undefined);
      assert.equal(gateway.requests[0]!.body, body);
    });
  }

  const listOf = async ({ baseUrl }: Gateway): Promise<unknown> => (await fetch(`${baseUrl}/models`)).json();
  const idsOf = async (gateway: Gateway): Promise<string[]> =>
    ((await listOf(gateway)) as { data: { id: string }[] }).data.map(({ id }) => id);

  it('lists six models by default', async () => {
    assert.deepEqual(await idsOf(await start()), [
      'claude-opus-4',
      'claude-sonnet-4',
      'gpt-4o',
      'gemini-3-pro',
      'deepseek-r1',
      'deepseek-v3',
    ]);
  });

  it('lists the models that the test configures', async () => {
    assert.deepEqual(await idsOf(await start({ models: ['one'] })), ['one']);
  });

  it('sends a scripted reply instead of the list of models', async () => {
    assert.deepEqual(await listOf(await start({ models: () => json({ odd: true }) })), { odd: true });
  });

  it('responds with the status 404 to requests with other methods or paths', async () => {
    const gateway = await start();
    for (const [method, path] of [
      ['GET', '/v1/chat/completions'],
      ['POST', '/v1/models'],
      ['POST', '/chat/completions'],
    ] as const) {
      const response = await fetch(gateway.origin + path, { method });
      const { error } = (await response.json()) as { error: { code: string } };
      assert.deepEqual([response.status, error.code], [404, 'unknown_url']);
    }
    assert.equal(gateway.requests.length + gateway.modelRequests.length, 0);
  });

  const keys: { requireKey?: string; authorization?: string; status: number; code?: string }[] = [
    { status: 200 },
    { requireKey: 'hsa-1', status: 401, code: 'missing_api_key' },
    { requireKey: 'hsa-1', authorization: '', status: 401, code: 'missing_api_key' },
    { requireKey: 'hsa-1', authorization: 'Bearer ', status: 401, code: 'missing_api_key' },
    { requireKey: 'hsa-1', authorization: 'Bearer hsa-1', status: 200 },
    { requireKey: 'hsa-1', authorization: 'Bearer hsa-2', status: 401, code: 'invalid_api_key' },
  ];

  for (const { requireKey, authorization, status, code } of keys) {
    it(`responds with ${status} to ${authorization === undefined ? 'no Authorization header' : `"${authorization}"`} when requireKey is ${requireKey ?? 'unset'}`, async () => {
      const gateway = await start({ requireKey, script: () => json({}) });
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
      for (const response of [
        await chat(gateway, {}, headers),
        await fetch(`${gateway.baseUrl}/models`, { headers }),
      ]) {
        assert.equal(response.status, status);
        const { error } = (await response.json()) as { error?: { code: string } };
        assert.equal(error?.code, code);
      }
    });
  }

  it('responds with the status 500 when a script throws before its first byte', async () => {
    const errors: unknown[] = [];
    const failed = new Error('scripted');
    const gateway = await start({
      onError: (error) => errors.push(error),
      script: () => {
        throw failed;
      },
    });
    assert.equal((await chat(gateway)).status, 500);
    assert.deepEqual(errors, [failed]);
  });

  it('resets the connection when a script throws after its first byte', async () => {
    const errors: unknown[] = [];
    const gateway = await start({
      onError: (error) => errors.push(error),
      script: () => [{ send: 'x' }, { status: 200 }],
    });
    await assert.rejects(async () => (await chat(gateway)).text());
    assert.equal(await gateway.requests[0]!.closed, 'server');
    assert.match(String(errors[0]), /head of a reply must be sent once/);
  });
});
