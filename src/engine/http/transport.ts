import type { OpenAI } from 'openai';
import type { OutgoingMessage } from '../text/continuation';
import type { EngineDeps } from '../engine';
import type { ConnectionObserver, EngineSettings } from '../environment';
import type { CorrectableParameter } from '../faults/providerError';
import type { ModelBehavior } from '../gate/gatewayState';
import type { KeyRedactor } from '../gateway/keyRedactor';
import { visibleText } from '../gateway/visibleText';
import type { ModelFacts } from '../models/modelFacts';
import { limitParameter } from '../models/modelParameters';
import type { ReasoningFields } from '../models/reasoningFields';
import type { ChatRequest, ImagePart, MessageContent, TextPart, Tool } from '../request';
import { boundedText, ConnectionFailure } from './responseBody';

export interface ModelRequest {
  readonly request: Omit<ChatRequest, 'messages'>;
  /**
   * The messages of the request. To continue a partial answer, the messages end with the partial answer, or with the
   * partial answer and a continue prompt.
   */
  readonly messages: readonly OutgoingMessage[];
  readonly behavior: ModelBehavior;
  readonly facts?: ModelFacts | undefined;
  /** The request fields that set the reasoning effort. */
  readonly reasoning?: ReasoningFields['fields'] | undefined;
}

export interface AttemptRequest extends ModelRequest {
  readonly baseUrl: string;
  /** The API key. If undefined, the request has no `Authorization` header, because the gateway needs no key. */
  readonly key: string | undefined;
  readonly timeout: EngineSettings['timeout'];
  /** Whether the turn can use another gateway. If so, a separate, shorter time limit applies to connecting. */
  readonly canSwitchGateway?: boolean;
}

/**
 * Loads the OpenAI SDK and builds the common parts of all requests to a base URL. The first call takes tens of
 * milliseconds, so this function should be called as soon as a request is expected.
 */
export async function prepareRequests(baseUrl: string) {
  const { templateFor } = await import('./sdk');
  return templateFor(`${baseUrl}/chat/completions`);
}

/**
 * Sends a request with the URL and the headers of the OpenAI SDK, and returns the unparsed response. The SDK's stream
 * parser is not used: it hides comments, `[DONE]` and a missing finish reason.
 * @throws ConnectionFailure if `fetch` fails; any other error is a defect of this extension
 */
export async function send(
  deps: EngineDeps,
  { baseUrl, key, request, messages, behavior, facts, reasoning }: AttemptRequest,
  signal: AbortSignal,
  observer?: ConnectionObserver,
): Promise<Response> {
  const { url, headers } = await prepareRequests(baseUrl);
  const body = JSON.stringify({
    ...requestBody(request, messages, behavior.unsupportedParameters),
    ...reasoning,
    ...userFields(facts?.extraBody),
  });
  const fetchOnce = (): Promise<Response> =>
    fetchFromGateway(deps, url, key, { method: 'POST', headers, body, signal });
  try {
    return await (observer && deps.watchConnection ? deps.watchConnection(fetchOnce, observer) : fetchOnce());
  } catch (error) {
    throw new ConnectionFailure(error);
  }
}

