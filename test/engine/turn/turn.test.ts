import assert from 'node:assert/strict';
import type { ConnectionProblem } from '../../../src/engine/request';
import { EngineRun } from '../../support/engineRun';
import {
  answering,
  cutAfter,
  rateLimited,
  rejecting,
  silent,
  sseHeaders,
  status,
  streaming,
  type LiveBody,
} from '../../support/scriptedFetch';
import { valuesOf } from '../../support/valuesOf';
import { settle } from '../../support/virtualClock';

const usage = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 };
const noConnection = (connectionProblem: ConnectionProblem, message: string, cause?: unknown): Error =>
  Object.assign(new Error(message, { cause }), { connectionProblem });

describe('turn', () => {
  it('streams text and ends with exactly one done event', async () => {
    const run = await new EngineRun({
      replies: [streaming((body) => body.delta('Hel').delta('lo').finish('stop', usage).done())],
    }).toEnd();
    assert.deepEqual(run.types, ['attempt', 'headers', 'text', 'text', 'ended', 'usage', 'done']);
    const done = run.last('done');
    assert.deepEqual([done.text, done.finishReason, done.attempts], ['Hello', 'stop', 1]);
    const { promptTokens, completionTokens, totalTokens } = run.last('usage');
    assert.deepEqual([promptTokens, completionTokens, totalTokens], [7, 3, 10]);
  });

  it('sends an OpenAI-style request with the key only in the Authorization header', async () => {
    const run = await new EngineRun({ replies: [answering('ok')] }).toEnd();
    const [request] = run.wire.requests;
    assert.ok(request);
    assert.equal(request.url, 'https://gateway.test/v1/chat/completions');
    assert.equal(request.headers.get('authorization'), 'Bearer hsa-secret-key-1');
    assert.equal(request.headers.get('user-agent'), 'HolySheepPrompt/test');
    assert.equal(request.redirect, 'manual');
    assert.deepEqual(
      [...request.headers.keys()].filter((name) => name.startsWith('x-stainless')),
      [],
    );
    assert.deepEqual(request.body, {
      model: 'gpt-4o',
      messages: [{ role: 'user', content: 'hi' }],
      stream: true,
      stream_options: { include_usage: true },
      temperature: 0.7,
      max_tokens: 100,
    });
    assert.ok(!JSON.stringify(run.events).includes('hsa-secret'));
    assert.ok(!run.log.join().includes('hsa-secret'));
  });

  it("waits for the gateway's Retry-After, and announces the wait", async () => {
    const run = await new EngineRun({ replies: [rateLimited(5), answering('ok')], random: () => 0 }).settle();
    const waiting = run.last('waiting');
    assert.deepEqual(
      [
        waiting.delayMs,
        waiting.source,
        waiting.reason,
        waiting.row,
        waiting.attempt,
        waiting.maxAttempts,
        waiting.hintMs,
        waiting.status,
      ],
      [5000, 'server', 'rate-limit', 'rateLimited', 2, 6, 5000, 429],
    );
    assert.equal(waiting.until, run.clock.now() + 5000);
    await run.clock.advance(4999);
    assert.equal(run.wire.requests.length, 1);
    await run.clock.advance(1);
    assert.equal(run.wire.requests.length, 2);
    await run.toEnd();
    assert.equal(run.last('done').waitedMs, 5000);
  });

  it('offers *Retry now* when it fails after the last automatic retry', async () => {
    const run = await new EngineRun({ replies: [status(500)], settings: { retry: { maxRetries: 2 } } }).toEnd();
    assert.equal(run.wire.requests.length, 3);
    const failed = run.last('failed');
    assert.deepEqual([failed.kind, failed.status], ['server', 500]);
    assert.ok(failed.actions.includes('retryNow'));
  });

  it('repeats the request at once when the connection is reset before the first byte', async () => {
    const run = await new EngineRun({ replies: [rejecting('ECONNRESET'), answering('ok')] }).toEnd();
    assert.deepEqual(run.of('waiting'), []);
    assert.equal(run.of('attempt')[1]?.why, 'replay');
    assert.equal(run.last('done').attempts, 2);
  });

  it('repeats the request at once without an unsupported parameter', async () => {
    const refusal = status(400, {
      error: { message: "Unsupported parameter: 'max_tokens'", param: 'max_tokens', code: 'unsupported_parameter' },
    });
    const run = await new EngineRun({ replies: [refusal, answering('ok')] }).toEnd();
    assert.equal(run.of('attempt')[1]?.why, 'repair');
    assert.deepEqual(run.of('waiting'), []);
    assert.equal(run.wire.requests[1]?.body['max_completion_tokens'], 100);
    assert.equal('max_tokens' in run.wire.requests[1].body, false);
  });

  it('corrects a request only once for the same parameter', async () => {
    const refusal = status(400, { error: { message: 'temperature is not supported', param: 'temperature' } });
    const run = await new EngineRun({ replies: [refusal] }).toEnd();
    assert.equal(run.wire.requests.length, 2);
    assert.equal(run.last('failed').kind, 'request');
  });

  it('fails without a request if no API key is set', async () => {
    const run = await new EngineRun({
      replies: [answering('never')],
      connection: () => Promise.resolve({ baseUrl: 'https://gateway.test/v1', apiKey: undefined }),
    }).toEnd();
    assert.equal(run.wire.requests.length, 0);
    assert.deepEqual([run.last('failed').kind, run.last('failed').actions], ['auth', ['setApiKey', 'retryNow']]);
    assert.match(run.last('failed').message, /gateway\.test/);
  });

  it('fails with "request" when the base URL is invalid', async () => {
    const run = await new EngineRun({
      replies: [answering('never')],
      connection: () => Promise.reject(noConnection('base-url', 'The base URL is no URL.')),
    }).toEnd();
    const { kind, message, actions } = run.last('failed');
    assert.deepEqual([kind, message, actions], ['request', 'The base URL is no URL.', ['checkUrl']]);
  });

  it(`fails with "keyring" if the API key can't be read`, async () => {
    const cause = new Error('Error while decrypting the ciphertext');
    const run = await new EngineRun({
      replies: [answering('never')],
      connection: () => Promise.reject(noConnection('keyring', 'No key.', cause)),
    }).toEnd();
    const { kind, message, actions, detail } = run.last('failed');
    assert.deepEqual([kind, actions], ['keyring', ['retryNow', 'setApiKey', 'showLog']]);
    assert.match(message, /^Can't read the API key from the system keyring\./);
    assert.equal(detail, undefined);
    assert.match(run.log.join('\n'), /decrypting the ciphertext/);
    assert.equal(run.wire.requests.length, 0);
  });

  it('fails with "internal" after an unexpected exception', async () => {
    const run = await new EngineRun({
      replies: [answering('never')],
      connection: () => Promise.reject(new TypeError('x is not a function')),
    }).toEnd();
    const { kind, message, actions } = run.last('failed');
    assert.deepEqual([kind, actions], ['internal', ['retryNow', 'showLog', 'exportDiagnostics']]);
    assert.ok(!JSON.stringify(run.events).includes('x is not'), message);
    assert.match(run.log.join('\n'), /TypeError: x is not a function\n\s+at .*turn\.test\.ts/);
  });

  it('keeps the partial answer when an exception interrupts the reading of the response', async () => {
    let body!: LiveBody;
    const run = await new EngineRun({ replies: [streaming((live) => (body = live))] }).settle();
    body.delta('part of an answer');
    await settle();
    const { clock } = run;
    const ticks = clock.monotonicNow.bind(clock);
    clock.monotonicNow = () => {
      clock.monotonicNow = ticks;
      throw new Error('no time');
    };
    body.delta(' and more');
    await run.toEnd();
    const { kind, text, actions } = run.last('failed');
    assert.deepEqual([kind, text], ['internal', 'part of an answer']);
    assert.deepEqual(actions, ['continue', 'restart', 'retryNow', 'showLog', 'exportDiagnostics']);
    assert.deepEqual([run.last('ended').how, run.last('ended').row], ['internal', 'internalError']);
  });

  it(`fails with "internal" when the request body can't be built`, async () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    for (const parameters of [circular, { big: 1n }]) {
      const request = { tools: [{ name: 'read', description: '', parameters }] };
      const run = await new EngineRun({ replies: [answering('never')], request }).toEnd();
      assert.equal(run.last('failed').kind, 'internal');
      assert.deepEqual([run.of('waiting').length, run.wire.requests.length], [0, 0]);
      assert.match(run.log.join('\n'), /TypeError: /);
    }
  });

  it('retries when `fetch` throws synchronously', async () => {
    let calls = 0;
    const fetch = (): never => {
      calls++;
      throw new TypeError('fetch failed');
    };
    const run = await new EngineRun({ replies: [], deps: { fetch }, settings: { retry: { maxRetries: 1 } } }).toEnd();
    assert.equal(run.last('failed').kind, 'connection');
    assert.ok(run.of('waiting').length > 0 && calls > 1);
  });

  it("reports a failure in English if the message can't be translated", async () => {
    const localize = (): never => {
      throw new Error('no bundle');
    };
    const run = await new EngineRun({ replies: [status(500)], deps: { localize } }).toEnd();
    assert.equal(run.last('failed').message, 'Internal error in HolySheep Prompt. See the log for details.');
  });

  it('fails with "auth" when the user removes the API key during a wait', async () => {
    let key: string | undefined = 'hsa-first-key';
    const run = await new EngineRun({
      replies: [status(500)],
      connection: () => Promise.resolve({ baseUrl: 'https://gateway.test/v1', apiKey: key }),
    }).settle();
    key = undefined;
    await run.toEnd();
    const { kind, status: code, requestId, actions } = run.last('failed');
    assert.deepEqual([kind, code, requestId, actions], ['auth', undefined, undefined, ['setApiKey', 'retryNow']]);
  });
});

