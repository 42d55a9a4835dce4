import type { RowId } from '../core/faults/table';
import { errorChain, transportRow } from '../core/faults/transportError';

/** Why a request got no answer. */
export type NetworkFault =
  'dns' | 'offline' | 'refused' | 'timeout' | 'tls' | 'not-tls' | 'not-http' | 'proxy' | 'connection';

const faultOfRow: Partial<Record<RowId, NetworkFault>> = {
  1: 'dns',
  2: 'offline',
  3: 'refused',
  4: 'timeout',
  6: 'tls',
  7: 'proxy',
  8: 'not-http',
  10: 'timeout',
  40: 'timeout',
};

/** What OpenSSL makes of an answer in plain HTTP: the scheme is wrong, not the certificate. */
const plainAnswer = /^ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)$/;

/** @returns `code`: the first one in the chain of causes, for people who look it up. */
export function networkFaultOf(error: unknown): { readonly fault: NetworkFault; readonly code: string | undefined } {
  const codes = errorChain(error).flatMap(({ code }) => (code === '' ? [] : [code]));
  const fault = codes.some((code) => plainAnswer.test(code)) ? 'not-tls' : faultOfRow[transportRow(error)];
  return { fault: fault ?? 'connection', code: codes[0] };
}
