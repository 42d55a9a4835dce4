import type { Refusal } from '../gateway';
import type { World } from '../world';

/** One question of one client, as its strategy sees it. */
export interface Question {
  /** One call to the gateway; answered with a refusal, or with undefined once the headers of an answer are there. */
  send(answered: (refusal: Refusal | undefined) => void): void;
  /** Exactly one of these ends it. Milliseconds until the answer has streamed are returned. */
  succeeded(): number;
  failed(): void;
}

/** Made once for a crowd. @returns what a client does with its question */
export type Strategy = (world: World, random: () => number) => (question: Question) => void;
