import { isRecord, type JsonRecord } from '../json';

/** Fields in which gateways put the message for the user. */
export const sentenceFields = ['message', 'msg', 'error_msg', 'status_msg', 'detail'] as const;
const statusCodes = ['code', 'error_code', 'status_code'] as const;

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
  const failed = body['success'] === false || statusCodes.some((field) => isFailureCode(body[field]));
  return failed && sentenceFields.some((field) => typeof body[field] === 'string');
}

/** MiniMax: `base_resp: {status_code, status_msg}`, with 0 for success. */
export function baseResponseError(body: JsonRecord): JsonRecord | undefined {
  const response = body['base_resp'];
  return isRecord(response) && isFailureCode(response['status_code']) ? response : undefined;
}

/** Servers fill in an empty error where there is none. */
export function hasContent(error: unknown): boolean {
  if (isRecord(error)) return Object.keys(error).length > 0;
  return Array.isArray(error) ? error.length > 0 : Boolean(error);
}

/** Codes of success: 0, an HTTP status, an HTTP status times 100, or a word. */
function isFailureCode(code: unknown): boolean {
  if (typeof code !== 'string' && typeof code !== 'number') return false;
  return !/^(?:0+|2\d\d(?:00)?|ok|success)?$/i.test(String(code).trim());
}
