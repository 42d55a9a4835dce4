import { isRecord } from './json';

/** Levels of reasoning before the answer, from least to most. `none` switches the reasoning off. */
export const reasoningEfforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;

export type ReasoningEffort = (typeof reasoningEfforts)[number];

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
  /** Content of the image, encoded as Base64. */
  readonly data: string;
}

/**
 * Asks the provider to cache the prompt up to the content part before this mark. Only requests to models whose facts
 * say `caching: 'explicit'` contain marks.
 */
interface CacheMark {
  readonly type: 'cacheMark';
}

export type ContentPart = TextPart | ImagePart | CacheMark;

export type MessageContent = string | readonly ContentPart[];

export interface ToolCall {
  /** ID of the tool call. The message that contains the tool's result refers to this ID in `toolCallId`. */
  readonly id: string;
  readonly name: string;
  /** JSON text of an object with the tool's arguments. */
  readonly arguments: string;
}

export type ChatMessage =
  | { readonly role: 'system' | 'user' | 'assistant'; readonly content: MessageContent }
  /** An answer with tool calls. Its `content` can be empty. */
  | { readonly role: 'assistant'; readonly content: MessageContent; readonly toolCalls: readonly ToolCall[] }
  /** The result of a tool. This message directly follows the message that called the tool. */
  | { readonly role: 'tool'; readonly toolCallId: string; readonly content: MessageContent };

/** Returns only the text of a message. */
export function textOf(content: MessageContent): string {
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

export function partsOf(content: MessageContent): readonly ContentPart[] {
  if (typeof content !== 'string') return content;
  return content === '' ? [] : [{ type: 'text', text: content }];
}

/** Returns whether any message contains a part of this type. */
export function hasPart(messages: readonly ChatMessage[], type: ContentPart['type']): boolean {
  return messages.some(({ content }) => partsOf(content).some((part) => part.type === type));
}

/** A tool that the model may call. The caller of the engine runs the tool. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  /** JSON schema of the tool's arguments. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

export const effortChoices = ['default', ...reasoningEfforts] as const;

/** A reasoning effort that the user can choose. With `default`, the request contains no reasoning effort. */
export type EffortChoice = (typeof effortChoices)[number];

export function sentEffort(choice: EffortChoice): ReasoningEffort | undefined {
  return choice === 'default' ? undefined : choice;
}

export function effortChoiceIn(value: unknown): EffortChoice | undefined {
  return effortChoices.find((choice) => choice === value);
}

/** The request parameters that depend on the model. An undefined parameter is not sent. */
export interface ModelParameters {
  readonly temperature?: number | undefined;
  readonly maxTokens?: number | undefined;
}

/**
 * Request parameters from the settings. `temperature` and `maxTokens` are sent to every model, but default values only
 * to models that accept them.
 */
export interface RequestParameters extends ModelParameters {
  /** Default values for parameters that are not set. */
  readonly defaults?: ModelParameters | undefined;
  /** The reasoning effort. If undefined, the request contains no reasoning effort and the gateway decides. */
  readonly reasoningEffort?: ReasoningEffort | undefined;
}

/** The request of a turn. The engine omits parameters that the gateway does not support. */
export interface ChatRequest extends RequestParameters {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  /**
   * Whether the request raises or removes the token limit, because an earlier answer reached its limit before any text
   * arrived.
   */
  readonly moreRoom?: boolean | undefined;
  readonly topP?: number | undefined;
  readonly stop?: readonly string[] | undefined;
  readonly tools?: readonly Tool[] | undefined;
  /** Whether the model decides to call a tool (`auto`, the default) or must call a tool (`required`). */
  readonly toolChoice?: 'auto' | 'required' | undefined;
  /** A random ID that is the same for all requests of a conversation. OpenAI uses it to find the cached prompt. */
  readonly cacheKey?: string | undefined;
}

export type ConnectionProblem = 'base-url' | 'keyring';

/**
 * An error that the user can fix, with a localized message. Any other error with which `EngineDeps.gateways` rejects is
 * a defect of the extension.
 */
export interface ConnectionError extends Error {
  readonly connectionProblem: ConnectionProblem;
}

/**
 * Returns whether the value is a `ConnectionError`. `instanceof` can't be used, because the class is defined in the
 * host and the engine does not import from the host.
 */
export function isConnectionError(error: unknown): error is ConnectionError {
  if (!(error instanceof Error) || !isRecord(error)) return false;
  const { connectionProblem } = error;
  return connectionProblem === 'base-url' || connectionProblem === 'keyring';
}
