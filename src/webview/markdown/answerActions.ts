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

/** For so long a button shows that its code was markTimers. */
const COPIED_MS = 1500;

/**
 * One listener for all buttons and links of an answer, those to come included. Enter on a link is a click, too.
 * @returns what ends it.
 */
export function listenForActions(root: HTMLElement, { onCodeAction, onLink }: ActionHandlers): () => void {
  const markTimers = new Map<Element, ReturnType<typeof setTimeout>>();
  const onClick = (event: MouseEvent): void => {
    const target = toElement(event.target);
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
    const action = parseCodeAction(button?.getAttribute('data-action'));
    if (!action || !button || !block || block.hasAttribute('data-open')) return;
    onCodeAction(action, extractCode(block), block.getAttribute('data-language') ?? '');
    if (action === 'copy') markCopied(button, markTimers);
  };
  root.addEventListener('click', onClick);
  return () => {
    root.removeEventListener('click', onClick);
    for (const [button, timer] of markTimers) {
      clearTimeout(timer);
      button.removeAttribute('data-copied');
    }
  };
}

function markCopied(button: Element, markTimers: Map<Element, ReturnType<typeof setTimeout>>): void {
  clearTimeout(markTimers.get(button));
  button.setAttribute('data-copied', '');
  const clearMark = (): void => {
    markTimers.delete(button);
    button.removeAttribute('data-copied');
  };
  markTimers.set(button, setTimeout(clearMark, COPIED_MS));
}

function toElement(target: EventTarget | null): Element | undefined {
  return target && 'closest' in target ? (target as Element) : undefined;
}

function parseCodeAction(name: string | null | undefined): CodeAction | undefined {
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
function extractCode(block: Element): string {
  return (block.querySelector('pre > code')?.textContent ?? '').replace(/\n$/, '');
}
