import type { PanelClock } from '../util/panelClock';

export interface Drawable {
  /** Calls `drawn` when it is on screen, at once or later; also when it is disposed of before that. */
  draw(drawn: () => void): void;
}

/** Of the slice of a frame: the browser takes several times as long to lay out and paint what is drawn in it. */
const budgetMs = 2;

/**
 * Draws a conversation piece by piece, so that no length of it keeps the person waiting: what is looked at first, then
 * the newest first, when there is nothing else to do.
 */
export class DrawQueue<T extends Drawable> {
  /** The next one last. */
  private readonly seen: T[] = [];
  private readonly unseen: T[] = [];
  private held = false;
  private readonly scheduled = { seen: false, unseen: false };
  /** One of them is being drawn, slice by slice. */
  private readonly drawing = new Set<'seen' | 'unseen'>();

  constructor(
    private readonly clock: Pick<PanelClock, 'monotonicNow' | 'frame' | 'idle'>,
    private readonly onDrawn: (drawable: T) => void,
  ) {}

  /** All of it is on screen. */
  get idle(): boolean {
    return this.seen.length === 0 && this.unseen.length === 0 && this.drawing.size === 0;
  }

  add(drawable: T): void {
    this.unseen.push(drawable);
  }

  /** It is looked at. */
  prefer(drawable: T): void {
    if (!this.remove(drawable)) return;
    this.seen.push(drawable);
    this.later('seen');
  }

  /** @returns whether it was still to be drawn. */
  remove(drawable: T): boolean {
    for (const list of [this.seen, this.unseen]) {
      const index = list.indexOf(drawable);
      if (index < 0) continue;
      list.splice(index, 1);
      return true;
    }
    return false;
  }

  /** Draws the first ones of those that are looked at now, the others later. */
  start(): void {
    this.drawSome('seen');
    if (this.unseen.length > 0) this.later('unseen');
  }

  /** An answer is being written: of what nobody looks at one is drawn at a time, where there is nothing else to do. */
  hold(held: boolean): void {
    this.held = held;
  }

  private later(list: 'seen' | 'unseen'): void {
    if (this.scheduled[list]) return;
    this.scheduled[list] = true;
    this.clock[list === 'seen' ? 'frame' : 'idle'](() => {
      this.scheduled[list] = false;
      this.drawSome(list);
    });
  }

  private drawSome(list: 'seen' | 'unseen'): void {
    if (this.drawing.has(list)) return;
    const isGentle = list === 'unseen' && this.held;
    const end = this.clock.monotonicNow() + budgetMs;
    for (let next = this[list].pop(); next; next = this[list].pop()) {
      this.drawing.add(list);
      this.drawOne(next, list);
      if (this.drawing.has(list)) return;
      if ((isGentle || this.clock.monotonicNow() >= end) && this[list].length > 0) {
        this.later(list);
        return;
      }
    }
  }

  private drawOne(drawable: T, list: 'seen' | 'unseen'): void {
    const call = { returned: false };
    drawable.draw(() => {
      this.drawing.delete(list);
      this.onDrawn(drawable);
      if (call.returned) this.later(list);
    });
    call.returned = true;
  }
}

/** Tells once when an element comes into view, or close to it. */
export type ObserveNear = (scroller: Element) => {
  watch(target: Element, near: () => void): void;
  forget(target: Element): void;
};

export const observeNearInBrowser: ObserveNear = (scroller) => {
  const waiting = new Map<Element, () => void>();
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        const near = waiting.get(target);
        forget(target);
        near?.();
      }
    },
    { root: scroller, rootMargin: '50% 0px' },
  );
  const forget = (target: Element): void => {
    waiting.delete(target);
    observer.unobserve(target);
  };
  return {
    watch: (target, near) => {
      waiting.set(target, near);
      observer.observe(target);
    },
    forget,
  };
};
