/** Text alone: tool calls and pictures stay where they are. */
export interface TakenMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** How often and how long the copied code tries; durations in milliseconds. */
export interface Patience {
  readonly maxRetries: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  /** A server that asks for more is not waited for. */
  readonly maxHintMs: number;
  /** Without a word for so long, an answer counts as cut. */
  readonly silenceMs: number;
}

/** All that the copied code says of a request. There is no key in it: the code reads that from the environment. */
export interface TakenRequest {
  readonly baseUrl: string;
  readonly model: string;
  readonly messages: readonly TakenMessage[];
  readonly temperature: number | undefined;
  readonly maxTokens: number | undefined;
  readonly patience: Patience;
  /** The offline demo was asked; base URL and model are the user's own all the same. */
  readonly fromDemo: boolean;
}

/** What the copied code calls the key. */
export const keyVariable = 'HOLYSHEEP_API_KEY';

/** What a request can be taken away as: the arguments of `holysheep.copyRequest`. */
export const languageIds = ['curl', 'python', 'node'] as const;

export type LanguageId = (typeof languageIds)[number];
