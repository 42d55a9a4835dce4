import type { Evidence } from '../../../src/engine/faults/classify';
import type { Refusal } from '../gateway';

/** Returns the evidence that the engine's transport would collect from a refusal. */
export function evidenceOf({ status, retryAfterS }: Refusal): Evidence {
  if (status === 'refused') {
    const cause = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:443'), { code: 'ECONNREFUSED' });
    return {
      type: 'error',
      error: new TypeError('fetch failed', { cause }),
      streaming: false,
      baseUrl: 'https://gateway.test/v1',
    };
  }
  const headers = new Headers(retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) });
  return { type: 'status', status, headers, body: '' };
}
