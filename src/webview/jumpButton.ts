import { element } from './element';
import { iconButton } from './icons';
import type { PanelContext } from './panelContext';

/** The way back to the end, while the person reads further up. */
export interface JumpButton {
  readonly element: HTMLElement;
  setOffered(offered: boolean): void;
  /** Something has arrived down there. */
  markNews(): void;
}

export function createJumpButton({ strings, focusComposer }: PanelContext, onJump: () => void): JumpButton {
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
