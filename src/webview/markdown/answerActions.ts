import { closestElement, markCopied } from '../util/element';
import { codeActions, type CodeAction } from './codeBlock';

export interface ActionHandlers {
  /**
   * Called when the user clicks a button of a code block. `code` has no line break before the closing fence.
   * `languageId` is the first word of the info string, or an empty string.
   */
  readonly onCodeAction: (action: Exclude<CodeAction, 'wrap'>, code: string, languageId: string) => void;
  /** Called when the user clicks a link or presses Enter on it. The page itself does not navigate. */
  readonly onLink: (href: string) => void;
}

/** Listens for clicks on all code buttons and links of an answer, including elements that are rendered later. */
export function listenForActions(root: HTMLElement, { onCodeAction, onLink }: ActionHandlers): void {
  root.addEventListener('click', (event) => {
    const { target } = event;
    const href = closestElement(target, 'a[href]')?.getAttribute('href');
    if (href) {
      event.preventDefault();
      // Hides the click from the listener that VS Code adds to the document. That listener would open the link even
      // after `preventDefault()`, and without confirmation in a trusted workspace.
      event.stopPropagation();
      onLink(href);
      return;
    }
    const button = closestElement(target, 'button[data-action]');
    const block = button?.closest('.code-block');
    const action = codeActions.find((name) => name === button?.getAttribute('data-action'));
    if (!action || !button || !block || block.hasAttribute('data-open')) return;
    if (action === 'wrap') {
      button.setAttribute('aria-pressed', String(block.toggleAttribute('data-wrapped')));
      return;
    }
    onCodeAction(action, extractCode(block), block.getAttribute('data-language') ?? '');
    if (action === 'copy') markCopied(button);
  });
}

/**
 * Returns the code without the line break before the closing fence. With the line break, a terminal would run pasted
 * code at once.
 */
function extractCode(block: Element): string {
  return (block.querySelector('pre > code')?.textContent ?? '').replace(/\n$/, '');
}
