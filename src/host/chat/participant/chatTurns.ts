import type { RunningTurn } from '../../../engine/engine';
import type { FaultAction } from '../../../engine/events';

/** A running turn of the chat. */
interface ChatTurn {
  readonly turn: RunningTurn;
  /** Actions that the current wait offers, or undefined if the turn is not waiting. */
  waitActions: readonly FaultAction[] | undefined;
}

/**
 * The running turns of the chat, by the ID that their buttons have. A button stays in the chat after its turn has
 * ended.
 */
export class ChatTurns {
  private readonly running = new Map<string, ChatTurn>();
  /** The turn that was started last. */
  private last: { readonly id: string; readonly pickedInChat: boolean } | undefined;
  private isTryAnywayNext = false;

  /**
   * Adds a running turn.
   * @param pickedInChat whether the user selected the model in the chat, so that the model of the settings is not used
   */
  start(id: string, turn: RunningTurn, pickedInChat: boolean): ChatTurn {
    const chatTurn = { turn, waitActions: undefined };
    this.running.set(id, chatTurn);
    this.last = { id, pickedInChat };
    return chatTurn;
  }

  /** Whether the model of the last turn was selected in the chat. */
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

  /**
   * Returns whether a later turn was started. After a reload, the result is false for all turns that the chat still
   * shows.
   */
  isSuperseded(id: string): boolean {
    return this.last !== undefined && this.last.id !== id;
  }

  /**
   * Makes the next request ignore the circuit breaker.
   * @param sendPrompt sends the prompt. Its request may arrive before or after the promise resolves.
   */
  async tryAnywayNext(sendPrompt: () => Promise<void>): Promise<void> {
    this.isTryAnywayNext = true;
    try {
      await sendPrompt();
    } catch (error) {
      this.isTryAnywayNext = false;
      throw error;
    }
  }

  /**
   * Returns whether this request ignores the circuit breaker, and resets the flag. Every request must call this method.
   */
  consumeTryAnyway(): boolean {
    const { isTryAnywayNext } = this;
    this.isTryAnywayNext = false;
    return isTryAnywayNext;
  }
}
