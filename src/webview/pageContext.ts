import type { FaultDetails, PanelStrings } from '../shared/panelStrings';
import type { ToHost } from '../shared/protocol';
import type { MoveFocus } from './a11y/focus';
import type { MarkdownOptions, StreamingMarkdown } from './markdown/streamingMarkdown';
import type { Format } from './util/format';
import type { PanelClock } from './util/panelClock';

/** Speaks to screen readers: start, waits and outcome, but never the text of the answer. */
export interface Announcer {
  readonly element: HTMLElement;
  announce(text: string): void;
}

/** What every part of the panel is given. */
export interface PageContext {
  readonly strings: PanelStrings;
  readonly help: FaultDetails;
  readonly format: Format;
  readonly clock: PanelClock;
  readonly post: (message: ToHost) => void;
  /** Another window writes the conversation: nothing that would change it is offered. */
  readonly isReadOnly: () => boolean;
  readonly announcer: Announcer;
  readonly createMarkdown: (within: HTMLElement, options: Omit<MarkdownOptions, 'findRuns'>) => StreamingMarkdown;
  /** Moves the focus for a reason other than a key or a click. */
  readonly moveFocus: MoveFocus;
  /** Where the focus goes when the element that had it goes away; to *Open Here* or the log while the composer is hidden. */
  readonly focusComposer: () => void;
  /** What stands in the editors of prompts must survive a reload. */
  readonly editsChanged: () => void;
  /** By hand, or folded again: what is there now is what the person reads, and the end need not be. */
  readonly unfolded: () => void;
  /** It is on its way to the host: until it is taken it must survive everything. */
  readonly promptSent: (prompt: string) => void;
}
