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
  /** e.g. `image/png`. */
  readonly mimeType: string;
  /** Base64. */
  readonly data: string;
}

export interface ToolCall {
  /** Its result names it. */
  readonly id: string;
  readonly name: string;
  /** JSON text of an object. */
  readonly arguments: string;
}

export type ChatMessage =
  | TextMessage
  | { readonly role: 'user'; readonly content: readonly (TextPart | ImagePart)[] }
  /** `content` may be empty. */
  | { readonly role: 'assistant'; readonly content: string; readonly toolCalls: readonly ToolCall[] }
  /** What a tool has brought; right after the message that called it. */
  | { readonly role: 'tool'; readonly toolCallId: string; readonly content: string };

/** What the model may call; that is the caller's to carry out. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  /** JSON schema of its arguments. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** One turn as the caller wants it; what a gateway can't take is repaired on the way out. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly temperature?: number | undefined;
  readonly maxTokens?: number | undefined;
  readonly topP?: number | undefined;
  readonly stop?: readonly string[] | undefined;
  readonly tools?: readonly Tool[] | undefined;
  /** `required`: it has to call one. By default the model decides. */
  readonly toolChoice?: 'auto' | 'required' | undefined;
}

/** Where requests go and what proves who sends them. Read anew for every attempt. */
export interface Connection {
  /** Normalised, ends without a slash, e.g. `https://api.holysheep.ai/v1`. */
  readonly baseUrl: string;
  /** The key bound to the origin of `baseUrl`; undefined: none is set. */
  readonly apiKey: string | undefined;
}

/** `base-url`: the base URL of the settings can't be used; `keyring`: the API key can't be read. */
export type ConnectionProblem = 'base-url' | 'keyring';

/**
 * The error with which `EngineDeps.connection` rejects when there is no connection and the user can fix the cause. Its
 * message is localised. Any other rejection is a defect.
 */
export interface ConnectionError extends Error {
  readonly connectionProblem: ConnectionProblem;
}

/** Checks the field, because the class belongs to the host. */
export function isConnectionError(error: unknown): error is ConnectionError {
  if (!(error instanceof Error) || !isRecord(error)) return false;
  const { connectionProblem } = error;
  return connectionProblem === 'base-url' || connectionProblem === 'keyring';
}
