import type { Gateway, Script } from '../../../src/demo/gateway';
import { answer, cutAfter, deltas, failure, html, replySequence, rateLimited } from '../../../src/demo/replies';
import type { GatewayRequest, Step } from '../../../src/demo/script';

/** What a copied program meets, and what becomes of it. */
export interface ProgramCase {
  readonly name: string;
  readonly script: Script;
  /** All of its standard output. */
  readonly stdout: string;
  readonly requests: number;
  /** 0 by default. */
  readonly code?: number;
  /** Tried also where starting a program takes seconds. */
  readonly essential?: true;
  /** 3 by default. */
  readonly maxRetries?: number;
  /** Parts of what it says beside the answer; none: it says nothing. */
  readonly says?: readonly RegExp[];
  readonly check?: (requests: Gateway['requests']) => void;
}

export const wholeAnswer =
  'Once "upon" a time, a `client` asked\r\nand asked $(again) until 100 % of the answer had come. 好的 😀\n\tThe end!\n';
const partial = wholeAnswer.slice(0, 60);
const rest = wholeAnswer.slice(60);

/** Returns a text as programs print it: without carriage returns, which could hide the text before them. */
export const printed = (text: string): string => text.replaceAll('\r', '');

const whole: Script = () => answer(wholeAnswer);
const overQuota = {
  message: 'You exceeded your current quota.',
  type: 'insufficient_quota',
  code: 'insufficient_quota',
};
const busy = (): Iterable<Step> => failure(503, { message: 'Busy' });

/** Hints that are none, every status that is worth another attempt, a page, a connection that breaks. */
const passing: readonly [Script, ...Script[]] = [
  () => rateLimited(0),
  () => failure(429, { message: 'Slow down' }, { 'retry-after': 'Sun, 06 Nov 1994 08:49:37 GMT' }),
  () => rateLimited(1, { 'retry-after': 'in 1 month' }),
  ...[408, 409, 425, 500, 502, 503, 504, 529].map((status) => () => failure(status, { message: 'Busy' })),
  () => html('<h1>Bad day</h1>', 503),
  function* () {
    yield { end: 'reset' };
  },
];

function* errorInStream(error: object): Iterable<Step> {
  yield* deltas(partial);
  yield { event: { error } };
}

function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toUTCString();
}

/** The last two messages of a request that goes on with an answer. */
export function continuation({ json }: GatewayRequest): { readonly partial: unknown; readonly plea: unknown } {
  const [before, last] = json?.messages.slice(-2) ?? [];
  return { partial: before?.role === 'assistant' && before.content, plea: last?.role === 'user' && last.content };
}

const retried = [/Retrying in \d+\.\d s \(1 of 3\)\./];

function notRetried(name: string, script: Script, ...says: readonly RegExp[]): ProgramCase {
  return { name, script: replySequence(script, whole), stdout: '', requests: 1, code: 1, says };
}

function goesOn(name: string, cut: Script, ...others: readonly [Script, ...Script[]]): ProgramCase {
  return {
    name,
    script: replySequence(cut, ...others),
    stdout: printed(wholeAnswer),
    requests: 1 + others.length,
    says: [/The answer was cut off\./, ...retried],
  };
}

