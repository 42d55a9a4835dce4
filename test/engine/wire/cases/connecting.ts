import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { selfSigned } from '../../../support/network/certificates';
import { wireKey, type WireFixture } from '../wireFixture';
import type { WireCase } from '../wireCase';
import { answers, answersContinuation, resets, cutAfterText, fetchFailed, hangs, rejectFetch } from '../wireReplies';

const done = '200 → text → done stop, complete answer';
const sshBanner = 'SSH-2.0-OpenSSH_9.6\r\n';

/** Faults before the headers of a response. */
export const connecting: readonly WireCase[] = [
  {
    row: 1,
    title: 'the host name does not exist (ENOTFOUND), four times',
    replies: () => [answers],
    before: (fixture) => rejectFetch(fixture, ...Array.from({ length: 9 }, () => fetchFailed('ENOTFOUND'))),
    expected: '(row 1 → waiting backoff dns → retry) ×3 → row 1 → failed dns [retryNow checkUrl]',
  },
  {
    row: 2,
    title: 'no name server answers (EAI_AGAIN); the third network check succeeds',
    replies: () => [answers],
    before: (fixture) => failUntilCheck(fixture, 'EAI_AGAIN', 3),
    expected: `row 2 → waiting backoff offline ×3 → retry → ${done}`,
  },
  {
    row: 2,
    title: 'no network (ENETUNREACH); the first network check succeeds',
    replies: () => [answers],
    before: (fixture) => failUntilCheck(fixture, 'ENETUNREACH', 1),
    expected: `row 2 → waiting backoff offline → retry → ${done}`,
  },
  {
    row: 2,
    title: 'no route to the host (EHOSTUNREACH) for ten minutes',
    replies: () => [answers],
    before: (fixture) => failUntilCheck(fixture, 'EHOSTUNREACH', 40),
    expected: `row 2 → waiting backoff offline ×40 → retry → ${done}`,
  },
  {
    row: 2,
    title: 'the network is lost in the middle of an answer and comes back',
    replies: (fixture) => [cutAfterText(fixture, 'reset'), answersContinuation],
    onEvent: (event, fixture) => {
      if (event.type === 'cut') failUntilCheck(fixture, 'ENETUNREACH', 3);
    },
    expected:
      '200 → text → row 42 → cut connection → waiting backoff connection → resume (continue) → row 2 → waiting backoff offline ×3 → resume (continue) → 200 → joined continue → text → done stop, complete answer',
  },
  {
    row: 3,
    title: 'the connection is refused once',
    replies: () => [answers],
    before: async (fixture) => {
      const closedGateway = await fixture.listen({ script: answers });
      fixture.connection = { baseUrl: closedGateway.baseUrl, apiKey: wireKey };
      await closedGateway.close();
    },
    onEvent: async ({ type }, fixture) => {
      const port = Number(new URL(fixture.connection.baseUrl).port);
      if (type === 'waiting') await fixture.listen({ script: answers, port });
    },
    expected: `row 3 → waiting backoff connection → retry → ${done}`,
  },
  {
    row: 3,
    title: 'the connection is refused every time',
    replies: () => [answers],
    before: async (fixture) => {
      const closedGateway = await fixture.listen({ script: answers });
      fixture.connection = { baseUrl: closedGateway.baseUrl, apiKey: wireKey };
      await closedGateway.close();
    },
    expected:
      '(row 3 → waiting backoff connection → retry) ×4 → row 3 → waiting backoff breaker → retry → row 3 → failed connection [retryNow checkUrl]',
  },
  {
    row: 4,
    title: 'the connection times out (undici)',
    replies: () => [answers],
    before: (fixture) => rejectFetch(fixture, fetchFailed('UND_ERR_CONNECT_TIMEOUT', 'Connect Timeout Error')),
    expected: `row 4 → waiting backoff timeout → retry → ${done}`,
  },
  {
    row: 4,
    title: 'the connection times out over IPv4, and IPv6 has no route',
    replies: () => [answers],
    before: (fixture) => {
      const errors = ['ETIMEDOUT', 'ENETUNREACH'].map((code) => Object.assign(new Error(code), { code }));
      rejectFetch(fixture, new TypeError('fetch failed', { cause: new AggregateError(errors) }));
    },
    expected: `row 4 → waiting backoff timeout → retry → ${done}`,
  },
  {
    row: 5,
    title: 'a reset before any byte, twice',
    replies: () => [resets, resets, answers],
    expected: `row 5 → replay → row 5 → waiting backoff connection → retry → ${done}`,
  },
  {
    row: 6,
    title: 'a self-signed certificate',
    replies: () => [answers],
    before: useSelfSignedGateway,
    expected: 'row 6 → failed tls [networkSettings retryNow details]',
  },
  {
    row: 7,
    title: 'a 407',
    replies: () => [() => [{ status: 407, headers: { 'proxy-authenticate': 'Basic realm="office"' } }]],
    expected: 'row 7 → failed proxy [networkSettings retryNow]',
  },
  {
    row: 7,
    title: 'a 407 as the extension host reports it: an error whose cause has neither code nor message',
    replies: () => [answers],
    before: (fixture) => rejectFetch(fixture, fetchFailed('', '')),
    expected: 'row 7 → failed proxy [networkSettings retryNow]',
  },
  {
    row: 8,
    title: 'the server speaks another protocol, twice',
    replies: () => [() => [{ raw: sshBanner }]],
    expected: 'row 8 → waiting backoff not-a-stream → retry → row 8 → failed not-a-stream [checkUrl retryNow]',
  },
  {
    row: 8,
    title: 'the server speaks another protocol, as the extension host reports it, once',
    replies: () => [answers],
    before: (fixture) =>
      rejectFetch(fixture, fetchFailed('', 'Response does not match the HTTP/1.1 protocol (Expected HTTP/)')),
    expected: `row 8 → waiting backoff not-a-stream → retry → ${done}`,
  },
  {
    row: 8,
    title: 'an https base URL for a gateway that speaks http',
    replies: () => [answers],
    before: (fixture) => {
      fixture.connection = { baseUrl: fixture.gateway.baseUrl.replace('http:', 'https:'), apiKey: wireKey };
    },
    expected: 'row 8 → waiting backoff not-a-stream → retry → row 8 → failed not-a-stream [checkUrl retryNow]',
  },
  {
    row: 9,
    title: 'a redirect to another origin, which never receives the key',
    replies: (fixture) => [
      () => [{ status: 307, headers: { location: `${fixture.otherGateway.baseUrl}/chat/completions` } }],
    ],
    before: async (fixture) => {
      fixture.otherGateway = await fixture.listen({ script: answers, requireKey: false });
    },
    after: ({ otherGateway }) => assert.deepEqual(otherGateway.requests, []),
    expected: '307 → row 9 → failed redirect [checkUrl details]',
  },
  {
    row: 10,
    title: 'no response headers, once',
    replies: () => [hangs, answers],
    timePassesDuringRequests: true,
    after: ({ turn, engine }) => {
      assert.equal(turn.eventsOf('ended')[0]?.ms, 60_000);
      // The timeout has cost two tokens, and the success has returned one.
      assert.equal(engine.report().network.budgets[0]?.tokens, 12 - 2 + 1);
    },
    expected: `quiet → row 10 → waiting backoff timeout → retry → ${done}`,
  },
  {
    row: 10,
    title: 'no response headers from a reasoning model',
    model: 'deepseek-r1',
    replies: () => [hangs, answers],
    timePassesDuringRequests: true,
    after: ({ turn }) => assert.equal(turn.eventsOf('ended')[0]?.ms, 180_000),
    expected: `quiet → row 10 → waiting backoff timeout → retry → ${done}`,
  },
];

/**
 * Rejects all requests and network checks before the check with the given number. Asserts that only network checks have
 * no key.
 */
function failUntilCheck(fixture: WireFixture, code: string, checks: number): void {
  let calls = 0;
  fixture.fetch = (url, init) => {
    const isNetworkCheck = init?.method === 'HEAD';
    assert.equal(new Headers(init?.headers).has('authorization'), !isNetworkCheck);
    return ++calls <= checks ? Promise.reject(fetchFailed(code)) : globalThis.fetch(url, init);
  };
}

async function useSelfSignedGateway(fixture: WireFixture): Promise<void> {
  const server = createServer(selfSigned('gateway of a test'), (_, response) => response.end('too late'));
  server.on('request', () => fixture.log.push('the key has been sent'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  fixture.onClose(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as AddressInfo;
  fixture.connection = { baseUrl: `https://127.0.0.1:${port}/v1`, apiKey: wireKey };
}
