import { visibleText } from '../gateway/visibleText';
import { isRecord, listIn, parseJson, recordIn, type JsonRecord } from '../json';
import { isContextWindow } from './contextTokens';
import {
  envelopeWithMessage,
  errorWithin,
  firstOf,
  isError,
  maxExaminedChars,
  messageFields,
  parseErrorBody,
  plainKeys,
  quotedJson,
  statusFields,
  stringOrEmpty,
  withParsedEnvelopes,
} from './errorBody';
import { effortParameters } from '../models/reasoningFields';
import { toSimplified } from './providerMessages';

/**
 * An error of a provider, read from any of the supported formats. A text field is an empty string if the error has no
 * such text.
 */
export interface ProviderError {
  /** Error message for the user: one line without hidden characters, at most {@link maxMessageChars} long. */
  readonly message: string;
  /**
   * Error message that is searched for known phrases. Chinese is converted to simplified characters, and quotations are
   * removed, because they might repeat the prompt.
   */
  readonly searchText: string;
  /** Values of the error's fields `code`, `type`, `status`, `reason` and similar, in lower case. */
  readonly codes: readonly string[];
  readonly param: string;
  /** Message of the gateway that quotes the provider's error. Empty if the gateway quotes no error. */
  readonly wrapperMessage: string;
  /**
   * HTTP status that the error names in the body (`code: 429`). It is needed if the response itself has the status 200.
   */
  readonly status: number | undefined;
  /** Context window in tokens, from the field `n_ctx` of llama.cpp. */
  readonly contextTokens?: number;
}

const noDetails: ProviderError = {
  message: '',
  searchText: '',
  wrapperMessage: '',
  codes: [],
  param: '',
  status: undefined,
};

const maxMessageChars = 300;

/**
 * Reads the error in a response body, even if several gateways have wrapped the error. The recursion ends, because a
 * wrapped error is shorter than the message that contains it. Never throws. Ignores HTML, because a web page has no
 * message that helps a user.
 */
export function readProviderError(body: string): ProviderError {
  const json = parseErrorBody(body);
  return typeof json === 'string' && json.startsWith('<') ? noDetails : readPlain(json);
}

function readPlain(json: unknown): ProviderError {
  const body = firstOf(json);
  if (typeof body === 'string') return errorFromText(body);
  if (!isRecord(body)) return noDetails;
  const root = withParsedEnvelopes(body);
  const outer = readError(root);
  const error = errorWithin(root) ?? (outer.message === '' ? envelopeWithMessage(root) : undefined);
  if (typeof error === 'string') return addErrorText(outer, error);
  const inner = readPlain(error);
  const codes = [...inner.codes, ...outer.codes];
  return { ...(inner.message === '' ? outer : inner), codes, status: inner.status ?? outer.status };
}

/** Matches an error message that is just a code, such as `upstream_rate_limited` or `Unauthorized`. */
const codePattern = /^[\w.:/-]+$/;

/**
 * Adds the text of the field `error` to the error that was read from the other fields. A text that looks like an error
 * code is added to the error's codes. Any other text is put in front of the error's message.
 */
function addErrorText(body: ProviderError, error: string): ProviderError {
  const isCode = codePattern.test(error);
  const inner = errorFromText(error);
  const codes = [...body.codes, ...inner.codes, ...(isCode ? [error.toLowerCase()] : [])];
  const { message, searchText } = inner;
  if (body.message === '')
    return { ...inner, codes, param: body.param || inner.param, status: inner.status ?? body.status };
  if (isCode || body.message.includes(message)) return { ...body, codes };
  return {
    ...body,
    message: visibleText(`${message}: ${body.message}`, maxMessageChars),
    searchText: `${searchText}: ${body.searchText}`,
  };
}

function readError(error: JsonRecord): ProviderError {
  const inner = readWrappedError(error);
  const codes = [...codesOf(error), ...inner.codes];
  return {
    ...withText(messageOf(error), inner),
    codes,
    param: stringOrEmpty(error['param']) || parameterOf(error['detail']) || inner.param,
    status: codes.map(statusIn).find((status) => status !== undefined),
    ...(isContextWindow(error['nctx']) && { contextTokens: error['nctx'] }),
  };
}

/** Returns the HTTP status that an error code begins with, as in `429`, `HTTP 429` or `429 Too Many Requests`. */
function statusIn(code: string): number | undefined {
  const status = /^(?:http\W*)?([45]\d\d)(?![\w.-])/.exec(code)?.[1];
  return status === undefined ? undefined : Number(status);
}

/**
 * Reads the provider's error inside the gateway's error. The gateway's message or OpenRouter's field `raw` contains the
 * provider's error as JSON.
 */
function readWrappedError(error: JsonRecord): ProviderError {
  const { message } = error;
  if (isRecord(message)) return readPlain(message);
  const raw = stringOrEmpty(recordIn(error['metadata'])['raw']);
  if (raw !== '') return readProviderError(raw);
  return readQuotedError(messageOf(error));
}

