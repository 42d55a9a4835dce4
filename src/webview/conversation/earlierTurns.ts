import type { PageContext } from '../pageContext';
import type { SummaryOffer } from '../turn/shownAnswer';
import { button, element, setText, svgIcon } from '../util/element';
import type { AnswerView } from './answerView';
import type { DeletedTurn } from './deletedTurn';
import type { ExchangeView } from './exchangeView';
import { SummaryEntry } from './summaryEntry';

export type ItemView = ExchangeView | SummaryEntry | DeletedTurn;

function isUsableSummary(item: ItemView): item is SummaryEntry {
  return item instanceof SummaryEntry && item.isUsable;
}

/**
 * Returns what the failure card offers after a request that was too long: nothing, a summary, or a retry that uses a
 * newer summary.
 * @param index position of the exchange or summary that contains the failed answer
 * @param canSummarize whether a summary would shorten the last request
 */
export function summaryOfferFor(
  answer: AnswerView,
  items: readonly ItemView[],
  index: number,
  canSummarize: boolean,
): SummaryOffer {
  if (!answer.wasTooLong) return 'none';
  const item = items[index];
  // If a summary of several turns has failed, the user is offered a summary of fewer turns.
  if (item instanceof SummaryEntry) return item.turns > 1 ? 'possible' : 'none';
  if (canSummarize) return 'possible';
  const summary = items.slice(0, index).findLast(isUsableSummary);
  return summary && summary.answers[0].sentAt > answer.sentAt ? 'ready' : 'none';
}

/**
 * Folds the turns before the last complete summary behind a button at the start of the conversation.
 * @returns a function that must be called when the exchanges and summaries have changed
 */
export function createEarlierTurns({ strings, format, moveFocus, onLayoutChange }: PageContext, onToggle: () => void) {
  const label = element('span');
  let summary: SummaryEntry | undefined;
  const toggle = button([svgIcon('chevronRight'), label], 'quiet earlier-toggle', () => {
    if (summary) summary.isUnfolded = !summary.isUnfolded;
    onToggle();
    onLayoutChange();
  });
  // The arrow keys move the focus between `article` elements, so the entry with the button is an `article`.
  const entry = element('article.turn.exchange.earlier-turns', { tabindex: '-1' }, toggle);
  return (thread: HTMLElement, items: readonly ItemView[]): void => {
    summary = items.findLast(isUsableSummary);
    const index = summary ? items.indexOf(summary) : -1;
    const isFolded = summary?.isUnfolded === false;
    const focusedElement = document.activeElement;
    const focusedIndex = items.findIndex(({ element: item }) => item.contains(focusedElement));
    items.forEach(({ element: item }, at) => {
      item.hidden = isFolded && at < index;
    });
    if (summary && isFolded && focusedIndex >= 0 && focusedIndex < index)
      moveFocus(summary.answers[0].element, { preventScroll: true });
    if (index <= 0) {
      entry.remove();
      return;
    }
    const turns = summary?.turns ?? 0;
    const text = format.plural(turns, strings.earlierTurnsOne, strings.earlierTurns);
    setText(label, text);
    entry.setAttribute('aria-label', text);
    toggle.setAttribute('aria-expanded', String(!isFolded));
    if (thread.firstElementChild !== entry) thread.prepend(entry);
  };
}
