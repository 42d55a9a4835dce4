import type { PageContext } from '../pageContext';
import { element, iconButton } from '../util/element';

/** Calls `onChange` whenever one of the elements changes its size. @returns a function that stops the observation */
export type ObserveSize = (targets: readonly Element[], onChange: () => void) => () => void;

interface Autoscroll {
  /** Scrolls to the end of the conversation and keeps following it, for example after the user has sent a prompt. */
  followEnd(): void;
  /**
   * Scrolls to a position, and scrolls there again whenever the content changes its size, until the user scrolls.
   * @param top returns the position in pixels
   */
  restorePosition(top: () => number | undefined): void;
  /**
   * Starts or stops following the end, depending on whether the end is in view. Call this when something other than
   * scrolling has changed the view.
   */
  updateAfterMove(): void;
  readonly isFollowing: boolean;
}

/**
 * Maximum distance from the end, in pixels, at which the end counts as in view. It is half a line, because scroll
 * positions can be fractional.
 */
const endTolerancePx = 12;

/**
 * Keeps the end of the conversation in view (follows the end) while the user reads there. A scroll event without user
 * input neither starts nor stops this, because autoscroll itself or shrinking content may have caused the event.
 * @param onAwayFromEnd called with `true` if the end is out of view and autoscroll does not follow it, and otherwise
 * with `false`
 * @param onScrollEnd called when the user has stopped scrolling
 */
export function createAutoscroll(
  scroller: HTMLElement,
  content: HTMLElement,
  { observeSize, frame }: { readonly observeSize: ObserveSize; readonly frame: (call: () => void) => void },
  onAwayFromEnd: (away: boolean) => void,
  onScrollEnd: () => void,
): Autoscroll {
  let isFollowing = true;
  let restoredTop: (() => number | undefined) | undefined;
  let isUserScrolling = false;
  let isDragging = false;
  /**
   * The last position that autoscroll scrolled to. A scroll event at this position comes from autoscroll and not from
   * the user, so autoscroll keeps following the end even if the content has grown in the meantime.
   */
  let lastSetTop = 0;

  const isAtEnd = (): boolean => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight <= endTolerancePx;
  const reportPosition = (): void => {
    // This attribute makes the style sheet turn off the browser's scroll anchoring while autoscroll follows the end.
    scroller.toggleAttribute('data-following', isFollowing);
    onAwayFromEnd(!isFollowing && !isAtEnd());
  };
  const applyScroll = (): void => {
    if (isFollowing) {
      scroller.scrollTop = scroller.scrollHeight;
      lastSetTop = scroller.scrollTop;
    }
    const top = restoredTop?.();
    if (top !== undefined) scroller.scrollTop = top;
    reportPosition();
  };
  const onUserScroll = (): void => {
    isUserScrolling = true;
    restoredTop = undefined;
  };
  const updateFollowing = (): void => {
    if (isUserScrolling || isDragging) isFollowing = isAtEnd() || (isFollowing && scroller.scrollTop === lastSetTop);
    reportPosition();
  };
  const stopFollowing = (): void => {
    if (scroller.scrollTop > 0 && scroller.scrollHeight > scroller.clientHeight) isFollowing = false;
    reportPosition();
  };

  scroller.addEventListener(
    'wheel',
    (event) => {
      onUserScroll();
      // Stops following the end now, not at the scroll event, because the next token may arrive before that event and
      // would scroll to the end again.
      if (event.deltaY < 0) stopFollowing();
    },
    { passive: true },
  );
  scroller.addEventListener('touchmove', onUserScroll, { passive: true });
  scroller.addEventListener('keydown', (event) => {
    onUserScroll();
    if (
      event.key === 'PageUp' ||
      event.key === 'Home' ||
      event.key === 'ArrowUp' ||
      (event.key === ' ' && event.shiftKey)
    )
      stopFollowing();
  });
  scroller.addEventListener('pointerdown', () => {
    isDragging = true;
    restoredTop = undefined;
  });
  for (const end of ['pointerup', 'pointercancel']) window.addEventListener(end, () => (isDragging = false));
  scroller.addEventListener('scroll', updateFollowing);
  scroller.addEventListener('scrollend', () => {
    // Updates `isFollowing` here too, because Chromium fires the last `scroll` event after `scrollend`, and that event
    // no longer counts as scrolling by the user.
    updateFollowing();
    isUserScrolling = false;
    if (!restoredTop) onScrollEnd();
  });
  observeSize([scroller, content], applyScroll);

  return {
    followEnd: () => {
      isFollowing = true;
      isUserScrolling = false;
      restoredTop = undefined;
      // Scrolls in the next frame, because scrolling immediately would force a synchronous layout of the new content.
      frame(applyScroll);
    },
    restorePosition: (top) => {
      isFollowing = false;
      restoredTop = top;
      frame(applyScroll);
    },
    updateAfterMove: () => {
      restoredTop = undefined;
      isFollowing = isAtEnd();
      reportPosition();
    },
    get isFollowing() {
      return isFollowing;
    },
  };
}

/** Observes sizes with a `ResizeObserver`. */
export const observeSizeInBrowser: ObserveSize = (targets, onChange) => {
  const observer = new ResizeObserver(onChange);
  for (const target of targets) observer.observe(target);
  return () => observer.disconnect();
};

/** A button that scrolls to the end, shown while the user reads further up. */
interface JumpButton {
  readonly element: HTMLElement;
  setVisible(offered: boolean): void;
  /** Marks the button to show that new content has arrived below the visible part of the conversation. */
  markNewContent(): void;
}

/** Creates the button that scrolls to the end of the conversation. */
export function createJumpButton({ strings, focusComposer }: PageContext, onJump: () => void): JumpButton {
  const button = iconButton(strings.jumpToLatest, 'down', () => {
    onJump();
    focusComposer();
  });
  button.classList.add('jump-button');
  button.hidden = true;
  return {
    element: element('div', { class: 'jump' }, button),
    setVisible: (visible) => {
      if (button.hidden === !visible) return;
      const hadFocus = document.activeElement === button;
      button.hidden = !visible;
      delete button.dataset['news'];
      if (hadFocus) focusComposer();
    },
    markNewContent: () => {
      if (!button.hidden) button.dataset['news'] = '';
    },
  };
}
