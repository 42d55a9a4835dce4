import type { Answer, ShownExchange, ShownItem } from '../../shared/exchanges';
import { joinSentences } from '../../shared/describe';
import { fillTemplate } from '../../shared/format';
import type { AnswerAction } from '../../shared/pageMessages';
import { type FaultAction, isDelta, type RecordedEvent } from '../../shared/protocol';
import { createRovingTabindex } from '../a11y/focus';
import type { PageContext } from '../pageContext';
import type { OpenEdit, ReadingPosition, Unsent } from '../../shared/unsent';
import { answerActions, carryVersionFocus, setVersionButtonsDisabled } from '../turn/turnActions';
import { closestElement, element, scrollToStart } from '../util/element';
import type { AnswerView } from './answerView';
import { describeHiddenTurns } from './comparison';
import { DeletedTurn } from './deletedTurn';
import { createEarlierTurns, type ItemView, summaryOfferFor } from './earlierTurns';
import { ExchangeView } from './exchangeView';
import { SummaryEntry } from './summaryEntry';

/**
 * Maximum time for drawing exchanges that are out of view, in milliseconds per idle period. The browser needs the rest
 * of the idle period to render the exchanges near the view.
 */
const idleBudgetMs = 2;
/** Estimated height of everything around the text of an answer, in em. */
const surroundingsEm = 7;

type ConversationState = Partial<Unsent>;

/**
 * View of the exchanges and summaries of a conversation. The card of an answer, such as a failure card, loses its
 * buttons when a later turn starts.
 */
export class ConversationView {
  readonly element: HTMLElement;
  readonly thread = element('div.thread');
  private readonly updateEarlierTurns: ReturnType<typeof createEarlierTurns>;
  /** Views of the exchanges and summaries, from top to bottom. The id of a summary is the id of its answer. */
  private items: readonly ItemView[] = [];
  /** Views of exchanges and summaries whose answers have not been drawn yet, oldest first. */
  private readonly undrawn = new Set<ItemView>();
  private isDrawScheduled = false;
  private readonly refreshTabStop: () => void;
  areVersionButtonsDisabled = false;
  canSummarize = false;
  /** Unfinished edits that the page can't show, because their exchange is not on the page or the page is read-only. */
  private deferredEdits: readonly OpenEdit[] = [];

  /** @param onChange called when an event has changed more than the text of an answer */
  constructor(
    private readonly context: PageContext,
    private readonly onChange: () => void,
  ) {
    const end = element('span', { tabindex: '-1' });
    this.element = element(
      'div.conversation',
      {
        role: 'log',
        'aria-label': context.strings.conversation,
        // An element with the role `log` is a live region, so screen readers would read every token. `aria-live="off"`
        // turns the live region off. The announcer announces the progress of turns instead.
        'aria-live': 'off',
        tabindex: '0',
      },
      this.thread,
      end,
    );
    this.updateEarlierTurns = createEarlierTurns(context, () => this.updateLatest());
    // The browser fires this event when an exchange or summary comes near the view and is about to be rendered.
    this.thread.addEventListener('contentvisibilityautostatechange', (event) => {
      const { target, skipped } = event as ContentVisibilityAutoStateChangeEvent;
      if (!skipped) for (const item of this.undrawn) if (item.element === target) this.draw(item);
    });
    // VS Code reads the attribute when the event reaches the window, and shows only the menu items of these actions.
    this.element.addEventListener('contextmenu', ({ target }) => {
      const answer = this.answers.find(({ element: article }) => article.contains(target as Node | null));
      if (!answer) return;
      const actions = answerActions(context, answer).map(({ action }) => action);
      const menuContext = { answerId: answer.id, 'holysheep.answerActions': actions.join(' ') };
      answer.element.dataset['vscodeContext'] = JSON.stringify(menuContext);
    });
    this.refreshTabStop = createRovingTabindex(this.element, this.thread, end, context.followEnd);
  }

