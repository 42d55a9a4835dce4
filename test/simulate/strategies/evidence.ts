import type { Evidence } from '../../../src/engine/faults/classify';
import type { Refusal } from '../gateway';

/** Returns the evidence that the engine's transport would collect from a refusal. */
export function evidenceOf({ status, retryAfterS }: Refusal): Evidence {
  if (status === 'refused') return connectionError('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:443');
  if (status === 'timeout') return connectionError('UND_ERR_CONNECT_TIMEOUT', 'Connect Timeout Error');
  const headers = new Headers(retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) });
  return { type: 'status', status, headers, body: '' };
}

function connectionError(code: string, message: string): Evidence {
  const cause = Object.assign(new Error(message), { code });
  const error = new TypeError('fetch failed', { cause });
  return { type: 'error', error, streaming: false, baseUrl: 'https://gateway.test/v1' };
}