describe('offer to send the prompt later', () => {
  const quota = { error: { message: 'You have reached your daily limit', code: 'RequestsPerDay' } };
  const offers: readonly (readonly [name: string, reply: ReturnType<typeof status>])[] = [
    ['a Retry-After beyond the maximum', rateLimited(7200)],
    ['a daily limit with a known reset', status(429, quota, { 'retry-after': '7200' })],
    ['an overload with a Retry-After beyond the maximum', status(503, {}, { 'retry-after': '7200' })],
  ];
  for (const [name, reply] of offers) {
    it(`is the first action after ${name}`, async () => {
      const run = await new EngineRun({ replies: [reply] }).toEnd();
      const { actions, resetsAt } = run.last('failed');
      assert.deepEqual([actions[0], actions.at(-1)], ['sendLater', 'retryNow']);
      assert.equal(resetsAt, run.clock.now() + 7_200_000);
    });
  }

  const refusals: readonly (readonly [name: string, reply: ReturnType<typeof status>])[] = [
    ['a limit that resets after a scheduled prompt expires', rateLimited(86_401)],
    ['a credit that resets later', status(402, {}, { 'retry-after': '7200' })],
    [
      'a quota without credit',
      status(429, { error: { code: 'insufficient_quota', message: 'no' } }, { 'retry-after': '7200' }),
    ],
    ['a daily limit without a known reset', status(429, quota)],
    ['a server error with a Retry-After', status(500, {}, { 'retry-after': '7200' })],
  ];
  for (const [name, reply] of refusals) {
    it(`is not made after ${name}`, async () => {
      const run = await new EngineRun({ replies: [reply] }).toEnd();
      assert.ok(!run.last('failed').actions.includes('sendLater'), run.last('failed').actions.join());
    });
  }

  it('is not made after a rate limit if no retries are left', async () => {
    const run = await new EngineRun({ replies: [rateLimited(20)], settings: { retry: { maxRetries: 0 } } }).toEnd();
    assert.ok(!run.last('failed').actions.includes('sendLater'));
  });
});

