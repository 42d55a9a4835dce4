import type { RunningTurn } from '../../../engine/engine';
import type { FaultAction } from '../../../engine/events';

/** A running turn in the chat. */
interface ChatTurn {
  readonly turn: RunningTurn;
  /** The actions that are possible during the current wait, or undefined if the turn is not waiting. */
  waitActions: readonly FaultAction[] | undefined;
}

/** The button of a failed turn that starts the next chat request in another way than a prompt of the user does. */
export type ButtonStart = 'tryAnyway' | 'moreRoom';

/**
 * The running turns in the chat, by the ID in the arguments of their buttons. A button stays in the chat after its turn
 * has ended, and then finds no turn.
 */
export class ChatTurns {
  private readonly running = new Map<string, ChatTurn>();
  /** The turn that was started last. */
  private last: { readonly id: string; readonly pickedInChat: boolean } | undefined;
  private nextStart: ButtonStart | undefined;

  /**
   * Adds a running turn.
   * @param pickedInChat whether the user selected the model in the chat. The turn then ignores the model in the
   * settings.
   */
  start(id: string, turn: RunningTurn, pickedInChat: boolean): ChatTurn {
    const chatTurn = { turn, waitActions: undefined };
    this.running.set(id, chatTurn);
    this.last = { id, pickedInChat };
    return chatTurn;
  }

  /** Whether the model of the last turn was selected in the chat, not taken from the settings. */
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
   * Returns whether another turn was started after this one. Returns false as long as no turn has been started since
   * the window was reloaded.
   */
  isSuperseded(id: string): boolean {
    return this.last !== undefined && this.last.id !== id;
  }

  /**
   * Lets the next chat request start as a button asks for.
   * @param sendPrompt sends a prompt to the chat. VS Code may pass the resulting chat request to the extension before
   * or after the promise of `sendPrompt` resolves.
   */
  async startNext(start: ButtonStart, sendPrompt: () => Promise<void>): Promise<void> {
    this.nextStart = start;
    try {
      await sendPrompt();
    } catch (error) {
      this.nextStart = undefined;
      throw error;
    }
  }

  /**
   * Returns how the current chat request starts, and resets it, so that it does not apply to a later request. Must be
   * called for every chat request.
   */
  consumeStart(): ButtonStart | undefined {
    const { nextStart } = this;
    this.nextStart = undefined;
    return nextStart;
  }
}
