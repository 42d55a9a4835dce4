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
