import type { Card } from './waitCard';

/** A place for one card; a new one is built only when what it is built from has changed. */
export interface CardSlot {
  readonly element: HTMLElement;
  show(from: readonly unknown[], build: () => Card | undefined): void;
  dispose(): void;
}

/** @param focusLost The card that goes away had the keyboard focus. */
export function createCardSlot(element: HTMLElement, focusLost: () => void): CardSlot {
  let shownFrom: readonly unknown[] = [];
  let card: Card | undefined;
  const clear = (): void => {
    const hadFocus = card?.element.contains(document.activeElement) ?? false;
    card?.dispose();
    card?.element.remove();
    card = undefined;
    if (hadFocus) focusLost();
  };
  return {
    element,
    show: (from, build) => {
      if (from.length === shownFrom.length && from.every((part, index) => part === shownFrom[index])) {
        card?.refresh?.();
        return;
      }
      clear();
      shownFrom = from;
      card = build();
      if (card) element.append(card.element);
    },
    dispose: clear,
  };
}
