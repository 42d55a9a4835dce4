import { type ExchangeSnapshot, type FaultAction, isDelta, type RecordedEvent } from '../../shared/protocol';
import { createRovingTabindex } from '../a11y/focus';
import type { PageContext } from '../pageContext';
import type { OpenEdit, ReadingPosition, Unsent } from '../state/unsentStore';
import { carryVersionFocus, setVersionButtonsDisabled } from '../turn/turnActions';
import { element, scrollToStart } from '../util/element';
import { fill } from '../../shared/format';
import type { ObserveSize } from './autoscroll';
import { Comparison } from './comparison';
import { EarlierTurns, summaryOfferFor } from './earlierTurns';
import { ExchangeView } from './exchangeView';

/** Time for drawing exchanges out of view in one idle period. Rendering those near the view takes more. */
const idleBudgetMs = 2;

type ConversationState = Pick<Unsent, 'edits' | 'unfolded' | 'seen'>;

/** Only running turns, the latest exchange that has started and those after it have cards with buttons. */
export class ConversationView {
  readonly element: HTMLElement;
  readonly thread = element('div', { class: 'thread' });
  private readonly earlierTurns: EarlierTurns;
  private readonly exchanges = new Map<string, ExchangeView>();
  /** The exchanges whose answer is still to be drawn, oldest first. */
  private readonly undrawn = new Set<ExchangeView>();
  private isDrawScheduled = false;
  private readonly refreshTabStop: () => void;
  private disablesVersionButtons = false;
  private host = '';
  canSummarize = false;
  private latest: ExchangeView | undefined;
  /** The comparison to which the last exchange belongs. */
  private comparison: Comparison | undefined;
  /** Edits whose exchange is not on the page, or which can't be continued because the page is read-only. */
  private deferredEdits: readonly OpenEdit[] = [];

  /**
   * @param onEnd called when the user presses End, which moves to the end of the conversation
   * @param onChange called when an event has changed more than the text of an answer
   */
  constructor(
    private readonly context: PageContext,
    private readonly observeSize: ObserveSize,
    onEnd: () => void,
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
    this.earlierTurns = new EarlierTurns(context, () => this.updateLatest());
    // The browser is about to render an exchange, because it has come near the view.
    this.thread.addEventListener('contentvisibilityautostatechange', (event) => {
      const { target, skipped } = event as ContentVisibilityAutoStateChangeEvent;
      if (!skipped) for (const view of this.undrawn) if (view.element === target) this.draw(view);
    });
    this.refreshTabStop = createRovingTabindex(this.element, this.thread, end, onEnd);
  }

  get isEmpty(): boolean {
    return this.exchanges.size === 0;
  }

  /** The exchange whose turn waits; if none waits, the last exchange whose turn runs. */
  get active(): ExchangeView | undefined {
    const active = [...this.exchanges.values()].filter(({ activity }) => activity !== 'idle');
    return active.find(({ activity }) => activity === 'waiting') ?? active.at(-1);
  }

