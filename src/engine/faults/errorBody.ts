import { isRecord, parseJson, type JsonRecord } from '../json';

/**
 * Names of the fields in which gateways put the error message for the user. The names are in lower case and without
 * underscores, as {@link plainKeys} returns them.
 */
export const messageFields = [
  'message',
  'msg',
  'errormsg',
  'errmsg',
  'errormessage',
  'statusmsg',
  'resultmsg',
  'resultmessage',
  'detail',
  'errordescription',
  'title',
  'description',
  'reason',
] as const;

const maxDepth = 16;

/**
 * Returns JSON with all field names in lower case and without underscores, because gateways spell the same field in
 * many ways (`resets_at`, `resetsAt`, `Code`). If two fields get the same name, the first one with a value is kept.
 */
export function plainKeys(value: unknown, depth = maxDepth): unknown {
  if (depth === 0) return undefined;
  if (Array.isArray(value)) return value.map((item) => plainKeys(item, depth - 1));
  if (!isRecord(value)) return value;
  const plain = new Map<string, unknown>();
  for (const [name, field] of Object.entries(value)) {
    const key = name.toLowerCase().replaceAll('_', '');
    plain.set(key, plain.get(key) ?? plainKeys(field, depth - 1));
  }
  return Object.fromEntries(plain);
}

/**
 * Returns an error body as JSON with uniform field names (see {@link plainKeys}), or as text if it is not JSON. If the
 * body is an event stream, the first event with JSON is used. If no event contains JSON, the text of the first event is
 * used.
 */
export function parseErrorBody(body: string): unknown {
  const text = body.trim();
  const json = parseJson(text);
  if (json !== undefined) return plainKeys(json);
  if (!/^(?:data|event|id|retry)?:/.test(text)) return text;
  const events = [...text.matchAll(/^data:.*/gm)].map(([line]) => line.slice(5).trim());
  const firstJson = events.map(parseJson).find((event) => isRecord(event) || Array.isArray(event));
  return firstJson === undefined ? (events[0] ?? text) : plainKeys(firstJson);
}

export const maxExaminedChars = 8192;

/**
 * Returns the JSON text that a gateway quotes in an error message, as in `bad response status code 400, body:
 * {"error":{…}}`.
 * @returns an empty string if the message quotes no JSON
 */
export function quotedJson(message: string): string {
  const text = message.slice(0, maxExaminedChars);
  const start = text.indexOf('{');
  if (start < 0) return '';
  const listStart = /\[\s*$/.exec(text.slice(0, start))?.index;
  const listEnd = text.lastIndexOf(']');
  return listStart !== undefined && listEnd > start
    ? text.slice(listStart, listEnd + 1)
    : text.slice(start, text.lastIndexOf('}') + 1);
}

/**
 * Returns the first item of a list, and any other value unchanged. Google, Cloudflare and others send a list of errors
 * instead of a single error.
 */
export function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : value;
}

export function stringOrEmpty(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Returns whether an `error` field has content. Some gateways send an empty `error` field with every answer. */
export function hasContent(error: unknown): boolean {
  if (isRecord(error)) return Object.keys(error).length > 0;
  return Array.isArray(error) ? error.length > 0 : Boolean(error);
}

/**
 * Fields in which Tencent, Volcengine, Spark and others wrap an error. Such a field is called an envelope here. The
 * error is the envelope itself or the envelope's field `error`.
 */
const envelopeFields = ['response', 'responsemetadata', 'header', 'data', 'result', 'body'] as const;

function envelopesIn(body: JsonRecord): readonly JsonRecord[] {
  return envelopeFields.map((name) => body[name]).filter(isRecord);
}

/**
 * Parses the envelopes (see {@link envelopeFields}) that a gateway sent as JSON text. Call this only for the body of an
 * error: in an answer, JSON text in such a field could be the output of a tool.
 */
export function withParsedEnvelopes(body: JsonRecord): JsonRecord {
  const texts = envelopeFields.filter((name) => stringOrEmpty(body[name]).startsWith('{'));
  if (texts.length === 0) return body;
  const parsed = texts.map((name) => [name, plainKeys(parseJson(stringOrEmpty(body[name])))] as const);
  return { ...body, ...Object.fromEntries(parsed) };
}

/**
 * Returns the first envelope (see {@link envelopeFields}) that has a message. Call this only for the body of an error.
 */
export function envelopeWithMessage(body: JsonRecord): JsonRecord | undefined {
  return envelopesIn(body).find(hasMessage);
}

function hasMessage(body: JsonRecord): boolean {
  return messageFields.some((field) => typeof body[field] === 'string');
}

/**
 * Returns the error inside a body with uniform field names: OpenAI's `error`, MiniMax's `base_resp`, FastAPI's `detail`
 * object, or the error in an envelope (see {@link envelopeFields}).
 * @returns undefined if the whole body is the error, or if the body contains no error
 */
export function errorWithin(body: JsonRecord): JsonRecord | string | undefined {
  const { baseresp: minimax, detail } = body;
  return [
    firstOf(body['error']),
    firstOf(body['errors']),
    isRecord(minimax) && isFailureCode(minimax['statuscode']) ? minimax : undefined,
    ...envelopesIn(body).map((envelope) => envelope['error']),
    isRecord(detail) ? detail : undefined,
  ].find((error): error is JsonRecord | string => (isRecord(error) || typeof error === 'string') && hasContent(error));
}

/** Fields whose number or code shows whether a request has failed. */
export const statusFields = [
  'code',
  'errorcode',
  'statuscode',
  'httpcode',
  'httpstatus',
  'errno',
  'errcode',
  'retcode',
  'ret',
  'resultcode',
];

/**
 * Matches the value of a `status` field that reports a failure. Other values are not matched, because the JSON of a
 * complete answer can also contain a `status` field.
 */
const failedStatus = /^(?:HTTP\W*)?[45]\d\d\b|^(?:error|fail|failure)$/i;

/**
 * Returns whether a JSON object inside a stream or a response with status 200 is an error instead of part of an answer.
 * Such an object contains an error (see {@link errorWithin}), or is itself an error such as `{code, msg}`.
 */
export function isError(body: JsonRecord): boolean {
  if (hasContent(body['error']) || hasContent(body['errors'])) return true;
  if (body['object'] === 'error' || body['type'] === 'error') return true;
  const { choices, base_resp: minimax } = body;
  if (isRecord(minimax) && isFailureCode(minimax['status_code'])) return true;
  if (Array.isArray(choices) && choices.length > 0) return false;
  const root = plainKeys(body, 3) as JsonRecord;
  if (errorWithin(root) !== undefined) return true;
  const reportsFailure =
    String(root['success']) === 'false' ||
    failedStatus.test(String(root['status'])) ||
    statusFields.some((field) => isFailureCode(root[field]));
  if (reportsFailure && hasMessage(root)) return true;
  // The `code` inside an envelope (see `envelopeFields`) marks an error only if it is numeric. Any other `code` could
  // be part of an answer.
  return envelopesIn(root).some((envelope) => {
    return hasMessage(envelope) && /^\d+$/.test(String(envelope['code'])) && isFailureCode(envelope['code']);
  });
}

/**
 * Returns whether an error code reports a failure. The codes for success are 0, `ok`, `success`, and 2xx with or
 * without two zeros (`20000`).
 */
function isFailureCode(code: unknown): boolean {
  if (typeof code !== 'string' && typeof code !== 'number') return false;
  return !/^(?:0+|2\d\d(?:00)?|ok|success)?$/i.test(String(code).trim());
}