  get isEmpty(): boolean {
    return this.items.every((item) => item instanceof DeletedTurn);
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

  /** Answer whose turn is waiting or, if no turn is waiting, the last answer whose turn is running. */
  get active(): AnswerView | undefined {
    const active = this.answers.filter(({ activity }) => activity !== 'idle');
    return active.find(({ activity }) => activity === 'waiting') ?? active.at(-1);
  }

  hasActionButton(action: FaultAction): boolean {
    return this.answers.some(({ activeFailure }) => activeFailure?.actions.includes(action));
  }

  /**
   * Whether the notice above the composer is allowed to mention a summary. This is not the case while a turn is
   * running, or while a failure card already mentions a summary.
   */
  get canMentionSummary(): boolean {
    return !this.active && !this.hasActionButton('summarize');
  }

  /** Says which answer of an open comparison the next prompt will follow. Empty if no comparison is open. */
  get nextPrompt(): readonly string[] {
    return this.items.flatMap(({ comparison }) => comparison?.describeNext() ?? []);
  }

  setCanSummarize(canSummarize: boolean): void {
    if (canSummarize === this.canSummarize) return;
    this.canSummarize = canSummarize;
    this.updateLatest();
  }

  /** Summary that is being written, or that a reload or a crash has interrupted. */
  get unfinishedSummary(): SummaryEntry | undefined {
    const summaries = this.items.filter((item) => item instanceof SummaryEntry);
    return summaries.find(({ answers: [{ isRunning, state }] }) => isRunning || state.phase === 'interrupted');
  }

  scrollTo(entry: HTMLElement): void {
    scrollToStart(this.element, entry);
    this.context.onLayoutChange();
  }

  get view(): ConversationState {
    const { items } = this;
    const edits = items.flatMap(({ id, entry }) =>
      entry?.editor.text === undefined ? [] : { id, text: entry.editor.text },
    );
    return {
      edits: [...edits, ...this.deferredEdits],
      unfolded: items.flatMap(({ id, entry }) => (entry?.isUnfolded ? id : [])),
      seen: items.at(-1)?.id,
    };
  }

  /**
   * First visible answer, and how many of its pixels are above the view. Undefined if no answer is visible. Summaries
   * are skipped, because the user might undo them.
   */
  get readingPosition(): ReadingPosition | undefined {
    const { top } = this.element.getBoundingClientRect();
    for (const { exchange, element: item, answers } of this.items) {
      // Skips an exchange above the view without measuring its answers. Otherwise, the browser would have to lay out
      // content that it doesn't render.
      if (!exchange || item.getBoundingClientRect().bottom <= top) continue;
      for (const answer of answers) {
        const rectangle = answer.element.getBoundingClientRect();
        if (rectangle.bottom <= top) continue;
        return { answerId: answer.id, offset: top - rectangle.top, block: blockAt(answer.element, top) };
      }
    }
    return undefined;
  }

  /**
   * Returns the `scrollTop` that restores a reading position, or undefined if the answer that the user was reading is
   * not on the page.
   */
  scrollTopOf({ answerId, offset, block }: ReadingPosition): number | undefined {
    const entry = this.findAnswer(answerId)?.element;
    if (!entry) return undefined;
    const { scrollTop } = this.element;
    const { top } = this.element.getBoundingClientRect();
    const element = block && sectionsOf(entry).flatMap((section) => [...section.children])[block.index];
    if (!element) return scrollTop + entry.getBoundingClientRect().top - top + offset;
    const rectangle = element.getBoundingClientRect();
    return scrollTop + rectangle.top - top + block.shareAbove * rectangle.height;
  }

  /**
   * Must be called when the model or the host name of the gateway for the next prompt has changed, because some answers
   * show these names.
   */
  renderAnswers(): void {
    for (const answer of this.answers) answer.render();
  }

  setVersionButtonsDisabled(areDisabled: boolean): void {
    if (areDisabled === this.areVersionButtonsDisabled) return;
    this.areVersionButtonsDisabled = areDisabled;
    setVersionButtonsDisabled(this.context, this.thread, areDisabled);
  }

  /**
   * Replaces everything that the conversation shows.
   * @param view the editors that the user had opened and the entries that the user had unfolded, for example before a
   * reload
   */
  replaceAll(items: readonly ShownItem[], view: ConversationState): void {
    this.removeAllBut([]);
    this.items = items.map((item) => this.create(item));
    this.restore(view);
    this.updateAfterChange();
  }

  /**
   * Shows another path of the conversation. Exchanges that are already on the page with the same answers keep their
   * elements.
   * @returns the last exchange or summary of the path, or undefined if it was already the last on the page
   */
  showPath(items: readonly ShownItem[]): ItemView | undefined {
    const { view, items: previous } = this;
    const keptViews = items.map((item) => {
      const existing = this.findItem(idOf(item));
      return existing?.update(item) ? existing : undefined;
    });
    const { activeElement } = document;
    // The body has the focus after VS Code has shown the context menu.
    const hadFocus = activeElement === document.body || this.thread.contains(activeElement);
    const firstRemoved = previous.find((item) => item.exchange && !keptViews.includes(item));
    const moveFocusTo = firstRemoved && carryVersionFocus(this.context, firstRemoved.element);
    const comparisonHadFocus = firstRemoved?.element.contains(
      closestElement(activeElement, '.comparison, .comparison-bar'),
    );
    this.removeAllBut(keptViews);
    const nextViews = items.map(
      (item, index) =>
        keptViews[index] ??
        this.create(
          item,
          keptViews.slice(index).find((following) => following !== undefined),
        ),
    );
    this.items = nextViews;
    this.restore(view);
    const firstAdded = nextViews.find((item) => item.exchange && !previous.includes(item));
    const first = firstAdded?.answers[0];
    if (firstAdded) this.draw(firstAdded);
    this.updateAfterChange();
    if (first && comparisonHadFocus) {
      this.context.moveFocus(first.element);
      firstAdded.element.querySelector('.comparison-bar')?.scrollIntoView({ block: 'nearest' });
    }
    if (first?.isRunning) firstAdded?.comparison?.announceStart();
    else if (first) {
      this.announceVersion(first);
      moveFocusTo?.(first.element, this.element);
    }
    this.showDeletion(previous, hadFocus);
    const last = nextViews.at(-1);
    return last === previous.at(-1) ? undefined : last;
  }

  /** Performs an action that the user has chosen in VS Code's context menu, which has removed the focus from the page. */
  performAction(answerId: string, action: AnswerAction): void {
    const answer = this.findAnswer(answerId);
    if (!answer) return;
    this.context.moveFocus(answer.element);
    answerActions(this.context, answer)
      .find((item) => item.action === action)
      ?.choose();
  }

  /** Adds an exchange at the end of the conversation. */
  add(exchange: ShownExchange): void {
    // After the next prompt, the page no longer offers to restore deleted turns.
    const keptViews = this.items.filter((item) => !(item instanceof DeletedTurn));
    this.removeAllBut(keptViews);
    this.items = [...keptViews, this.create(exchange)];
    this.updateAfterChange();
  }

  updateAnswer(answer: Answer): void {
    this.findAnswer(answer.id)?.update(answer);
    this.updateLatest();
  }

  /**
   * Applies new events to an answer.
   * @returns false if the events belong to a summary or to an answer that is not on the page, so that the conversation
   * has no new content at its end
   */
  apply(answerId: string, events: readonly RecordedEvent[]): boolean {
    // Events of an unknown answer are ignored. They belong to a conversation that this page no longer shows.
    const answer = this.findAnswer(answerId);
    if (!answer) return false;
    const { isRunning, visibleState } = answer;
    answer.apply(events);
    const isSummary = !answer.exchange;
    if (!events.every(isDelta) || answer.visibleState?.phase !== visibleState?.phase) {
      this.updateLatest();
      // Scrolls to a summary that has failed, because the summary might be above the view.
      if (isSummary && isRunning && answer.activeFailure) this.scrollTo(answer.element);
      this.onChange();
    }
    return !isSummary;
  }

  /** @param following the view above which the new view is inserted; without it, the new view is the last one */
  private create(item: ShownItem, following?: ItemView): ItemView {
    const { context } = this;
    const view = createView(context, item);
    const height = Math.max(0, ...view.answers.map(({ estimatedEm }) => estimatedEm)) + surroundingsEm;
    view.element.style.containIntrinsicBlockSize = `auto ${height}em`;
    if (following) following.element.before(view.element);
    else this.thread.append(view.element);
    this.undrawn.add(view);
    return view;
  }

  private removeAllBut(keptViews: readonly (ItemView | undefined)[]): void {
    for (const view of this.items) {
      if (keptViews.includes(view)) continue;
      for (const answer of view.answers) answer.dispose();
      this.undrawn.delete(view);
      view.element.remove();
    }
  }

  private draw(item: ItemView): void {
    if (this.undrawn.delete(item)) for (const answer of item.answers) answer.draw();
  }

  /** Draws the exchanges that are out of view, newest first, so that search and screen readers can find their text. */
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

  /** Restores an earlier view: opens the editors that were open, and unfolds the entries that were unfolded. */
  private restore({ edits = [], unfolded = [] }: ConversationState): void {
    for (const { id, entry } of this.items) if (entry && unfolded.includes(id)) entry.isUnfolded = true;
    const canOpen = ({ id }: OpenEdit): boolean => !this.context.isReadOnly() && this.findItem(id)?.entry !== undefined;
    this.deferredEdits = edits.filter((edit) => !canOpen(edit));
    for (const { id, text } of edits.filter(canOpen)) {
      const editor = this.findItem(id)?.entry?.editor;
      if (editor?.text === undefined) editor?.open(text);
    }
  }

  /**
   * Announces that a turn was deleted. Moves the focus to the line in the place of the turn, or to the restored turn.
   * @param previous the items before the change
   * @param hadFocus whether the conversation had the focus before the change
   */
  private showDeletion(previous: readonly ItemView[], hadFocus: boolean): void {
    const { announcer, moveFocus, strings } = this.context;
    const deletedIds = previous.flatMap((item) => (item instanceof DeletedTurn ? item.id : []));
    const changed = this.items.find((item) => item instanceof DeletedTurn !== deletedIds.includes(item.id));
    if (changed instanceof DeletedTurn) announcer.announce(strings.turnDeleted);
    const entry = changed?.element.querySelector('article');
    if (entry && hadFocus) moveFocus(entry);
  }

  private announceVersion(answer: AnswerView): void {
    const { announcer, strings } = this.context;
    const versions = answer.exchange?.versions ?? [];
    const position = [versions.indexOf(answer.id) + 1, versions.length].map(String);
    const texts = [fillTemplate(strings.announceVersion, ...position), ...describeHiddenTurns(this.context, answer)];
    if (versions.length > 1) announcer.announce(joinSentences(strings, texts));
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
      // A summary keeps its buttons even if later turns follow.
      const isLatest = index >= latestIndex || !item.exchange;
      for (const answer of item.answers)
        answer.setLatest(isLatest, summaryOfferFor(answer, items, index, this.canSummarize));
    });
    this.updateEarlierTurns(this.thread, items);
  }
}

