import type { FaultHelp, PanelStrings, ToHost } from '../shared/protocol';
import { element } from './util/element';
import type { Format } from './util/format';
import type { MarkdownOptions, StreamingMarkdown } from './markdown/streamingMarkdown';
import type { PanelClock } from './util/panelClock';

/** What every part of the panel is given. */
export interface PageContext {
  readonly strings: PanelStrings;
  readonly help: FaultHelp;
  readonly format: Format;
  readonly clock: PanelClock;
  readonly post: (message: ToHost) => void;
  /** Another window writes the conversation: nothing that would change it is offered. */
  readonly isReadOnly: () => boolean;
  readonly announcer: Announcer;
  readonly createMarkdown: (within: HTMLElement, options: Omit<MarkdownOptions, 'findRuns'>) => StreamingMarkdown;
  /** Moves the focus for a reason other than a key or a click. */
  readonly moveFocus: MoveFocus;
  /** Where the focus goes when the element that had it goes away. */
  readonly focusComposer: () => void;
  /** What stands in the editors of prompts must survive a reload. */
  readonly editsChanged: () => void;
  /** By hand, or folded again: what is there now is what the person reads, and the end need not be. */
  readonly unfolded: () => void;
  /** It is on its way to the host: until it is taken it must survive everything. */
  readonly promptSent: (prompt: string) => void;
}

/** Speaks to screen readers: start, waits and outcome, never the answer's words one by one. */
interface Announcer {
  readonly element: HTMLElement;
  say(text: string): void;
}

export function createAnnouncer(): Announcer {
  // No role: `role="status"` belongs to the wait card alone.
  const region = element('div', { class: 'visually-hidden', 'aria-live': 'polite' });
  return {
    element: region,
    say: (text) => {
      // A new node each time, or the same words twice would be spoken once.
      region.replaceChildren(element('p', {}, text));
    },
  };
}

/**
 * Moves the keyboard focus within the page, but never takes it from another part of VS Code: while the user works
 * there, the element gets it as soon as VS Code focuses the panel.
 */
type MoveFocus = (element: HTMLElement, options?: FocusOptions) => void;

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
