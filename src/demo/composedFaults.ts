import { failure, html, outOfCredit, overloaded, rateLimited } from './replies';
import type { Step } from './script';
import type { FaultPlay } from './spoken';

/** A fault that people can choose. */
export interface FaultKind {
  /** `{0}`: the seconds, where it takes some. */
  readonly title: string;
  /** What its seconds are, for whoever is asked for them. */
  readonly seconds?: string;
  readonly play: (play: FaultPlay, seconds: number) => Iterable<Step>;
}

export type FaultName =
  | 'rate-limit'
  | 'rate-limit-bare'
  | 'overloaded'
  | 'overloaded-529'
  | 'server'
  | 'gateway'
  | 'reset'
  | 'silent'
  | 'slow'
  | 'stall'
  | 'cut'
  | 'page'
  | 'empty'
  | 'auth'
  | 'credit'
  | 'model';

export interface ComposedFault {
  readonly name: FaultName;
  readonly seconds?: number | undefined;
  /** So many attempts in a row meet it; `Infinity`: each one from then on. */
  readonly times: number;
}

const page = '<!doctype html><title>Sign in</title><h1>Sign in to this network</h1>';

export const faultKinds: Readonly<Record<FaultName, FaultKind>> = {
  'rate-limit': {
    title: '429: rate limited, Retry-After {0} s',
    seconds: 'Seconds in the Retry-After header',
    play: (_, seconds) => rateLimited(seconds),
  },
  'rate-limit-bare': {
    title: '429: rate limited, without a time to come back',
    play: () => failure(429, { message: 'Too many requests.', type: 'rate_limit_error' }),
  },
  overloaded: { title: '503: overloaded', play: () => overloaded(503) },
  'overloaded-529': { title: '529: overloaded', play: () => overloaded(529) },
  server: {
    title: '500: server error',
    play: () => failure(500, { message: 'The server had an error.', type: 'server_error' }),
  },
  gateway: {
    title: '502: a page of a proxy that finds nobody',
    play: () => html('<!doctype html><title>502 Bad Gateway</title><h1>502 Bad Gateway</h1>', 502),
  },
  reset: { title: 'The connection breaks before a byte has come', play: () => [{ end: 'reset' }] },
  silent: { title: 'Headers, and then silence', play: () => [...opened, { end: 'stall' }] },
  slow: {
    title: 'The first word comes after {0} s',
    seconds: 'Seconds until the first word',
    play: ({ whole }, seconds) => after(seconds, whole),
  },
  stall: { title: 'The stream stalls in mid-answer', play: ({ begin }) => thenEnds(begin, 'stall') },
  cut: { title: 'The connection breaks in mid-answer', play: ({ begin }) => thenEnds(begin, 'reset') },
  page: { title: 'A sign-in page in place of an answer', play: () => html(page) },
  empty: { title: 'An empty body', play: () => opened },
  auth: {
    title: '401: the key is rejected',
    play: () =>
      failure(401, {
        message: 'Incorrect API key provided.',
        type: 'invalid_request_error',
        code: 'invalid_api_key',
      }),
  },
  credit: { title: '402: out of credit', play: () => outOfCredit() },
  model: {
    title: '400: there is no such model',
    play: () =>
      failure(400, {
        message: 'The model does not exist.',
        type: 'invalid_request_error',
        code: 'model_not_found',
      }),
  },
};

export const faultNames = Object.keys(faultKinds) as readonly FaultName[];

/** @returns what the attempt of that number meets; undefined: nothing, it is answered. */
export function faultOf(faults: readonly ComposedFault[], play: FaultPlay): Iterable<Step> | undefined {
  let last = 0;
  const met = faults.find(({ times }) => play.attempt <= (last += times));
  return met && faultKinds[met.name].play(play, met.seconds ?? 0);
}

const opened: readonly Step[] = [{ status: 200, headers: { 'content-type': 'text/event-stream' } }];

function* after(seconds: number, steps: () => Iterable<Step>): Iterable<Step> {
  yield* opened;
  yield { waitMs: seconds * 1000 };
  yield* steps();
}

function* thenEnds(steps: () => Iterable<Step>, how: 'stall' | 'reset'): Iterable<Step> {
  yield* steps();
  yield { end: how };
}
