import type { PanelClock } from '../util/panelClock';

/** Something that the {@link DrawQueue} draws. */
export interface Drawable {
  /** Starts drawing and calls `onDrawn` once, immediately or later, when everything is drawn or the drawable is disposed. */
  draw(onDrawn: () => void): void;
}

/**
 * Maximum time for creating elements in one frame, in milliseconds. The maximum is low, because laying out and painting
 * the elements takes the browser several times as long as creating them.
 */
const sliceBudgetMs = 2;

type Priority = 'inView' | 'outOfView';

/**
 * Draws a conversation in small slices, so that a long conversation does not block the page. Exchanges in view are
 * drawn first. The others follow in idle time, newest first.
 */
export class DrawQueue<T extends Drawable> {
  /** The drawables that are still to be drawn, by priority. Each list is drawn from its end. */
  private readonly queued: Readonly<Record<Priority, T[]>> = { inView: [], outOfView: [] };
  private isThrottled = false;
  private readonly scheduled = { inView: false, outOfView: false };
  /** The priority of each drawable whose drawing has started but not finished. */
  private readonly drawing = new Set<Priority>();

  constructor(
    private readonly clock: Pick<PanelClock, 'monotonicNow' | 'frame' | 'idle'>,
    private readonly onDrawn: (drawable: T) => void,
  ) {}

  /** Whether the queue has drawn everything. */
  get isIdle(): boolean {
    const { inView, outOfView } = this.queued;
    return inView.length === 0 && outOfView.length === 0 && this.drawing.size === 0;
  }

  add(drawable: T): void {
    this.queued.outOfView.push(drawable);
  }

  /** Draws a queued drawable next, because the user can see it now. */
  prefer(drawable: T): void {
    if (!this.remove(drawable)) return;
    this.queued.inView.push(drawable);
    this.schedule('inView');
  }

  /**
   * Removes a drawable from the queue.
   * @returns whether it was queued
   */
  remove(drawable: T): boolean {
    for (const list of [this.queued.inView, this.queued.outOfView]) {
      const index = list.indexOf(drawable);
      if (index < 0) continue;
      list.splice(index, 1);
      return true;
    }
    return false;
  }

  /** Draws the first slice of the drawables in view immediately, and schedules the others. */
  start(): void {
    this.drawSlice('inView');
    if (this.queued.outOfView.length > 0) this.schedule('outOfView');
  }

  /**
   * Sets whether drawing is slowed down, for example while a turn is running. The queue then draws only one drawable
   * out of view per idle period.
   */
  setThrottled(isThrottled: boolean): void {
    this.isThrottled = isThrottled;
  }

  private schedule(priority: Priority): void {
    if (this.scheduled[priority]) return;
    this.scheduled[priority] = true;
    this.clock[priority === 'inView' ? 'frame' : 'idle'](() => {
      this.scheduled[priority] = false;
      this.drawSlice(priority);
    });
  }

  private drawSlice(priority: Priority): void {
    if (this.drawing.has(priority)) return;
    const list = this.queued[priority];
    const drawsOne = priority === 'outOfView' && this.isThrottled;
    const end = this.clock.monotonicNow() + sliceBudgetMs;
    for (let next = list.pop(); next; next = list.pop()) {
      this.drawing.add(priority);
      this.drawOne(next, priority);
      if (this.drawing.has(priority)) return;
      if ((drawsOne || this.clock.monotonicNow() >= end) && list.length > 0) {
        this.schedule(priority);
        return;
      }
    }
  }

  private drawOne(drawable: T, priority: Priority): void {
    const call = { hasReturned: false };
    drawable.draw(() => {
      this.drawing.delete(priority);
      this.onDrawn(drawable);
      if (call.hasReturned) this.schedule(priority);
    });
    call.hasReturned = true;
  }
}

/** Calls `onNear` once, when a watched element comes into view or close to the view. */
export type ObserveNear = (scroller: Element) => {
  watch(target: Element, onNear: () => void): void;
  unwatch(target: Element): void;
};

/** Watches elements with an `IntersectionObserver`. */
export const observeNearInBrowser: ObserveNear = (scroller) => {
  const callbacks = new Map<Element, () => void>();
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        const onNear = callbacks.get(target);
        unwatch(target);
        onNear?.();
      }
    },
    { root: scroller, rootMargin: '50% 0px' },
  );
  const unwatch = (target: Element): void => {
    callbacks.delete(target);
    observer.unobserve(target);
  };
  return {
    watch: (target, onNear) => {
      callbacks.set(target, onNear);
      observer.observe(target);
    },
    unwatch,
  };
};
