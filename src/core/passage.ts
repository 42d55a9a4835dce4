import type { Clock } from './clock';
import type { Fault } from './faults/classify';
import { providerFaults } from './faults/table';
import type { Closed, Gate, Ticket } from './network/gate';
import type { Pauses, WaitWords } from './pauses';
import type { Decision } from './retryPolicy';

/**
 * Without a hint the others wait no longer than this for a probe, though a turn that was refused often waits longer
 * itself: its patience says nothing of when the gateway takes requests again.
 */
const longestGuessMs = 2_800;

/** What the turn has to say while it stands in a line. */
export interface InLine {
  /** undefined: it is of no use to wait. */
  readonly words: (closed: Closed) => WaitWords | undefined;
  /** Whether the wait that has just ended was ended by somebody who wants something else; may force the ticket. */
  readonly leaves: (ticket: Ticket) => boolean;
}

/** An attempt's way through the gate of its model, and its verdict for those who come after it. */
export class Passage {
  private ticket: Ticket | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly pauses: Pauses,
  ) {}

  /** @returns undefined: through, or `leaves` has said so; else why it is of no use to wait */
  async enter(gate: Gate, force: boolean, line: InLine): Promise<Closed | undefined> {
    this.over();
    const ticket = gate.enter(() => this.pauses.end());
    this.ticket = ticket;
    if (force) ticket.force();
    const through = await this.pauses.inLine(ticket, line.words, () => line.leaves(ticket));
    if (through) return undefined;
    const { closed } = ticket;
    ticket.over();
    return closed;
  }

  /** The gateway has taken the request. */
  accepted(): void {
    this.ticket?.accepted();
  }

  /** Before the decision, which asks whether the breaker is open now. */
  failed({ row, hint }: Fault): void {
    if (providerFaults.has(row)) this.ticket?.failed(hint?.delayMs);
  }

  decided(fault: Fault, decision: Decision): void {
    const delayMs = cooldownMs(fault, decision);
    if (delayMs === undefined) return this.over();
    const source = fault.hint ? 'server' : 'backoff';
    this.ticket?.limited({ until: this.clock.now() + delayMs, delayMs, source, reason: fault.kind });
  }

  /** @param finished a whole answer; else it says nothing of the provider */
  over(finished = false): void {
    this.ticket?.over(finished);
    this.ticket = undefined;
  }
}

/** A hint is for everybody, whatever becomes of this turn; a guess is worth something only to who waits for it. */
function cooldownMs({ policy, hint }: Fault, decision: Decision): number | undefined {
  if (policy.retry !== 'hint' && policy.retry !== 'overload') return undefined;
  if (hint) return hint.delayMs;
  return decision.do === 'wait' ? Math.min(longestGuessMs, decision.delayMs) : undefined;
}
