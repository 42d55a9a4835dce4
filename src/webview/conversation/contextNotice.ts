import { fill } from '../../shared/format';
import type { PageContext } from '../pageContext';
import { button, element, iconButton } from '../util/element';
import type { SummaryEntry } from './summaryEntry';

interface ContextSituation {
  /** How full the context is; undefined if that is unknown, or if a summary should not be offered. */
  readonly percent: number | undefined;
  /** The summary that is being written. */
  readonly runningSummary: SummaryEntry | undefined;
  /** Whether the notice may offer a summary, or say that it is ready. */
  readonly canMention: boolean;
}

/** Percentage of the context from which a summary is offered. */
const minPercent = 90;

/**
 * Offers a summary before the context is full, and says that a summary is being written and when it is ready, because it
 * may be out of view.
 */
export function createContextNotice(context: PageContext, showSummary: (summary: SummaryEntry) => void) {
  const { strings, format, post, isReadOnly, focusComposer } = context;
  const notice = element('section', { class: 'notice', hidden: '' });
  let isDismissed = false;
  let shown = '';
  /** The summary that is being written, or that has become ready and was not shown or dismissed. */
  let summary: SummaryEntry | undefined;

  const describe = (percent: number): string =>
    percent > 100 ? strings.contextOverfull : fill(strings.contextAlmostFull, format.number(percent));

  const update = (situation: ContextSituation): void => {
    const { percent, runningSummary, canMention } = situation;
    // The summary is disconnected after *Undo*.
    const isReady = canMention && summary?.isUsable && summary.element.isConnected;
    if (runningSummary || !isReady) summary = runningSummary;
    // The notice appears again when the context has become full once more.
    if (percent !== undefined && percent < minPercent) isDismissed = false;
    const isFull = percent !== undefined && percent >= minPercent;
    const isOffered = isFull && !isDismissed && !isReadOnly();
    const offer = isOffered ? describe(percent) : '';
    const text = runningSummary ? strings.summarizing : summary ? strings.summaryReady : offer;
    if (text === shown) return;
    shown = text;
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
    // The removed button would keep the focus, and the page would receive no keys.
    if (hadFocus) focusComposer();
  };
  return { element: notice, update };
}
