import type { PageContext } from '../pageContext';
import { element, iconButton } from '../util/element';

/** Tells when the content or its frame has changed its size. @returns a function that ends it. */
export type ObserveSize = (targets: readonly Element[], changed: () => void) => () => void;

interface Autoscroll {
  /** Follows the end again: the person has sent something. */
  follow(): void;
  /** Comes back to a place, and to it again while what is around it is drawn, until a hand scrolls. @param top in pixels */
  stayAt(top: () => number | undefined): void;
  /** The person has gone somewhere else: the end is followed if it is in view there. */
  moved(): void;
  readonly following: boolean;
}

/** Half a line: fractional scroll positions never add up exactly. */
const slackPx = 12;

/**
 * Keeps the end in view while the person is there. Only what a hand did decides: scroll events alone also come from
 * our own scrolling and from content that shrinks.
 * @param onAway whether there is something below that is not followed
 * @param onRest the person has come to a rest somewhere
 */
export function createAutoscroll(
  scroller: HTMLElement,
  content: HTMLElement,
  { observeSize, frame }: { readonly observeSize: ObserveSize; readonly frame: (call: () => void) => void },
  onAway: (away: boolean) => void,
  onRest: () => void,
): Autoscroll {
  let following = true;
  let stay: (() => number | undefined) | undefined;
  let byHand = false;
  let dragging = false;
  /** Where we scrolled to last; content may have grown before the event of that scroll arrives. */
  let ours = 0;

  const atEnd = (): boolean => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight <= slackPx;
  const reportAway = (): void => {
    // The browser keeps what is being read in place, but not against us.
    scroller.toggleAttribute('data-following', following);
    onAway(!following && !atEnd());
  };
  const stick = (): void => {
    if (following) {
      scroller.scrollTop = scroller.scrollHeight;
      ours = scroller.scrollTop;
    }
    const top = stay?.();
    if (top !== undefined) scroller.scrollTop = top;
    reportAway();
  };
  const takenByHand = (): void => {
    byHand = true;
    stay = undefined;
  };
  const decide = (): void => {
    if (byHand || dragging) following = atEnd() || (following && scroller.scrollTop === ours);
    reportAway();
  };
  const letGo = (): void => {
    if (scroller.scrollTop > 0 && scroller.scrollHeight > scroller.clientHeight) following = false;
    reportAway();
  };

  scroller.addEventListener(
    'wheel',
    (event) => {
      takenByHand();
      // At once: the next token may come before the scroll event does.
      if (event.deltaY < 0) letGo();
    },
    { passive: true },
  );
  scroller.addEventListener('touchmove', takenByHand, { passive: true });
  scroller.addEventListener('keydown', (event) => {
    takenByHand();
    if (
      event.key === 'PageUp' ||
      event.key === 'Home' ||
      event.key === 'ArrowUp' ||
      (event.key === ' ' && event.shiftKey)
    )
      letGo();
  });
  scroller.addEventListener('pointerdown', () => {
    dragging = true;
    stay = undefined;
  });
  for (const end of ['pointerup', 'pointercancel']) window.addEventListener(end, () => (dragging = false));
  scroller.addEventListener('scroll', decide);
  scroller.addEventListener('scrollend', () => {
    // Chromium sends it before the last `scroll`.
    decide();
    byHand = false;
    if (!stay) onRest();
  });
  observeSize([scroller, content], stick);

  return {
    follow: () => {
      following = true;
      byHand = false;
      stay = undefined;
      // Not now: the browser would have to lay out at once what has just been added.
      frame(stick);
    },
    stayAt: (top) => {
      following = false;
      stay = top;
      frame(stick);
    },
    moved: () => {
      stay = undefined;
      following = atEnd();
      reportAway();
    },
    get following() {
      return following;
    },
  };
}

export const observeSizeInBrowser: ObserveSize = (targets, changed) => {
  const observer = new ResizeObserver(changed);
  for (const target of targets) observer.observe(target);
  return () => observer.disconnect();
};

/** The way back to the end, while the person reads further up. */
interface JumpButton {
  readonly element: HTMLElement;
  setOffered(offered: boolean): void;
  /** Something has arrived down there. */
  markNews(): void;
}

export function createJumpButton({ strings, focusComposer }: PageContext, onJump: () => void): JumpButton {
  const button = iconButton(strings.jumpToLatest, 'down', () => {
    onJump();
    focusComposer();
  });
  button.classList.add('jump-button');
  button.hidden = true;
  return {
    element: element('div', { class: 'jump' }, button),
    setOffered: (offered) => {
      if (button.hidden === !offered) return;
      const hadFocus = document.activeElement === button;
      button.hidden = !offered;
      delete button.dataset['news'];
      if (hadFocus) focusComposer();
    },
    markNews: () => {
      if (!button.hidden) button.dataset['news'] = '';
    },
  };
}
