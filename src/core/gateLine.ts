import type { EngineDeps } from './engine';
import { local } from './faults/classify';
import { localFaults } from './faults/table';
import type { Judge } from './judge';
import type { Closed, Gate, Ticket } from './network/gate';
import type { Passage } from './passage';
import type { WaitWords } from './pauses';
import { deadlineOf, nextModel, tooFarAway } from './retryPolicy';
import type { TurnHistory } from './turnHistory';
import { faultOf, type Failure, type Standing, type TurnWords } from './turnWords';

/** What the turn knows while it stands in the line. */
export interface InLineTurn {
  readonly standing: () => Standing;
  /** What the user wants by now; `over`: the turn has ended. */
  readonly wants: () => 'retry-now' | 'switch' | 'elsewhere' | 'over' | undefined;
  /** It is this turn's own last attempt that has closed the gate. */
  readonly closedByItself: boolean;
}

/** What the line leads to: `left` because the user wants something else. */
export type LineEnd =
  | { readonly to: 'through' | 'left' }
  | { readonly to: 'another-model'; readonly model: string }
  | { readonly to: 'failure'; readonly failure: Failure };

/** A turn in the line before a gate: what it says there, and when it is of no use to stand there. */
export class GateLine {
  constructor(
    private readonly deps: Pick<EngineDeps, 'clock' | 'settings'>,
    private readonly history: TurnHistory,
    private readonly passage: Passage,
    private readonly judge: Judge,
    private readonly words: TurnWords,
  ) {}

  /** @param force the user wants it to go whatever the gate says */
  async pass(gate: Gate, force: boolean, turn: InLineTurn): Promise<LineEnd> {
    const closed = await this.passage.enter(gate, force, {
      words: (now) => this.say(now, turn),
      leaves: (ticket) => leaves(ticket, turn),
    });
    const wanted = turn.wants();
    if (wanted && wanted !== 'retry-now') return { to: 'left' };
    if (!closed) return { to: 'through' };
    const model = this.detour(closed);
    if (model !== undefined) return { to: 'another-model', model };
    return { to: 'failure', failure: this.failure(closed) };
  }

  /** undefined: it is of no use to wait that long, or to wait at all. */
  private say(closed: Closed, { standing, closedByItself }: InLineTurn): WaitWords | undefined {
    if (this.detour(closed) !== undefined || this.leftMs(closed) > this.judge.patienceMs) return undefined;
    const told = closedByItself && closed.told === 'request' ? 'turn' : closed.told;
    return this.words.line({ ...closed, told }, this.judge.attemptsLeft, standing());
  }

  /** The model to ask instead of one whose breaker is open. */
  private detour({ why }: Closed): string | undefined {
    return why === 'breaker' ? nextModel(this.history, this.deps.settings()) : undefined;
  }

  /** Closed for longer than anybody waits; or this turn has waited enough. */
  private failure(closed: Closed): Failure {
    const seen = faultOf(closed);
    const resetsInMs = this.leftMs(closed);
    const settings = this.deps.settings();
    if (resetsInMs > deadlineOf(settings)) {
      const fault = tooFarAway(seen);
      const { source, delayMs } = closed.cause;
      const asked = closed.why === 'cooldown' && source === 'server' && delayMs > settings.retry.maxHintMs;
      return { decision: { do: 'fail', fault, resetsInMs, ...(asked && { beyondMaxHint: true }) }, seen: fault };
    }
    return { decision: { do: 'fail', fault: local(localFaults.deadline) }, seen };
  }

  private leftMs({ until }: Closed): number {
    return Math.max(0, until - this.deps.clock.now());
  }
}

/** The user's impatience lets a ticket through; whatever else the user wants leaves the line. */
function leaves(ticket: Ticket, { wants }: InLineTurn): boolean {
  const wanted = wants();
  if (wanted === 'retry-now') ticket.force();
  return wanted !== undefined && wanted !== 'retry-now';
}
