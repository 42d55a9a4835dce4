import { closestElement } from '../../util/element';

/**
 * Makes the browser copy the TeX source of formulas. Formulas at the ends of the selection are copied completely.
 * @param root element that contains all answers
 */
export function copyFormulasAsTex(root: HTMLElement): void {
  window.addEventListener('copy', () => {
    const selection = document.getSelection();
    const range = selection && selection.rangeCount > 0 ? selection.getRangeAt(0) : undefined;
    const [first, last] = [formulaAt(range?.startContainer), formulaAt(range?.endContainer)];
    if (first) range?.setStartBefore(first);
    if (last) range?.setEndAfter(last);
    // The browser reads the selection after this event.
    root.toggleAttribute('data-copying', true);
    setTimeout(() => root.removeAttribute('data-copying'));
  });
}

function formulaAt(node: Node | undefined): Element | null | undefined {
  return node && closestElement(node instanceof Element ? node : node.parentElement, '.math');
}
