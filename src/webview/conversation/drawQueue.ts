import type { PanelClock } from '../util/panelClock';

export interface Drawable {
  /** Starts drawing and calls `onDrawn` once, immediately or later, when everything is drawn or the drawable is disposed. */
  draw(onDrawn: () => void): void;
}

/** In milliseconds. It is low, because layout and painting take several times as long as creating the elements. */
const sliceBudgetMs = 2;

type Lane = 'inView' | 'outOfView';

/** Draws in small slices, so that a long conversation does not block the page: exchanges in view, then the newest. */
export class DrawQueue<T extends Drawable> {
  /** The drawables that are still to be drawn. Each lane is drawn from its end. */
  private readonly queued: Readonly<Record<Lane, T[]>> = { inView: [], outOfView: [] };
  /** The lanes that will be drawn in a frame or in idle time. */
  private readonly scheduled = new Set<Lane>();
  /** The lanes that have a partly drawn drawable. */
  private readonly drawing = new Set<Lane>();

  constructor(
    private readonly clock: Pick<PanelClock, 'monotonicNow' | 'frame' | 'idle'>,
    private readonly onDrawn: (drawable: T) => void,
  ) {}

  get isIdle(): boolean {
    const { inView, outOfView } = this.queued;
    return inView.length === 0 && outOfView.length === 0 && this.drawing.size === 0;
  }

  add(drawable: T): void {
    this.queued.outOfView.push(drawable);
  }

  prefer(drawable: T): void {
    if (!this.remove(drawable)) return;
    this.queued.inView.push(drawable);
    this.schedule('inView');
  }

  remove(drawable: T): boolean {
    return Object.values(this.queued).some((list) => {
      const index = list.indexOf(drawable);
      if (index >= 0) list.splice(index, 1);
      return index >= 0;
    });
  }

  start(): void {
    this.drawSlice('inView');
    if (this.queued.outOfView.length > 0) this.schedule('outOfView');
  }

  private schedule(lane: Lane): void {
    if (this.scheduled.has(lane)) return;
    this.scheduled.add(lane);
    this.clock[lane === 'inView' ? 'frame' : 'idle'](() => {
      this.scheduled.delete(lane);
      this.drawSlice(lane);
    });
  }

  private drawSlice(lane: Lane): void {
    const list = this.queued[lane];
    const end = this.clock.monotonicNow() + sliceBudgetMs;
    while (list.length > 0 && !this.drawing.has(lane)) {
      this.drawNext(lane);
      if (this.clock.monotonicNow() >= end) break;
    }
    if (list.length > 0 && !this.drawing.has(lane)) this.schedule(lane);
  }

  private drawNext(lane: Lane): void {
    const drawable = this.queued[lane].pop();
    let hasReturned = false;
    this.drawing.add(lane);
    drawable?.draw(() => {
      this.drawing.delete(lane);
      this.onDrawn(drawable);
      if (hasReturned) this.schedule(lane);
    });
    hasReturned = true;
  }
}

/** Calls `onNear` once, when a watched element comes into view or close to the view. */
export type ObserveNear = (scroller: Element) => {
  watch(target: Element, onNear: () => void): void;
  unwatch(target: Element): void;
};

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
