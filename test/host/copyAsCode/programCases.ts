import type { Gateway, Script } from '../../support/testGateway';
import { failure, rateLimited } from '../../../src/demo/replies';
import { answer, deltas, cutAfter, html, replySequence } from '../../support/replies';
import type { GatewayRequest, Step } from '../../support/gateway/script';

/** A behavior of the gateway, and what a copied program must do. */
interface ProgramCase {
  /** Behavior of the gateway: it completes the test title "handles a gateway that …". */
  readonly name: string;
  readonly script: Script;
  /** Complete standard output of the program. */
  readonly stdout: string;
  /** Number of requests that the program sends. */
  readonly requests: number;
  /** Exit code of the program. The default is 0. */
  readonly exitCode?: number;
  /** Whether the case also runs with the real Python package, which takes seconds to load. */
  readonly essential?: true;
  /** Limit for the retries of the program. The default is 3. */
  readonly maxRetries?: number;
  /** Parts of the standard error. If there are none, the standard error must be empty. */
  readonly stderr?: readonly RegExp[];
  readonly check?: (requests: Gateway['requests']) => void;
}

/** Complete answer of the gateway. */
export const fullAnswer =
  'Once "upon" a time, a `client` asked\r\nand asked $(again) until 100 % of the answer had come. 好的 😀\n\tThe end!\n';
const partial = fullAnswer.slice(0, 60);
const remainder = fullAnswer.slice(60);

/** Returns a text as the programs print it: without carriage returns, which could hide the text before them. */
export const printed = (text: string): string => text.replaceAll('\r', '');

const answers: Script = () => answer(fullAnswer);
const overQuota = {
  message: 'You exceeded your current quota.',
  type: 'insufficient_quota',
  code: 'insufficient_quota',
};
const busy = (): Iterable<Step> => failure(503, { message: 'Busy' });

/** All failures that are retried, some of them with an invalid Retry-After. */
const transientFailures: readonly [Script, ...Script[]] = [
  () => rateLimited(0),
  () => failure(429, { message: 'Slow down' }, { 'retry-after': 'Sun, 06 Nov 1994 08:49:37 GMT' }),
  () => rateLimited(1, { 'retry-after': 'in 1 month' }),
  ...[408, 409, 425, 500, 502, 503, 504, 529].map((status) => () => failure(status, { message: 'Busy' })),
  () => html('<h1>Unavailable</h1>', 503),
  function* () {
    yield { end: 'reset' };
  },
];

function* errorInStream(error: object): Iterable<Step> {
  yield* deltas(partial);
  yield { event: { error } };
}

/** Returns the time `days` days from now as an HTTP date. */
function httpDateIn(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toUTCString();
}

/** Returns the content of the last two messages of a request that resumes an answer. */
export function resumeMessages({ json }: GatewayRequest): { readonly partial: unknown; readonly instruction: unknown } {
  const [previous, last] = json?.messages.slice(-2) ?? [];
  return {
    partial: previous?.role === 'assistant' && previous.content,
    instruction: last?.role === 'user' && last.content,
  };
}

const retryMessage = [/Retrying in \d+\.\d s \(1 of 3\)\./];

function failureCase(name: string, script: Script, ...stderr: readonly RegExp[]): ProgramCase {
  return { name, script: replySequence(script, answers), stdout: '', requests: 1, exitCode: 1, stderr };
}

function resumeCase(name: string, cut: Script, ...continuations: readonly [Script, ...Script[]]): ProgramCase {
  return {
    name,
    script: replySequence(cut, ...continuations),
    stdout: printed(fullAnswer),
    requests: 1 + continuations.length,
    stderr: [/The answer was cut off\./, ...retryMessage],
  };
}

