import type { Clock } from '../../core/clock';
import type { Conversation } from '../conversation/conversation';

type Shown = Pick<Conversation, 'id' | 'active'>;

export type EndOfDemo = 'closed' | 'idle';

export interface DemoLifeDeps {
  readonly clock: Clock;
  /** The demo ends when nothing was asked of it for so many milliseconds. */
  readonly idleMs: number;
  /** It has a panel. */
  readonly isShown: (id: string) => boolean;
  readonly end: (why: EndOfDemo) => void;
}

/** Ends a demo that somebody has opened: with the last panel of it, or when nobody has asked it anything for a while. */
export class DemoLife {
  /** Those in panels that the demo was opened or asked in, by their id; undefined: nobody has opened it. */
  private shown: Map<string, Shown> | undefined;
  private cancel: () => void = () => undefined;

  constructor(private readonly deps: DemoLifeDeps) {}

  /** Somebody opens it, in a panel of that conversation. */
  opened(conversation: Shown): void {
    this.shown ??= new Map();
    this.keep(this.shown, conversation);
  }

  /** A turn of it goes on there; one whose panel is closed runs on, and keeps nothing alive. */
  asked(conversation: Shown): void {
    if (this.shown && this.deps.isShown(conversation.id)) this.keep(this.shown, conversation);
  }

  /** A panel is closed. */
  closed({ id }: Shown): void {
    if (this.shown?.delete(id) && this.shown.size === 0) this.end('closed');
  }

  /** It has ended, for whatever reason. */
  over(): void {
    this.cancel();
    this.shown = undefined;
  }

  dispose(): void {
    this.over();
  }

  private keep(shown: Map<string, Shown>, conversation: Shown): void {
    shown.set(conversation.id, conversation);
    this.rest();
  }

  private rest(): void {
    this.cancel();
    this.cancel = this.deps.clock.after(this.deps.idleMs, () => {
      // A wait may be longer than that.
      const runs = [...(this.shown?.values() ?? [])].some(({ active }) => active?.demo === true);
      if (runs) this.rest();
      else this.end('idle');
    });
  }

  private end(why: EndOfDemo): void {
    this.over();
    this.deps.end(why);
  }
}
