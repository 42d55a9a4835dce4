import { isRecord } from './json';

/** A message that consists of text only. */
export interface TextMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** A text in a message with several parts. */
export interface TextPart {
  readonly type: 'text';
  readonly text: string;
}

/** An image in a message with several parts. */
export interface ImagePart {
  readonly type: 'image';
  /** MIME type of the image, for instance `image/png`. */
  readonly mimeType: string;
  /** The bytes of the image in Base64. */
  readonly data: string;
}

/** A call of a tool by the model. */
export interface ToolCall {
  /** ID of the call. The tool's result message repeats it in `toolCallId`. */
  readonly id: string;
  readonly name: string;
  /** Arguments of the call, as the JSON text of an object. */
  readonly arguments: string;
}

/** A message of a conversation. */
export type ChatMessage =
  | TextMessage
  | { readonly role: 'user'; readonly content: readonly (TextPart | ImagePart)[] }
  /** An answer with tool calls. Its `content` may be empty. */
  | { readonly role: 'assistant'; readonly content: string; readonly toolCalls: readonly ToolCall[] }
  /** The result of a tool. This message directly follows the message that called the tool. */
  | { readonly role: 'tool'; readonly toolCallId: string; readonly content: string };

/** A tool that the model may call. The caller of the engine runs the tool, not the engine. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  /** JSON schema of the arguments. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** The request of a turn. The engine leaves out parameters that the gateway does not support. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  /** The temperature that the user or the caller has set. It is sent to every model. */
  readonly temperature?: number | undefined;
  /** The token limit that the user or the caller has set. It is sent to every model. */
  readonly maxTokens?: number | undefined;
  /** Values that are sent in place of missing ones, but only to models that take them. */
  readonly defaults?:
    { readonly temperature?: number | undefined; readonly maxTokens?: number | undefined } | undefined;
  /** Whether the answer gets more tokens, because an earlier answer reached the limit before any text. */
  readonly moreRoom?: boolean | undefined;
  readonly topP?: number | undefined;
  readonly stop?: readonly string[] | undefined;
  readonly tools?: readonly Tool[] | undefined;
  /** Whether the model decides to call a tool (`auto`, the default) or must call one (`required`). */
  readonly toolChoice?: 'auto' | 'required' | undefined;
}

/** The parameters of a request that come from the settings. */
export type RequestParameters = Pick<ChatRequest, 'temperature' | 'maxTokens' | 'defaults'>;

/** The base URL and the key of a request. The engine asks the host for them again before every attempt. */
export interface Connection {
  /** The normalized base URL without a slash at the end, for instance `https://api.holysheep.ai/v1`. */
  readonly baseUrl: string;
  /** The key that is bound to the origin of `baseUrl`, or undefined if no key is set. */
  readonly apiKey: string | undefined;
  /** The routes to use while this one fails, in this order. All of them have a key. */
  readonly backups?: readonly Route[] | undefined;
}

/** A base URL with the key that is bound to its origin. */
export interface Route {
  /** The normalized base URL without a slash at the end. */
  readonly baseUrl: string;
  readonly apiKey: string;
}

/**
 * The reason why no connection is available: the base URL in the settings is invalid, or the key can't be read from the
 * system keyring.
 */
export type ConnectionProblem = 'base-url' | 'keyring';

/**
 * The error with which `EngineDeps.connection` rejects when there is no connection and the user can fix the cause. Its
 * message is localized. Any other rejection is a defect.
 */
export interface ConnectionError extends Error {
  readonly connectionProblem: ConnectionProblem;
}

/**
 * Whether the error is a {@link ConnectionError}. The class is defined in the host, which the engine does not import,
 * so this function checks `connectionProblem` instead.
 */
export function isConnectionError(error: unknown): error is ConnectionError {
  if (!(error instanceof Error) || !isRecord(error)) return false;
  const { connectionProblem } = error;
  return connectionProblem === 'base-url' || connectionProblem === 'keyring';
}
