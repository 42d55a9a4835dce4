import { closestElement, scrollToStart } from '../util/element';

/** CSS selector of the visible entries of a conversation: prompts, answers, and the button bars of comparisons. */
const entrySelector = ':is(article, .comparison-bar):not([hidden], [hidden] *)';

/**
 * Makes one entry of the conversation, such as a prompt or an answer, its only Tab stop (roving tabindex). The Tab key
 * visits the entry and its controls, and then leaves the conversation. The arrow keys move the focus between entries.
 * @param exitElement the last element in `log`, which gets the focus for a moment while the Tab key leaves the
 * conversation
 * @param onEndKey called when the user presses the End key
 * @returns a function that makes the newest entry the Tab stop, unless the focus is in the current Tab stop
 */
export function createRovingTabindex(
  log: HTMLElement,
  thread: HTMLElement,
  exitElement: HTMLElement,
  onEndKey: () => void,
): () => void {
  /**
   * Whether a click or a touch has moved the focus into the conversation. If so, the arrow keys scroll the
   * conversation, as on any web page, instead of moving the focus.
   */
  let focusedByPointer = false;
  /**
   * Whether Shift+Tab is moving the focus out of the conversation. The focus then passes through the scrollable element
   * `log`, which must not move the focus back to an entry.
   */
  let isLeaving = false;
  let tabStop: HTMLElement | undefined;

  const findEntries = (): HTMLElement[] => [...thread.querySelectorAll<HTMLElement>(entrySelector)];
  const setTabStop = (entry: HTMLElement | undefined): void => {
    if (entry === tabStop) return;
    tabStop?.setAttribute('tabindex', '-1');
    entry?.setAttribute('tabindex', '0');
    tabStop = entry;
  };
  const focusEntry = (entry: HTMLElement | undefined): void => {
    if (!entry) return;
    focusedByPointer = false;
    entry.focus({ preventScroll: true });
    // If the focused entry is taller than the view, its start is shown. Otherwise, the conversation scrolls only as far
    // as needed to show the entire entry.
    if (entry.offsetHeight > log.clientHeight) scrollToStart(log, entry);
    else entry.scrollIntoView({ block: 'nearest' });
  };

  const onTab = (event: KeyboardEvent, entry: HTMLElement, target: Element): void => {
    const tabbable = findTabbable(entry);
    if (event.shiftKey) {
      // Shift+Tab on an entry focuses the scrollable element, which precedes all entries. From there, the browser moves
      // the focus to the element before the conversation.
      if (target === entry) {
        isLeaving = true;
        log.focus({ preventScroll: true });
      } else if (target === tabbable[0]) {
        event.preventDefault();
        focusEntry(entry);
      }
    } else if (target === (tabbable.at(-1) ?? entry)) exitElement.focus({ preventScroll: true });
  };

  const findTarget = (key: string, target: Element): HTMLElement | undefined => {
    const allEntries = findEntries();
    const index = allEntries.findIndex((entry) => entry === target);
    switch (key) {
      case 'ArrowUp':
        return allEntries[Math.max(0, index - 1)];
      case 'ArrowDown':
        return allEntries[Math.min(allEntries.length - 1, index + 1)];
      case 'ArrowLeft':
        return ifBeside(allEntries[index - 1], target);
      case 'ArrowRight':
        return ifBeside(allEntries[index + 1], target);
      case 'Home':
        return allEntries[0];
      case 'End':
        return allEntries.at(-1);
      default:
        return undefined;
    }
  };

  log.addEventListener('pointerdown', () => (focusedByPointer = true));
  log.addEventListener('focusin', ({ target }) => {
    const entry = closestElement(target, entrySelector);
    if (entry) setTabStop(entry);
    else if (target === log && !focusedByPointer && !isLeaving) focusEntry(tabStop);
    isLeaving = false;
  });
  log.addEventListener('focusout', ({ relatedTarget }) => {
    if (!log.contains(relatedTarget as Node | null)) focusedByPointer = false;
  });
  log.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const entry = closestElement(event.target, entrySelector);
    if (event.key === 'Tab') {
      focusedByPointer = false;
      if (entry) onTab(event, entry, event.target as Element);
      return;
    }
    if (event.key === 'End' && (event.target === log || event.target === entry)) onEndKey();
    if (!entry || event.target !== entry || event.shiftKey || focusedByPointer) return;
    const next = findTarget(event.key, entry);
    if (!next) return;
    event.preventDefault();
    focusEntry(next);
  });

  return () => {
    if (!tabStop?.isConnected || !tabStop.contains(document.activeElement)) setTabStop(findEntries().at(-1));
  };
}

/** Returns `entry` if two entries are in columns of the same comparison that are side by side. */
function ifBeside(entry: HTMLElement | undefined, other: Element): HTMLElement | undefined {
  const [column, otherColumn] = [entry?.closest('.column'), other.closest('.column')];
  if (!column || !otherColumn || column.parentElement !== otherColumn.parentElement) return undefined;
  return column.getBoundingClientRect().top === otherColumn.getBoundingClientRect().top ? entry : undefined;
}

/** Returns the elements in `parent` that the Tab key reaches, in document order. */
function findTabbable(parent: HTMLElement): HTMLElement[] {
  const candidates = parent.querySelectorAll<HTMLElement>(
    'button:enabled, textarea:enabled, summary, a[href], [tabindex="0"]',
  );
  return [...candidates].filter((candidate) => candidate.checkVisibility({ visibilityProperty: true }));
}

/**
 * Moves the keyboard focus within the page, but never takes the focus from another part of VS Code. While another part
 * has the focus, the page only remembers which element should get the focus. That element is focused as soon as VS Code
 * focuses the panel.
 */
export type MoveFocus = (element: HTMLElement, options?: FocusOptions) => void;

/** @param focusInitial sets the focus when VS Code focuses the panel and no element in the page has the focus */
export function createMoveFocus(focusInitial: () => void): MoveFocus {
  let deferredElement: HTMLElement | undefined;
  window.addEventListener('focus', () => {
    const element = deferredElement;
    deferredElement = undefined;
    if (element?.isConnected) element.focus();
    else if (document.activeElement === null || document.activeElement === document.body) focusInitial();
  });
  return (element, options) => {
    // Calls focus() only while the page has the focus. Otherwise, focus() would take the focus from the command palette
    // or an editor.
    if (document.hasFocus()) element.focus(options);
    else deferredElement = element;
  };
}
