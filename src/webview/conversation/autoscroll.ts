import type { PageContext } from '../pageContext';
import type { ReadingPosition } from '../state/unsentStore';
import { closestElement, element, iconButton } from '../util/element';

/** Maximum distance, in pixels, at which the end counts as in view: half a line, as positions can be fractional. */
const endTolerancePx = 12;

const dragEnds = ['pointerup', 'pointercancel'];

/** The conversation, or a column of a comparison that scrolls on its own. */
interface ScrollArea {
  readonly element: HTMLElement;
  /** The content of the element. */
  readonly thread: HTMLElement;
  readonly readingPosition?: ReadingPosition | undefined;
  readonly scrollTopOf?: (position: ReadingPosition) => number | undefined;
}

/**
 * Keeps the end of the conversation in view (follows the end) while the user reads there. A scroll event without user
 * input neither starts nor stops this, because autoscroll itself or shrinking content may have caused the event.
 */
export class Autoscroll {
  private follows = true;
  private restoredTop: (() => number | undefined) | undefined;
  private isUserScrolling = false;
  private isDragging = false;
  /** The last position that autoscroll set. A scroll event there is not from the user, even if the content has grown. */
  private lastSetTop = 0;
  /** Where the user reads; undefined at the end of the conversation. */
  readingPosition: ReadingPosition | undefined;
  private readonly scroller: HTMLElement;

  constructor(
    private readonly context: PageContext,
    private readonly area: ScrollArea,
    private readonly jumpButton?: JumpButton,
  ) {
    const { element: scroller, thread } = area;
    this.scroller = scroller;
    scroller.addEventListener('wheel', ({ deltaY }) => this.handleInput(deltaY < 0), { passive: true });
    scroller.addEventListener('touchmove', () => this.handleInput(false), { passive: true });
    scroller.addEventListener('keydown', (event) => this.handleInput(scrollsUp(event)));
    // Listens to the window only during a drag, because columns of a comparison come and go.
    const endDrag = (): void => {
      this.isDragging = false;
      for (const end of dragEnds) window.removeEventListener(end, endDrag);
    };
    scroller.addEventListener('pointerdown', () => {
      this.isDragging = true;
      this.restoredTop = undefined;
      for (const end of dragEnds) window.addEventListener(end, endDrag);
    });
    scroller.addEventListener('click', ({ target }) => {
      // The end of the conversation is below the answer in which the user is active.
      if (!isInColumnAbove(target, scroller)) return;
      this.follows = false;
      this.reportPosition();
    });
    scroller.addEventListener('scroll', () => this.updateFollowing());
    scroller.addEventListener('scrollend', () => {
      // Updates here too, because Chromium fires the last `scroll` event after `scrollend`, and that event no longer
      // counts as scrolling by the user.
      this.updateFollowing();
      this.isUserScrolling = false;
      if (!this.restoredTop) this.updateReadingPosition();
    });
    const observer = new ResizeObserver(() => this.applyScroll());
    observer.observe(scroller);
    observer.observe(thread);
  }

  followEnd(): void {
    this.follows = true;
    this.isUserScrolling = false;
    this.restoredTop = undefined;
    // Scrolls in the next frame, because scrolling immediately would force a synchronous layout of the new content.
    this.context.clock.frame(() => this.applyScroll());
  }

  /** Scrolls there again whenever the content changes its size, until the user scrolls. */
  restore(position: ReadingPosition | undefined): void {
    this.readingPosition = position;
    const top = (): number | undefined => position && this.area.scrollTopOf?.(position);
    if (top() === undefined) {
      this.followEnd();
      return;
    }
    this.follows = false;
    this.restoredTop = top;
    this.context.clock.frame(() => this.applyScroll());
  }

  /** Call this when something other than scrolling may have moved the end into or out of view. */
  updateAfterMove(): void {
    this.restoredTop = undefined;
    this.follows = this.isAtEnd;
    this.reportPosition();
  }

  private get isAtEnd(): boolean {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight <= endTolerancePx;
  }

  private applyScroll(): void {
    const { scroller } = this;
    if (this.follows) {
      scroller.scrollTop = scroller.scrollHeight;
      this.lastSetTop = scroller.scrollTop;
    }
    const top = this.restoredTop?.();
    if (top !== undefined) scroller.scrollTop = top;
    this.reportPosition();
  }

  /** @param upwards stops following now, because the next token may scroll to the end before the scroll event */
  private handleInput(upwards: boolean): void {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    this.isUserScrolling = true;
    this.restoredTop = undefined;
    if (!upwards) return;
    if (scrollTop > 0 && scrollHeight > clientHeight) this.follows = false;
    this.reportPosition();
  }

  private updateFollowing(): void {
    if (this.isUserScrolling || this.isDragging)
      this.follows = this.isAtEnd || (this.follows && this.scroller.scrollTop === this.lastSetTop);
    this.reportPosition();
  }

  private updateReadingPosition(): void {
    const previous = this.readingPosition;
    this.readingPosition = this.follows ? undefined : this.area.readingPosition;
    if (this.readingPosition ?? previous) this.context.onLocalChange();
  }

  private reportPosition(): void {
    // This attribute makes the style sheet turn off the browser's scroll anchoring while autoscroll follows the end.
    this.scroller.toggleAttribute('data-following', this.follows);
    this.jumpButton?.setVisible(!this.follows && !this.isAtEnd);
  }
}

/** Whether an element is in a column of a comparison that stands above another one and does not scroll itself. */
function isInColumnAbove(target: EventTarget | null, scroller: HTMLElement): boolean {
  const column = closestElement(target, '.column');
  const last = column?.parentElement?.lastElementChild;
  return column && last && column !== scroller
    ? last.getBoundingClientRect().top >= column.getBoundingClientRect().bottom
    : false;
}

function scrollsUp({ key, shiftKey }: KeyboardEvent): boolean {
  return ['PageUp', 'Home', 'ArrowUp'].includes(key) || (key === ' ' && shiftKey);
}

export class JumpButton {
  readonly element: HTMLElement;
  private readonly button: HTMLButtonElement;

  constructor(private readonly context: PageContext) {
    this.button = iconButton(context.strings.jumpToLatest, 'arrowDown', () => {
      context.followEnd();
      context.focusComposer();
    });
    this.button.classList.add('jump-button');
    this.button.hidden = true;
    this.element = element('div', { class: 'jump' }, this.button);
  }

  setVisible(visible: boolean): void {
    if (this.button.hidden === !visible) return;
    const hadFocus = document.activeElement === this.button;
    this.button.hidden = !visible;
    delete this.button.dataset['news'];
    if (hadFocus) this.context.focusComposer();
  }

  markNewContent(): void {
    if (!this.button.hidden) this.button.dataset['news'] = '';
  }
}
