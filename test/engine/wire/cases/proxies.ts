import type { WireCase } from '../wireCase';
import { answers, fetchFailed, rejectFetch } from '../wireReplies';

/** Returns the error for a proxy's answer to CONNECT, as VS Code's proxy agent reports it. */
const tunnelRefused = (status: number): TypeError =>
  fetchFailed('UND_ERR_ABORTED', `Proxy response (${status}) !== 200 when HTTP Tunneling`);

const proxyUnreachable = (): TypeError => {
  const error = fetchFailed('ECONNREFUSED');
  Object.assign(error.cause as Error, { address: '10.0.0.1', port: 3128 });
  return error;
};

/** Faults of a proxy. They are simulated, because a loopback address is reached without a proxy. */
export const proxies: readonly WireCase[] = [
  {
    row: 7,
    title: 'the proxy answers CONNECT with a 407',
    replies: () => [answers],
    before: (fixture) => rejectFetch(fixture, tunnelRefused(407)),
    expected: 'row 7 → failed proxy [networkSettings retryNow]',
  },
  {
    row: 64,
    title: 'a proxy that cannot reach the gateway, twice',
    replies: () => [answers],
    before: (fixture) => rejectFetch(fixture, tunnelRefused(502), tunnelRefused(504)),
    expected: '(row 64 → waiting backoff proxy → retry) ×2 → 200 → text → done stop, complete answer',
  },
  {
    row: 65,
    title: 'an unreachable proxy, once',
    replies: () => [answers],
    before: (fixture) => rejectFetch(fixture, proxyUnreachable()),
    expected: 'row 65 → waiting backoff proxy → retry → 200 → text → done stop, complete answer',
  },
  {
    row: 65,
    title: 'an unreachable proxy, four times',
    replies: () => [answers],
    before: (fixture) =>
      rejectFetch(fixture, proxyUnreachable(), proxyUnreachable(), proxyUnreachable(), proxyUnreachable()),
    expected: '(row 65 → waiting backoff proxy → retry) ×3 → row 65 → failed proxy [networkSettings retryNow]',
  },
  {
    row: 66,
    title: 'a proxy that refuses the connection to the gateway',
    replies: () => [answers],
    before: (fixture) => rejectFetch(fixture, tunnelRefused(403)),
    expected: 'row 66 → failed proxy [networkSettings retryNow]',
  },
];
