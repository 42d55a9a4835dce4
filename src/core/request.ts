export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** One turn as the caller wants it; what a gateway can't take is repaired on the way out. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly temperature?: number | undefined;
  readonly maxTokens?: number | undefined;
}

/** Where requests go and what proves who sends them. Read anew for every attempt. */
export interface Connection {
  /** Normalised, ends without a slash, e.g. `https://api.holysheep.ai/v1`. */
  readonly baseUrl: string;
  /** The key bound to the origin of `baseUrl`; undefined: none is set. */
  readonly apiKey: string | undefined;
}
