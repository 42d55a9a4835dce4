import type { PanelContext } from './panelContext';

/**
 * The button that showed another version goes away with what it stood under: the same button of what comes instead
 * gets the focus, at the same height.
 * @returns undefined when the focus is elsewhere
 */
export function carryVersionFocus(
  { moveFocus }: Pick<PanelContext, 'moveFocus'>,
  from: HTMLElement,
): ((to: HTMLElement, scroller: HTMLElement) => void) | undefined {
  const pressed = buttonsIn(from).find((button) => button === document.activeElement);
  if (!pressed) return undefined;
  const { top } = pressed.getBoundingClientRect();
  return (to, scroller) => {
    const buttons = buttonsIn(to).filter((button) => !button.disabled);
    const next = buttons.find((button) => button.dataset['version'] === pressed.dataset['version']) ?? buttons[0];
    if (!next) return;
    moveFocus(next, { preventScroll: true });
    scroller.scrollTop += next.getBoundingClientRect().top - top;
  };
}

function buttonsIn(article: HTMLElement): HTMLButtonElement[] {
  return [...article.querySelectorAll<HTMLButtonElement>('button[data-version]')];
}
