import { redactKeys } from '../apiKey';
import type { EngineDeps } from '../engine';
import type { Connection } from '../request';
import type { Fault } from './classify';

export interface Circumstances {
  readonly connection: Connection;
  readonly model: string;
  readonly status: number | undefined;
  /** Epoch milliseconds. */
  readonly resetsAt?: number | undefined;
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
  { connection, model, status, resetsAt }: Circumstances,
  { localize, formatTime }: Pick<EngineDeps, 'localize' | 'formatTime'>,
): Wording {
  const detail = redactKeys(fault.detail, connection.apiKey ? [connection.apiKey] : []);
  const message = localize(fault.message, {
    host: hostOf(connection),
    model,
    status: status ?? '',
    detail: detail || (status === undefined ? '' : `HTTP ${status}`),
    seconds: fault.seconds ?? '',
    time: resetsAt === undefined ? '' : formatTime(resetsAt),
  });
  return { message, detail };
}

function hostOf({ baseUrl }: Connection): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).host : baseUrl;
}
