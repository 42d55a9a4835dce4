import type { Answer, ShownExchange } from '../../shared/exchanges';
import { describeOutcome, describeSchedule, isUnsent } from '../../shared/describe';
import { fillTemplate } from '../../shared/format';
import {
  isDelta,
  isRunning,
  isWaiting,
  type RecordedEvent,
  reduceTurn,
  type Schedule,
  type TurnState,
  visibleText,
} from '../../shared/protocol';
import { announcementFor } from '../a11y/announcer';
import type { PageContext } from '../pageContext';
import type { ShownAnswer, SummaryOffer } from '../turn/shownAnswer';
import { createTurnHead } from '../turn/turnHead';
import type { EntryEditor } from './entryEditor';
import { createTurnView, type TurnView } from '../turn/turnView';
import { element } from '../util/element';

/** Exchange or summary that contains an answer. */
interface AnswerOwner {
  /** Exchange that contains the answer, or undefined if the answer belongs to a summary. */
  readonly exchange: ShownExchange | undefined;
  /** Entry that the user can edit: the prompt of the exchange, or the summary. */
  readonly entry: { readonly editor: EntryEditor };
  /** Called once, when the elements of the answer are created. */
  onDraw(): void;
  /** Called when the appearance of the answer might have changed. */
  onRender(): void;
}

/** View of an answer. Until the answer is drawn, its element is an empty space of the estimated height. */
export class AnswerView implements ShownAnswer {
  readonly element: HTMLElement;
  readonly head: ReturnType<typeof createTurnHead>;
  readonly isCompared: boolean;
  /**
   * Estimated height of the answer, in em. It is reserved until the answer is drawn, so that the content below hardly
   * moves.
   */
  readonly estimatedEm: number;
  state: TurnState;
  /**
   * State of the turn that is visible on screen. The end of a turn is shown only after all of its text has been
   * rendered.
   */
  visibleState: TurnState | undefined;
  isLatest = false;
  summaryOffer: SummaryOffer = 'none';
  private readonly context: PageContext;
  private turn: TurnView | undefined;

  constructor(
    context: PageContext,
    private answer: Answer,
    private readonly owner: AnswerOwner,
  ) {
    const { strings, announcer } = context;
    this.isCompared = (owner.exchange?.answers.length ?? 0) > 1;
    const announce = (text: string): void =>
      announcer.announce(fillTemplate(strings.columnAnnouncement, this.model, text), this.id);
    this.context = this.isCompared ? { ...context, announcer: { ...announcer, announce } } : context;
    this.state = answer.state;
    this.head = createTurnHead(context, this);
    this.element = element(
      'article.turn.assistant',
      { 'aria-label': strings.assistant, 'aria-busy': 'true', tabindex: '-1' },
      this.head.element,
    );
    if (this.isCompared) this.element.dataset['model'] = this.model;
    this.estimatedEm = estimateLines(answer.state.text) * lineHeightEm;
    // The style sheet limits the height of an answer in a column to 60vh or less.
    this.element.style.minHeight = this.isCompared ? `min(${this.estimatedEm}em, 60vh)` : `${this.estimatedEm}em`;
  }

  get id(): string {
    return this.answer.id;
  }

  /** Id of the answer's comparison, which is the id of the first compared answer. */
  get comparisonId(): string {
    return this.answer.comparison?.id ?? this.id;
  }

  get exchange(): ShownExchange | undefined {
    return this.owner.exchange;
  }

  get model(): string {
    return visibleText(this.answer.model ?? this.state.model);
  }

  get isQueued(): boolean {
    return this.answer.isQueued;
  }

  /** Time of the last attempt in epoch milliseconds, or 0 if the turn has made no attempt. */
  get sentAt(): number {
    return this.state.ledger.entries.at(-1)?.time ?? 0;
  }

  get activity(): 'idle' | 'running' | 'waiting' {
    if (this.isQueued || !this.isRunning) return 'idle';
    return isWaiting(this.state.phase) ? 'waiting' : 'running';
  }

  /**
   * Whether a running turn shows its own *Stop* button. An answer of a comparison has this button in its head. All
   * other answers have the button only in their wait card, which is not shown while text arrives.
   */
  get hasStopButton(): boolean {
    if (this.isCompared) return true;
    return this.state.phase !== 'streaming' && this.element.querySelector('.wait-card') !== null;
  }

  /**
   * Failure whose card still has buttons. Undefined if the turn has not failed, or if the card has lost its buttons
   * because a later turn has started.
   */
  get activeFailure(): TurnState['failure'] {
    return this.isLatest && this.state.phase === 'failed' ? this.state.failure : undefined;
  }

  /** Whether the turn failed because the request was too long for the context window, so that a summary would help. */
  get wasTooLong(): boolean {
    return this.state.failure?.actions.includes('summarize') ?? false;
  }

