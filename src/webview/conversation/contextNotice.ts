import { fillTemplate } from '../../shared/format';
import type { PageContext } from '../pageContext';
import { button, element, iconButton } from '../util/element';
import type { SummaryEntry } from './summaryEntry';

interface ContextSituation {
  /**
   * Percentage of the context window that the next request fills. Undefined if the percentage is unknown, or if no
   * summary should be offered.
   */
  readonly percent: number | undefined;
  readonly runningSummary: SummaryEntry | undefined;
  /** Whether the notice is allowed to offer a summary, or to report that a summary is ready. */
  readonly canMention: boolean;
}

/** The notice offers a summary when the next request fills at least this percentage of the context window. */
const minPercent = 90;

/**
 * Creates the notice that offers a summary before the context window is full. The notice also reports that a summary is
 * being written or is ready, because the summary might be out of view.
 */
export function createContextNotice(context: PageContext, showSummary: (summary: SummaryEntry) => void) {
  const { strings, format, post, isReadOnly, focusComposer } = context;
  const notice = element('section', { class: 'notice', hidden: '' });
  let isDismissed = false;
  let shownText = '';
  /** Summary that is being written, or that is ready and was neither shown nor dismissed. */
  let summary: SummaryEntry | undefined;

  const describe = (percent: number): string =>
    percent > 100 ? strings.contextOverfull : fillTemplate(strings.contextAlmostFull, format.number(percent));

  const update = (situation: ContextSituation): void => {
    const { percent, runningSummary, canMention } = situation;
    // After *Undo*, the element of the summary is no longer in the document, so the summary is not reported as ready.
    const isReady = canMention && summary?.isUsable && summary.element.isConnected;
    if (runningSummary || !isReady) summary = runningSummary;
    // If the user has dismissed the notice, it appears again the next time that the context window becomes almost full.
    if (percent !== undefined && percent < minPercent) isDismissed = false;
    const isFull = percent !== undefined && percent >= minPercent;
    const isOffered = isFull && !isDismissed && !isReadOnly();
    const offer = isOffered ? describe(percent) : '';
    const text = runningSummary ? strings.summarizing : summary ? strings.summaryReady : offer;
    if (text === shownText) return;
    shownText = text;
    const hadFocus = notice.contains(document.activeElement);
    const dismiss = (): void => {
      if (summary) summary = undefined;
      else isDismissed = true;
      context.onLocalChange();
    };
    const show = (): void => {
      if (summary) showSummary(summary);
      dismiss();
    };
    const first = summary
      ? button(strings.show, 'secondary', show)
      : button(strings.summarize, 'primary', () => post({ type: 'summarize' }));
    const buttons = runningSummary ? [first] : [first, iconButton(strings.dismiss, 'close', dismiss)];
    notice.hidden = text === '';
    notice.replaceChildren(
      element('p', { class: 'notice-texts' }, text),
      element('div', { class: 'actions' }, ...buttons),
    );
    // The button that was removed had the focus. The composer gets the focus, because the page would otherwise receive
    // no key events.
    if (hadFocus) focusComposer();
  };
  return { element: notice, update };
}
