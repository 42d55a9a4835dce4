import type { GatewayRequest, Script, Step } from '../../src/demo/gateway';
import { cutAfter, rateLimited } from '../../src/demo/replies';

/** A moment in the life of a request at which somebody stops it. */
export interface StopState {
  /** As in "Stop …". */
  readonly name: string;
  /** What the gateway does. @param reached to be called where the state begins, unless an event of ours tells it */
  readonly script: (reached: () => void) => Script;
  /** Instead of a network that works. */
  readonly fetch?: typeof fetch;
  readonly beginsWith?: 'waiting';
  /** A socket is open that has to be closed. */
  readonly socket: boolean;
  /** Why the peer is not measured; absent: it is. */
  readonly noPeer?: string;
}

const everyMs = 2;

export const stopStates: readonly StopState[] = [
  { name: 'while connecting', script: untilStopped(), socket: true },
  { name: 'before the first token', script: untilStopped({ status: 200 }), socket: true },
  { name: 'while streaming', script: endless, socket: true },
  {
    name: 'after the finish reason',
    script: untilStopped({ delta: 'Hello!' }, { finish: 'stop' }),
    socket: true,
  },
  {
    name: 'while waiting for a retry',
    script: (reached) => told(() => rateLimited(60), reached),
    beginsWith: 'waiting',
    socket: false,
  },
  {
    name: 'while offline',
    script: untilStopped(),
    fetch: () => Promise.reject(unreachable()),
    beginsWith: 'waiting',
    socket: false,
    noPeer: 'openai SDK does not wait for the network',
  },
  { name: 'while resuming', script: resuming, socket: true, noPeer: 'openai SDK does not resume' },
];

/** These steps, and then nothing until the client goes. */
function untilStopped(...steps: readonly Step[]): StopState['script'] {
  return (reached) =>
    function* () {
      yield* steps;
      reached();
      yield { end: 'stall' };
    };
}

function endless(reached: () => void): Script {
  return function* () {
    for (;;) {
      yield { delta: ' token' };
      reached();
      yield { waitMs: everyMs };
    }
  };
}

/** Text and a dead connection; the request for the rest is accepted, and hears nothing. */
function resuming(reached: () => void): Script {
  const first: Script = () => cutAfter('The answer is', 'short', { settleMs: everyMs });
  const second = untilStopped({ status: 200 })(reached);
  let requests = 0;
  return (request: GatewayRequest) => (requests++ === 0 ? first : second)(request);
}

function told(script: Script, reached: () => void): Script {
  return async function* (request) {
    yield* script(request);
    reached();
  };
}

function unreachable(): TypeError {
  const cause = Object.assign(new Error('connect ENETUNREACH'), { code: 'ENETUNREACH' });
  return new TypeError('fetch failed', { cause });
}
