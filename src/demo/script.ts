/** A message of a chat completion request. */
export interface ChatBodyMessage {
  readonly role: string;
  readonly content: string | readonly { readonly type: string; readonly text?: string }[] | null;
}

/** The body of a chat completion request. The gateway reads only the declared fields. */
export interface ChatBody {
  readonly model: string;
  readonly messages: readonly ChatBodyMessage[];
  readonly [field: string]: unknown;
}

/** A request that the gateway has received. */
export interface ReceivedRequest {
  /** Number of the request, from 1. */
  readonly n: number;
  /** The parsed body, or undefined if the body is not an object with a model and messages. */
  readonly json: ChatBody | undefined;
  /** Epoch milliseconds at which the request arrived. */
  readonly at: number;
}

/** One step of a script. Without a `status` step, the reply is a stream of events with the status 200. */
export type Step =
  | { readonly status: number; readonly headers: Readonly<Record<string, string>> }
  /** Sends text unchanged. */
  | { readonly send: string }
  | { readonly delta: string }
  | { readonly reasoning: string }
  /**
   * Sends a chunk with the finish reason. Then sends `usage`, if any, in another chunk, which has no choices. The
   * fields of `usage` have their names from the OpenAI API.
   */
  | { readonly finish: string; readonly usage?: Readonly<Record<string, unknown>> }
  /** Sends `data: [DONE]`. */
  | { readonly done: true }
  | { readonly waitMs: number }
  /** Breaks off the reply. `reset` closes the connection. `stall` sends nothing more until the client disconnects. */
  | { readonly end: 'reset' | 'stall' };

/** Returns the steps of the reply to a request. The iterator of the steps is closed when the client disconnects. */
export type Script = (request: ReceivedRequest) => Iterable<Step>;