/** Reads the error that a message quotes, as in `bad response status code 400, body: {"error":{…}}`. */
function readQuotedError(message: string): ProviderError {
  const quoted = quotedJson(message);
  // LiteLLM quotes the provider's error as a Python dictionary, which can't be parsed as JSON.
  const printed = /^\{'(?:error|message|detail)': (['"])(.*)\1\}$/s.exec(quoted)?.[2];
  if (printed !== undefined) return errorFromText(printed);
  const json = firstOf(parseJson(quoted));
  return isRecord(json) && (isError(json) || quoted.length === message.trim().length)
    ? readPlain(plainKeys(json))
    : noDetails;
}

/** Returns the message of an error object. Its field `detail` can be a string, or FastAPI's list of `{loc, msg}`. */
function messageOf(error: JsonRecord): string {
  const { detail } = error;
  const [first] = listIn(detail);
  const detailText = isRecord(first) ? `${parameterOf(detail)}: ${stringOrEmpty(first['msg'])}` : stringOrEmpty(detail);
  const alternatives = [...messageFields, 'text'].map((name) => stringOrEmpty(error[name]));
  return stringOrEmpty(error['message']) || detailText || (alternatives.find((text) => text !== '') ?? '');
}

function parameterOf(detail: unknown): string {
  const { loc } = recordIn(listIn(detail)[0]);
  return stringOrEmpty(listIn(loc).at(-1));
}

const codeFields = [...statusFields, 'type', 'status', 'errortype'];

function codesOf(error: JsonRecord): readonly string[] {
  const innerCode = recordIn(error['innererror'])['code'];
  const details = [error['details']].flat().filter(isRecord);
  const violations = details.flatMap((detail) => detail['violations']).filter(isRecord);
  const reasons = [
    ...details.map((detail) => detail['reason']),
    ...violations.map((violation) => violation['quotaid']),
  ];
  const message = messageOf(error)
    .slice(0, 200)
    .replace(/ \(request id: \w+\)\s*$/, '');
  // MiniMax appends its error code to the message, and some gateways send an error code instead of a message. The
  // message is therefore searched for a code.
  const codeInMessage = /\((\d{4})\)$/.exec(message)?.[1];
  const codeAsMessage = /^\w+_\w+$/.test(message) ? message : undefined;
  const statusCode = typeof error['statuscode'] === 'number' ? String(error['statuscode']) : codeInMessage;
  const minimax = statusCode === undefined ? undefined : `base_resp.${statusCode}`;
  const ownCodes = codeFields.map((name) => error[name]);
  return [...ownCodes, innerCode, codeAsMessage, minimax, ...reasons]
    .filter((code) => typeof code === 'string' || typeof code === 'number')
    .map((code) => String(code).toLowerCase());
}

function errorFromText(text: string): ProviderError {
  return withText(text, readQuotedError(text));
}

/**
 * Returns the error that was read from a text, with this text as the gateway's message. If the text quotes no error,
 * the text itself becomes the error message.
 */
function withText(text: string, inner: ProviderError): ProviderError {
  const examined = text.slice(0, maxExaminedChars);
  if (inner.message !== '') return { ...inner, wrapperMessage: examined };
  const line = visibleText(examined);
  return {
    ...inner,
    message: visibleText(line, maxMessageChars),
    searchText: toSimplified(withoutQuotations(line)),
    wrapperMessage: '',
  };
}

/**
 * Matches a quotation. A single quote inside a word is an apostrophe. A match never extends beyond the next opening
 * quote, so that the search takes linear time.
 */
const quotation =
  /(?<![\p{L}\p{N}])'[^']*'(?![\p{L}\p{N}])|"[^"]*"|`[^`]*`|“[^“”]*”|(?<![\p{L}\p{N}])‘[^‘’]*’(?![\p{L}\p{N}])|「[^「」]*」/gu;

/**
 * Replaces quoted sentences by an ellipsis, because they might be the user's text. Quoted names of parameters and
 * models are kept.
 */
function withoutQuotations(text: string): string {
  return text.replace(quotation, (quoted) => (/^[\w./:@[\]-]{0,100}$/.test(quoted.slice(1, -1)) ? quoted : '…'));
}

/** Request parameters that some models refuse. A corrected request can leave them out or rename them. */
const correctable = [
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'top_p',
  'cache_control',
  'prompt_cache_key',
  ...effortParameters,
] as const;
export type CorrectableParameter = (typeof correctable)[number];

/**
 * Parameters that the engine itself adds to requests. A request without them loses nothing that the user set, so every
 * error about them is treated as a refusal.
 */
const addedParameters: ReadonlySet<CorrectableParameter | undefined> = new Set([
  'stream_options',
  'cache_control',
  'prompt_cache_key',
] as const);

const refusalCodes = /^(?:unsupported_(?:parameter|value)|unknown_parameter|extra_forbidden)$/;
/** Matches error messages that refuse a parameter as such. Messages about a value that is out of range don't match. */
const refusalPattern =
  /unsupported|not supported|unrecogni[sz]ed|unknown|not permitted|extra (?:inputs?|fields?)|unexpected|not allowed|does(?: not|n't) support|deprecated|only (?:be set to )?[\d.]+ is allowed|may only be set to|must be unset|cannot both be|use ['"`]?max_completion_tokens|不支持|未知的?参数|无法识别|不允许(?:传|使用|设置)/i;

/**
 * Matches error messages that refuse the value of a parameter. For a refused reasoning effort, the engine can send
 * another level.
 */
const valueRefusalPattern =
  /invalid|illegal|validation error|\b(?:must|should|can(?:not|'t)) be\b|expected|one of|unknown variant|supported values|mandatory|only works|not (?:enabled|available)|无效|非法|不合法|不正确|必须|应为|[仅只]支持|取值|可选/i;

/**
 * Matches the error message that `max_tokens` must be greater than the thinking budget. The corrected request must
 * change the budget, not `max_tokens`.
 */
const largeBudgetPattern = /must be greater than ['"`]?thinking\.budget_tokens\b/i;

/**
 * Matches Bedrock's error messages that refuse cache marks. LiteLLM puts these messages in quotation marks, and
 * `searchText` contains no quoted text. The complete message is therefore searched.
 */
const cachingRefusal = /\bprompt caching\b|\bcachePoint\b/;

export function findRefusedParameter(error: ProviderError): CorrectableParameter | undefined {
  if (largeBudgetPattern.test(error.searchText)) return 'thinking';
  if (cachingRefusal.test(error.message)) return 'cache_control';
  const path = error.param.split('.');
  // The path of most parameters begins with their name. `cache_control` is a field of a content part, and its path ends
  // with this name, as in `messages.0.content.0.cache_control`.
  const field = path.at(-1) === 'cache_control' ? 'cache_control' : path[0];
  const name = correctable.find((candidate) => candidate === field) ?? firstMentioned(error.searchText);
  if (addedParameters.has(name)) return name;
  // An error that begins with `messages` is about the chat messages of the request, for instance about missing
  // reasoning in a message, and not about the reasoning effort.
  const isEffort = effortParameters.some((parameter) => parameter === name) && !/^messages\b/.test(error.searchText);
  if (isEffort && valueRefusalPattern.test(error.searchText)) return name;
  const isRefusal = refusalPattern.test(error.searchText) || error.codes.some((code) => refusalCodes.test(code));
  return isRefusal ? name : undefined;
}

/**
 * Returns the correctable parameter that an error message mentions first. Parameters that are mentioned later could be
 * suggested replacements.
 */
function firstMentioned(text: string): CorrectableParameter | undefined {
  const mentionedParameters = correctable.map((name) => ({ name, at: text.search(mentionPatterns[name]) }));
  return mentionedParameters.filter(({ at }) => at >= 0).sort((a, b) => a.at - b.at)[0]?.name;
}

/**
 * Returns a pattern for a parameter whose name is also an ordinary word. The pattern matches the word only where an
 * error message marks it as the name of a parameter.
 */
function markedNamePattern(word: string): RegExp {
  const noun = String.raw`(?:\b(?:parameters?|arguments?(?: supplied)?|fields?|inputs?)|参数|字段)[:：]?\s*${word}\b(?!\s+\w)`;
  const name = String.raw`${word}(?:\.\w+)*`;
  return new RegExp(String.raw`${noun}|(['"\`“])${name}['"\`”]|\b${name}: extra input|\b${word}\.\w+\b`, 'i');
}

/** Matches error messages about the reasoning effort that don't use the name of the parameter that was sent. */
const effortPattern =
  /\breasoning[_ ]?effort\b|\binvalid (?:think|reasoning) value|\bsupport (?:thinking|reasoning)(?: (?:mode|levels?|budgets?))?(?!\s+\w)|\b(?:thinking|reasoning)(?: (?:mode|level|budget))? is (?:not (?:supported|enabled|available)|mandatory)|\bthinking (?:budget|level) \S+ is\b|\bonly works in thinking mode|(?:思考|推理)(?:模式|强度|等级|预算)|不支持(?:深度)?(?:思考|推理)/i;

const mentionPatterns = {
  ...Object.fromEntries(correctable.map((name) => [name, new RegExp(`\\b${name}\\b`)])),
  reasoning: markedNamePattern('reasoning'),
  thinking: markedNamePattern('thinking'),
  reasoning_effort: effortPattern,
  // Anthropic names the content part in front, as in `messages.1.content.0.thinking.cache_control`. The match begins
  // with this path, so that `thinking` is not mentioned first.
  cache_control: /[\w.*[\]]{0,100}\bcache_control\b/,
} as Readonly<Record<CorrectableParameter, RegExp>>;
