import type { EngineDeps } from '../engine';
import { hostOf } from '../gateway/baseUrl';
import type { KnownKeys } from '../gateway/knownKeys';
import { visibleText } from '../gateway/visibleText';
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

/** Maximum length of a host name with its port, in characters (RFC 1035, 2.3.4). */
const maxHostChars = 260;

/** Describes a fault in the user's language. */
export function wordsFor(
  fault: Fault,
  { connection, model, status, resetsAt, last, minutes }: Circumstances,
  { localize, formatTime }: Pick<EngineDeps, 'localize' | 'formatTime'>,
  keys: KnownKeys,
): Wording {
  const detail = keys.redact(fault.detail);
  const message = localize(fault.message, {
    host: hostOf(connection.baseUrl),
    proxy: visibleText(keys.redact(fault.proxy ?? ''), maxHostChars),
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
