import type { CodeAction } from './codeBlock';

export interface ActionHandlers {
  readonly onCodeAction: (action: CodeAction, code: string) => void;
  readonly onLink: (href: string) => void;
}

/** One listener for all buttons and links of an answer, those to come included. Enter on a link is a click, too. */
export function listenForActions(root: HTMLElement, { onCodeAction, onLink }: ActionHandlers): void {
  root.addEventListener('click', (event) => {
    const target = elementOf(event.target);
    const href = target?.closest('a[href]')?.getAttribute('href');
    if (href) {
      event.preventDefault();
      onLink(href);
      return;
    }
    const button = target?.closest('button[data-action]');
    const block = button?.closest('.code-block');
    const action = codeAction(button?.getAttribute('data-action'));
    if (action && block && !block.hasAttribute('data-open')) onCodeAction(action, codeOf(block));
  });
}

function elementOf(target: EventTarget | null): Element | undefined {
  return target && 'closest' in target ? (target as Element) : undefined;
}

function codeAction(name: string | null | undefined): CodeAction | undefined {
  return name === 'copy' || name === 'insert' || name === 'apply' ? name : undefined;
}

/** Without the line end before the closing fence: it belongs to the fence, and would run a command when pasted. */
function codeOf(block: Element): string {
  return (block.querySelector('pre > code')?.textContent ?? '').replace(/\n$/, '');
}
