import { button } from '../util/element';
import type { PageContext } from '../pageContext';

/** A little more than what is shown of a folded one: a button in place of two lines is no gain. */
const maxLines = 16;
const maxColumns = 1600;

export interface FoldedPrompt {
  readonly toggle: HTMLButtonElement;
  readonly folded: boolean;
  set(folded: boolean): void;
}

/**
 * A pasted log must not push its answer out of sight: of a long prompt the beginning is shown, and all of it on demand.
 * It is folded for the eye only.
 * @param text shows the prompt
 * @returns undefined: it is short
 */
export function foldLongPrompt({ strings, unfolded }: PageContext, text: HTMLElement): FoldedPrompt | undefined {
  const prompt = text.textContent;
  if (columnsOf(prompt) <= maxColumns && prompt.split('\n', maxLines + 1).length <= maxLines) return undefined;
  let folded = true;
  const set = (to: boolean): void => {
    folded = to;
    text.classList.toggle('folded', folded);
    toggle.textContent = folded ? strings.showAll : strings.showLess;
    toggle.setAttribute('aria-expanded', String(!folded));
  };
  const toggle = button('', 'quiet', () => {
    set(!folded);
    // Its end was in view, and its beginning may be far above by now.
    if (folded) text.scrollIntoView({ block: 'nearest' });
    unfolded();
  });
  toggle.classList.add('prompt-toggle');
  set(true);
  return {
    toggle,
    get folded() {
      return folded;
    },
    set,
  };
}

/** A Chinese character takes two. */
function columnsOf(text: string): number {
  return text.length + text.replace(/[^\u1100-\uffff]+/g, '').length;
}
