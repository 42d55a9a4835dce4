/** How text that is not shown yet gets its turns. */
export interface FlushTurns {
  /** Calls `flush` once, before the next frame. */
  readonly frame: (flush: () => void) => void;
  /** Calls `flush` once, soon, whether or not there will be a frame. */
  readonly slice: (flush: () => void) => void;
}

/** Frames whose work may pile up before it is done between them: a window that isn't painted has no frames at all. */
const FRAMES_BEHIND = 3;

/** Asks for a turn while there is work, with one frame and one slice asked for at most. */
export class FlushQueue {
  private frameAsked = false;
  private sliceAsked = false;
  private disposed = false;

  /**
   * @param flush one turn's work.
   * @param turnsLeft how many turns the work that is left will take.
   * @param isEnding no more work will come: what is left doesn't wait for frames.
   */
  constructor(
    private readonly turns: FlushTurns,
    private readonly flush: () => void,
    private readonly turnsLeft: () => number,
    private readonly isEnding: () => boolean,
  ) {}

  ask(): void {
    const left = this.turnsLeft();
    if (left === 0 || this.disposed) return;
    const urgent = this.isEnding();
    if (!urgent && !this.frameAsked) {
      this.frameAsked = true;
      this.turns.frame(() => {
        this.frameAsked = false;
        this.take();
      });
    }
    if ((urgent || left > FRAMES_BEHIND) && !this.sliceAsked) {
      this.sliceAsked = true;
      this.turns.slice(() => {
        this.sliceAsked = false;
        this.take();
      });
    }
  }

  dispose(): void {
    this.disposed = true;
  }

  private take(): void {
    if (this.disposed || this.turnsLeft() === 0) return;
    this.flush();
    this.ask();
  }
}

/** A task of its own. Unlike timers, messages are neither delayed nor slowed down in a window nobody looks at. */
export function inNextTask(call: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    call();
  };
  port2.postMessage(undefined);
}
