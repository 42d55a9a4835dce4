import type { FaultKind, PanelStrings } from './protocol';

/** A fault in a word or two, inside a line. For both sides of the protocol. */
export function faultWords(strings: PanelStrings, kind: FaultKind): string {
  switch (kind) {
    case 'auth':
      return strings.faultAuth;
    case 'credit':
      return strings.faultCredit;
    case 'rate-limit':
      return strings.faultRateLimit;
    case 'model':
      return strings.faultModel;
    case 'context-length':
      return strings.faultContextLength;
    case 'content-filter':
      return strings.faultContentFilter;
    case 'request':
      return strings.faultRequest;
    case 'not-found':
      return strings.faultNotFound;
    case 'permission':
      return strings.faultPermission;
    case 'too-large':
      return strings.faultTooLarge;
    case 'overloaded':
      return strings.faultOverloaded;
    case 'server':
      return strings.faultServer;
    case 'gateway':
      return strings.faultGateway;
    case 'timeout':
      return strings.faultTimeout;
    case 'connection':
      return strings.faultConnection;
    case 'dns':
      return strings.faultDns;
    case 'offline':
      return strings.faultOffline;
    case 'tls':
      return strings.faultTls;
    case 'proxy':
      return strings.faultProxy;
    case 'redirect':
      return strings.faultRedirect;
    case 'not-a-stream':
      return strings.faultNotAStream;
    case 'empty':
      return strings.faultEmpty;
    case 'stalled':
      return strings.faultStalled;
    case 'truncated':
      return strings.faultTruncated;
    case 'malformed':
      return strings.faultMalformed;
    case 'budget':
      return strings.faultBudget;
    case 'breaker':
      return strings.faultBreaker;
    case 'keyring':
      return strings.faultKeyring;
    case 'internal':
      return strings.faultInternal;
  }
}
