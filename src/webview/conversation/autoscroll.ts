import type { PageContext } from '../pageContext';
import type { ReadingPosition } from '../../shared/unsent';
import { closestElement, element, iconButton } from '../util/element';

/**
 * Tolerance in pixels (half a line), because scroll positions can be fractional. The end of the conversation is treated
 * as in view if it is at most this far below the view.
 */
const endTolerancePx = 12;

const dragEnds = ['pointerup', 'pointercancel'];

/**
 * Scrollable element that autoscroll controls: the conversation, or a compared answer, which scrolls while the columns
 * are side by side.
 */
interface ScrollArea {
  readonly element: HTMLElement;
  /** Content of the scrollable element. */
  readonly thread: HTMLElement;
  readonly readingPosition?: ReadingPosition | undefined;
  readonly scrollTopOf?: (position: ReadingPosition) => number | undefined;
}

/**
 * Keeps the end of the conversation in view (follows the end) while the user is reading at the end. A scroll event
 * without user input neither starts nor stops following, because autoscroll or shrinking content might have caused the
 * event.
 */
export function createAutoscroll(context: PageContext, area: ScrollArea, jumpButton?: JumpButton) {
  const { element: scroller, thread } = area;
  let follows = true;
  let restoredTop: (() => number | undefined) | undefined;
  let isUserScrolling = false;
  let isDragging = false;
  /**
   * Last scroll position that autoscroll has set. A scroll event at this position was not caused by the user, even if
   * the content has grown.
   */
  let lastSetTop = 0;
  /** Position in the conversation at which the user is reading. Undefined while autoscroll follows the end. */
  let readingPosition: ReadingPosition | undefined;

  const isAtEnd = (): boolean => {
    const { scrollHeight, scrollTop, clientHeight } = scroller;
    return scrollHeight - scrollTop - clientHeight <= endTolerancePx;
  };

  const reportPosition = (): void => {
    // While autoscroll follows the end, the style sheet uses this attribute to turn off the browser's scroll anchoring.
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
   * @param upwards whether the user scrolls up. If so, autoscroll stops at once and doesn't wait for the scroll event,
   * because the next token might scroll to the end before that event arrives.
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

  /** Returns whether upward input scrolls an answer of a comparison inside `scroller`, and not `scroller` itself. */
  const scrollsAnswer = (target: EventTarget | null): boolean => {
    const answer = closestElement(target, '.column > .turn');
    return answer !== null && answer !== scroller && answer.scrollTop > 0;
  };

  const followEnd = (): void => {
    follows = true;
    isUserScrolling = false;
    restoredTop = undefined;
    // Scrolls in the next frame, because scrolling at once would force a synchronous layout of the new content.
    context.clock.frame(applyScroll);
  };

  scroller.addEventListener('wheel', ({ deltaY, target }) => handleInput(deltaY < 0 && !scrollsAnswer(target)), {
    passive: true,
  });
  scroller.addEventListener('touchmove', () => handleInput(false), { passive: true });
  scroller.addEventListener('keydown', (event) => handleInput(scrollsUp(event) && !scrollsAnswer(event.target)));
  // The listeners for the end of a drag are on the window only during the drag. Otherwise, the listeners of a
  // comparison column would remain on the window after the column was removed.
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
    // The user has clicked in a column that is above another column. Autoscroll stops following the end of the
    // conversation, because following the end could scroll the clicked column out of view.
    if (!isInColumnAbove(target, scroller)) return;
    follows = false;
    reportPosition();
  });
  scroller.addEventListener('scroll', updateFollowing);
  scroller.addEventListener('scrollend', () => {
    // Chromium fires the last `scroll` event after `scrollend`, too late to be attributed to the user. Therefore
    // `scrollend` also updates whether autoscroll follows the end.
    updateFollowing();
    isUserScrolling = false;
    if (!restoredTop) updateReadingPosition();
  });
  const observer = new ResizeObserver(applyScroll);
  // An answer that scrolls keeps its size while its text grows, so the parts of the answer are observed as well.
  for (const observed of [scroller, thread, ...thread.children]) observer.observe(observed);

  return {
    get readingPosition() {
      return readingPosition;
    },
    followEnd,
    /**
     * Scrolls to a reading position, and repeats this whenever the size of the content changes, until the user scrolls.
     */
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
    /**
     * Must be called when something other than scrolling might have moved the end of the conversation into or out of
     * view.
     */
    updateAfterMove: (): void => {
      restoredTop = undefined;
      follows = isAtEnd();
      reportPosition();
    },
  };
}

/** Returns whether the element is in a stacked column with another column below, inside `scroller`. */
function isInColumnAbove(target: EventTarget | null, scroller: HTMLElement): boolean {
  const column = closestElement(target, '.column');
  const last = column?.parentElement?.lastElementChild;
  return column && last && scroller.contains(column)
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
    element: element('div.jump', jump),
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
