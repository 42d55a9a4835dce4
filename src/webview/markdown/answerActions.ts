import type { CodeAction } from './codeBlock';

export interface ActionHandlers {
  /**
   * @param code without the line end before the closing fence.
   * @param languageId the first word of the fence's info string, as the model wrote it; '': none.
   */
  readonly onCodeAction: (action: CodeAction, code: string, languageId: string) => void;
  /** A click or Enter on a link; the page itself goes nowhere. */
  readonly onLink: (href: string) => void;
}

/** For so long a button shows that its code was copied. */
const COPIED_MS = 1500;

/**
 * One listener for all buttons and links of an answer, those to come included. Enter on a link is a click, too.
 * @returns what ends it.
 */
export function listenForActions(root: HTMLElement, { onCodeAction, onLink }: ActionHandlers): () => void {
  const copied = new Map<Element, ReturnType<typeof setTimeout>>();
  const listen = (event: MouseEvent): void => {
    const target = elementOf(event.target);
    const href = target?.closest('a[href]')?.getAttribute('href');
    if (href) {
      event.preventDefault();
      // VS Code listens at the document, opens what is prevented all the same, and in a trusted workspace asks nobody.
      event.stopPropagation();
      onLink(href);
      return;
    }
    const button = target?.closest('button[data-action]');
    const block = button?.closest('.code-block');
    const action = codeAction(button?.getAttribute('data-action'));
    if (!action || !button || !block || block.hasAttribute('data-open')) return;
    onCodeAction(action, codeOf(block), block.getAttribute('data-language') ?? '');
    if (action === 'copy') markCopied(button, copied);
  };
  root.addEventListener('click', listen);
  return () => {
    root.removeEventListener('click', listen);
    for (const [button, timer] of copied) {
      clearTimeout(timer);
      button.removeAttribute('data-copied');
    }
  };
}

function markCopied(button: Element, copied: Map<Element, ReturnType<typeof setTimeout>>): void {
  clearTimeout(copied.get(button));
  button.setAttribute('data-copied', '');
  const end = (): void => {
    copied.delete(button);
    button.removeAttribute('data-copied');
  };
  copied.set(button, setTimeout(end, COPIED_MS));
}

function elementOf(target: EventTarget | null): Element | undefined {
  return target && 'closest' in target ? (target as Element) : undefined;
}

function codeAction(name: string | null | undefined): CodeAction | undefined {
  switch (name) {
    case 'copy':
    case 'insert':
    case 'apply':
    case 'newFile':
      return name;
    default:
      return undefined;
  }
}

/** Without the line end before the closing fence: it belongs to the fence, and would run a command when pasted. */
function codeOf(block: Element): string {
  return (block.querySelector('pre > code')?.textContent ?? '').replace(/\n$/, '');
}
