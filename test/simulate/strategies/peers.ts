import { between } from '../../support/randomNumbers';
import type { Refusal } from '../gateway';
import type { Strategy } from './strategy';

/** A failed call. */
interface Failure {
  /** Number of retries before this failure. */
  readonly n: number;
  readonly refusal: Refusal;
  readonly previousMs: number | undefined;
  readonly random: () => number;
}

/** A retry loop without knowledge of other requests. */
interface RetryLoop {
  readonly maxRetries: number;
  readonly delayMs: (failure: Failure) => number;
}

const baseMs = 1000;
const capMs = 60_000;

/** Delays of `base·2^n + U(0, 1 s)`, and the maximum delay after a 429 response, whatever its `Retry-After`. */
const classic: RetryLoop = {
  maxRetries: 5,
  delayMs: ({ n, refusal, random }) =>
    refusal.status === 429 ? capMs : Math.min(capMs, baseMs * 2 ** n + random() * 1000),
};

/**
 * The defaults of the `openai` SDK: 0.5 s, doubled up to 8 s, minus up to 25 % jitter. The SDK obeys a `Retry-After` of
 * up to 60 s.
 */
const openai: RetryLoop = {
  maxRetries: 2,
  delayMs: ({ n, refusal: { retryAfterS }, random }) =>
    retryAfterS !== undefined && retryAfterS <= 60
      ? retryAfterS * 1000
      : Math.min(8000, 500 * 2 ** n) * (1 - random() * 0.25),
};

/** Full jitter as published by AWS, which ignores `Retry-After`. */
const full: RetryLoop = { maxRetries: 5, delayMs: ({ n, random }) => random() * Math.min(capMs, baseMs * 2 ** n) };

/** Decorrelated jitter as published by AWS, which ignores `Retry-After`. */
const decorrelated: RetryLoop = {
  maxRetries: 5,
  delayMs: ({ previousMs = baseMs, random }) => Math.min(capMs, between(random, [baseMs, 3 * previousMs])),
};

/** Returns a strategy in which each client retries without regard to other clients. */
function independentClients({ maxRetries, delayMs }: RetryLoop): Strategy {
  return (world, random) => (question) => {
    const attempt = (n: number, previousMs: number | undefined): void =>
      question.send((refusal) => {
        if (!refusal) question.succeeded();
        else if (n >= maxRetries) question.failed();
        else {
          const delay = delayMs({ n, refusal, previousMs, random });
          world.callAfter(delay, () => attempt(n + 1, delay));
        }
      });
    attempt(0, undefined);
  };
}

/** Retry strategies of other clients. */
export const peers = {
  classic: independentClients(classic),
  openai: independentClients(openai),
  full: independentClients(full),
  decorrelated: independentClients(decorrelated),
} as const;
