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
export function createAutoscroll(context: PageContext, area: ScrollArea, jumpButton?: JumpButton) {
  const { element: scroller, thread } = area;
  let follows = true;
  let restoredTop: (() => number | undefined) | undefined;
  let isUserScrolling = false;
  let isDragging = false;
  /** The last position that autoscroll set. A scroll event there is not from the user, even if the content has grown. */
  let lastSetTop = 0;
  /** Where the user reads; undefined at the end of the conversation. */
  let readingPosition: ReadingPosition | undefined;

  const isAtEnd = (): boolean => {
    const { scrollHeight, scrollTop, clientHeight } = scroller;
    return scrollHeight - scrollTop - clientHeight <= endTolerancePx;
  };

  const reportPosition = (): void => {
    // This attribute makes the style sheet turn off the browser's scroll anchoring while autoscroll follows the end.
    scroller.toggleAttribute('data-following', follows);
    jumpButton?.setVisible(!follows && !isAtEnd());
  };

  const applyScroll = (): void => {
    if (follows) {
      scroller.scrollTop = scroller.scrollHeight;
      lastSetTop = scroller.scrollTop;
    }
    const top = restoredTop?.();
    if (top !== undefined) scroller.scrollTop = top;
    reportPosition();
  };

  /**
   * @param upwards whether the input scrolls up. Following then stops at once, because the next token might scroll to the
   *   end before the scroll event arrives.
   */
  const handleInput = (upwards: boolean): void => {
    const { scrollTop, scrollHeight, clientHeight } = scroller;
    isUserScrolling = true;
    restoredTop = undefined;
    if (!upwards) return;
    if (scrollTop > 0 && scrollHeight > clientHeight) follows = false;
    reportPosition();
  };

  const updateFollowing = (): void => {
    if (isUserScrolling || isDragging) follows = isAtEnd() || (follows && scroller.scrollTop === lastSetTop);
    reportPosition();
  };

  const updateReadingPosition = (): void => {
    const previous = readingPosition;
    readingPosition = follows ? undefined : area.readingPosition;
    if (readingPosition ?? previous) context.onLocalChange();
  };

  const followEnd = (): void => {
    follows = true;
    isUserScrolling = false;
    restoredTop = undefined;
    // Scrolls in the next frame, because scrolling immediately would force a synchronous layout of the new content.
    context.clock.frame(applyScroll);
  };

  scroller.addEventListener('wheel', ({ deltaY }) => handleInput(deltaY < 0), { passive: true });
  scroller.addEventListener('touchmove', () => handleInput(false), { passive: true });
  scroller.addEventListener('keydown', (event) => handleInput(scrollsUp(event)));
  // Listens to the window only during a drag, because columns of a comparison come and go.
  const endDrag = (): void => {
    isDragging = false;
    for (const end of dragEnds) window.removeEventListener(end, endDrag);
  };
  scroller.addEventListener('pointerdown', () => {
    isDragging = true;
    restoredTop = undefined;
    for (const end of dragEnds) window.addEventListener(end, endDrag);
  });
  scroller.addEventListener('click', ({ target }) => {
    // The end of the conversation is below the answer in which the user is active.
    if (!isInColumnAbove(target, scroller)) return;
    follows = false;
    reportPosition();
  });
  scroller.addEventListener('scroll', updateFollowing);
  scroller.addEventListener('scrollend', () => {
    // Updates here too, because Chromium fires the last `scroll` event after `scrollend`, and that event no longer
    // counts as scrolling by the user.
    updateFollowing();
    isUserScrolling = false;
    if (!restoredTop) updateReadingPosition();
  });
  const observer = new ResizeObserver(applyScroll);
  observer.observe(scroller);
  observer.observe(thread);

  return {
    get readingPosition() {
      return readingPosition;
    },
    followEnd,
    /** Scrolls to a reading position, and again whenever the content changes its size, until the user scrolls. */
    restore: (position: ReadingPosition | undefined): void => {
      readingPosition = position;
      const top = (): number | undefined => position && area.scrollTopOf?.(position);
      if (top() === undefined) {
        followEnd();
        return;
      }
      follows = false;
      restoredTop = top;
      context.clock.frame(applyScroll);
    },
    /** Call this when something other than scrolling may have moved the end into or out of view. */
    updateAfterMove: (): void => {
      restoredTop = undefined;
      follows = isAtEnd();
      reportPosition();
    },
  };
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

export type JumpButton = ReturnType<typeof createJumpButton>;

/** Creates the button that scrolls to the end of the conversation. */
export function createJumpButton({ strings, followEnd, focusComposer }: PageContext) {
  const jump = iconButton(strings.jumpToLatest, 'arrowDown', () => {
    followEnd();
    focusComposer();
  });
  jump.classList.add('jump-button');
  jump.hidden = true;
  return {
    element: element('div', { class: 'jump' }, jump),
    setVisible: (visible: boolean): void => {
      if (jump.hidden === !visible) return;
      const hadFocus = document.activeElement === jump;
      jump.hidden = !visible;
      delete jump.dataset['news'];
      if (hadFocus) focusComposer();
    },
    markNewContent: (): void => {
      if (!jump.hidden) jump.dataset['news'] = '';
    },
  };
}
