/**
 * One way in for the keyboard, however long the conversation is: one article can be tabbed to, arrows go to its
 * neighbours, and Tab goes through what is in it and out, past all that the others hold.
 * @param end the last thing in `log`; takes the focus for a moment on its way out
 * @param onEnd the last article was asked for by key
 */
export function createRoving(log: HTMLElement, thread: HTMLElement, end: HTMLElement, onEnd: () => void): Roving {
  /** What a hand has put the focus on is scrolled by the arrows, like any page. */
  let byPointer = false;
  /** On the way out the log itself has the focus for a moment. */
  let leaving = false;
  let stop: HTMLElement | undefined;

  const articles = (): HTMLElement[] => [...thread.querySelectorAll<HTMLElement>('article')];
  const setStop = (article: HTMLElement | undefined): void => {
    if (article === stop) return;
    stop?.setAttribute('tabindex', '-1');
    article?.setAttribute('tabindex', '0');
    stop = article;
  };
  const focusArticle = (article: HTMLElement | undefined): void => {
    if (!article) return;
    byPointer = false;
    article.focus({ preventScroll: true });
    // Of one that doesn't fit, the beginning.
    article.scrollIntoView({ block: article.offsetHeight > log.clientHeight ? 'start' : 'nearest' });
  };

  const onTab = (event: KeyboardEvent, article: HTMLElement, target: Element): void => {
    const inside = tabbables(article);
    if (event.shiftKey) {
      // The log stands before everything in it.
      if (target === article) {
        leaving = true;
        log.focus({ preventScroll: true });
      } else if (target === inside[0]) {
        event.preventDefault();
        focusArticle(article);
      }
    } else if (target === (inside.at(-1) ?? article)) end.focus({ preventScroll: true });
  };

  const neighbour = (key: string, target: Element): HTMLElement | undefined => {
    const all = articles();
    const at = all.findIndex((article) => article === target);
    switch (key) {
      case 'ArrowUp':
        return all[Math.max(0, at - 1)];
      case 'ArrowDown':
        return all[Math.min(all.length - 1, at + 1)];
      case 'Home':
        return all[0];
      case 'End':
        return all.at(-1);
      default:
        return undefined;
    }
  };

  log.addEventListener('pointerdown', () => (byPointer = true));
  log.addEventListener('focusin', ({ target }) => {
    const article = closestArticle(target);
    if (article) setStop(article);
    else if (target === log && !byPointer && !leaving) focusArticle(stop);
    leaving = false;
  });
  log.addEventListener('focusout', ({ relatedTarget }) => {
    if (!log.contains(relatedTarget as Node | null)) byPointer = false;
  });
  log.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const article = closestArticle(event.target);
    if (event.key === 'Tab') {
      byPointer = false;
      if (article) onTab(event, article, event.target as Element);
      return;
    }
    if (event.key === 'End' && (event.target === log || event.target === article)) onEnd();
    if (event.shiftKey || byPointer || event.target !== article) return;
    const next = neighbour(event.key, article);
    if (!next) return;
    event.preventDefault();
    focusArticle(next);
  });

  return {
    refresh: () => {
      // Nobody has been there, or it is gone: the way in is the newest.
      if (!stop?.isConnected || !stop.contains(document.activeElement)) setStop(articles().at(-1));
    },
  };
}

interface Roving {
  /** There are other articles now. */
  refresh(): void;
}

function closestArticle(target: EventTarget | null): HTMLElement | undefined {
  if (target === null || !('closest' in target)) return undefined;
  return (target as Element).closest<HTMLElement>('article') ?? undefined;
}

/** The elements in `parent` that Tab stops at, in their order. */
function tabbables(parent: HTMLElement): HTMLElement[] {
  const candidates = parent.querySelectorAll<HTMLElement>(
    'button:enabled, textarea:enabled, summary, a[href], [tabindex="0"]',
  );
  return [...candidates].filter((candidate) => candidate.checkVisibility({ visibilityProperty: true }));
}

/**
 * Makes the buttons of a wait reachable with the Tab key. They follow the last Tab stop of each article and come before
 * the composer. After the composer they come once more, before Tab leaves the page.
 * @param end the last element of the page; it has the focus for a moment while the focus leaves the page
 */
export function createWaitTabOrder(page: HTMLElement, log: HTMLElement, dock: HTMLElement, end: HTMLElement): void {
  /** Whether Tab came from the composer. It must not return there, or the keyboard focus could never leave the page. */
  let afterComposer = false;

  const waitButtons = (): HTMLElement[] => [...log.querySelectorAll<HTMLElement>('.wait-card .actions button')];

  /** Returns the element that gets the focus, or undefined to leave the choice to the browser or the article. */
  const nextStop = (target: HTMLElement, backwards: boolean): HTMLElement | undefined => {
    const buttons = waitButtons();
    const [first, last] = [buttons[0], buttons.at(-1)];
    if (!first || !last) return undefined;
    if (dock.contains(target)) {
      const stops = tabbables(dock);
      if (backwards) return target === stops[0] ? last : undefined;
      afterComposer = target === stops.at(-1);
      return afterComposer ? first : undefined;
    }
    if (buttons.includes(target)) {
      if (!afterComposer) return undefined;
      if (backwards) return target === first ? tabbables(dock).at(-1) : undefined;
      return target === last ? end : undefined;
    }
    const article = target.closest<HTMLElement>('article');
    if (!article || article.contains(first)) return undefined;
    if (backwards) return target === article && isBefore(first, article) ? last : undefined;
    return target === (tabbables(article).at(-1) ?? article) ? first : undefined;
  };

  // In the capture phase, because the conversation handles Tab at the edge of an article in another way.
  page.addEventListener(
    'keydown',
    (event) => {
      if (event.key !== 'Tab' || event.ctrlKey || event.metaKey || event.altKey) return;
      const next = nextStop(event.target as HTMLElement, event.shiftKey);
      if (!next) return;
      event.stopPropagation();
      // From the last element of the page, the browser moves the focus out of the page.
      if (next !== end) event.preventDefault();
      next.focus();
    },
    { capture: true },
  );
  page.addEventListener('focusin', ({ target }) => {
    if (!waitButtons().includes(target as HTMLElement)) afterComposer = false;
  });
}

function isBefore(one: Node, other: Node): boolean {
  return (one.compareDocumentPosition(other) & one.DOCUMENT_POSITION_FOLLOWING) !== 0;
}

/**
 * Moves the keyboard focus within the page, but never takes it from another part of VS Code: while the user works
 * there, the element gets it as soon as VS Code focuses the panel.
 */
export type MoveFocus = (element: HTMLElement, options?: FocusOptions) => void;

/** @param focusInitial is called when VS Code focuses the panel and nothing in the page has the focus */
export function createMoveFocus(focusInitial: () => void): MoveFocus {
  let awaiting: HTMLElement | undefined;
  window.addEventListener('focus', () => {
    const element = awaiting;
    awaiting = undefined;
    if (element?.isConnected) element.focus();
    else if (document.activeElement === null || document.activeElement === document.body) focusInitial();
  });
  return (element, options) => {
    // focus() would pull the focus out of the command palette or an editor.
    if (document.hasFocus()) element.focus(options);
    else awaiting = element;
  };
}
