import type { Closed } from './closure';
import type { Cooldown } from './sharedCooldowns';

/**
 * A request's place before a gate, and behind it. Exactly one of `limited`, `failed` and `over` ends it; further ones are
 * ignored, and so are verdicts on a request that was never let through.
 */
export interface Ticket {
  /** Why and until when it has to wait; undefined: it may go, and is in flight until its end. */
  readonly closed: Closed | undefined;
  /** The user wants it to go now. */
  force(): void;
  /** Response headers with a 2xx have arrived: the gateway takes requests. It stays in flight. */
  accepted(): void;
  /** It was told to wait. */
  limited(cooldown: Cooldown): void;
  /**
   * The provider has failed, before or after it had accepted.
   * @param hintMs for how long it wants to be left alone
   */
  failed(hintMs?: number): void;
  /** @param finished a whole answer; else no verdict on the provider: stopped, a client error, the network down */
  over(finished?: boolean): void;
}

/** What becomes of a place, as the gate sees it. Its round is the one it was sent in. */
export interface Verdicts {
  force(place: Place): void;
  accepted(round: number): void;
  limited(cooldown: Cooldown): void;
  failed(round: number, hintMs: number | undefined): void;
  succeeded(round: number): void;
  /** Whatever the verdict was, which comes first. @param round undefined: it was still in the line */
  left(place: Place, round: number | undefined): void;
}

export class Place implements Ticket {
  closed: Closed | undefined;
  private round: number | undefined;
  /** The gateway has accepted it. */
  taken = false;
  private ended = false;

  constructor(
    private readonly gate: Verdicts,
    readonly changed: () => void,
  ) {}

  sent(round: number): void {
    this.round = round;
    this.closed = undefined;
  }

  force(): void {
    if (!this.ended && this.round === undefined) this.gate.force(this);
  }

  accepted(): void {
    if (this.ended || this.taken || this.round === undefined) return;
    this.taken = true;
    this.gate.accepted(this.round);
  }

  limited(cooldown: Cooldown): void {
    this.end(() => this.gate.limited(cooldown));
  }

  failed(hintMs?: number): void {
    this.end((round) => this.gate.failed(round, hintMs));
  }

  over(finished = false): void {
    this.end((round) => finished && this.gate.succeeded(round));
  }

  private end(verdict: (round: number) => unknown): void {
    if (this.ended) return;
    this.ended = true;
    if (this.round !== undefined) verdict(this.round);
    this.gate.left(this, this.round);
  }
}
