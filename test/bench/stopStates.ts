import type { GatewayRequest, Script, Step } from '../support/testGateway';
import { rateLimited } from '../../src/demo/replies';
import { cutAfter } from '../support/replies';

/** A state of a request in which it is stopped. */
export interface StopState {
  /** Name of the state, to follow "Stop". */
  readonly name: string;
  /**
   * Script of the gateway.
   * @param reached callback for the start of the state, unless an event of the engine marks it
   */
  readonly script: (reached: () => void) => Script;
  /** Replacement for a working network. */
  readonly fetch?: typeof fetch;
  readonly beginsWith?: 'waiting';
  /** Whether a socket is open that must be closed. */
  readonly socket: boolean;
  /** Reason why the peer is not measured. If undefined, the peer is measured. */
  readonly noPeer?: string;
}

const everyMs = 2;

export const stopStates: readonly StopState[] = [
  { name: 'while connecting', script: untilStopped(), socket: true },
  { name: 'before the first token', script: untilStopped({ status: 200 }), socket: true },
  { name: 'while streaming', script: endless, socket: true },
  { name: 'after the finish reason', script: untilStopped({ delta: 'Hello!' }, { finish: 'stop' }), socket: true },
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

/** Plays the steps, then waits until the client disconnects. */
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

/** Sends text and breaks the connection. The resume request is accepted but gets no reply. */
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