function createView(context: PageContext, item: ShownItem): ItemView {
  if ('turns' in item) return new SummaryEntry(context, item);
  return 'isDeleted' in item ? new DeletedTurn(context, item.id) : new ExchangeView(context, item);
}

/** Returns the id of an exchange, or the id of a summary's answer. */
export function idOf(item: ShownItem): string {
  return 'turns' in item ? item.answer.id : item.id;
}

function sectionsOf(entry: HTMLElement): readonly Element[] {
  return [...entry.querySelectorAll('[data-part="answer"] > .md-section')];
}

/** Returns the first block of an answer's text that ends below `top`, unless the text starts below `top`. */
function blockAt(entry: HTMLElement, top: number): ReadingPosition['block'] {
  const sections = sectionsOf(entry);
  // Only the blocks of one section are measured, because the browser does not lay out sections that are out of view.
  const current = sections.findIndex((section) => section.getBoundingClientRect().bottom > top);
  let index = sections.slice(0, current).reduce((sum, { childElementCount }) => sum + childElementCount, 0);
  for (const block of sections[current]?.children ?? []) {
    const { top: blockTop, bottom, height } = block.getBoundingClientRect();
    if (index === 0 && blockTop > top) return undefined;
    if (bottom > top) return { index, shareAbove: (top - blockTop) / Math.max(1, height) };
    index++;
  }
  return undefined;
}
