import { between } from '../randomNumbers';
import type { Refusal } from '../gateway';
import type { Strategy } from './strategy';

interface Failure {
  /** From 0. */
  readonly n: number;
  readonly refusal: Refusal;
  readonly previousMs: number | undefined;
  readonly random: () => number;
}

interface RetryLoop {
  readonly maxRetries: number;
  readonly delayMs: (failure: Failure) => number;
}

const baseMs = 1000;
const capMs = 60_000;

/** `base·2^n + U(0, 1 s)`, and the longest wait where a limit is reached, whatever the server asked for. */
const classic: RetryLoop = {
  maxRetries: 5,
  delayMs: ({ n, refusal, random }) =>
    refusal.status === 429 ? capMs : Math.min(capMs, baseMs * 2 ** n + random() * 1000),
};

/** The defaults of the `openai` SDK: half a second, doubled up to eight, less up to a quarter; hints up to a minute. */
const openai: RetryLoop = {
  maxRetries: 2,
  delayMs: ({ n, refusal: { retryAfterS }, random }) =>
    retryAfterS !== undefined && retryAfterS <= 60
      ? retryAfterS * 1000
      : Math.min(8000, 500 * 2 ** n) * (1 - random() * 0.25),
};

/** As published: a hint is not looked at. */
const full: RetryLoop = {
  maxRetries: 5,
  delayMs: ({ n, random }) => random() * Math.min(capMs, baseMs * 2 ** n),
};

const decorrelated: RetryLoop = {
  maxRetries: 5,
  delayMs: ({ previousMs = baseMs, random }) => Math.min(capMs, between(random, [baseMs, 3 * previousMs])),
};

/** A loop round one request that knows of no other, as clients usually have it. */
function independentClients({ maxRetries, delayMs }: RetryLoop): Strategy {
  return (world, random) => (question) => {
    const attempt = (n: number, previousMs: number | undefined): void =>
      question.send((refusal) => {
        if (!refusal) question.succeeded();
        else if (n >= maxRetries) question.failed();
        else {
          const delay = delayMs({ n, refusal, previousMs, random });
          world.after(delay, () => attempt(n + 1, delay));
        }
      });
    attempt(0, undefined);
  };
}

export const peers = {
  classic: independentClients(classic),
  openai: independentClients(openai),
  full: independentClients(full),
  decorrelated: independentClients(decorrelated),
} as const;
