import { redactKeys } from '../apiKey';
import type { EngineDeps } from '../engine';
import { hostOf } from '../origin';
import type { Connection } from '../request';
import type { Fault } from './classify';

export interface Circumstances {
  readonly connection: Connection;
  readonly model: string;
  readonly status: number | undefined;
  /** Epoch milliseconds. */
  readonly resetsAt?: number | undefined;
  /** The sentence of the fault before. */
  readonly last?: string | undefined;
  /** For how long there was no progress. */
  readonly minutes?: number | undefined;
}

export interface Wording {
  /** One localised sentence: what happened, and what to do where that isn't obvious. */
  readonly message: string;
  /** The provider's own words, without the key. */
  readonly detail: string;
}

/** Puts a fault into the user's words. Providers echo keys in their errors: none gets through. */
export function wordsFor(
  fault: Fault,
  { connection, model, status, resetsAt, last, minutes }: Circumstances,
  { localize, formatTime }: Pick<EngineDeps, 'localize' | 'formatTime'>,
): Wording {
  const detail = redactKeys(fault.detail, connection.apiKey ? [connection.apiKey] : []);
  const message = localize(fault.message, {
    host: hostOf(connection.baseUrl),
    proxy: fault.proxy ?? '',
    model,
    status: status ?? '',
    detail: detail || (status === undefined ? '' : `HTTP ${status}`),
    seconds: fault.seconds ?? '',
    last: last ?? '',
    minutes: minutes ?? '',
    time: resetsAt === undefined ? '' : formatTime(resetsAt),
  });
  return { message, detail };
}
