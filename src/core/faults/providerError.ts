import { isRecord, parseJson } from '../json';

/** A provider's error in one shape, whatever its dialect; empty strings where it said nothing. */
export interface ProviderError {
  readonly message: string;
  /** `code`, `type` and `status` fields, lower case, for exact comparison. */
  readonly codes: readonly string[];
  readonly param: string;
  /** An HTTP status carried in the body (`code: 429`), of use when the response itself was 200. */
  readonly status: number | undefined;
}

const silent: ProviderError = { message: '', codes: [], param: '', status: undefined };

/** Total: any text, any JSON. HTML says nothing to a user and yields no message. */
export function readProviderError(body: string): ProviderError {
  const json = parseJson(body);
  if (json !== undefined) return fromJson(json);
  const text = body.trim();
  return text === '' || text.startsWith('<') ? silent : { ...silent, message: shorten(text) };
}

export function fromJson(json: unknown): ProviderError {
  const root: unknown = Array.isArray(json) ? json[0] : json;
  if (typeof root === 'string') return { ...silent, message: shorten(root) };
  if (!isRecord(root)) return silent;
  const error = root['error'] ?? root;
  if (typeof error === 'string') return { ...read(root), message: shorten(error) };
  return isRecord(error) ? read(error) : silent;
}

function read(error: Readonly<Record<string, unknown>>): ProviderError {
  const codes = [error['code'], error['type'], error['status']].filter(
    (code) => typeof code === 'string' || typeof code === 'number',
  );
  const message = [error['message'], error['detail'], error['msg']].find(
    (text) => typeof text === 'string' && text !== '',
  );
  return {
    message: typeof message === 'string' ? shorten(message) : '',
    codes: codes.map((code) => String(code).toLowerCase()),
    param: typeof error['param'] === 'string' ? error['param'] : '',
    status: codes.map(Number).find((code) => Number.isInteger(code) && code >= 400 && code <= 599),
  };
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 400 ? `${line.slice(0, 399)}…` : line;
}