  /**
   * Whether the turn has ever run. This includes a turn that failed without a request, because of a known rate limit,
   * and was then scheduled. A turn that was removed from the queue has never run.
   */
  get hasStarted(): boolean {
    return !this.isQueued && (!isUnsent(this.state) || this.state.isUnscheduled === true);
  }

  get isRunning(): boolean {
    return isRunning(this.state.phase);
  }

  editPrompt(): void {
    this.owner.entry.editor.edit();
  }

  draw(): void {
    if (!this.turn) this.renderAll();
  }

  update(answer: Answer): void {
    this.answer = answer;
    const { announcer, clock, strings } = this.context;
    const { schedule, phase } = answer.state;
    if (!isSameSchedule(schedule, this.state.schedule)) {
      const outcome = phase === 'stopped' ? describeOutcome(strings, answer.state) : undefined;
      const announcement = schedule ? describeSchedule(this.context, schedule, clock.now()) : outcome;
      if (announcement !== undefined) announcer.announce(announcement);
    }
    // A finished turn that has not changed keeps its elements, so that details that the user has opened stay open.
    if (!isSameEnd(this.state, answer.state)) this.state = answer.state;
    if (this.turn) this.renderAll();
  }

  apply(events: readonly RecordedEvent[]): void {
    if (this.isQueued) this.answer = { ...this.answer, isQueued: false };
    const { turn } = this;
    for (const event of events) {
      const before = this.state;
      this.state = reduceTurn(before, event);
      const announcement = isDelta(event) ? undefined : this.announcementFor(event, before);
      if (announcement) this.context.announcer.announce(announcement);
      if (event.type === 'model' && event.reason === 'user') this.answer = { ...this.answer, model: event.to };
      turn?.texts.apply(event, before, this.state);
      if (this.isRunning) this.visibleState = this.state;
    }
    if (turn && this.isRunning) this.render();
    else this.renderAll();
  }

  setLatest(isLatest: boolean, summaryOffer: SummaryOffer): void {
    const isSame = isLatest === this.isLatest && summaryOffer === this.summaryOffer;
    // A queued turn is rendered again, because its text says whether a summary is being written.
    if (isSame && !this.isQueued) return;
    this.isLatest = isLatest;
    this.summaryOffer = summaryOffer;
    this.render();
  }

  dispose(): void {
    this.turn?.dispose();
    this.turn = undefined;
  }

  private announcementFor(event: RecordedEvent, before: TurnState): string | undefined {
    if (event.type === 'stopped' && !this.exchange) return this.context.strings.summaryStopped;
    return announcementFor(this.context, event, before, this.state);
  }

  private createTurn(): TurnView {
    const turn = createTurnView(this.context, this);
    this.turn = turn;
    this.element.append(...turn.elements);
    this.owner.onDraw();
    return turn;
  }

  private renderAll(): void {
    const { state } = this;
    const { texts } = this.turn ?? this.createTurn();
    texts.show(state);
    if (isRunning(state.phase)) {
      this.setVisibleState(state);
      return;
    }
    texts.finish(() => {
      // If further events have arrived while the text was being rendered, this state is outdated and is not shown.
      if (this.state === state) this.setVisibleState(state);
    });
    if (this.visibleState !== state) this.render();
  }

  private setVisibleState(state: TurnState): void {
    this.visibleState = state;
    this.render();
    // Removes a height that was reserved for the answer: the estimated height, or the height from before a wait card
    // was removed.
    this.element.style.minHeight = '';
  }

  render(): void {
    const { visibleState: state, turn, element: article, model } = this;
    if (!state || !turn) return;
    if (article.dataset['state'] !== state.phase) article.dataset['state'] = state.phase;
    article.toggleAttribute('data-queued', this.isQueued);
    if (isRunning(state.phase)) article.setAttribute('aria-busy', 'true');
    else article.removeAttribute('aria-busy');
    if (this.isCompared && article.dataset['model'] !== model) article.dataset['model'] = model;
    this.head.render(state);
    turn.render(state);
    this.owner.onRender();
  }
}

function isSameSchedule(a: Schedule | undefined, b: Schedule | undefined): boolean {
  return a?.id === b?.id && a?.exceedsBudget === b?.exceedsBudget;
}

function isSameEnd(a: TurnState, b: TurnState): boolean {
  return (
    !isRunning(a.phase) &&
    a.phase === b.phase &&
    isSameSchedule(a.schedule, b.schedule) &&
    a.endedAt === b.endedAt &&
    a.finishReason === b.finishReason &&
    a.text === b.text
  );
}

const charactersPerLine = 90;
const lineHeightEm = 1.5;

function estimateLines(text: string): number {
  let lines = 0;
  for (let index = text.indexOf('\n'); index >= 0; index = text.indexOf('\n', index + 1)) lines++;
  return Math.max(lines, Math.ceil(text.length / charactersPerLine));
}
