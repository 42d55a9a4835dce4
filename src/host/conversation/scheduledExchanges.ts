import { endSchedule, markScheduled, type Schedule, type ScheduleEnd } from '../../engine/state/turnState';
import type { JournalLine } from '../journal/journalSchema';
import { canRetry, type Exchange } from '../journal/exchange';
import type { Exchanges } from '../journal/exchanges';
import type { ImmediateStart, TurnRunner, TurnStart } from './turnRunner';

/** The conversation to which the scheduled exchanges belong. */
interface ScheduledExchangesOwner {
  /** Returns whether another window has the right to write the conversation. */
  isReadOnly(): boolean;
  /** Records a change in the journal. */
  append(line: JournalLine): void;
  /** Stores a changed exchange. */
  update(exchange: Exchange): void;
  /** Starts the turn of an exchange again, with another model if one is given. */
  rerun(exchange: Exchange, start: TurnStart, model: string): void;
}

/** The exchanges of a conversation whose prompts are sent later. */
export class ScheduledExchanges {
  constructor(
    private readonly exchanges: Pick<Exchanges, 'all' | 'get'>,
    private readonly turnRunner: Pick<TurnRunner, 'activeExchange' | 'stop' | 'waitForCurrentTurn'>,
    private readonly owner: ScheduledExchangesOwner,
  ) {}

  /** Returns the scheduled exchanges of all versions. */
  list(): readonly Exchange[] {
    return this.exchanges.all().filter(isScheduled);
  }

  /**
   * Schedules the prompt of an exchange, after its turn has ended. If the turn is still running, it is stopped first.
   * @returns whether the prompt is scheduled now
   */
  async add(exchangeId: string, schedule: Schedule): Promise<boolean> {
    if (this.turnRunner.activeExchange?.id === exchangeId) {
      this.turnRunner.stop();
      await this.turnRunner.waitForCurrentTurn();
    }
    const exchange = this.exchanges.get(exchangeId);
    // Checks again, because the answer may have become complete, or the user may have retried, while the turn ended.
    if (this.owner.isReadOnly() || !exchange || !canRetry(exchange) || isScheduled(exchange)) return false;
    this.owner.append({ type: 'scheduled', exchangeId, ...schedule });
    this.owner.update({ ...exchange, state: markScheduled(exchange.state, schedule) });
    return true;
  }

  /** Ends the schedule of an exchange without sending its prompt. Does nothing if the exchange is not scheduled. */
  end(exchangeId: string, end: ScheduleEnd): void {
    const exchange = this.exchanges.get(exchangeId);
    if (this.owner.isReadOnly() || !exchange || !isScheduled(exchange)) return;
    this.owner.append({ type: 'unscheduled', exchangeId, end });
    this.owner.update({ ...exchange, state: endSchedule(exchange.state, end) });
  }

  /**
   * Starts the turn of a scheduled exchange with the model that the schedule names, even if the user has selected
   * another one since. The caller must have claimed the prompt. Does nothing if the exchange is not scheduled.
   * @param immediate set if the user has asked for it, so that the turn does not wait for the cooldown of the gateway
   */
  send(exchangeId: string, model: string, immediate?: ImmediateStart): void {
    const exchange = this.exchanges.get(exchangeId);
    if (!exchange || !isScheduled(exchange)) return;
    const state = endSchedule(exchange.state, { outcome: 'stopped' });
    this.owner.rerun({ ...exchange, state, model }, { immediate }, model);
  }
}

/** Returns whether the prompt of the exchange is scheduled. */
export function isScheduled({ state }: Exchange): boolean {
  return state.phase === 'scheduled';
}
