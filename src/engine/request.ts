import { isRecord } from './json';

export interface TextMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface TextPart {
  readonly type: 'text';
  readonly text: string;
}

export interface ImagePart {
  readonly type: 'image';
  readonly mimeType: string;
  /** Base64. */
  readonly data: string;
}

export interface ToolCall {
  /** The tool's result message repeats it in `toolCallId`. */
  readonly id: string;
  readonly name: string;
  /** JSON text of an object. */
  readonly arguments: string;
}

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
  /** Sent to every model. */
  readonly temperature?: number | undefined;
  /** Sent to every model. */
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

/** The engine asks the host for it again before every attempt. */
export interface Connection {
  /** The normalized base URL without a slash at the end, for instance `https://api.holysheep.ai/v1`. */
  readonly baseUrl: string;
  /** The key that is bound to the origin of `baseUrl`, or undefined if no key is set. */
  readonly apiKey: string | undefined;
  /** Used in this order while this route fails. All of them have a key. */
  readonly backups?: readonly Route[] | undefined;
}

/** A base URL with the key that is bound to its origin. */
export interface Route {
  /** The normalized base URL without a slash at the end. */
  readonly baseUrl: string;
  readonly apiKey: string;
}

export type ConnectionProblem = 'base-url' | 'keyring';

/** The user can fix the cause. The message is localized. Any other rejection of `EngineDeps.connection` is a defect. */
export interface ConnectionError extends Error {
  readonly connectionProblem: ConnectionProblem;
}

/** The class is defined in the host, which the engine does not import. */
export function isConnectionError(error: unknown): error is ConnectionError {
  if (!(error instanceof Error) || !isRecord(error)) return false;
  const { connectionProblem } = error;
  return connectionProblem === 'base-url' || connectionProblem === 'keyring';
}
