import type { RunningTurn } from '../../../engine/engine';
import type { FaultAction } from '../../../engine/events';

/** A turn of the chat that runs. */
interface ChatTurn {
  readonly turn: RunningTurn;
  /** What can be done about the wait it is in; undefined: it is in none. */
  waitActions: readonly FaultAction[] | undefined;
}

/** The turns that run, by the id that their buttons carry. A button stays in the chat when its turn is long over. */
export class ChatTurns {
  private readonly running = new Map<string, ChatTurn>();
  /** The last one that was started; what is older has been gone on from. */
  private last: { readonly id: string; readonly pickedInChat: boolean } | undefined;
  private isTryAnywayNext = false;

  /** @param pickedInChat its model was chosen in the chat, not in the settings */
  start(id: string, turn: RunningTurn, pickedInChat: boolean): ChatTurn {
    const started = { turn, waitActions: undefined };
    this.running.set(id, started);
    this.last = { id, pickedInChat };
    return started;
  }

  get pickedInChat(): boolean {
    return this.last?.pickedInChat === true;
  }

  end(id: string): void {
    this.running.delete(id);
  }

  get(id: string): ChatTurn | undefined {
    return this.running.get(id);
  }

  isLast(id: string): boolean {
    return this.last?.id === id;
  }

  /** After a reload nothing is known of what a chat still shows: there it is for the chat's own history to say. */
  isSuperseded(id: string): boolean {
    return this.last !== undefined && this.last.id !== id;
  }

  /** @param ask asks; its request may come before or after it resolves, and goes out whatever has failed before */
  async tryAnywayNext(ask: () => Promise<void>): Promise<void> {
    this.isTryAnywayNext = true;
    try {
      await ask();
    } catch (error) {
      this.isTryAnywayNext = false;
      throw error;
    }
  }

  /** For each request, whatever becomes of it: what one has not used is not for the next. */
  consumeTryAnyway(): boolean {
    const { isTryAnywayNext: anyway } = this;
    this.isTryAnywayNext = false;
    return anyway;
  }
}
