import type { FaultDetails, PanelStrings } from '../shared/panelStrings';
import type { ToHost } from '../shared/pageMessages';
import type { MoveFocus } from './a11y/focus';
import type { MarkdownOptions, StreamingMarkdown } from './markdown/streamingMarkdown';
import type { Format } from '../shared/format';
import type { PanelClock } from './util/panelClock';
import type { Requests } from './util/requests';

/** Announces texts to screen readers, but never the text of an answer. */
export interface Announcer {
  readonly element: HTMLElement;
  /** @param source id of the column that the text is about. The columns do not replace each other's announcements. */
  announce(text: string, source?: string): void;
}

declare global {
  /** Returns the webview API. VS Code defines this function in every webview, and a page may call it only once. */
  function acquireVsCodeApi(): {
    postMessage(message: unknown): void;
    getState(): unknown;
    setState(state: unknown): void;
  };
}

export interface PageContext {
  readonly strings: PanelStrings;
  readonly help: FaultDetails;
  readonly format: Format;
  readonly clock: PanelClock;
  readonly post: (message: ToHost) => void;
  /** Posts a message that the host answers. */
  readonly request: Requests['send'];
  /** Copies a text and announces that to screen readers. */
  readonly copy: (text: string) => void;
  /** Returns the host of the gateway to which the next prompt goes. A turn shows it until it knows its own gateway. */
  readonly host: () => string;
  /** Returns whether another window writes the conversation. The page then has no buttons that change it. */
  readonly isReadOnly: () => boolean;
  /** Returns whether a turn runs or waits, which *Regenerate* or another version would end. */
  readonly areVersionButtonsDisabled: () => boolean;
  readonly announcer: Announcer;
  readonly createMarkdown: (within: HTMLElement, options: Omit<MarkdownOptions, 'findRuns'>) => StreamingMarkdown;
  /** Moves the focus for a reason other than a key press or a click, such as the removal of the focused element. */
  readonly moveFocus: MoveFocus;
  /** Moves the focus to the composer, or on a read-only page to the button *Open Here* or the conversation. */
  readonly focusComposer: () => void;
  /** Scrolls to the end of the conversation, and keeps it in view. */
  readonly followEnd: () => void;
  /** Called when something that only the page knows has changed: the draft, an open editor, the reading position, a notice. */
  readonly onLocalChange: () => void;
  /** Called when the page has scrolled, unfolded or folded something, which may move the end out of or into view. */
  readonly onLayoutChange: () => void;
  /** The page stores a sent prompt until the host confirms it. */
  readonly onPromptSent: (prompt: string) => void;
}
