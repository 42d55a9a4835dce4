import { visibleText } from '../gateway/visibleText';
import { isRecord, parseJson, type JsonRecord } from '../json';
import { toSimplified } from './providerMessages';

/** A provider's error in one shape, whatever its dialect; empty strings where it said nothing. */
export interface ProviderError {
  /** For a person, in one line without hidden characters; at most `longestMessage` characters. */
  readonly message: string;
  /**
   * For classification: the message in simplified Chinese, without quotations, which may repeat the user's own text.
   */
  readonly searchText: string;
  /** `code`, `type`, `status`, `reason` and the like, lower case, for exact comparison. */
  readonly codes: readonly string[];
  readonly param: string;
  /** The gateway's own sentence around the message, where it has quoted the provider's error. */
  readonly wrapperMessage: string;
  /** An HTTP status carried in the body (`code: 429`), of use when the response itself was 200. */
  readonly status: number | undefined;
}

const noDetails: ProviderError = {
  message: '',
  searchText: '',
  wrapperMessage: '',
  codes: [],
  param: '',
  status: undefined,
};

/** Maximum length of a message for the user, in characters. */
const maxMessageChars = 400;

/** Longest part of a message that is examined, in characters. */
const maxExaminedChars = 8192;

/** Gateways wrap what the provider said, some more than once. */
const maxDepth = 3;

/**
 * Reads the error in a response body. Never throws, whatever the body is. HTML yields no message, because it tells a
 * user nothing.
 */
export function readProviderError(body: string): ProviderError {
  return readText(body, 0);
}

export function readJsonError(json: unknown): ProviderError {
  return readJson(json, 0);
}

function readText(body: string, depth: number): ProviderError {
  const json = parseJson(body);
  if (json !== undefined) return readJson(json, depth);
  const text = body.trim();
  return text.startsWith('<') ? noDetails : errorFromText(text);
}

function readJson(json: unknown, depth: number): ProviderError {
  const root = firstOf(json);
  if (typeof root === 'string') return errorFromText(root);
  if (!isRecord(root)) return noDetails;
  const error = [firstOf(root['error']), firstOf(root['errors']), baseResponseError(root)].find(hasContent) ?? root;
  if (typeof error === 'string') return { ...readError(root, depth), ...textFields(error) };
  return isRecord(error) ? readError(error, depth) : noDetails;
}

/** Google, Cloudflare and others send a list of errors. */
function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : value;
}

function readError(error: JsonRecord, depth: number): ProviderError {
  const inner = depth < maxDepth ? readWrappedError(error, depth + 1) : noDetails;
  const codes = [...codesOf(error), ...inner.codes];
  return {
    ...(inner.message === '' ? textFields(messageOf(error)) : { message: inner.message, searchText: inner.searchText }),
    wrapperMessage: inner.message === '' ? '' : messageOf(error).slice(0, maxExaminedChars),
    codes,
    param: stringOrEmpty(error['param']) || parameterOf(error['detail']) || inner.param,
    status: codes.map(Number).find((code) => Number.isInteger(code) && code >= 400 && code <= 599),
  };
}

/** The provider's error inside the gateway's: JSON as the message, or what OpenRouter keeps as `raw`. */
function readWrappedError(error: JsonRecord, depth: number): ProviderError {
  const { message } = error;
  if (isRecord(message)) return readJson(message, depth);
  const raw = isRecord(error['metadata']) ? stringOrEmpty(error['metadata']['raw']) : '';
  if (raw !== '') return readText(raw, depth);
  return typeof message === 'string' ? readQuotedError(message, depth) : noDetails;
}

