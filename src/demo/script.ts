/** A message of a chat completion request. */
export interface ChatBodyMessage {
  readonly role: string;
  readonly content: string | readonly { readonly type: string; readonly text?: string }[] | null;
}

/** The body of a chat completion request. The demo's gateway reads only the declared fields. */
export interface ChatBody {
  readonly model: string;
  readonly messages: readonly ChatBodyMessage[];
  readonly [field: string]: unknown;
}

/** One step of the reply to a request. */
export type Step =
  | { readonly status: number; readonly headers: Readonly<Record<string, string>> }
  /** Sends text unchanged. Without a `status` step before it, the reply is a stream of events with the status 200. */
  | { readonly send: string }
  | { readonly waitMs: number }
  /** Breaks off the reply. `reset` closes the connection. `stall` sends nothing more until the client disconnects. */
  | { readonly end: 'reset' | 'stall' };

/**
 * A function that returns the steps of the reply to a request. The iterator of the steps is closed when the client
 * disconnects.
 * @param body undefined if the body of the request is not an object with a model and messages
 */
export type Script = (body: ChatBody | undefined) => Iterable<Step>;
