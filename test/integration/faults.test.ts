import assert from 'node:assert/strict';
import type { FaultKind } from '../../src/engine/events';
import { failure } from '../../src/demo/replies';
import { answer } from '../support/replies';
import type { Script, Step } from '../support/testGateway';
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
  readonly name: string;
  readonly reply: readonly Step[] | Iterable<Step>;
  readonly kind: FaultKind;
  /** Number of requests that the gateway receives when one retry is allowed. */
  readonly requests: 1 | 2;
  readonly status?: number;
}

/** One fault of each class: transient, permanent, and one that a wait would not mend. */
const cases: readonly FaultCase[] = [
  { name: 'status 500', reply: failure(500, { message: 'boom' }), kind: 'server', requests: 2, status: 500 },
  {
    name: 'a rejected key',
    reply: failure(401, { message: 'Incorrect API key provided', code: 'invalid_api_key' }),
    kind: 'auth',
    requests: 1,
    status: 401,
  },
  {
    name: 'a rate limit that resets in an hour',
    reply: failure(429, { message: 'slow down' }, { 'retry-after': '3600' }),
    kind: 'rate-limit',
    requests: 1,
    status: 429,
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

  for (const { name, reply, kind, requests, status } of cases) {
    it(`reports ${name} as a fault of kind "${kind}" after ${requests === 1 ? 'one request' : `${requests} requests`}`, async () => {
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
});
