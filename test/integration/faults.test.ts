import assert from 'node:assert/strict';
import type { FaultKind } from '../../src/engine/events';
import { answer, failure, html, replySequence, json } from '../../src/demo/replies';
import type { Script, Step } from '../../src/demo/gateway';
import {
  collect,
  find,
  resetNetworkState,
  set,
  startFixture,
  stopFixture,
  type HostFixture,
} from '../support/extensionHost';

interface FaultCase {
  readonly row: string;
  readonly name: string;
  readonly reply: readonly Step[] | Iterable<Step>;
  readonly kind: FaultKind;
  /** Number of requests that the gateway receives when one retry is allowed. */
  readonly requests: 1 | 2 | 3;
  readonly status?: number;
}

const error = (message: string, code?: string) => ({ message, ...(code ? { code } : {}) });
const closeWithoutBytes = (end: 'fin' | 'reset'): readonly Step[] => [{ raw: '' }, { end }];

/** The rows of the fault table as an extension that calls `ask` sees them, for faults before the first text. */
const cases: readonly FaultCase[] = [
  { row: 'connectionReset', name: 'a reset before any byte', reply: closeWithoutBytes('reset'), kind: 'connection', requests: 3 },
  {
    row: 'notHttp',
    name: 'a response that is not HTTP',
    reply: [{ raw: 'SSH-2.0-OpenSSH_9.2\r\n' }, { end: 'fin' }],
    kind: 'not-a-stream',
    requests: 2,
  },
  {
    row: 'redirect',
    name: 'a redirect',
    reply: [{ status: 307, headers: { location: 'https://elsewhere.test/' } }, { end: 'fin' }],
    kind: 'redirect',
    requests: 1,
    status: 307,
  },
  { row: 'headersTimeout', name: 'missing headers', reply: [{ end: 'stall' }], kind: 'timeout', requests: 2 },
  {
    row: 'webPage',
    name: 'a web page',
    reply: html('<html><body>Sign in</body></html>'),
    kind: 'not-a-stream',
    requests: 2,
    status: 200,
  },
  {
    row: 'outOfCredit',
    name: 'an error in a response with status 200',
    reply: json({ error: error('no money', 'insufficient_quota') }),
    kind: 'credit',
    requests: 1,
    status: 200,
  },
  {
    row: 'noBody',
    name: 'an empty response with status 200',
    reply: [{ status: 200 }, { end: 'fin' }],
    kind: 'empty',
    requests: 2,
    status: 200,
  },
  { row: 'noBody', name: 'status 204', reply: [{ status: 204 }, { end: 'fin' }], kind: 'empty', requests: 2, status: 204 },
  {
    row: 'requestRejected',
    name: 'status 400',
    reply: failure(400, error('messages must not be empty')),
    kind: 'request',
    requests: 1,
    status: 400,
  },
  {
    row: 'contextLength',
    name: 'a conversation that is too long',
    reply: failure(400, error('maximum context length is 8192 tokens', 'context_length_exceeded')),
    kind: 'context-length',
    requests: 1,
    status: 400,
  },
  {
    row: 'promptFiltered',
    name: "a refusal by the provider's content filter",
    reply: failure(400, error('blocked by our content policy', 'content_policy_violation')),
    kind: 'content-filter',
    requests: 1,
    status: 400,
  },
  {
    row: 'modelNotFound',
    name: 'an unknown model (400)',
    reply: failure(400, error('Invalid model: gpt-99')),
    kind: 'model',
    requests: 1,
    status: 400,
  },
  {
    row: 'modelNotFound',
    name: 'an unknown model (404)',
    reply: failure(404, error('The model `gpt-99` does not exist', 'model_not_found')),
    kind: 'model',
    requests: 1,
    status: 404,
  },
  {
    row: 'keyRejected',
    name: 'a rejected key',
    reply: failure(401, error('Incorrect API key provided', 'invalid_api_key')),
    kind: 'auth',
    requests: 1,
    status: 401,
  },
  {
    row: 'outOfCredit',
    name: 'no credit',
    reply: failure(402, error('Insufficient Balance')),
    kind: 'credit',
    requests: 1,
    status: 402,
  },
  {
    row: 'outOfCredit',
    name: 'no quota, reported as a rate limit',
    reply: failure(429, error('You exceeded your current quota', 'insufficient_quota'), { 'retry-after': '1' }),
    kind: 'credit',
    requests: 1,
    status: 429,
  },
  {
    row: 'permissionDenied',
    name: 'status 403',
    reply: failure(403, error('Your region is not supported')),
    kind: 'permission',
    requests: 1,
    status: 403,
  },
  {
    row: 'pathNotFound',
    name: 'a wrong path in the base URL',
    reply: failure(404, error('Not Found')),
    kind: 'not-found',
    requests: 1,
    status: 404,
  },
  { row: 'requestTimeout', name: 'status 408', reply: failure(408, error('timeout')), kind: 'timeout', requests: 2, status: 408 },
  { row: 'conflict', name: 'status 409', reply: failure(409, error('conflict')), kind: 'server', requests: 2, status: 409 },
  { row: 'conflict', name: 'status 425', reply: failure(425, error('too early')), kind: 'server', requests: 2, status: 425 },
  {
    row: 'requestTooLarge',
    name: 'status 413',
    reply: failure(413, error('Payload Too Large')),
    kind: 'too-large',
    requests: 1,
    status: 413,
  },
  {
    row: 'parameterInvalid',
    name: 'status 422',
    reply: failure(422, error('top_k must be positive')),
    kind: 'request',
    requests: 1,
    status: 422,
  },
  {
    row: 'rateLimited',
    name: 'a rate limit with a retry-after',
    reply: failure(429, error('slow down'), { 'retry-after-ms': '20' }),
    kind: 'rate-limit',
    requests: 2,
    status: 429,
  },
  {
    row: 'rateLimitedWithoutRetryAfter',
    name: 'a rate limit without a retry-after',
    reply: failure(429, error('slow down')),
    kind: 'rate-limit',
    requests: 2,
    status: 429,
  },
  {
    row: 'usageLimitReached',
    name: 'a rate limit that resets in an hour',
    reply: failure(429, error('slow down'), { 'retry-after': '3600' }),
    kind: 'rate-limit',
    requests: 1,
    status: 429,
  },
  { row: 'serverError', name: 'status 500', reply: failure(500, error('boom')), kind: 'server', requests: 2, status: 500 },
  ...[502, 520, 521, 522, 523].map((status) => ({
    row: 'badGateway',
    name: `status ${status}`,
    reply: failure(status, error('bad gateway')),
    kind: 'gateway' as const,
    requests: 2 as const,
    status,
  })),
  ...[503, 529].map((status) => ({
    row: 'overloaded',
    name: `status ${status}`,
    reply: failure(status, error('overloaded')),
    kind: 'overloaded' as const,
    requests: 2 as const,
    status,
  })),
  ...[504, 524].map((status) => ({
    row: 'gatewayTimeout',
    name: `status ${status}`,
    reply: failure(status, error('too slow')),
    kind: 'timeout' as const,
    requests: 2 as const,
    status,
  })),
  ...[525, 526].map((status) => ({
    row: 'gatewayCertificate',
    name: `status ${status}`,
    reply: failure(status, error('certificate')),
    kind: 'gateway' as const,
    requests: 1 as const,
    status,
  })),
  { row: 'unexpectedStatus', name: 'status 418', reply: failure(418, error('teapot')), kind: 'server', requests: 1, status: 418 },
  {
    row: 'firstTokenTimeout',
    name: 'headers without a body',
    reply: [{ status: 200 }, { comment: 'hold on' }, { end: 'stall' }],
    kind: 'timeout',
    requests: 2,
    status: 200,
  },
  {
    row: 'errorInStream',
    name: 'an error event',
    reply: [{ event: { error: error('upstream exploded') } }, { end: 'fin' }],
    kind: 'server',
    requests: 2,
    status: 200,
  },
  {
    row: 'outOfCredit',
    name: 'a quota error event',
    reply: [{ event: { error: error('gone', 'insufficient_quota') } }, { end: 'fin' }],
    kind: 'credit',
    requests: 1,
    status: 200,
  },
  {
    row: 'answerFiltered',
    name: 'a filtered answer',
    reply: [{ delta: 'partial' }, { finish: 'content_filter' }, { done: true }],
    kind: 'content-filter',
    requests: 1,
    status: 200,
  },
  {
    row: 'noText',
    name: 'an answer with no text',
    reply: [{ finish: 'stop' }, { done: true }],
    kind: 'empty',
    requests: 2,
    status: 200,
  },
  {
    row: 'garbledStream',
    name: 'two garbled events',
    reply: [{ send: 'data: {"a\n\ndata: {"b\n\n' }, { end: 'fin' }],
    kind: 'malformed',
    requests: 2,
    status: 200,
  },
  {
    row: 'garbledBody',
    name: 'garbled JSON',
    reply: [
      { status: 200, headers: { 'content-type': 'application/json' } },
      { send: '{"choices": [' },
      { end: 'fin' },
    ],
    kind: 'malformed',
    requests: 2,
    status: 200,
  },
];