  hasActionButton(action: FaultAction): boolean {
    return [...this.exchanges.values()].some(({ activeFailure }) => activeFailure?.actions.includes(action));
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

  get runningSummary(): ExchangeView | undefined {
    const views = [...this.exchanges.values()];
    return views.find(({ summarizedTurns, isRunning }) => summarizedTurns !== undefined && isRunning);
  }

  scrollTo({ assistant }: ExchangeView): void {
    scrollToStart(this.element, assistant);
    this.context.onLayoutChange();
  }

  get view(): ConversationState {
    // The columns of a comparison share their prompt.
    const prompts = [...new Set([...this.exchanges.values()].map(({ user }) => user))];
    const edits = prompts.flatMap(({ exchangeId, editorText: text }) =>
      text === undefined ? [] : { exchangeId, text },
    );
    return {
      edits: [...edits, ...this.deferredEdits],
      unfolded: prompts.flatMap(({ exchangeId, isUnfolded }) => (isUnfolded ? exchangeId : [])),
      seen: this.latest?.id,
    };
  }

  restoreView({ edits = [], unfolded = [] }: ConversationState): void {
    for (const { id, user } of this.exchanges.values()) if (unfolded.includes(id)) user.isUnfolded = true;
    this.updateLatest();
    this.openEdits(edits);
  }

  private openEdits(edits: readonly OpenEdit[]): void {
    const canOpen = ({ exchangeId }: OpenEdit): boolean => !this.context.isReadOnly() && this.exchanges.has(exchangeId);
    this.deferredEdits = edits.filter((edit) => !canOpen(edit));
    for (const { exchangeId, text } of edits.filter(canOpen)) this.exchanges.get(exchangeId)?.user.openEditor(text);
  }

  /**
   * The first visible answer, and how many pixels of it are above the view; undefined if no answer is visible. A summary
   * does not count, because the user may undo it.
   */
  get readingPosition(): ReadingPosition | undefined {
    const { top } = this.element.getBoundingClientRect();
    for (const { id, element: exchange, assistant, summarizedTurns } of this.exchanges.values()) {
      // Measuring the content of an exchange that the browser does not render would make the browser lay it out.
      if (summarizedTurns !== undefined || exchange.getBoundingClientRect().bottom <= top) continue;
      const rectangle = assistant.getBoundingClientRect();
      if (rectangle.bottom > top) return { exchangeId: id, offset: top - rectangle.top };
    }
    return undefined;
  }

  /** Returns the `scrollTop` that restores a reading position, or undefined if the page does not contain its answer. */
  scrollTopOf({ exchangeId, offset }: ReadingPosition): number | undefined {
    const entry = this.exchanges.get(exchangeId)?.assistant;
    if (!entry) return undefined;
    const { top } = this.element.getBoundingClientRect();
    return this.element.scrollTop + entry.getBoundingClientRect().top - top + offset;
  }

  /** Sets the host of the gateway to which prompts go, which a turn shows until it knows its gateway. */
  setHost(host: string): void {
    if (host === this.host) return;
    this.host = host;
    for (const exchange of this.exchanges.values()) exchange.setHost(host);
  }

  get areVersionButtonsDisabled(): boolean {
    return this.disablesVersionButtons;
  }

  setVersionButtonsDisabled(areDisabled: boolean): void {
    if (areDisabled === this.disablesVersionButtons) return;
    this.disablesVersionButtons = areDisabled;
    setVersionButtonsDisabled(this.context, this.thread, areDisabled);
  }

  replaceAll(exchanges: readonly ExchangeSnapshot[]): void {
    this.keepFirst(0);
    for (const exchange of exchanges) this.add(exchange);
    this.updateAfterChange();
  }

  /**
   * Exchanges of both branches keep their elements.
   * @returns undefined if the last exchange has kept its elements, otherwise whether its turn is running
   */
  showPath(exchanges: readonly ExchangeSnapshot[]): boolean | undefined {
    const { edits = [] } = this.view;
    const { latest } = this;
    this.updateSummaries(exchanges);
    const previous = [...this.exchanges.values()];
    const firstDifference = previous.findIndex(
      ({ id, group }, index) => id !== exchanges[index]?.id || group?.id !== exchanges[index].comparison,
    );
    const commonCount = firstDifference < 0 ? previous.length : firstDifference;
    const firstRemoved = previous[commonCount];
    const moveFocusTo = firstRemoved && carryVersionFocus(this.context, firstRemoved.assistant);
    const comparisonHadFocus = firstRemoved?.group?.element.contains(document.activeElement) ?? false;
    this.keepFirst(commonCount);
    for (const exchange of exchanges.slice(0, commonCount)) this.exchanges.get(exchange.id)?.update(exchange);
    for (const exchange of exchanges.slice(commonCount)) this.add(exchange);
    const firstAdded = [...this.exchanges.values()][commonCount];
    if (firstAdded) this.draw(firstAdded);
    this.updateAfterChange();
    if (comparisonHadFocus && firstAdded) this.context.moveFocus(firstAdded.assistant);
    if (firstAdded && !firstAdded.isRunning) {
      const { versions, id } = firstAdded;
      const position = [versions.indexOf(id) + 1, versions.length].map(String);
      if (versions.length > 1) this.context.announcer.announce(fill(this.context.strings.announceVersion, ...position));
      moveFocusTo?.(firstAdded.assistant, this.element);
    } else if (firstAdded?.group) this.comparison?.announceStart();
    const open = previous.slice(0, commonCount).filter(({ user }) => user.editorText !== undefined);
    this.openEdits(edits.filter(({ exchangeId }) => !open.some(({ id }) => id === exchangeId)));
    return this.latest === latest ? undefined : this.latest?.isRunning;
  }

  /** Adds or updates an exchange. @returns whether the exchange is new */
  upsert(exchange: ExchangeSnapshot): boolean {
    const existing = this.exchanges.get(exchange.id);
    if (existing) {
      this.change(existing, () => existing.update(exchange));
      return false;
    }
    this.add(exchange);
    this.updateAfterChange();
    return true;
  }

  /** @returns whether the events may have changed the end of the conversation, and not only a summary above it */
  apply(exchangeId: string, events: readonly RecordedEvent[]): boolean {
    // Ignores events of an unknown exchange. They belong to a conversation that this page no longer shows.
    const view = this.exchanges.get(exchangeId);
    if (!view) return false;
    const phase = view.visibleState?.phase;
    this.change(view, () => view.apply(events));
    if (!events.every(isDelta) || view.visibleState?.phase !== phase) this.onChange();
    return view.summarizedTurns === undefined;
  }

  private change(view: ExchangeView, change: () => void): void {
    const { hasStarted, isRunning, wasTooLong } = view;
    change();
    const hasSummaryEnded = view.summarizedTurns !== undefined && isRunning && !view.isRunning;
    const hasOtherOffer = hasSummaryEnded || view.wasTooLong !== wasTooLong;
    if (view.hasStarted !== hasStarted || hasOtherOffer) this.updateLatest();
    // The summary may be above the view.
    if (hasSummaryEnded && view.activeFailure) this.scrollTo(view);
  }

  /** @param before the exchange that a summary precedes; by default the exchange is the last one */
  private add(exchange: ExchangeSnapshot, before?: ExchangeView): void {
    const comparison = before ? undefined : this.comparisonOf(exchange);
    const view = new ExchangeView(this.context, exchange, this.host, comparison);
    this.exchanges.set(view.id, view);
    if (before) {
      const views = [...this.exchanges.values()];
      for (const following of views.slice(views.indexOf(before), -1)) {
        this.exchanges.delete(following.id);
        this.exchanges.set(following.id, following);
      }
    }
    if (comparison) comparison.add(view);
    else if (before) before.element.before(view.element);
    else this.thread.append(view.element);
    this.undrawn.add(view);
  }

  private comparisonOf(exchange: ExchangeSnapshot): Comparison | undefined {
    const { comparison: id } = exchange;
    if (id === undefined) this.comparison = undefined;
    else if (this.comparison?.id !== id) {
      this.comparison = new Comparison(this.context, id, exchange, this.observeSize);
      this.thread.append(this.comparison.element);
    }
    return this.comparison;
  }

  private draw(view: ExchangeView): void {
    if (this.undrawn.delete(view)) view.draw();
  }

  /** Draws the exchanges out of view, so that they can be found and read aloud. The newest comes first. */
  private drawWhenIdle(): void {
    if (this.isDrawScheduled || this.undrawn.size === 0) return;
    this.isDrawScheduled = true;
    const { clock } = this.context;
    clock.idle(() => {
      this.isDrawScheduled = false;
      const end = clock.monotonicNow() + idleBudgetMs;
      for (const view of [...this.undrawn].toReversed()) {
        this.draw(view);
        if (clock.monotonicNow() >= end) break;
      }
      this.drawWhenIdle();
    });
  }

  private keepFirst(count: number): void {
    if (count === 0) this.earlierTurns.element.remove();
    for (const view of [...this.exchanges.values()].slice(count)) this.remove(view);
  }

  private remove(view: ExchangeView): void {
    this.exchanges.delete(view.id);
    this.undrawn.delete(view);
    if (view === this.latest) this.latest = undefined;
    view.dispose();
    if (view.group === this.comparison) this.comparison = undefined;
  }

  /** Adds and removes summaries between other exchanges, which keep their elements. */
  private updateSummaries(exchanges: readonly ExchangeSnapshot[]): void {
    const ids = new Set(exchanges.map(({ id }) => id));
    for (const view of this.exchanges.values())
      if (view.summarizedTurns !== undefined && !ids.has(view.id)) this.remove(view);
    exchanges.forEach((exchange, index) => {
      const next = this.exchanges.get(exchanges[index + 1]?.id ?? '');
      const isNew = exchange.summarizedTurns !== undefined && !this.exchanges.has(exchange.id);
      if (isNew && next) this.add(exchange, next);
    });
  }

  private updateAfterChange(): void {
    const latest = [...this.exchanges.values()].at(-1);
    this.latest = latest;
    this.updateLatest();
    for (const view of this.exchanges.values()) if (view.isRunning || view === latest) this.draw(view);
    this.drawWhenIdle();
    this.refreshTabStop();
  }

  private updateLatest(): void {
    const views = [...this.exchanges.values()];
    const latest = views.findLast(({ hasStarted }) => hasStarted);
    const latestIndex = views.findIndex((view) => view === latest || (view.group && view.group === latest?.group));
    views.forEach((view, index) => {
      // A summary may be followed by turns that it does not stand for.
      const isLatest = index >= latestIndex || view.summarizedTurns !== undefined;
      view.setLatest(isLatest, summaryOfferFor(views, index, this.canSummarize));
    });
    this.earlierTurns.update(this.thread, views);
  }
}