export const programCases: readonly ProgramCase[] = [
  { name: 'sends an answer', essential: true, script: answers, stdout: printed(fullAnswer), requests: 1 },
  {
    name: 'sends keep-alives and reasoning before the answer',
    script: function* () {
      yield { send: ': keep-alive\n\n' };
      yield { event: { choices: [] } };
      yield* answer(fullAnswer, { reasoning: 'Hm.', usage: { total_tokens: 3 } });
    },
    stdout: printed(fullAnswer),
    requests: 1,
  },
  {
    name: 'ends the answer at the token limit',
    script: () => answer(fullAnswer, { finish: 'length' }),
    stdout: printed(fullAnswer),
    requests: 1,
    stderr: [/The answer was cut off: length\./],
  },
  {
    name: 'fails with 429 and retry-after-ms, then sends the answer',
    essential: true,
    script: replySequence(rateLimited(100, { 'retry-after-ms': '400' }), answers),
    stdout: printed(fullAnswer),
    requests: 2,
    // The delay is the retry-after plus a random margin. The backoff alone would be at most one millisecond.
    stderr: [/429 Rate limit reached .* Retrying in 0\.[4-7] s \(1 of 3\)\./],
    check: ([first, second]) => {
      const delay = second!.at - first!.at;
      if (delay < 400) throw new Error(`The program retried after only ${delay} ms.`);
    },
  },
  {
    name: 'fails with each transient failure in turn, then sends the answer',
    essential: true,
    script: replySequence(...transientFailures, answers),
    stdout: printed(fullAnswer),
    requests: transientFailures.length + 1,
    maxRetries: transientFailures.length,
    stderr: [
      /^503 Busy\. Retrying in/m,
      new RegExp(`\\(${transientFailures.length} of ${transientFailures.length}\\)\\.\\s*$`),
    ],
  },
  resumeCase(
    'breaks the stream, then continues the answer at the next character',
    () => cutAfter(partial, 'reset'),
    () => answer(remainder),
  ),
  resumeCase(
    'breaks the stream, then repeats all of the partial answer',
    () => cutAfter(partial, 'reset'),
    () => answer(fullAnswer),
  ),
  {
    ...resumeCase(
      'breaks the stream, then ends the answer with a word that occurred before',
      () => cutAfter('so long, ', 'reset'),
      () => answer('so'),
    ),
    stdout: 'so long, so',
  },
  {
    ...resumeCase(
      'breaks the stream three times, once while it repeats a part of the answer',
      () => cutAfter(fullAnswer.slice(0, 40), 'reset'),
      () => cutAfter(fullAnswer.slice(40, 60), 'reset'),
      () => cutAfter(partial.slice(-20), 'reset'),
      () => answer(partial.slice(-20) + remainder),
    ),
    essential: true,
  },
  resumeCase(
    'breaks the stream before the first word of the answer',
    () => cutAfter('', 'fin'),
    () => answer(fullAnswer),
  ),
  resumeCase(
    'sends a transient error within the stream',
    () => errorInStream({ message: 'Overloaded', code: 529 }),
    () => answer(remainder),
  ),
  resumeCase(
    'sends invalid JSON within the stream',
    function* () {
      yield* deltas(partial);
      yield { send: 'data: {"choices":[{"del\n\n' };
    },
    () => answer(remainder),
  ),
  {
    ...resumeCase(
      'breaks the stream, then starts a different answer',
      () => cutAfter(fullAnswer.slice(0, 80), 'reset'),
      () => answer(`${fullAnswer.slice(0, 70)}, and that was that.`),
      () => answer(fullAnswer.slice(80)),
    ),
    stderr: [/restarted the answer instead of continuing it/],
  },
  {
    name: 'reports an empty balance within the stream',
    essential: true,
    script: () => errorInStream(overQuota),
    stdout: printed(partial),
    requests: 1,
    exitCode: 1,
    stderr: [/You exceeded your current quota\./],
  },
  ...[400, 401].map((status) => ({
    ...failureCase(
      `fails with ${status} and a retry-after`,
      () => failure(status, { message: 'No such luck' }, { 'retry-after-ms': '1' }),
      new RegExp(`^${status} No such luck\\.$`, 'm'),
    ),
    ...(status === 401 && ({ essential: true } as const)),
  })),
  {
    ...failureCase(
      'fails with 429 and the error code of an empty balance, and a retry-after',
      () => failure(429, overQuota, { 'retry-after-ms': '1' }),
      /^429 You exceeded your current quota\.$/m,
    ),
    essential: true,
  },
  failureCase(
    'fails with 429 and only a message about an empty balance',
    () => failure(429, { message: 'Insufficient balance', type: 'rate_limit_error' }),
    /^429 Insufficient balance\.$/m,
  ),
  {
    ...failureCase(
      'asks for a wait of two days by an HTTP date',
      () => failure(503, { message: 'Moving house' }, { 'retry-after': httpDateIn(2) }),
      /503 Moving house\. The gateway said to wait 17\d{4} s/,
    ),
    essential: true,
  },
  {
    name: 'fails with 503 on every attempt',
    script: busy,
    stdout: '',
    requests: 4,
    exitCode: 1,
    stderr: [/\(3 of 3\)\.\s+503 Busy\.\s*$/],
  },
];
