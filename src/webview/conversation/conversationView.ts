import type { Answer, ShownExchange, ShownItem } from '../../shared/exchanges';
import { fill } from '../../shared/format';
import { type FaultAction, isDelta, type RecordedEvent } from '../../shared/protocol';
import { createRovingTabindex } from '../a11y/focus';
import type { PageContext } from '../pageContext';
import type { OpenEdit, ReadingPosition, Unsent } from '../state/unsentStore';
import { carryVersionFocus, setVersionButtonsDisabled } from '../turn/turnActions';
import { element, scrollToStart } from '../util/element';
import type { AnswerView } from './answerView';
import { createEarlierTurns, type ItemView, summaryOfferFor } from './earlierTurns';
import { ExchangeView } from './exchangeView';
import { SummaryEntry } from './summaryEntry';

/** Time for drawing exchanges out of view in one idle period. Rendering those near the view takes more. */
const idleBudgetMs = 2;
/** Estimated height of what surrounds the text of an answer. */
const surroundingsEm = 7;

type ConversationState = Partial<Unsent>;

/** Only running turns, the latest exchange that has started and those after it have cards with buttons. */
export class ConversationView {
  readonly element: HTMLElement;
  readonly thread = element('div', { class: 'thread' });
  private readonly updateEarlierTurns: ReturnType<typeof createEarlierTurns>;
  /** The exchanges and summaries from top to bottom. A summary has the id of its answer. */
  private items: readonly ItemView[] = [];
  /** The items whose answers are still to be drawn, oldest first. */
  private readonly undrawn = new Set<ItemView>();
  private isDrawScheduled = false;
  private readonly refreshTabStop: () => void;
  areVersionButtonsDisabled = false;
  canSummarize = false;
  /** Edits whose exchange is not on the page, or which can't be continued because the page is read-only. */
  private deferredEdits: readonly OpenEdit[] = [];

  /** @param onChange called when an event has changed more than the text of an answer */
  constructor(
    private readonly context: PageContext,
    private readonly onChange: () => void,
  ) {
    const end = element('span', { tabindex: '-1' });
    this.element = element(
      'div',
      {
        class: 'conversation',
        role: 'log',
        'aria-label': context.strings.conversation,
        // An element with the role `log` is a live region. `aria-live="off"` turns the live region off, because screen
        // readers would read every token. The announcer announces the progress of turns instead.
        'aria-live': 'off',
        tabindex: '0',
      },
      this.thread,
      end,
    );
    this.updateEarlierTurns = createEarlierTurns(context, () => this.updateLatest());
    // The browser is about to render an item, because it has come near the view.
    this.thread.addEventListener('contentvisibilityautostatechange', (event) => {
      const { target, skipped } = event as ContentVisibilityAutoStateChangeEvent;
      if (!skipped) for (const item of this.undrawn) if (item.element === target) this.draw(item);
    });
    this.refreshTabStop = createRovingTabindex(this.element, this.thread, end, context.followEnd);
  }

  get isEmpty(): boolean {
    return this.items.length === 0;
  }

  private get answers(): readonly AnswerView[] {
    return this.items.flatMap(({ answers }) => answers);
  }

  private findItem(id: string): ItemView | undefined {
    return this.items.find((item) => item.id === id);
  }

  private findAnswer(id: string): AnswerView | undefined {
    return this.answers.find((answer) => answer.id === id);
  }

  /** The answer whose turn waits; if none waits, the last answer whose turn runs. */
  get active(): AnswerView | undefined {
    const active = this.answers.filter(({ activity }) => activity !== 'idle');
    return active.find(({ activity }) => activity === 'waiting') ?? active.at(-1);
  }

  hasActionButton(action: FaultAction): boolean {
    return this.answers.some(({ activeFailure }) => activeFailure?.actions.includes(action));
  }

  /** Whether no turn runs, and no failure card offers a summary or says that one is ready. */
  get canMentionSummary(): boolean {
    return !this.active && !this.hasActionButton('summarize');
  }

  setCanSummarize(canSummarize: boolean): void {
    if (canSummarize === this.canSummarize) return;
    this.canSummarize = canSummarize;
    this.updateLatest();
  }

