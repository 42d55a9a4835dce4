import { element, setText } from './element';
import { iconButton } from './icons';
import type { PanelContext } from './panelContext';
import { fill } from './strings';

export interface ModelOnce {
  readonly element: HTMLElement;
  /** @param model undefined: the next prompt goes to the model that is set */
  set(model: string | undefined): void;
}

/** Stands in for the model button while the next prompt goes to another model. */
export function createModelOnce({ strings, post, moveFocus }: PanelContext, modelButton: HTMLElement): ModelOnce {
  const caption = element('span', { class: 'model-once-name' });
  const remove = iconButton('', 'remove', () => post({ type: 'forgetModelOnce' }));
  const chip = element('span', { class: 'model-once' }, caption, remove);
  chip.hidden = true;
  return {
    element: chip,
    set: (model) => {
      const hadFocus = document.activeElement === (model === undefined ? remove : modelButton);
      chip.hidden = model === undefined;
      modelButton.hidden = model !== undefined;
      if (model !== undefined) {
        const text = fill(strings.thisPromptOnly, model);
        setText(caption, text);
        caption.title = text;
        remove.title = fill(strings.remove, text);
        remove.setAttribute('aria-label', remove.title);
      }
      if (hadFocus) moveFocus(model === undefined ? modelButton : remove);
    },
  };
}
