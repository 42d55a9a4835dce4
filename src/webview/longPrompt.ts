import { button } from './element';
import type { PanelContext } from './panelContext';

/** A little more than what is shown of a folded one: a button in place of two lines is no gain. */
const maxLines = 16;
const maxCharacters = 1600;

/**
 * A pasted log must not push its answer out of sight: of a long prompt the beginning is shown, and all of it on demand.
 * It is folded for the eye only.
 * @param text shows the prompt
 * @returns what unfolds it; undefined: it is short
 */
export function foldLongPrompt({ strings }: PanelContext, text: HTMLElement): HTMLButtonElement | undefined {
  const prompt = text.textContent;
  if (prompt.length <= maxCharacters && prompt.split('\n', maxLines + 1).length <= maxLines) return undefined;
  const set = (folded: boolean): void => {
    text.classList.toggle('folded', folded);
    toggle.textContent = folded ? strings.showAll : strings.showLess;
    toggle.setAttribute('aria-expanded', String(!folded));
  };
  const toggle = button('', 'quiet', () => {
    set(!text.classList.contains('folded'));
    // Its end was in view, and its beginning may be far above by now.
    if (text.classList.contains('folded')) text.scrollIntoView({ block: 'nearest' });
  });
  toggle.classList.add('prompt-toggle');
  set(true);
  return toggle;
}
