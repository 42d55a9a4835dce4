import type { RowId } from '../core/faults/table';
import { errorChain, transportFault } from '../core/faults/transportError';

/** Why a request got no answer. */
export type NetworkFault =
  | 'dns'
  | 'offline'
  | 'refused'
  | 'timeout'
  | 'tls'
  | 'not-tls'
  | 'not-http'
  | 'proxy'
  | 'proxy-failed'
  | 'proxy-away'
  | 'proxy-refused'
  | 'connection';

export interface NetworkFaultFound {
  readonly fault: NetworkFault;
  /** The first one in the chain of causes, for people who look it up. */
  readonly code: string | undefined;
  /** Of the proxy that is away. */
  readonly proxy?: string;
}

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
  64: 'proxy-failed',
  65: 'proxy-away',
  66: 'proxy-refused',
};

/** What OpenSSL makes of an answer in plain HTTP: the scheme is wrong, not the certificate. */
const plainAnswer = /^ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)$/;

export function networkFaultOf(error: unknown, baseUrl: string): NetworkFaultFound {
  const codes = errorChain(error).flatMap(({ code }) => (code === '' ? [] : [code]));
  const { row, proxy } = transportFault(error, baseUrl);
  const fault = codes.some((code) => plainAnswer.test(code)) ? 'not-tls' : faultOfRow[row];
  return { fault: fault ?? 'connection', code: codes[0], ...(proxy !== undefined && { proxy }) };
}
