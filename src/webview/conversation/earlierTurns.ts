import type { PageContext } from '../pageContext';
import type { SummaryOffer } from '../turn/failureCard';
import { button, element, setText, svgIcon } from '../util/element';
import type { ExchangeView } from './exchangeView';

/**
 * Returns what the card of a request that was too long offers.
 * @param canSummarize whether a summary would shorten the last request
 */
export function summaryOfferFor(views: readonly ExchangeView[], index: number, canSummarize: boolean): SummaryOffer {
  const view = views[index];
  if (!view?.wasTooLong) return 'none';
  // After a summary of several turns has failed, one of fewer turns can replace it.
  if (view.summarizedTurns !== undefined) return view.summarizedTurns > 1 ? 'possible' : 'none';
  if (canSummarize) return 'possible';
  const summary = views.slice(0, index).findLast(({ isUsableSummary }) => isUsableSummary);
  return summary && summary.sentAt > view.sentAt ? 'ready' : 'none';
}

/** Folds the turns before the last usable summary behind a button at the start of the conversation. */
export class EarlierTurns {
  /** An `article`, so that the arrow keys reach it. */
  readonly element: HTMLElement;
  private readonly toggle: HTMLButtonElement;
  private readonly label = element('span');
  private summary: ExchangeView | undefined;

  constructor(
    private readonly context: PageContext,
    onToggle: () => void,
  ) {
    this.toggle = button([svgIcon('chevronRight'), this.label], 'quiet earlier-toggle', () => {
      const entry = this.summary?.user;
      if (entry) entry.isUnfolded = !entry.isUnfolded;
      onToggle();
      context.onLayoutChange();
    });
    this.element = element('article', { class: 'turn exchange earlier-turns', tabindex: '-1' }, this.toggle);
  }

  update(thread: HTMLElement, views: readonly ExchangeView[]): void {
    const index = views.findLastIndex(({ isUsableSummary }) => isUsableSummary);
    this.summary = views[index];
    const isFolded = this.summary?.user.isUnfolded === false;
    const focused = document.activeElement;
    const focusedIndex = views.findIndex(({ element: exchange }) => exchange.contains(focused));
    views.forEach(({ element: exchange }, at) => {
      exchange.hidden = isFolded && at < index;
    });
    if (this.summary && isFolded && focusedIndex >= 0 && focusedIndex < index)
      this.context.moveFocus(this.summary.assistant, { preventScroll: true });
    if (index <= 0) {
      this.element.remove();
      return;
    }
    const { strings, format } = this.context;
    const turns = this.summary?.summarizedTurns ?? 0;
    const text = format.plural(turns, strings.earlierTurnsOne, strings.earlierTurns);
    setText(this.label, text);
    this.element.setAttribute('aria-label', text);
    this.toggle.setAttribute('aria-expanded', String(!isFolded));
    if (thread.firstElementChild !== this.element) thread.prepend(this.element);
  }
}