interface RequestOptions {
  readonly method?: 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** Sends a request to a gateway. If `key` is undefined, the request has no `Authorization` header. */
export function fetchFromGateway(
  { fetch, userAgent }: EngineDeps,
  url: string,
  key: string | undefined,
  options: RequestOptions,
): Promise<Response> {
  const authorization = key !== undefined && { authorization: `Bearer ${key}` };
  const headers = { accept: 'application/json', ...options.headers, 'user-agent': userAgent, ...authorization };
  // Redirects are not followed. Otherwise, the API key would be sent to an origin that the user has not chosen.
  return fetch(url, { ...options, headers, redirect: 'manual' });
}

/** Reads a response with a status outside 2xx. The body is read only up to a limit. The promise never rejects. */
export async function readRejection(response: Response, { clock, keys }: EngineDeps) {
  const body = keys.redactKnown(await boundedText(response, clock));
  // `fetch` reports the status 0 for a redirect that it did not follow.
  return { type: 'status', status: response.status || 302, headers: response.headers, body } as const;
}

/**
 * Response headers that contain the request ID, in order of preference: the gateway's own header, then the headers of
 * providers and proxies.
 */
const requestIdHeaders = ['x-oneapi-request-id', 'x-request-id', 'request-id', 'x-amzn-requestid', 'apim-request-id'];

const maxIdChars = 200;

/**
 * Matches other response headers that contain the request ID, such as `x-github-request-id`, `nvcf-reqid` and
 * `x-tt-logid`.
 */
const requestIdName = /(?:^|-)(?:req(?:uest)?|trace|call|log|correlation|transaction|generation)-?id$/;

export function requestIdOf(headers: Headers, keys: KeyRedactor): string | undefined {
  const names = [...requestIdHeaders, ...[...headers.keys()].filter((name) => requestIdName.test(name)), 'cf-ray'];
  const ids = names.map((name) => visibleText(keys.redact(headers.get(name) ?? ''), maxIdChars));
  return ids.find((id) => id !== '');
}

type Body = OpenAI.ChatCompletionCreateParamsStreaming;

export function requestBody(
  { model, temperature, maxTokens, topP, stop, tools, toolChoice, cacheKey }: Omit<ChatRequest, 'messages'>,
  messages: readonly OutgoingMessage[],
  unsupported: ReadonlySet<CorrectableParameter>,
): Body {
  const limits = [limitParameter(model), 'max_completion_tokens', 'max_tokens'] as const;
  const limit = limits.find((name) => !unsupported.has(name));
  const optional = {
    stream_options: { include_usage: true },
    temperature,
    top_p: topP,
    ...(limit && { [limit]: maxTokens }),
    ...(stop?.length && { stop: [...stop] }),
    prompt_cache_key: cacheKey,
    // An empty list of tools is omitted, and so is a tool choice without tools, because gateways reject both.
    ...(tools?.length && { tools: tools.map(wireTool), ...(toolChoice && { tool_choice: toolChoice }) }),
  };
  const sent = Object.entries(optional).filter(
    ([name, value]) => value !== undefined && !unsupported.has(name as CorrectableParameter),
  );
  return { model, messages: messages.map(wireMessage), stream: true, ...Object.fromEntries(sent) };
}

/**
 * Request fields that the user's `extraBody` can't replace, because they determine the prompt or the format of the
 * response.
 */
const fixedFields: ReadonlySet<string> = new Set(['model', 'messages', 'stream', 'stream_options', '__proto__']);

export function userFields(extraBody: ModelFacts['extraBody'] = {}): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(extraBody).filter(([name]) => !fixedFields.has(name)));
}

function wireMessage(message: OutgoingMessage): Body['messages'][number] {
  const content = wireContent(message.content);
  // The SDK's types allow images only in user messages, and don't contain cache marks. The types can therefore not check
  // the content.
  const wire = (fields: object) => ({ role: message.role, ...fields }) as Body['messages'][number];
  if (message.role === 'tool') return wire({ tool_call_id: message.toolCallId, content });
  if (!('toolCalls' in message)) return wire({ content, ...(message.prefix && { prefix: true }) });
  const calls = message.toolCalls.map(({ id, name, arguments: json }) => ({
    id,
    type: 'function' as const,
    function: { name, arguments: json },
  }));
  // In a message with tool calls, an empty text is sent as null. Some providers reject an empty text, and every
  // provider accepts null.
  return wire({ content: content.length > 0 ? content : null, tool_calls: calls });
}

/** Returns content as it is sent. A cache mark becomes a field of the content part before it. */
export function wireContent(content: MessageContent): string | readonly object[] {
  if (typeof content === 'string') return content;
  const parts: object[] = [];
  for (const part of content) {
    if (part.type !== 'cacheMark') parts.push(wirePart(part));
    else Object.assign(parts.at(-1) ?? {}, { cache_control: { type: 'ephemeral' } });
  }
  return parts;
}

function wirePart(part: TextPart | ImagePart): OpenAI.ChatCompletionContentPart {
  if (part.type === 'text') return { type: 'text', text: part.text };
  return { type: 'image_url', image_url: { url: `data:${part.mimeType};base64,${part.data}` } };
}

function wireTool({ name, description, parameters }: Tool): OpenAI.ChatCompletionFunctionTool {
  return { type: 'function', function: { name, description, parameters: { ...parameters } } };
}