export const programCases: readonly ProgramCase[] = [
  { name: 'answers', essential: true, script: whole, stdout: printed(wholeAnswer), requests: 1 },
  {
    name: 'answers after keep-alives and thoughts',
    script: function* () {
      yield { comment: 'keep-alive' };
      yield { event: { choices: [] } };
      yield* answer(wholeAnswer, { reasoning: 'Hm.', usage: { total_tokens: 3 } });
    },
    stdout: printed(wholeAnswer),
    requests: 1,
  },
  {
    name: 'stops at the token limit',
    script: () => answer(wholeAnswer, { finish: 'length' }),
    stdout: printed(wholeAnswer),
    requests: 1,
    says: [/The answer was cut off: length\./],
  },
  {
    name: 'says 429 with a hint in milliseconds, then answers',
    essential: true,
    script: replySequence(() => rateLimited(100, { 'retry-after-ms': '400' }), whole),
    stdout: printed(wholeAnswer),
    requests: 2,
    // The hint and a little more; the backoff alone would be a millisecond at most.
    says: [/429 Rate limit reached .* Retrying in 0\.[4-7] s \(1 of 3\)\./],
    check: ([first, second]) => {
      const waited = second!.at - first!.at;
      if (waited < 400) throw new Error(`It came back after ${waited} ms.`);
    },
  },
  {
    name: 'refuses in every way that may pass, then answers',
    essential: true,
    script: replySequence(...passing, whole),
    stdout: printed(wholeAnswer),
    requests: passing.length + 1,
    maxRetries: passing.length,
    says: [/^503 Busy\. Retrying in/m, new RegExp(`\\(${passing.length} of ${passing.length}\\)\\.\\s*$`)],
  },
  goesOn(
    'is cut, and goes on at the next character',
    () => cutAfter(partial, 'reset'),
    () => answer(rest),
  ),
  goesOn(
    'is cut, and repeats its last words first',
    () => cutAfter(partial, 'reset'),
    () => answer(partial.slice(-24) + rest),
  ),
  goesOn(
    'is cut, and is written once more from the beginning',
    () => cutAfter(partial, 'reset'),
    () => answer(wholeAnswer),
  ),
  {
    ...goesOn(
      'is cut, and ends with words that were there before',
      () => cutAfter('so long, ', 'reset'),
      () => answer('so'),
    ),
    stdout: 'so long, so',
  },
  goesOn(
    'ends without a finish reason',
    () => cutAfter(partial, 'fin'),
    () => answer(rest),
  ),
  goesOn(
    'ends in mid-body',
    () => cutAfter(partial, 'short'),
    () => answer(rest),
  ),
  {
    ...goesOn(
      'is cut three times, once while it repeats itself',
      () => cutAfter(wholeAnswer.slice(0, 40), 'reset'),
      () => cutAfter(wholeAnswer.slice(40, 60), 'reset'),
      () => cutAfter(partial.slice(-20), 'reset'),
      () => answer(partial.slice(-20) + rest),
    ),
    essential: true,
  },
  goesOn(
    'is cut before its first word',
    () => cutAfter('', 'fin'),
    () => answer(wholeAnswer),
  ),
  goesOn(
    'fails in mid-stream',
    () => errorInStream({ message: 'Overloaded', code: 529 }),
    () => answer(rest),
  ),
  goesOn(
    'is garbled',
    function* () {
      yield* deltas(partial);
      yield { send: 'data: {"choices":[{"del\n\n' };
    },
    () => answer(rest),
  ),
  {
    ...goesOn(
      'is cut, and begins anew with other words',
      () => cutAfter(wholeAnswer.slice(0, 80), 'reset'),
      () => answer(`${wholeAnswer.slice(0, 70)}, and that was that.`),
      () => answer(wholeAnswer.slice(80)),
    ),
    says: [/restarted the answer instead of continuing it/],
  },
  {
    name: 'fails in mid-stream for want of money',
    essential: true,
    script: () => errorInStream(overQuota),
    stdout: printed(partial),
    requests: 1,
    code: 1,
    says: [/You exceeded your current quota\./],
  },
  ...[400, 401, 402, 403, 404, 413, 422].map((status) => ({
    ...notRetried(
      `says ${status}, even with a hint`,
      () => failure(status, { message: 'No such luck' }, { 'retry-after-ms': '1' }),
      new RegExp(`^${status} No such luck\\.$`, 'm'),
    ),
    ...(status === 401 && ({ essential: true } as const)),
  })),
  {
    ...notRetried(
      'says 429 for want of money, even with a hint',
      () => failure(429, overQuota, { 'retry-after-ms': '1' }),
      /^429 You exceeded your current quota\.$/m,
    ),
    essential: true,
  },
  notRetried(
    'says 429 for want of money in words alone',
    () => failure(429, { message: 'Insufficient balance', type: 'rate_limit_error' }),
    /^429 Insufficient balance\.$/m,
  ),
  notRetried(
    'asks for six minutes',
    () => rateLimited(360),
    /The gateway asked for a wait of 360 s\. Try again later\./,
  ),
  {
    ...notRetried(
      'asks to come back the day after tomorrow',
      () => failure(503, { message: 'Moving house' }, { 'retry-after': inDays(2) }),
      /503 Moving house\. The gateway asked for a wait of 17\d{4} s/,
    ),
    essential: true,
  },
  {
    name: 'is busy for good',
    script: busy,
    stdout: '',
    requests: 4,
    code: 1,
    says: [/\(3 of 3\)\.\s+503 Busy\.\s*$/],
  },
  {
    name: 'is cut for good',
    script: replySequence(
      () => cutAfter(partial, 'reset'),
      () => cutAfter('', 'fin'),
    ),
    stdout: printed(partial),
    requests: 4,
    code: 1,
    says: [/The answer was cut off\./],
  },
];
