import type { Clock } from '../clock';
import { Breaker } from './breaker';
import { Closure } from './closure';
import { LineTimer } from './lineTimer';
import type { Scope } from './scope';
import type { Cooldown, SharedCooldowns } from './sharedCooldowns';
import { SharedNotes } from './sharedNotes';
import { SlowStart } from './slowStart';
import { Place, type Ticket, type Verdicts } from './ticket';

export type { Closed } from './closure';
export type { Ticket } from './ticket';

/**
 * Decides who may ask a model. A limit, or a provider that keeps failing, closes it; when the time is up one probe goes
 * first, and the others follow as the gateway takes them. First come, first served.
 */
export class Gate {
  private readonly line = new Set<Place>();
  private inFlight = 0;
  private readonly slowStart = new SlowStart();
  private breaker = new Breaker();
  /** The round that began when the breaker last opened: what was sent before is no further failure. */
  private openedIn = 0;
  /** There as long as the slow start lasts: it is also what those wait for whom others precede. */
  private closure: Closure | undefined;
  /** One after the other; of what other windows were told. */
  private emptyReads = 0;
  private readonly notes: SharedNotes;
  private readonly timer: LineTimer;
  private readonly verdicts: Verdicts = {
    force: (place) => {
      this.send(place);
      this.update();
      place.changed();
    },
    accepted: (round) => this.accepted(round),
    limited: (cooldown) => {
      if (this.close('cooldown', cooldown, 'request')) this.notes.write(cooldown);
    },
    failed: (round, hintMs) => this.failed(round, hintMs),
    succeeded: (round) => {
      if (round >= this.openedIn) this.breaker.succeeded();
    },
    left: (place, round) => this.leave(place, round),
  };

  constructor(
    private readonly clock: Clock,
    shared: SharedCooldowns,
    scope: Scope,
    /** It is closed until another time than before, or no longer before that has come. */
    private readonly onClosed: () => void = () => undefined,
  ) {
    this.notes = new SharedNotes(shared, scope);
    this.timer = new LineTimer(clock, () => {
      this.update();
      if (this.line.size > 0) void this.sync();
    });
  }

  /** Epoch milliseconds; undefined: the time is up, though others may have to go first. */
  get closedUntil(): number | undefined {
    return this.leftMs > 0 ? this.closure?.until : undefined;
  }

  get breakerOpen(): boolean {
    return this.leftMs > 0 && this.closure?.why === 'breaker';
  }

  /** Of the provider, one after the other. */
  get failures(): number {
    return this.breaker.failures;
  }

  /** Nobody waits or is on the way, and nobody would be held up. */
  get idle(): boolean {
    return this.line.size === 0 && this.inFlight === 0 && this.leftMs === 0;
  }

  /** Learns what other windows were told. Never rejects. */
  async sync(): Promise<void> {
    const cooldown = await this.notes.read();
    this.emptyReads = cooldown ? 0 : this.emptyReads + 1;
    // Once is not enough: a note that is being renamed, or a folder that can't be read, looks the same.
    if (this.emptyReads > 1) this.forgetNote();
    if (!cooldown || cooldown.until <= this.clock.now()) return;
    // The very note that closed it says nothing new, even where a clock that was set back makes it look longer.
    if (cooldown.until === this.closure?.cause.until) return;
    if (this.close('cooldown', cooldown, 'window')) this.update();
  }

  /**
   * Joins the line.
   * @param changed the ticket says something else than before; never called before `enter` has returned
   */
  enter(changed: () => void): Ticket {
    const place = new Place(this.verdicts, changed);
    this.line.add(place);
    this.update(place);
    return place;
  }

  /** Opens it and forgets everything, notes of other windows too; who waits goes. */
  reset(): void {
    this.breaker = new Breaker();
    this.becomes(undefined);
    this.slowStart.open();
    this.notes.clear();
    this.update();
  }

  /** What counts against the provider; its pause, if there is one, stays for the others. */
  forgetFailures(): void {
    this.breaker = new Breaker();
  }

  /** The window that was told knows better by now, or everything was reset: a probe may go. */
  private forgetNote(): void {
    if (this.leftMs === 0 || this.closure?.told !== 'window') return;
    this.becomes(this.closure.ended());
    this.update();
  }

  private get leftMs(): number {
    return this.closure?.leftMs ?? 0;
  }

  private accepted(round: number): void {
    const { probing } = this.slowStart;
    if (!this.slowStart.accepted(round)) return;
    if (this.line.size === 0) this.slowStart.open();
    this.becomes(this.slowStart.isOpen ? undefined : this.closure?.ended());
    if (probing) this.notes.clear();
    this.update();
  }

  private failed(round: number, hintMs: number | undefined): void {
    if (round < this.openedIn) return;
    const delayMs = this.breaker.failed(hintMs);
    if (delayMs === undefined) return;
    const source = delayMs === hintMs ? 'server' : 'backoff';
    this.close('breaker', { until: this.clock.now() + delayMs, delayMs, source, reason: 'breaker' }, 'request');
    this.openedIn = this.slowStart.round;
  }

  /** @returns false: it is closed for at least as long already */
  private close(why: Closure['why'], cause: Cooldown, told: 'request' | 'window'): boolean {
    const closure = new Closure(this.clock, why, cause, told);
    if (this.slowStart.probing && closure.leftMs <= this.leftMs) return false;
    this.becomes(closure);
    this.slowStart.begin();
    return true;
  }

  private becomes(closure: Closure | undefined): void {
    const before = this.closedUntil;
    this.closure = closure;
    if (this.closedUntil !== before) this.onClosed();
  }

  private leave(place: Place, round: number | undefined): void {
    this.line.delete(place);
    if (round !== undefined) {
      this.inFlight--;
      if (!place.taken) this.slowStart.refused(round);
    }
    this.update();
  }

  private send(place: Place): void {
    this.line.delete(place);
    this.inFlight++;
    place.sent(this.slowStart.send());
  }

  /** Lets through who may go, and tells those for whom anything is new; a newcomer sees it for itself. */
  private update(newcomer?: Place): void {
    const told = [...this.line].filter((place) => this.isNews(place));
    if (this.line.size === 0) this.timer.stop();
    else this.timer.run(this.leftMs);
    for (const place of told) if (place !== newcomer) place.changed();
  }

  private isNews(place: Place): boolean {
    const { closed } = place;
    if (!this.closure || (this.leftMs === 0 && this.slowStart.hasRoom)) this.send(place);
    else place.closed = this.closure.say(closed);
    return place.closed !== closed;
  }
}