  get runningSummary(): SummaryEntry | undefined {
    const summaries = this.items.filter((item) => item instanceof SummaryEntry);
    return summaries.find(({ answers: [answer] }) => answer.isRunning);
  }

  scrollTo(entry: HTMLElement): void {
    scrollToStart(this.element, entry);
    this.context.onLayoutChange();
  }

  get view(): ConversationState {
    const { items } = this;
    const edits = items.flatMap(({ id, entry: { editor } }) =>
      editor.text === undefined ? [] : { id, text: editor.text },
    );
    return {
      edits: [...edits, ...this.deferredEdits],
      unfolded: items.flatMap(({ id, entry }) => (entry.isUnfolded ? id : [])),
      seen: items.at(-1)?.id,
    };
  }

  /**
   * The first visible answer, and how many pixels of it are above the view; undefined if no answer is visible. A summary
   * does not count, because the user may undo it.
   */
  get readingPosition(): ReadingPosition | undefined {
    const { top } = this.element.getBoundingClientRect();
    for (const { exchange, element: item, answers } of this.items) {
      // Measuring the content of an exchange that the browser does not render would make the browser lay it out.
      if (!exchange || item.getBoundingClientRect().bottom <= top) continue;
      for (const answer of answers) {
        const rectangle = answer.element.getBoundingClientRect();
        if (rectangle.bottom > top) return { answerId: answer.id, offset: top - rectangle.top };
      }
    }
    return undefined;
  }

  /** Returns the `scrollTop` that restores a reading position, or undefined if the page does not contain its answer. */
  scrollTopOf({ answerId, offset }: ReadingPosition): number | undefined {
    const entry = this.findAnswer(answerId)?.element;
    if (!entry) return undefined;
    const { top } = this.element.getBoundingClientRect();
    return this.element.scrollTop + entry.getBoundingClientRect().top - top + offset;
  }

  /** Call this when the host of the gateway to which prompts go has changed. */
  renderAnswers(): void {
    for (const answer of this.answers) answer.render();
  }

  setVersionButtonsDisabled(areDisabled: boolean): void {
    if (areDisabled === this.areVersionButtonsDisabled) return;
    this.areVersionButtonsDisabled = areDisabled;
    setVersionButtonsDisabled(this.context, this.thread, areDisabled);
  }

  /** Replaces everything that the conversation shows. @param view the view that the user had, for example before a reload */
  replaceAll(items: readonly ShownItem[], view: ConversationState): void {
    this.removeAllBut([]);
    this.items = items.map((item) => this.create(item));
    this.restore(view);
    this.updateAfterChange();
  }

  /**
   * Items that are on the page with the same answers keep their elements.
   * @returns the last item if it is another one than before
   */
  showPath(items: readonly ShownItem[]): ItemView | undefined {
    const { view, items: previous } = this;
    const kept = items.map((item) => {
      const found = this.findItem(idOf(item));
      return found?.update(item) ? found : undefined;
    });
    const firstRemoved = previous.find((item) => item.exchange && !kept.includes(item));
    const moveFocusTo = firstRemoved && carryVersionFocus(this.context, firstRemoved.element);
    const comparisonHadFocus = firstRemoved?.comparison?.element.contains(document.activeElement) ?? false;
    this.removeAllBut(kept);
    const shown = items.map(
      (item, index) =>
        kept[index] ??
        this.create(
          item,
          kept.slice(index).find((following) => following !== undefined),
        ),
    );
    this.items = shown;
    this.restore(view);
    const firstAdded = shown.find((item) => item.exchange && !previous.includes(item));
    const first = firstAdded?.answers[0];
    if (firstAdded) this.draw(firstAdded);
    this.updateAfterChange();
    if (first && comparisonHadFocus) this.context.moveFocus(first.element);
    if (first?.isRunning) firstAdded?.comparison?.announceStart();
    else if (first) {
      this.announceVersion(first);
      moveFocusTo?.(first.element, this.element);
    }
    const last = shown.at(-1);
    return last === previous.at(-1) ? undefined : last;
  }

  /** Adds an exchange at the end. */
  add(exchange: ShownExchange): void {
    this.items = [...this.items, this.create(exchange)];
    this.updateAfterChange();
  }

  updateAnswer(answer: Answer): void {
    this.findAnswer(answer.id)?.update(answer);
    this.updateLatest();
  }

