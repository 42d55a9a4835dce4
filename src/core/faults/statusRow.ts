import type { ProviderError } from './providerError';
import type { RowId } from './table';

/** Parameters that some models refuse and that a request can do without, or can name differently. */
export const repairable = ['stream_options', 'max_tokens', 'temperature'] as const;
export type RepairableParameter = (typeof repairable)[number];

const creditCodes =
  /^(insufficient_(quota|balance|credits?|funds|user_quota)|billing_(hard_limit_reached|not_active)|credit_balance_too_low|payment_required|(arrearage|accountoverdueerror)|quota_not_enough|pre_consume_token_quota_failed)$/;
const creditWords =
  /insufficient (account )?(balance|credits?|quota|funds)|credit balance is too low|balance is (too low|not enough|insufficient)|not enough (balance|credits?)|out of credits?|spend(ing)? limit|payment required|余额不足|欠费/i;
const quotaWords = /exceeded your current quota/i;
const contextCodes = /^(context_length_exceeded|context_window_exceeded|string_above_max_length)$/;
const contextWords =
  /maximum context length|context (window|length|size)|prompt is too long|too many (input )?tokens|reduce the length|input (is )?too long|上下文/i;
const filterCodes =
  /^(content_filter|content_policy_violation|responsibleaipolicyviolation|data_inspection_failed|content_filtered|contentfilter|moderation)$/;
const filterWords = /content (management )?polic|content[ _-]filter|flagged (by|as)|safety (system|filter|polic)/i;
const modelCodes =
  /^(model_not_found|invalid_model|model_not_supported|modelnotfound|no_such_model|unsupported_model|model_not_exist)$/;
const modelWords =
  /\bmodel\b.{0,120}\b(not found|not exist|unknown|invalid|not (supported|available)|unavailable model|no such)|\b(invalid|unknown|no such|unsupported|non-?existent) model\b|模型不存在|no available channel for model/i;
const refusedWords =
  /unsupported|not supported|unrecogni[sz]ed|unknown|not permitted|extra (inputs?|fields?)|unexpected|not allowed|does not support|use '?max_completion_tokens/i;
const prefillWords = /prefill|trailing assistant|(last|final) message.{0,40}(assistant|user)|must end with a user/i;
const dailyWords = /per[ -]day|daily|\bRPD\b|\bTPD\b|每日/i;
const overloadCodes =
  /^(overloaded(_error)?|engine_overloaded|server_overloaded|model_overloaded|unavailable|service_unavailable|529)$/;
const overloadWords = /overloaded|at capacity|over capacity|too busy|high demand/i;
const limitCodes = /^(rate_limit(_error|_exceeded|ed)?|too_many_requests|resource_exhausted|requests|tokens|429)$/;

/** The parameter of ours that the error refuses, where it is one the request can do without. */
export function refusedParameter(error: ProviderError): RepairableParameter | undefined {
  if (
    !refusedWords.test(error.message) &&
    !error.codes.some((code) => /unsupported_(parameter|value)|unknown_parameter/.test(code))
  ) {
    return undefined;
  }
  return repairable.find((name) => error.param === name || new RegExp(`\\b${name}\\b`).test(error.message));
}

const has = (error: ProviderError, codes: RegExp): boolean => error.codes.some((code) => codes.test(code));

/** Money is named by a code or in words; "current quota" with a time to come back is a rate limit in disguise. */
function isCredit(error: ProviderError, hinted: boolean): boolean {
  if (has(error, creditCodes) || creditWords.test(error.message)) return true;
  return quotaWords.test(error.message) && !hinted && !has(error, /^resource_exhausted$/);
}

/**
 * The row of an HTTP status with what the body says. Total over every status.
 * @param hinted whether the response names a time to come back
 */
export function statusRow(status: number, error: ProviderError, hinted: boolean): RowId {
  if (status >= 300 && status < 400) return 9;
  if (status === 402) return hinted ? 23 : 22;
  if (status === 407) return 7;
  if (status < 400 || status >= 600) return 38;
  return wordsRow(status, error, hinted) ?? plainStatus[status] ?? 38;
}

function wordsRow(status: number, error: ProviderError, hinted: boolean): RowId | undefined {
  if (isCredit(error, hinted)) return 22;
  if (status === 401) return undefined;
  if (has(error, modelCodes)) return 20;
  if (status === 429) return hinted ? 30 : dailyWords.test(error.message) ? 32 : 31;
  if (status >= 500) return has(error, overloadCodes) || overloadWords.test(error.message) ? 35 : undefined;
  if (has(error, contextCodes) || contextWords.test(error.message)) return 16;
  if (has(error, filterCodes) || filterWords.test(error.message)) return 19;
  if (status === 400 || status === 422) {
    if (refusedParameter(error)) return 17;
    if (prefillWords.test(error.message)) return 18;
  }
  return modelWords.test(error.message) && [400, 403, 404, 422].includes(status) ? 20 : undefined;
}

const plainStatus: Readonly<Record<number, RowId>> = {
  400: 15,
  401: 21,
  403: 24,
  404: 25,
  405: 25,
  408: 26,
  409: 27,
  410: 25,
  413: 28,
  422: 29,
  425: 27,
  500: 33,
  502: 34,
  503: 35,
  504: 36,
  520: 34,
  521: 34,
  522: 34,
  523: 34,
  524: 36,
  525: 37,
  526: 37,
  529: 35,
};

/** The row of an error that came inside a stream or a 200: its own status or code decides, else the provider failed. */
export function inbandRow(error: ProviderError, hinted: boolean): RowId {
  if (error.status !== undefined && error.status < 500) return statusRow(error.status, error, hinted);
  if (isCredit(error, hinted)) return 22;
  if (has(error, /^(authentication_error|invalid_api_key|unauthenticated)$/)) return 21;
  if (has(error, /^(permission_error|permission_denied)$/)) return 24;
  if (has(error, limitCodes)) return statusRow(429, error, hinted);
  const row = wordsRow(error.status ?? 400, error, hinted);
  if (row !== undefined) return row;
  if (has(error, overloadCodes) || overloadWords.test(error.message)) return 35;
  if (has(error, /^(invalid_request_error|invalid_request|invalid_argument|bad_request)$/)) return 15;
  return 45;
}
