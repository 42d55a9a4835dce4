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
  const go = (article: HTMLElement | undefined): void => {
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
        go(article);
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
    else if (target === log && !byPointer && !leaving) go(stop);
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
    go(next);
  });

  return {
    refresh: () => {
      // Nobody has been there, or it is gone: the way in is the newest.
      if (!stop?.isConnected || !stop.contains(document.activeElement)) setStop(articles().at(-1));
    },
  };
}

export interface Roving {
  /** There are other articles now. */
  refresh(): void;
}

function closestArticle(target: EventTarget | null): HTMLElement | undefined {
  if (target === null || !('closest' in target)) return undefined;
  return (target as Element).closest<HTMLElement>('article') ?? undefined;
}

/** The elements in `parent` that Tab stops at, in their order. */
export function tabbables(parent: HTMLElement): HTMLElement[] {
  const candidates = parent.querySelectorAll<HTMLElement>(
    'button:enabled, textarea:enabled, summary, a[href], [tabindex="0"]',
  );
  return [...candidates].filter((candidate) => candidate.checkVisibility({ visibilityProperty: true }));
}
