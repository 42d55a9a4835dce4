import assert from 'node:assert/strict';
import { fake } from '../../support/fake';
import type { EngineDeps } from '../../../src/engine/engine';
import { readLocalFacts } from '../../../src/engine/http/localFacts';
import { settle, VirtualClock } from '../../support/virtualClock';

describe('model facts from a local server', () => {
  const clock = new VirtualClock();
  const baseUrl = 'http://localhost:11434/v1';
  let requests: (readonly [url: string, body: unknown, authorization: string | null, redirect: unknown])[];
  let isEnded: boolean;

  /** A server with the given replies by path. Other paths do not exist. */
  const read = (replies: Readonly<Record<string, object>>, models: readonly string[], apiKey?: string) => {
    requests = [];
    const fetch = async (url: unknown, { body, headers, signal, redirect }: RequestInit = {}): Promise<Response> => {
      isEnded = false;
      signal?.addEventListener('abort', () => (isEnded = true));
      requests.push([String(url), body ?? undefined, new Headers(headers).get('authorization'), redirect]);
      await settle();
      const reply = replies[new URL(String(url)).pathname];
      return reply ? Response.json(reply) : new Response('404 page not found', { status: 404 });
    };
    return readLocalFacts(fake<EngineDeps>({ clock, fetch, userAgent: 'test' }), baseUrl, apiKey, models);
  };

  it('are read from LM Studio', async () => {
    const data = [{ id: 'qwen', type: 'llm', max_context_length: 8192 }];
    const facts = await read({ '/api/v0/models': { data }, '/api/ps': { error: 'Unexpected endpoint' } }, ['qwen']);
    assert.deepEqual(facts.get('qwen'), { contextWindow: 8192, images: false, writesText: true });
    assert.equal(requests.length, 2);
  });

  it('are read from Ollama for at most 20 models', async () => {
    const models = Array.from({ length: 30 }, (_, index) => `model-${index}`);
    const ps = { models: [{ name: 'model-1', context_length: 4096 }] };
    const facts = await read({ '/api/ps': ps, '/api/show': { parameters: 'num_ctx 2048' } }, models);
    assert.deepEqual([...facts.keys()], models.slice(0, 20));
    assert.deepEqual(
      ['model-0', 'model-1'].map((model) => facts.get(model)?.contextWindow),
      [2048, 4096],
    );
    assert.deepEqual(requests[2], ['http://localhost:11434/api/show', '{"model":"model-0"}', null, 'manual']);
    assert.deepEqual([isEnded, clock.pending], [true, 0]);
  });

  it('are unknown after two requests if the server is neither LM Studio nor Ollama', async () => {
    assert.equal((await read({}, ['a', 'b'])).size, 0);
    assert.equal(requests.length, 2);
  });

  it('are requested with the API key of the gateway and without following redirects', async () => {
    await read({}, [], 'hsa-local');
    assert.deepEqual(
      requests,
      ['/api/v0/models', '/api/ps'].map((path) => [
        `http://localhost:11434${path}`,
        undefined,
        'Bearer hsa-local',
        'manual',
      ]),
    );
  });

  it('are unknown if the server does not answer in time', async () => {
    const deps = fake<EngineDeps>({ clock, userAgent: 'test' });
    const refuse = () => Promise.reject(new TypeError('fetch failed'));
    assert.equal((await readLocalFacts({ ...deps, fetch: refuse }, baseUrl, undefined, ['a'])).size, 0);
    const hang = (_url: unknown, init?: RequestInit) =>
      new Promise<Response>((_, reject) => init?.signal?.addEventListener('abort', () => reject(new Error('aborted'))));
    const facts = readLocalFacts({ ...deps, fetch: hang }, baseUrl, undefined, ['a']);
    await clock.advance(3000);
    assert.equal((await facts).size, 0);
  });
});