/** What a gateway quotes in its own sentence: `bad response status code 400, body: {"error":{…}}`. */
function readQuotedError(message: string, depth: number): ProviderError {
  const text = message.slice(0, maxExaminedChars).trim();
  const start = text.startsWith('[{') ? 0 : text.indexOf('{');
  if (start < 0) return noDetails;
  const quoted = text.slice(start, Math.max(text.lastIndexOf('}'), text.lastIndexOf(']')) + 1);
  // LiteLLM prints a Python dictionary.
  const printed = /^\{'(?:error|message|detail)': (['"])(.*)\1\}$/s.exec(quoted)?.[2];
  if (printed !== undefined) return errorFromText(printed);
  const json = firstOf(parseJson(quoted));
  return isRecord(json) && (isError(json) || quoted === text) ? readJson(json, depth) : noDetails;
}

/** `detail` may be text, or FastAPI's list of `{loc, msg}`. */
function messageOf(error: JsonRecord): string {
  const { detail } = error;
  const first: unknown = Array.isArray(detail) ? detail[0] : undefined;
  const detailText = isRecord(first) ? `${parameterOf(detail)}: ${stringOrEmpty(first['msg'])}` : stringOrEmpty(detail);
  const [message = '', ...alternatives] = messageFields.map((name) =>
    name === 'detail' ? detailText : stringOrEmpty(error[name]),
  );
  return message || detailText || (alternatives.find((text) => text !== '') ?? '');
}

function parameterOf(detail: unknown): string {
  const first: unknown = Array.isArray(detail) ? detail[0] : undefined;
  const location: unknown = isRecord(first) && Array.isArray(first['loc']) ? first['loc'].at(-1) : undefined;
  return stringOrEmpty(location);
}

function codesOf(error: JsonRecord): readonly string[] {
  const inner = isRecord(error['innererror']) ? error['innererror']['code'] : undefined;
  const details: readonly unknown[] = Array.isArray(error['details']) ? error['details'] : [];
  const reasons = details.filter(isRecord).flatMap((detail) => {
    const violations: readonly unknown[] = Array.isArray(detail['violations']) ? detail['violations'] : [];
    return [detail['reason'], ...violations.filter(isRecord).map((violation) => violation['quotaId'])];
  });
  const message = messageOf(error)
    .slice(0, 200)
    .replace(/ \(request id: \w+\)\s*$/, '');
  // MiniMax puts its code after the message. Some gateways send a code instead of a message.
  const codeInMessage = /\((\d{4})\)$/.exec(message)?.[1];
  const codeAsMessage = /^\w+_\w+$/.test(message) ? message : undefined;
  const statusCode = typeof error['status_code'] === 'number' ? String(error['status_code']) : codeInMessage;
  const minimax = statusCode === undefined ? undefined : `base_resp.${statusCode}`;
  const ownCodes = ['code', 'type', 'status', 'error_code', 'status_code', 'statusCode', 'http_code'].map(
    (name) => error[name],
  );
  return [...ownCodes, inner, codeAsMessage, minimax, ...reasons]
    .filter((code) => typeof code === 'string' || typeof code === 'number')
    .map((code) => String(code).toLowerCase());
}

function stringOrEmpty(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function errorFromText(text: string): ProviderError {
  return { ...noDetails, ...textFields(text) };
}

function textFields(text: string): Pick<ProviderError, 'message' | 'searchText'> {
  const line = visibleText(text.slice(0, maxExaminedChars));
  return {
    message: visibleText(line, maxMessageChars),
    searchText: toSimplified(withoutQuotations(line)),
  };
}

/** A straight single quote may be an apostrophe. No pattern runs past the next opening quote, so that it stays linear. */
const quotation =
  /(?<![\p{L}\p{N}])'[^']*'(?![\p{L}\p{N}])|"[^"]*"|`[^`]*`|“[^“”]*”|(?<![\p{L}\p{N}])‘[^‘’]*’(?![\p{L}\p{N}])|「[^「」]*」/gu;

/** Names of parameters and models stay; sentences, which nobody but the user can have written, go. */
function withoutQuotations(text: string): string {
  return text.replace(quotation, (quoted) => (/^[\w./:@[\]-]{0,100}$/.test(quoted.slice(1, -1)) ? quoted : '…'));
}

/** Fields in which gateways put the message for the user. */
export const messageFields = ['message', 'msg', 'error_msg', 'status_msg', 'detail'] as const;
const statusFields = ['code', 'error_code', 'status_code'] as const;

/**
 * Whether a JSON object, inside a 200 or a stream, is an error instead of a part of an answer: OpenAI's `error`, as an
 * object, a list or a text; MiniMax's `base_resp`; envelopes such as `{code, msg}` and `{success: false, message}`.
 */
export function isError(body: JsonRecord): boolean {
  if (hasContent(body['error']) || hasContent(body['errors'])) return true;
  if (body['object'] === 'error' || body['type'] === 'error') return true;
  if (baseResponseError(body) !== undefined) return true;
  const { choices } = body;
  if (Array.isArray(choices) && choices.length > 0) return false;
  const failed = body['success'] === false || statusFields.some((field) => isFailureCode(body[field]));
  return failed && messageFields.some((field) => typeof body[field] === 'string');
}

/** MiniMax: `base_resp: {status_code, status_msg}`, with 0 for success. */
function baseResponseError(body: JsonRecord): JsonRecord | undefined {
  const response = body['base_resp'];
  return isRecord(response) && isFailureCode(response['status_code']) ? response : undefined;
}

/** Servers fill in an empty error where there is none. */
function hasContent(error: unknown): boolean {
  if (isRecord(error)) return Object.keys(error).length > 0;
  return Array.isArray(error) ? error.length > 0 : Boolean(error);
}

/** Codes of success: 0, an HTTP status, an HTTP status times 100, or a word. */
function isFailureCode(code: unknown): boolean {
  if (typeof code !== 'string' && typeof code !== 'number') return false;
  return !/^(?:0+|2\d\d(?:00)?|ok|success)?$/i.test(String(code).trim());
}

/** Parameters that some models refuse and that a request can do without, or can name differently. */
const correctable = ['stream_options', 'max_tokens', 'temperature'] as const;
export type RepairableParameter = (typeof correctable)[number];

const refusalCodes = /^(?:unsupported_(?:parameter|value)|unknown_parameter|extra_forbidden)$/;
/** A value out of range is the user's to mend and is not among these. */
const refusalPattern =
  /unsupported|not supported|unrecogni[sz]ed|unknown|not permitted|extra (?:inputs?|fields?)|unexpected|not allowed|does not support|deprecated|only (?:be set to )?[\d.]+ is allowed|may only be set to|use ['"`]?max_completion_tokens/i;

/** The parameter of ours that the error refuses, where it is one the request can do without. */
export function findRefusedParameter(error: ProviderError): RepairableParameter | undefined {
  const name =
    correctable.find((it) => it === error.param) ?? correctable.find((it) => mentionsParameter(error.searchText, it));
  // Ours alone: the user never asked for it, so nothing is lost without it.
  if (name === 'stream_options') return name;
  return refusalPattern.test(error.searchText) || error.codes.some((code) => refusalCodes.test(code))
    ? name
    : undefined;
}

function mentionsParameter(text: string, name: string): boolean {
  return new RegExp(`\\b${name}\\b`).test(text);
}