  /** @returns whether the events may have changed the end of the conversation, and not only a summary above it */
  apply(answerId: string, events: readonly RecordedEvent[]): boolean {
    // Ignores events of an unknown answer. They belong to a conversation that this page no longer shows.
    const answer = this.findAnswer(answerId);
    if (!answer) return false;
    const { isRunning, visibleState } = answer;
    answer.apply(events);
    const isSummary = !answer.exchange;
    if (!events.every(isDelta) || answer.visibleState?.phase !== visibleState?.phase) {
      this.updateLatest();
      // The summary may be above the view.
      if (isSummary && isRunning && answer.activeFailure) this.scrollTo(answer.element);
      this.onChange();
    }
    return !isSummary;
  }

  /** @param following the item above which the new one is inserted; by default, it is the last one */
  private create(item: ShownItem, following?: ItemView): ItemView {
    const { context } = this;
    const view = 'turns' in item ? new SummaryEntry(context, item) : new ExchangeView(context, item);
    const height = Math.max(...view.answers.map(({ estimatedEm }) => estimatedEm)) + surroundingsEm;
    view.element.style.containIntrinsicBlockSize = `auto ${height}em`;
    if (following) following.element.before(view.element);
    else this.thread.append(view.element);
    this.undrawn.add(view);
    return view;
  }

  private removeAllBut(kept: readonly (ItemView | undefined)[]): void {
    for (const view of this.items) {
      if (kept.includes(view)) continue;
      for (const answer of view.answers) answer.dispose();
      this.undrawn.delete(view);
      view.element.remove();
    }
  }

  private draw(item: ItemView): void {
    if (this.undrawn.delete(item)) for (const answer of item.answers) answer.draw();
  }

  /** Draws the items out of view, so that they can be found and read aloud. The newest comes first. */
  private drawWhenIdle(): void {
    if (this.isDrawScheduled || this.undrawn.size === 0) return;
    this.isDrawScheduled = true;
    const { clock } = this.context;
    clock.idle(() => {
      this.isDrawScheduled = false;
      const end = clock.monotonicNow() + idleBudgetMs;
      for (const item of [...this.undrawn].toReversed()) {
        this.draw(item);
        if (clock.monotonicNow() >= end) break;
      }
      this.drawWhenIdle();
    });
  }

  /** Opens the editors and unfolds the entries that were open and unfolded in an earlier view. */
  private restore({ edits = [], unfolded = [] }: ConversationState): void {
    for (const item of this.items) if (unfolded.includes(item.id)) item.entry.isUnfolded = true;
    const canOpen = ({ id }: OpenEdit): boolean => !this.context.isReadOnly() && this.findItem(id) !== undefined;
    this.deferredEdits = edits.filter((edit) => !canOpen(edit));
    for (const { id, text } of edits.filter(canOpen)) {
      const editor = this.findItem(id)?.entry.editor;
      if (editor?.text === undefined) editor?.open(text);
    }
  }

  private announceVersion({ id, exchange }: AnswerView): void {
    const { announcer, strings } = this.context;
    const versions = exchange?.versions ?? [];
    const position = [versions.indexOf(id) + 1, versions.length].map(String);
    if (versions.length > 1) announcer.announce(fill(strings.announceVersion, ...position));
  }

  private updateAfterChange(): void {
    this.updateLatest();
    for (const item of this.items)
      if (item === this.items.at(-1) || item.answers.some(({ isRunning }) => isRunning)) this.draw(item);
    this.drawWhenIdle();
    this.refreshTabStop();
  }

  private updateLatest(): void {
    const { items } = this;
    const latestIndex = items.findLastIndex(({ answers }) => answers.some(({ hasStarted }) => hasStarted));
    items.forEach((item, index) => {
      // A summary may be followed by turns that it does not replace.
      const isLatest = index >= latestIndex || !item.exchange;
      for (const answer of item.answers)
        answer.setLatest(isLatest, summaryOfferFor(answer, items, index, this.canSummarize));
    });
    this.updateEarlierTurns(this.thread, items);
  }
}

/** Returns the id of an exchange, or that of a summary's answer. */
export function idOf(item: ShownItem): string {
  return 'turns' in item ? item.answer.id : item.id;
}
