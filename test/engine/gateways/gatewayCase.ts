import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import type { Script } from '../../support/testGateway';
import type { FaultKind } from '../../../src/engine/events/kinds';
import type { ChatRequest } from '../../../src/engine/request';
import type { WireFixture } from '../wire/wireFixture';

/** What the turn does after the first attempt. */
export type Reaction = 'never' | 'retry-after' | 'backoff' | 'correct' | 'resume' | 'success';

/** The expected result of the first attempt. Absent fields are not asserted. */
export interface Expected {
  /** The fault kind of the first attempt, or null if it succeeds. */
  readonly kind: FaultKind | null;
  /** Other fault kinds that are also correct. */
  readonly accept?: readonly FaultKind[];
  /**
   * What the turn does after the first attempt. `never` also means that the turn sends only one request if every reply
   * is the same.
   */
  readonly retry: Reaction;
  /** Other reactions that are also correct. */
  readonly acceptRetry?: readonly Reaction[];
  /** The retry-after that the gateway named, or the time until the limit resets, in milliseconds. */
  readonly retryAfterMs?: number;
  readonly text?: string;
  readonly reasoning?: string;
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: string }[];
  /** Prompt, completion and total tokens. */
  readonly usage?: readonly [number, number, number];
  /** Prompt tokens that were read from the cache, and prompt tokens that were written to it. */
  readonly cacheTokens?: readonly [number, number];
  readonly finishReason?: string;
  /** The complete answer of the turn. */
  readonly finalText?: string;
  /** Texts that the messages and details for the user must contain. */
  readonly messageIncludes?: readonly string[];
  /** Texts that the messages and details for the user must not contain. */
  readonly messageExcludes?: readonly string[];
  readonly requestId?: string;
}

interface Piece {
  readonly send: string;
  /** Virtual milliseconds before the piece is sent. */
  readonly afterMs?: number;
  readonly encoding?: BufferEncoding;
}

/**
 * A reply or stream of an actual gateway. The folder `cases` has a file for each gateway, and files such as `odd.yaml`
 * for forms that several gateways send.
 */
export interface GatewayCase {
  readonly id: string;
  /** Where the reply was documented or seen. */
  readonly source: string;
  /** What the case tests, in a few words. */
  readonly reason: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Value of the `Content-Type` header, or null if the reply has no such header. */
  readonly contentType: string | null;
  readonly body?: string;
  /** A body that is not UTF-8, in Base64. */
  readonly bodyBase64?: string;
  readonly pieces?: readonly Piece[];
  readonly end?: 'end' | 'reset' | 'stall';
  readonly request?: Partial<ChatRequest>;
  readonly expected: Expected;
}

/** A case as its file contains it. */
interface WrittenCase extends Omit<GatewayCase, 'headers'> {
  readonly headers?: GatewayCase['headers'];
  /** The value of a body that is JSON without spaces, instead of the body. */
  readonly json?: unknown;
}

export function readCases(): readonly GatewayCase[] {
  const folder = join(__dirname, 'cases');
  return readdirSync(folder)
    .flatMap((file) => load(readFileSync(join(folder, file), 'utf8')) as readonly WrittenCase[])
    .map(({ json, ...written }) => ({
      headers: {},
      ...written,
      ...(json !== undefined && { body: JSON.stringify(json) }),
    }));
}

/** Returns the script with which the loopback gateway replays the case. */
export function scriptOf(gatewayCase: GatewayCase, fixture: WireFixture): Script {
  const { status, headers, contentType, end = 'end', expected } = gatewayCase;
  return function* () {
    const date = new Date(fixture.clock.now()).toUTCString();
    yield { status, headers: { date, ...headers, 'content-type': contentType ?? '' } };
    for (const { send, afterMs, encoding } of piecesOf(gatewayCase)) {
      if (afterMs !== undefined) yield { until: fixture.delay(afterMs) };
      yield { send: Buffer.from(send, encoding) };
    }
    // The script waits for the text, because a reset may discard bytes that the client has not read.
    if (end === 'reset' && expected.text) yield { until: fixture.turn.untilText(expected.text) };
    yield { end: end === 'end' ? 'fin' : end };
  };
}

function piecesOf({ body, bodyBase64, pieces }: GatewayCase): readonly Piece[] {
  if (pieces) return pieces;
  return bodyBase64 === undefined ? [{ send: body ?? '' }] : [{ send: bodyBase64, encoding: 'base64' }];
}