describe('API request that meets a network or gateway fault', () => {
  let fixture: HostFixture;
  const script = (reply: Iterable<Step>): Script => {
    const steps = [...reply];
    return () => steps;
  };

  before(async () => {
    fixture = await startFixture(() => answer('unused'));
    await set('timeout.headersMs', 1000);
    await set('timeout.firstTokenMs', 1000);
  });
  beforeEach(resetNetworkState);
  after(() => stopFixture(fixture));

  for (const { row, name, reply, kind, requests, status } of cases) {
    it(`reports ${name} as a fault of kind "${kind}" after ${requests === 1 ? 'one request' : `${requests} requests`} (${row})`, async () => {
      const { gateway, api } = fixture;
      gateway.reset();
      gateway.script = script(reply);
      const events = await collect(api.ask('hello'));
      const failed = find(events, 'failed');
      assert.deepEqual([failed.kind, gateway.requests.length, failed.status], [kind, requests, status]);
      assert.equal(events.filter(({ type }) => ['done', 'failed', 'stopped'].includes(type)).length, 1);
      assert.ok(failed.message.length > 10);
    });
  }

  it('is repeated immediately without an unsupported parameter', async () => {
    const { gateway, api } = fixture;
    gateway.reset();
    gateway.script = replySequence(
      () => failure(400, { message: 'Unsupported parameter: stream_options', code: 'unsupported_parameter' }),
      () => answer('fine'),
    );
    const events = await collect(api.ask('hello', { model: 'repaired-model' }));
    assert.equal(find(events, 'done').text, 'fine');
    assert.equal('stream_options' in (gateway.requests[1]?.json ?? {}), false);
  });

  it('fails with a connection fault when no server listens on the port', async () => {
    await set('baseUrl', 'http://127.0.0.1:9/v1');
    const { commands } = await import('vscode');
    await commands.executeCommand('holysheep.setApiKey', 'hsa-nobody-listens');
    const failed = find(await collect(fixture.api.ask('hello')), 'failed');
    assert.equal(failed.kind, 'connection');
    await set('baseUrl', fixture.gateway.baseUrl);
  });

  it('fails with a DNS fault for a host that does not exist', async () => {
    await set('baseUrl', 'http://no-such-host.invalid/v1');
    const { commands } = await import('vscode');
    await commands.executeCommand('holysheep.setApiKey', 'hsa-no-such-host');
    const failed = find(await collect(fixture.api.ask('hello')), 'failed');
    assert.ok(['dns', 'offline'].includes(failed.kind), failed.kind);
    await set('baseUrl', fixture.gateway.baseUrl);
  });
});
