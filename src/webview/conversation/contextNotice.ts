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
export class ContextNotice {
  readonly element = element('section', { class: 'notice', hidden: '' });
  private isDismissed = false;
  private shown = '';
  private situation: ContextSituation = { percent: undefined, runningSummary: undefined, canMention: false };
  /** The summary that is being written, or that has become ready and was not shown or dismissed. */
  private summary: SummaryEntry | undefined;

  constructor(
    private readonly context: PageContext,
    private readonly showSummary: (summary: SummaryEntry) => void,
  ) {}

  update(situation = this.situation): void {
    this.situation = situation;
    const { percent, runningSummary, canMention } = situation;
    // The summary is disconnected after *Undo*.
    const isReady = canMention && this.summary?.isUsable && this.summary.element.isConnected;
    if (runningSummary || !isReady) this.summary = runningSummary;
    const { summary } = this;
    // The notice appears again when the context has become full once more.
    if (percent !== undefined && percent < minPercent) this.isDismissed = false;
    const { strings, post, isReadOnly, focusComposer } = this.context;
    const isFull = percent !== undefined && percent >= minPercent;
    const isOffered = isFull && !this.isDismissed && !isReadOnly();
    const offer = isOffered ? this.describe(percent) : '';
    const text = runningSummary ? strings.summarizing : summary ? strings.summaryReady : offer;
    if (text === this.shown) return;
    this.shown = text;
    const hadFocus = this.element.contains(document.activeElement);
    const dismiss = (): void => {
      if (summary) this.summary = undefined;
      else this.isDismissed = true;
      this.update();
    };
    const show = (): void => {
      if (this.summary) this.showSummary(this.summary);
      dismiss();
    };
    const first = summary
      ? button(strings.show, 'secondary', show)
      : button(strings.summarize, 'primary', () => post({ type: 'summarize' }));
    const buttons = runningSummary ? [first] : [first, iconButton(strings.dismiss, 'close', dismiss)];
    this.element.hidden = text === '';
    this.element.replaceChildren(
      element('p', { class: 'notice-texts' }, text),
      element('div', { class: 'actions' }, ...buttons),
    );
    // The removed button would keep the focus, and the page would receive no keys.
    if (hadFocus) focusComposer();
  }

  private describe(percent: number): string {
    const { strings, format } = this.context;
    return percent > 100 ? strings.contextOverfull : fill(strings.contextAlmostFull, format.number(percent));
  }
}
