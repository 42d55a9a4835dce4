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

/** How much a model reasons before it answers, in the order of the effort. `none` switches the reasoning off. */
export const reasoningEfforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;

export type ReasoningEffort = (typeof reasoningEfforts)[number];

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

/**
 * The request of a turn. The engine leaves out parameters that the gateway does not support. Its own model parameters
 * are sent to every model.
 */
export interface ChatRequest extends ModelParameters {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  /** Values that are sent in place of missing ones, but only to models that take them. */
  readonly defaults?: ModelParameters | undefined;
  /** Whether the answer gets more tokens, because an earlier answer reached the limit before any text. */
  readonly moreRoom?: boolean | undefined;
  /** Without it, nothing about the reasoning is sent, and the gateway decides. */
  readonly reasoningEffort?: ReasoningEffort | undefined;
  readonly topP?: number | undefined;
  readonly stop?: readonly string[] | undefined;
  readonly tools?: readonly Tool[] | undefined;
  /** Whether the model decides to call a tool (`auto`, the default) or must call one (`required`). */
  readonly toolChoice?: 'auto' | 'required' | undefined;
}

/** The parameters of a request that come from the settings. */
export type RequestParameters = Pick<ChatRequest, 'temperature' | 'maxTokens' | 'defaults' | 'reasoningEffort'>;

/** A gateway as one address that requests can be sent to, with the key that is bound to the origin of the address. */
export interface Gateway {
  /** The normalized base URL without a slash at the end, for instance `https://api.holysheep.ai/v1`. */
  readonly baseUrl: string;
  /** Undefined for a gateway that needs no key. No `Authorization` header is sent then. */
  readonly apiKey: string | undefined;
  /** The name that the user gave the gateway. */
  readonly name?: string | undefined;
  /** The names of models at this gateway, by the names that the user knows. `*` stands for every other model. */
  readonly models?: ReadonlyMap<string, string> | undefined;
  /** Whether the gateway lists a model by this name, or undefined if its list is unknown. */
  readonly lists?: ((name: string) => boolean | undefined) | undefined;
  /** Whether the user has agreed to send prompts over plain HTTP for models that no gateway over HTTPS has. */
  readonly acceptsPlainHttp?: boolean | undefined;
}

/** The primary gateway and its backups. The engine asks the host for them again before every attempt. */
export interface Connection extends Gateway {
  /** Whether requests are sent without a key, see `Gateway.apiKey`. By default, a key is required. */
  readonly isKeyless?: boolean | undefined;
  /** Backup gateways, used in this order while the primary gateway fails. Each has a key or needs none. */
  readonly backups?: readonly Gateway[] | undefined;
  /** Models that only the workspace's settings name. Their names do not decide which gateway gets the prompts. */
  readonly workspaceModels?: ReadonlySet<string> | undefined;
}

/** Returns whether requests can be sent: there is a key, or none is needed. */
export function canSendRequests({ apiKey, isKeyless }: Pick<Connection, 'apiKey' | 'isKeyless'>): boolean {
  return apiKey !== undefined || isKeyless === true;
}

export type ConnectionProblem = 'base-url' | 'keyring';

/** The user can fix the cause. The message is localized. Any other rejection of `EngineDeps.connection` is a defect. */
export interface ConnectionError extends Error {
  readonly connectionProblem: ConnectionProblem;
}

/** Not `instanceof`, because the class is defined in the host, which the engine does not import. */
export function isConnectionError(error: unknown): error is ConnectionError {
  if (!(error instanceof Error) || !isRecord(error)) return false;
  const { connectionProblem } = error;
  return connectionProblem === 'base-url' || connectionProblem === 'keyring';
}
