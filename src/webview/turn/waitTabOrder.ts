import { tabbables } from '../a11y/rovingTabindex';

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
