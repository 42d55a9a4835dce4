import { isRecord } from './json';

/** How much a model reasons before it answers, in the order of the effort. `none` switches the reasoning off. */
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

/** Returns the text of a message without its images. */
export function textOf(content: ChatMessage['content']): string {
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

/** A tool that the model may call. The caller of the engine runs the tool, not the engine. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  /** JSON schema of the arguments. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

export const effortChoices = ['default', ...reasoningEfforts] as const;

/** What the user can choose. With `default`, nothing about the reasoning is sent. */
export type EffortChoice = (typeof effortChoices)[number];

export function sentEffort(choice: EffortChoice): ReasoningEffort | undefined {
  return choice === 'default' ? undefined : choice;
}

export function effortChoiceIn(value: unknown): EffortChoice | undefined {
  return effortChoices.find((choice) => choice === value);
}

/** The parameters that depend on the model. An undefined value is not sent. */
export interface ModelParameters {
  readonly temperature?: number | undefined;
  readonly maxTokens?: number | undefined;
}

/** Parameters that come from the settings. Every model gets the inherited ones; `defaults` depend on the model. */
export interface RequestParameters extends ModelParameters {
  /** Values that are sent in place of missing ones, but only to models that take them. */
  readonly defaults?: ModelParameters | undefined;
  /** Without it, nothing about the reasoning is sent, and the gateway decides. */
  readonly reasoningEffort?: ReasoningEffort | undefined;
}

/** The request of a turn. The engine leaves out parameters that the gateway does not support. */
export interface ChatRequest extends RequestParameters {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  /** Whether the answer gets more tokens, because an earlier answer reached the limit before any text. */
  readonly moreRoom?: boolean | undefined;
  readonly topP?: number | undefined;
  readonly stop?: readonly string[] | undefined;
  readonly tools?: readonly Tool[] | undefined;
  /** Whether the model decides to call a tool (`auto`, the default) or must call one (`required`). */
  readonly toolChoice?: 'auto' | 'required' | undefined;
}

export type ConnectionProblem = 'base-url' | 'keyring';

/** The user can fix the cause. The message is localized. Any other rejection of `EngineDeps.gateways` is a defect. */
export interface ConnectionError extends Error {
  readonly connectionProblem: ConnectionProblem;
}

/** Not `instanceof`, because the class is defined in the host, which the engine does not import. */
export function isConnectionError(error: unknown): error is ConnectionError {
  if (!(error instanceof Error) || !isRecord(error)) return false;
  const { connectionProblem } = error;
  return connectionProblem === 'base-url' || connectionProblem === 'keyring';
}