describe('successful turn', () => {
  it('is not delayed if the gateway repeats the finish reason', async () => {
    let stream: LiveBody | undefined;
    const run = new EngineRun({ replies: [streaming((body) => (stream = body.delta('x').finish()))] });
    for (let sent = 0; sent < 3; sent++) {
      await run.clock.advance(2000);
      stream?.finish();
    }
    await settle();
    assert.equal(run.last('done').text, 'x');
  });

  it('sums up the usage and the cost of all attempts', async () => {
    const [first, second] = [0.1, 0.2].map((cost) => ({ ...usage, cost }));
    const cutStream = streaming((body) => body.event({ choices: [], usage: first }).delta('ab').end());
    const run = await new EngineRun({
      replies: [cutStream, streaming((body) => body.delta('abc').finish('stop', second).done())],
    }).toEnd();
    assert.deepEqual([run.last('usage').totalTokens, run.last('usage').cost], [20, 0.3]);
  });

  it('reports cache tokens, reasoning tokens and cost only if the gateway has reported them', async () => {
    const details = { ...usage, prompt_tokens_details: { cached_tokens: 5, cache_write_tokens: 1 }, cost: 0.5 };
    const cutStream = streaming((body) => body.event({ choices: [], usage: details }).delta('ab').end());
    const run = await new EngineRun({
      replies: [cutStream, streaming((body) => body.delta('abc').finish('stop', usage).done())],
    }).toEnd();
    const { cachedTokens, cacheWriteTokens, reasoningTokens, cost } = run.last('usage');
    assert.deepEqual([cachedTokens, cacheWriteTokens, reasoningTokens, cost], [5, 1, undefined, 0.5]);
    const ended = run.events.flatMap((event) => (event.type === 'ended' ? [[event.cachedTokens, event.cost]] : []));
    assert.deepEqual(ended, [
      [5, 0.5],
      [undefined, undefined],
    ]);
  });

  for (const { name, reported, cost } of [
    { name: 'reads the cost from the header of LiteLLM', reported: {}, cost: 0.25 },
    { name: 'prefers the cost in the usage to the header', reported: { cost: 0.5 }, cost: 0.5 },
    { name: 'prefers the cost in the header to a cost of zero in the usage', reported: { cost: 0 }, cost: 0.25 },
    { name: 'reads the cost from the header if that in the usage is absurd', reported: { cost: -1 }, cost: 0.25 },
  ] as const) {
    it(name, async () => {
      const headers = { ...sseHeaders, 'x-litellm-response-cost': '0.25' };
      const reply = streaming(
        (body) =>
          body
            .delta('x')
            .finish('stop', { ...usage, ...reported })
            .done(),
        headers,
      );
      const run = await new EngineRun({ replies: [reply] }).toEnd();
      assert.deepEqual([run.last('usage').cost, run.last('usage').totalTokens], [cost, 10]);
      assert.equal(run.last('ended').cost, cost);
    });
  }

  const price = { input: 1, output: 10, cacheRead: 0.5 };
  const charged = { ...usage, prompt_tokens: 1000, prompt_tokens_details: { cached_tokens: 800 } };
  const withCost = { ...usage, cost: 0 };
  const prompt = 'p'.repeat(4000);
  for (const { name, reply, estimates } of [
    {
      name: 'the tokens that the gateway has counted',
      reply: streaming((body) => body.delta('x').finish('stop', charged).done()),
      estimates: [630e-6],
    },
    { name: 'the text if the gateway counts no tokens', reply: answering('y'.repeat(400)), estimates: [2000e-6] },
    {
      name: 'the text of a stream that was cut, and the longer prompt of the next attempt',
      reply: cutAfter('y'.repeat(4000)),
      estimates: undefined,
    },
    {
      name: 'nothing if the gateway reports a cost',
      reply: streaming((body) => body.delta('x').finish('stop', withCost).done()),
      estimates: [undefined],
    },
    { name: 'nothing for a request that was refused', reply: status(400), estimates: [undefined] },
    {
      name: 'nothing for an accepted request without text and usage',
      reply: streaming((body) => body.finish().done()),
      estimates: [undefined],
    },
  ] as const)
    it(`estimates from the price of the model ${name}`, async () => {
      const run = new EngineRun({
        replies: [reply, answering('z'.repeat(400))],
        settings: { retry: { maxRetries: 1 } },
        deps: { facts: () => ({ price }) },
        request: { messages: [{ role: 'user', content: prompt }] },
      });
      await run.toEnd();
      const costs = valuesOf(run.of('ended'), 'estimatedCost');
      if (estimates) return assert.equal(costs[0], estimates[0]);
      assert.equal(costs[0], 11_000e-6);
      assert.ok(costs[1]! > 3000e-6 && costs[1]! < 3200e-6, String(costs[1]));
    });

  for (const cost of [undefined, 0.25])
    it(`reports what caching saved if the gateway reports ${cost === undefined ? 'no' : 'the'} cost`, async () => {
      const counts = { ...charged, ...(cost !== undefined && { cost }) };
      const run = await new EngineRun({
        replies: [streaming((body) => body.delta('x').finish('stop', counts).done())],
        deps: { facts: () => ({ price }) },
      }).toEnd();
      const { cacheSaving, currency } = run.last('ended');
      assert.deepEqual([cacheSaving, currency], [400e-6, 'USD']);
    });

  it('reports no estimated cost if the price of the model is unknown', async () => {
    const run = await new EngineRun({ replies: [answering('x')], deps: { facts: () => ({}) } }).toEnd();
    assert.equal(run.last('ended').estimatedCost, undefined);
  });

  for (const reason of ['content_filter', 'error']) {
    it(`counts the usage in the chunk with the finish reason ${reason}`, async () => {
      const failing = streaming((body) => body.delta('ab').finish(reason, usage).done());
      const run = await new EngineRun({
        replies: [failing, streaming((body) => body.delta('c').finish().done())],
      }).toEnd();
      assert.equal(run.last('usage').totalTokens, 10);
    });
  }
});

