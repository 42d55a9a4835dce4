import assert from 'node:assert/strict';
import type { ComposedFault, FaultName } from '../../src/demo/composedFaults';
import { startGateway, type Gateway } from '../../src/demo/gateway';
import { demoScript } from '../../src/demo/scenarios';

describe('composed faults', () => {
  let gateway: Gateway;
  const compositions = new Map<string, { readonly faults: readonly ComposedFault[] }>();
  beforeEach(async () => {
    compositions.clear();
    gateway = await startGateway({ script: demoScript(compositions) });
  });
  afterEach(() => gateway.close());

  const ask = (content = 'Hi', signal?: AbortSignal): Promise<Response> =>
    fetch(`${gateway.baseUrl}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model: 'composed', messages: [{ role: 'user', content }], stream: true }),
      signal: signal ?? null,
    });
  const compose = (...faults: readonly ComposedFault[]): void => void compositions.set('composed', { faults });
  const statusOf = async (content?: string): Promise<number> => {
    const leave = new AbortController();
    const { status } = await ask(content, leave.signal);
    leave.abort();
    return status;
  };

  it('are met in their order, each as often as it was said, and then there is an answer', async () => {
    compose({ name: 'server', times: 2 }, { name: 'overloaded', times: 1 });
    const seen = [await statusOf(), await statusOf(), await statusOf(), await statusOf()];
    assert.deepEqual(seen, [500, 500, 503, 200]);
  });

  it('are met again by the next prompt', async () => {
    compose({ name: 'server', times: 1 });
    assert.deepEqual([await statusOf('a'), await statusOf('b'), await statusOf('a')], [500, 500, 200]);
  });

  it('may be met every time', async () => {
    compose({ name: 'credit', times: Infinity });
    assert.deepEqual([await statusOf(), await statusOf(), await statusOf()], [402, 402, 402]);
  });

  it('say how long to wait, or not', async () => {
    compose({ name: 'rate-limit', seconds: 7, times: 1 }, { name: 'rate-limit-bare', times: 1 });
    const [hinted, bare] = [await ask(), await ask()];
    assert.deepEqual([hinted.status, hinted.headers.get('retry-after')], [429, '7']);
    assert.deepEqual([bare.status, bare.headers.get('retry-after')], [429, null]);
  });

  const statuses: Partial<Record<FaultName, number>> = {
    overloaded: 503,
    'overloaded-529': 529,
    server: 500,
    gateway: 502,
    page: 200,
    empty: 200,
    auth: 401,
    credit: 402,
    model: 400,
  };
  for (const [name, status] of Object.entries(statuses) as [FaultName, number][]) {
    it(`${name}: ${status}`, async () => {
      compose({ name, times: 1 });
      const response = await ask();
      assert.equal(response.status, status);
      const body = await response.text();
      if (name === 'empty') assert.equal(body, '');
      if (name === 'page') assert.match(body, /Sign in/);
    });
  }

  it('reset: nothing comes', async () => {
    compose({ name: 'reset', times: 1 });
    await assert.rejects(ask());
  });

  it('cut: some of the answer comes', async () => {
    compose({ name: 'cut', times: 1 });
    await assert.rejects((await ask()).text());
  });

  for (const name of ['silent', 'stall'] as const) {
    it(`${name}: it stays open`, async () => {
      compose({ name, times: 1 });
      const leave = new AbortController();
      const response = await ask('Hi', leave.signal);
      assert.equal(response.status, 200);
      leave.abort();
      assert.equal(await gateway.requests[0]!.closed, 'client');
    });
  }

  it('slow: it is an answer all the same', async () => {
    compose({ name: 'slow', seconds: 0, times: 1 });
    assert.match(await (await ask()).text(), /\[DONE\]/);
  });
});
