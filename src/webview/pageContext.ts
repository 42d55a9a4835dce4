import type { PromptImage } from '../shared/images';
import type { FaultDetails, PanelStrings } from '../shared/panelStrings';
import type { RecentModels } from '../shared/protocol';
import type { ToHost } from '../shared/pageMessages';
import type { MoveFocus } from './a11y/focus';
import type { MarkdownOptions, StreamingMarkdown } from './markdown/streamingMarkdown';
import type { Format } from '../shared/format';
import type { PanelClock } from './util/panelClock';
import type { Requests } from './util/requests';

/** Announces texts to screen readers, but never the text of an answer. */
export interface Announcer {
  readonly element: HTMLElement;
  /**
   * @param source id of the comparison column that the text is about; the announcements of different columns do not
   * replace each other
   */
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
  /** Posts a message to which the host replies. */
  readonly request: Requests['send'];
  /** Copies a text to the clipboard, and announces to screen readers that the text was copied. */
  readonly copy: (text: string) => void;
  /**
   * Returns the host name of the gateway to which the next prompt goes. A turn shows this name until its own gateway is
   * known.
   */
  readonly host: () => string;
  /** Returns the model for the next prompt. The latest turns show it if they have no model. */
  readonly model: () => string;
  readonly recentModels: () => RecentModels;
  /**
   * Returns the URI of an image file.
   * @param owner the id of the conversation that contains the image, or `draftImages`
   */
  readonly imageUri: (owner: string, image: PromptImage) => string;
  readonly conversationId: () => string;
  /**
   * Returns whether the page is read-only, because the conversation is open in another window. A read-only page has no
   * buttons that change the conversation.
   */
  readonly isReadOnly: () => boolean;
  /**
   * Returns whether a turn is running or waiting. If so, *Regenerate* and the buttons that show another version of an
   * answer are disabled, because a click on them would end the turn.
   */
  readonly areVersionButtonsDisabled: () => boolean;
  readonly announcer: Announcer;
  readonly createMarkdown: (
    within: HTMLElement,
    options: Omit<MarkdownOptions, 'findRuns' | 'typesetter'>,
  ) => StreamingMarkdown;
  /**
   * Moves the focus for a reason other than a key press or a click, for example because the focused element was
   * removed.
   */
  readonly moveFocus: MoveFocus;
  /**
   * Moves the focus to the composer. On a read-only page, moves the focus to the button *Open Here* or to the
   * conversation.
   */
  readonly focusComposer: () => void;
  /** Scrolls to the end of the conversation, and keeps the end in view. */
  readonly followEnd: () => void;
  /**
   * Called when data that exists only on the page has changed: the draft, an open editor, the reading position, or a
   * dismissed notice.
   */
  readonly onLocalChange: () => void;
  /**
   * Called when the page has scrolled, unfolded or folded something, which can move the end of the conversation out of
   * view or into view.
   */
  readonly onLayoutChange: () => void;
  /** Called when the user has sent a prompt. The page stores the prompt until the host confirms it. */
  readonly onPromptSent: (prompt: string) => void;
}
