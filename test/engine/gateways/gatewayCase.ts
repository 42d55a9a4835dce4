import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Script } from '../../../src/demo/gateway';
import type { FaultKind } from '../../../src/engine/events';
import type { ChatRequest } from '../../../src/engine/request';
import type { WireFixture } from '../wire/wireFixture';

export type Retry = 'never' | 'hint' | 'backoff' | 'resume' | 'success';

/** What a client should make of the first attempt. Absent fields are not asserted. */
export interface Expected {
  readonly kind: FaultKind | null;
  /** Other kinds that are right too. */
  readonly accept?: readonly FaultKind[];
  /** `never` also means: one request only, however often the reply is the same. */
  readonly retry: Retry;
  readonly acceptRetry?: readonly Retry[];
  /** The delay the server named, or the time until the limit resets. */
  readonly hintMs?: number;
  readonly text?: string;
  readonly reasoning?: string;
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: string }[];
  /** Prompt, completion and total tokens. */
  readonly usage?: readonly [number, number, number];
  readonly finishReason?: string;
  /** The whole answer of the turn. */
  readonly finalText?: string;
  /** What the user reads contains each of these, and none of `notSays`. */
  readonly says?: readonly string[];
  readonly notSays?: readonly string[];
  readonly requestId?: string;
}

interface Piece {
  readonly send: string;
  /** Virtual milliseconds before it. */
  readonly afterMs?: number;
  readonly encoding?: BufferEncoding;
}

/** A reply or stream of a real gateway; `cases.jsonl` has one a line. */
export interface GatewayCase {
  readonly id: string;
  readonly why: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** `null`: the reply has no such header. */
  readonly contentType: string | null;
  readonly body?: string;
  /** A body that is not UTF-8. */
  readonly bodyBase64?: string;
  readonly pieces?: readonly Piece[];
  readonly end?: 'end' | 'reset' | 'stall';
  readonly request?: Partial<ChatRequest>;
  readonly expected: Expected;
}

export function readCases(): readonly GatewayCase[] {
  return readFileSync(join(__dirname, 'cases.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as GatewayCase);
}

/** The case as the loopback gateway plays it. */
export function scriptOf(gatewayCase: GatewayCase, stage: WireFixture): Script {
  const { status, headers, contentType, end = 'end', expected } = gatewayCase;
  return function* () {
    const date = new Date(stage.clock.now()).toUTCString();
    yield { status, headers: { date, ...headers, 'content-type': contentType ?? '' } };
    for (const { send, afterMs, encoding } of piecesOf(gatewayCase)) {
      if (afterMs !== undefined) yield { until: stage.delay(afterMs) };
      yield { send: Buffer.from(send, encoding) };
    }
    // A reset may overtake bytes that the client has not read.
    if (end === 'reset' && expected.text) yield { until: stage.turn.untilText(expected.text) };
    yield { end: end === 'end' ? 'fin' : end };
  };
}

function piecesOf({ body, bodyBase64, pieces }: GatewayCase): readonly Piece[] {
  if (pieces) return pieces;
  return bodyBase64 === undefined ? [{ send: body ?? '' }] : [{ send: bodyBase64, encoding: 'base64' }];
}
