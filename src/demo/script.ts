import type { IncomingHttpHeaders } from 'node:http';

export interface ChatBodyMessage {
  readonly role: string;
  readonly content: string | readonly { readonly type: string; readonly text?: string }[] | null;
}

/** What the gateway looks at of a request body; everything else is there as it was sent. */
export interface ChatBody {
  readonly model: string;
  readonly messages: readonly ChatBodyMessage[];
  readonly stream?: boolean;
  readonly [field: string]: unknown;
}

export type ClosedBy = 'client' | 'server';

export interface GatewayRequest {
  /** From 1; chat completions and model lists are counted apart. */
  readonly n: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The parsed body; undefined unless it is an object with a model and messages. */
  readonly json: ChatBody | undefined;
  /** Epoch milliseconds of its arrival. */
  readonly at: number;
  /** `client`: its socket went away before the reply was complete; known as soon as that happens. */
  readonly closed: Promise<ClosedBy>;
}

/**
 * One thing the gateway does. The reply's head goes out with the first byte unless a `status` came before; without
 * one it is 200 and `text/event-stream`.
 *
 * `delta`, `reasoning`, `finish`, `comment` and `done` follow the request: with `stream: true` they are events, else
 * they are gathered into one JSON completion, sent at the end if no other bytes were.
 */
export type Step =
  /** The head, at once. An empty `content-type` leaves it out; the default is JSON for errors. */
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** Bytes as they are, in writes (chunks of the HTTP body) of `chunk` bytes, `everyMs` apart. */
  | { readonly send: string | Uint8Array; readonly chunk?: number; readonly everyMs?: number }
  /** `data: <JSON>` and an empty line. */
  | { readonly event: unknown }
  | { readonly delta: string }
  | { readonly reasoning: string }
  /** A chunk with the finish reason; `usage`, in the names of the wire, follows in a chunk without choices. */
  | { readonly finish: string; readonly usage?: Readonly<Record<string, unknown>> }
  | { readonly comment: string }
  /** `data: [DONE]` */
  | { readonly done: true }
  | { readonly waitMs: number }
  | { readonly until: Promise<unknown> }
  /**
   * `fin`: the clean end of the body, also the end of every script that has no `end`. `reset`: RST; what the client
   * has not read by then, it may lose. `stall`: open and silent until the client leaves. `short`: FIN in mid-body.
   */
  | { readonly end: 'fin' | 'reset' | 'stall' | 'short' }
  /** Bytes on the TCP socket instead of an HTTP reply; the bytes of later steps go the same way. */
  | { readonly raw: string | Uint8Array };

export type Ending = Extract<Step, { end: unknown }>['end'];

/** Its iterator is closed when the client goes away. */
export type Script = (request: GatewayRequest) => Iterable<Step> | AsyncIterable<Step>;
