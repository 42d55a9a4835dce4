import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { selfSigned } from '../../../support/network/certificates';
import { wireKey, type Stage } from '../stage';
import type { WireCase } from '../wireCase';
import { answers, answersRest, breaks, cut, fetchFailed, hangs, rejects } from '../wireReplies';

const done = '200 → text → done stop, complete answer';
const sshBanner = 'SSH-2.0-OpenSSH_9.6\r\n';

/** Rows 1 to 10: before the headers of a response. */
export const connecting: readonly WireCase[] = [
  {
    row: 1,
    fault: 'the host name does not exist (ENOTFOUND), four times',
    replies: () => [answers],
    before: (stage) => rejects(stage, ...Array.from({ length: 9 }, () => fetchFailed('ENOTFOUND'))),
    expected: '(row 1 → waiting backoff dns → retry) ×3 → row 1 → failed dns [retryNow checkUrl]',
  },
  {
    row: 2,
    fault: 'no name server answers (EAI_AGAIN); the third probe succeeds',
    replies: () => [answers],
    before: (stage) => offline(stage, 'EAI_AGAIN', 3),
    expected: `row 2 → waiting backoff offline ×3 → retry → ${done}`,
  },
  {
    row: 2,
    fault: 'no network (ENETUNREACH); the first probe succeeds',
    replies: () => [answers],
    before: (stage) => offline(stage, 'ENETUNREACH', 1),
    expected: `row 2 → waiting backoff offline → retry → ${done}`,
  },
  {
    row: 2,
    fault: 'no route to the host (EHOSTUNREACH); the network is down for ten minutes',
    replies: () => [answers],
    before: (stage) => offline(stage, 'EHOSTUNREACH', 40),
    expected: `row 2 → waiting backoff offline ×40 → retry → ${done}`,
  },
  {
    row: 2,
    fault: 'the network goes down in the middle of an answer, and comes back',
    replies: (stage) => [cut(stage, 'reset'), answersRest],
    on: (event, stage) => {
      if (event.type === 'cut') offline(stage, 'ENETUNREACH', 3);
    },
    expected:
      '200 → text → row 42 → cut connection → waiting backoff connection → resume (continue) → row 2 → waiting backoff offline ×3 → resume (continue) → 200 → joined continue → text → done stop, complete answer',
  },
  {
    row: 3,
    fault: 'the connection is refused once',
    replies: () => [answers],
    before: async (stage) => {
      const gone = await stage.listen({ script: answers });
      stage.connection = { baseUrl: gone.baseUrl, apiKey: wireKey };
      await gone.close();
    },
    on: async ({ type }, stage) => {
      const port = Number(new URL(stage.connection.baseUrl).port);
      if (type === 'waiting') await stage.listen({ script: answers, port });
    },
    expected: `row 3 → waiting backoff connection → retry → ${done}`,
  },
  {
    row: 3,
    fault: 'the connection is refused every time',
    replies: () => [answers],
    before: async (stage) => {
      const gone = await stage.listen({ script: answers });
      stage.connection = { baseUrl: gone.baseUrl, apiKey: wireKey };
      await gone.close();
    },
    expected:
      '(row 3 → waiting backoff connection → retry) ×4 → row 3 → waiting backoff breaker → retry → row 3 → failed connection [retryNow checkUrl]',
  },
  {
    row: 4,
    fault: 'the connection times out (undici)',
    replies: () => [answers],
    before: (stage) => rejects(stage, fetchFailed('UND_ERR_CONNECT_TIMEOUT', 'Connect Timeout Error')),
    expected: `row 4 → waiting backoff timeout → retry → ${done}`,
  },
  {
    row: 4,
    fault: 'the connection times out (both address families)',
    replies: () => [answers],
    before: (stage) => {
      const tried = ['ETIMEDOUT', 'ENETUNREACH'].map((code) => Object.assign(new Error(code), { code }));
      rejects(stage, new TypeError('fetch failed', { cause: new AggregateError(tried) }));
    },
    expected: `row 4 → waiting backoff timeout → retry → ${done}`,
  },
  {
    row: 5,
    fault: 'the connection is reset before any byte arrives, twice',
    replies: () => [breaks, breaks, answers],
    expected: `row 5 → replay → row 5 → waiting backoff connection → retry → ${done}`,
  },
  {
    row: 6,
    fault: 'a certificate of an unknown authority',
    replies: () => [answers],
    before: secured,
    expected: 'row 6 → failed tls [networkSettings retryNow details]',
  },
  {
    row: 7,
    fault: 'a 407',
    replies: () => [() => [{ status: 407, headers: { 'proxy-authenticate': 'Basic realm="office"' } }]],
    expected: 'row 7 → failed proxy [networkSettings retryNow]',
  },
  {
    row: 7,
    fault: 'a 407 as the extension host reports it: an error whose cause has neither code nor message',
    replies: () => [answers],
    before: (stage) => rejects(stage, fetchFailed('', '')),
    expected: 'row 7 → failed proxy [networkSettings retryNow]',
  },
  {
    row: 8,
    fault: 'the server speaks another protocol, twice',
    replies: () => [() => [{ raw: sshBanner }]],
    expected: 'row 8 → waiting backoff not-a-stream → retry → row 8 → failed not-a-stream [checkUrl retryNow]',
  },
  {
    row: 8,
    fault: 'the server speaks another protocol, as the extension host reports it, once',
    replies: () => [answers],
    before: (stage) =>
      rejects(stage, fetchFailed('', 'Response does not match the HTTP/1.1 protocol (Expected HTTP/)')),
    expected: `row 8 → waiting backoff not-a-stream → retry → ${done}`,
  },
  {
    row: 8,
    fault: 'the base URL has https, and the server speaks http',
    replies: () => [answers],
    before: (stage) => {
      stage.connection = { baseUrl: stage.gateway.baseUrl.replace('http:', 'https:'), apiKey: wireKey };
    },
    expected: 'row 8 → waiting backoff not-a-stream → retry → row 8 → failed not-a-stream [checkUrl retryNow]',
  },
  {
    row: 9,
    fault: 'a redirect to another origin, which never sees the key',
    replies: (stage) => [() => [{ status: 307, headers: { location: `${stage.other.baseUrl}/chat/completions` } }]],
    before: async (stage) => {
      stage.other = await stage.listen({ script: answers, requireKey: false });
    },
    after: ({ other }) => assert.deepEqual(other.requests, []),
    expected: '307 → row 9 → failed redirect [checkUrl details]',
  },
  {
    row: 10,
    fault: 'no response headers, once',
    replies: () => [hangs, answers],
    stalls: true,
    after: ({ run, engine }) => {
      assert.equal(run.of('ended')[0]?.ms, 60_000);
      // It has cost two, and the success has given one back.
      assert.equal(engine.report().network.budgets[0]?.tokens, 12 - 2 + 1);
    },
    expected: `quiet → row 10 → waiting backoff timeout → retry → ${done}`,
  },
  {
    row: 10,
    fault: 'no response headers from a reasoning model',
    model: 'deepseek-r1',
    replies: () => [hangs, answers],
    stalls: true,
    after: ({ run }) => assert.equal(run.of('ended')[0]?.ms, 180_000),
    expected: `quiet → row 10 → waiting backoff timeout → retry → ${done}`,
  },
];

/** The probes carry no key, and are answered with the last of so many. */
function offline(stage: Stage, code: string, probes: number): void {
  let calls = 0;
  stage.fetch = (url, init) => {
    const probe = init?.method === 'HEAD';
    assert.equal(new Headers(init?.headers).has('authorization'), !probe);
    return ++calls <= probes ? Promise.reject(fetchFailed(code)) : globalThis.fetch(url, init);
  };
}

async function secured(stage: Stage): Promise<void> {
  const server = createServer(selfSigned('gateway of a test'), (_, response) => response.end('too late'));
  server.on('request', () => stage.log.push('the key has been sent'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stage.owns(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as AddressInfo;
  stage.connection = { baseUrl: `https://127.0.0.1:${port}/v1`, apiKey: wireKey };
}
