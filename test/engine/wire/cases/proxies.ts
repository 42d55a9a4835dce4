import type { WireCase } from '../wireCase';
import { answers, fetchFailed, rejects } from '../wireReplies';

/** As VS Code's proxy agent tells it. */
const tunnelRefused = (status: number): TypeError =>
  fetchFailed('UND_ERR_ABORTED', `Proxy response (${status}) !== 200 when HTTP Tunneling`);

const away = (): TypeError => {
  const error = fetchFailed('ECONNREFUSED');
  Object.assign(error.cause as Error, { address: '10.0.0.1', port: 3128 });
  return error;
};

/** Rows 64 to 66, and what else a proxy says: a gateway on the loopback address is asked without one. */
export const proxies: readonly WireCase[] = [
  {
    row: 7,
    fault: 'the proxy answers CONNECT with a 407',
    replies: () => [answers],
    before: (stage) => rejects(stage, tunnelRefused(407)),
    expected: 'row 7 → failed proxy [networkSettings retryNow]',
  },
  {
    row: 64,
    fault: "the proxy can't reach the gateway, twice",
    replies: () => [answers],
    before: (stage) => rejects(stage, tunnelRefused(502), tunnelRefused(504)),
    expected: '(row 64 → waiting backoff proxy → retry) ×2 → 200 → text → done stop, complete answer',
  },
  {
    row: 65,
    fault: "the proxy can't be reached, once",
    replies: () => [answers],
    before: (stage) => rejects(stage, away()),
    expected: 'row 65 → waiting backoff proxy → retry → 200 → text → done stop, complete answer',
  },
  {
    row: 65,
    fault: "the proxy can't be reached, four times",
    replies: () => [answers],
    before: (stage) => rejects(stage, away(), away(), away(), away()),
    expected: '(row 65 → waiting backoff proxy → retry) ×3 → row 65 → failed proxy [networkSettings retryNow]',
  },
  {
    row: 66,
    fault: 'the proxy refuses connections to the gateway',
    replies: () => [answers],
    before: (stage) => rejects(stage, tunnelRefused(403)),
    expected: 'row 66 → failed proxy [networkSettings retryNow]',
  },
];
