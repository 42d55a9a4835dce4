import type { Refusal } from '../gateway';
import type { World } from '../world';

interface CalledGateway {
  readonly baseUrl: string;
  readonly canSwitchGateway: boolean;
}

/** A question of one client. The strategy decides when it calls the gateway. */
export interface Question {
  /**
   * Calls the gateway. `answered` gets a refusal, or undefined when the headers of an answer have arrived.
   * @param gateway its base URL, and whether the call gives up a connection that takes long. Strategies that know only one
   * gateway leave it out.
   */
  send(answered: (refusal: Refusal | undefined) => void, gateway?: CalledGateway): void;
  /** Ends the question with an answer. @returns the duration of the answer's stream, in milliseconds */
  succeeded(): number;
  /** Ends the question without an answer. */
  failed(): void;
}

/** Creates a strategy for a crowd. @returns a function that handles the question of one client */
export type Strategy = (world: World, random: () => number) => (question: Question) => void;
