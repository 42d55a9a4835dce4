import type { IncomingHttpHeaders } from 'node:http';
import type { ChatBody, Step as DemoStep } from '../../../src/demo/script';

/** The side that closed a connection. */
export type ClosedBy = 'client' | 'server';

/** A request that the gateway has received. Chat completions and model lists are counted separately. */
export interface GatewayRequest {
  /** Number of the request, from 1. */
  readonly n: number;
  /** The parsed body, or undefined if the body is not an object with a model and messages. */
  readonly json: ChatBody | undefined;
  /** Epoch milliseconds at which the request arrived. */
  readonly at: number;
  readonly method: string;
  /** Path of the URL, without the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /**
   * Resolves when the connection closes: with `client` if the client disconnected before the reply was complete, and
   * otherwise with `server`.
   */
  readonly closed: Promise<ClosedBy>;
}

/** One step of a script: a step of the demo's gateway, or one that the demo does not need. */
export type Step =
  | DemoStep
  /**
   * Sends the status and the headers immediately. Without a `content-type`, an error gets `application/json`, and another
   * status gets `text/event-stream`.
   */
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** Sends bytes unchanged. */
  | { readonly send: string | Uint8Array }
  /** Sends `data: <JSON>` and an empty line. */
  | { readonly event: unknown }
  | { readonly delta: string }
  | { readonly reasoning: string }
  /**
   * Sends a chunk with the finish reason. Then sends `usage`, if any, in another chunk, which has no choices. The
   * fields of `usage` have their names from the OpenAI API.
   */
  | { readonly finish: string; readonly usage?: Readonly<Record<string, unknown>> }
  /** Sends `data: [DONE]`. */
  | { readonly done: true }
  | { readonly until: Promise<unknown> }
  /**
   * Ends the reply. `fin` ends the body cleanly, as does a script without an `end` step. `short` sends FIN in the middle
   * of the body.
   */
  | { readonly end: 'fin' | 'short' }
  /** Sends bytes on the TCP socket instead of an HTTP reply. The bytes of later steps go to the socket, too. */
  | { readonly raw: string | Uint8Array };

/** How a reply ends. */
export type Ending = Extract<Step, { end: unknown }>['end'];

/** Returns the steps of the reply to a request. The iterator of the steps is closed when the client disconnects. */
export type Script = (request: GatewayRequest) => Iterable<Step> | AsyncIterable<Step>;
