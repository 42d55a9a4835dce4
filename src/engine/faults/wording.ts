import type { EngineDeps } from '../engine';
import { hostOf } from '../gateway/baseUrl';
import type { KeyRedactor } from '../gateway/keyRedactor';
import { visibleText } from '../gateway/visibleText';
import type { Connection } from '../request';
import type { Fault } from './classify';

export interface FaultContext {
  readonly connection: Connection;
  readonly model: string;
  readonly status: number | undefined;
  /** Epoch milliseconds. */
  readonly resetsAt?: number | undefined;
  /** Message of the fault that preceded this one. */
  readonly last?: string | undefined;
  readonly minutes?: number | undefined;
}

export interface FaultText {
  readonly message: string;
  /** Without keys. */
  readonly detail: string;
}

/** Maximum length of a host name with its port, in characters (RFC 1035, 2.3.4). */
const maxHostChars = 260;

export function describeFault(
  fault: Fault,
  { connection, model, status, resetsAt, last, minutes }: FaultContext,
  { localize, formatTime }: Pick<EngineDeps, 'localize' | 'formatTime'>,
  keys: KeyRedactor,
): FaultText {
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