describe('response without an answer', () => {
  const cases: readonly {
    readonly name: string;
    readonly reply: ReturnType<typeof status>;
    readonly kind: string;
    readonly requests: number;
  }[] = [
    {
      name: 'a web page',
      reply: status(200, '<html>', { 'content-type': 'text/html' }),
      kind: 'not-a-stream',
      requests: 2,
    },
    {
      name: 'an empty 200 response',
      reply: status(200, '', { 'content-type': 'text/event-stream' }),
      kind: 'empty',
      requests: 3,
    },
    { name: 'a 204 response', reply: status(204), kind: 'empty', requests: 3 },
    { name: 'JSON that cannot be parsed', reply: status(200, '{"choices": [', {}), kind: 'malformed', requests: 3 },
    {
      name: 'a finish reason without any text',
      reply: streaming((body) => body.finish().done()),
      kind: 'empty',
      requests: 2,
    },
    {
      name: 'a stream that ends without any text',
      reply: streaming((body) => body.event({ choices: [] }).end()),
      kind: 'truncated',
      requests: 6,
    },
    {
      name: 'an error event',
      reply: streaming((body) => body.send('event: error\ndata: {"error":{"message":"boom"}}\n\n').end()),
      kind: 'server',
      requests: 6,
    },
    {
      name: 'a redirect',
      reply: status(302, '', { location: 'https://elsewhere.test/' }),
      kind: 'redirect',
      requests: 1,
    },
  ];
  for (const { name, reply, kind, requests } of cases) {
    it(`fails with "${kind}" after ${requests} ${requests === 1 ? 'request' : 'requests'}: ${name}`, async () => {
      const run = await new EngineRun({ replies: [reply] }).toEnd();
      assert.deepEqual([run.last('failed').kind, run.wire.requests.length], [kind, requests]);
      assert.equal(run.clock.pending, 0);
    });
  }
});

describe('timeout of an attempt', () => {
  it('is three times as long for a reasoning model', async () => {
    const run = new EngineRun({ replies: [silent], request: { model: 'deepseek-r1' } });
    await run.clock.advance(179_999);
    assert.equal(run.of('waiting').length, 0);
    await run.clock.advance(1);
    assert.equal(run.of('waiting').length, 1);
    run.turn.stop();
  });
});
