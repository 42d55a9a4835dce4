import {
  type ExchangeSnapshot,
  hasPartialAnswer,
  isDelta,
  isRunning,
  isWaiting,
  type RecordedEvent,
  reduceTurn,
  type TurnState,
  visibleText,
  type Schedule,
} from '../../shared/protocol';
import { describeSchedule } from '../../shared/describe';
import { fill } from '../../shared/format';
import { announcementFor } from '../a11y/announcer';
import type { PageContext } from '../pageContext';
import { TurnHead } from '../turn/turnHead';
import type { SummaryOffer } from '../turn/failureCard';
import { createTurnView, type TurnView } from '../turn/turnView';
import { element } from '../util/element';
import type { EditableEntry } from './editableEntry';
import { PromptEntry } from './promptEntry';
import { SummaryEntry } from './summaryEntry';

/** The comparison to which an exchange belongs. Its columns share one prompt. */
export interface ColumnGroup {
  readonly id: string;
  readonly element: HTMLElement;
  readonly user: PromptEntry;
  /** Call this when a column may look different. */
  update(): void;
}

/** Before it is drawn, it contains only the prompt and an empty space of the answer's estimated height. */
export class ExchangeView {
  readonly assistant: HTMLElement;
  readonly user: EditableEntry;
  private readonly summary: SummaryEntry | undefined;
  /** The element in the thread: the prompt, which a summary does not have, and the answer, or the comparison. */
  readonly element: HTMLElement;
  private readonly context: PageContext;
  private readonly head: TurnHead;
  private turn: TurnView | undefined;
  private state: TurnState;
  /** The state on screen. The end of a turn appears only after all of its text has been rendered. */
  visibleState: TurnState | undefined;
  isLatest = false;
  private summaryOffer: SummaryOffer = 'none';

  constructor(
    context: PageContext,
    private exchange: ExchangeSnapshot,
    private host: string,
    readonly group?: ColumnGroup,
  ) {
    const { strings, announcer, createMarkdown } = context;
    const announce = (text: string): void =>
      announcer.announce(fill(strings.columnAnnouncement, this.model, text), exchange.id);
    const { summarizedTurns } = exchange;
    this.context = {
      ...context,
      ...(group && { announcer: { ...announcer, announce } }),
      ...(summarizedTurns !== undefined && {
        strings: { ...strings, restart: strings.summarizeAgain },
        createMarkdown: (within, options) => createMarkdown(within, { ...options, showsDefinitions: true }),
      }),
    };
    this.state = exchange.state;
    const summary =
      summarizedTurns === undefined
        ? undefined
        : new SummaryEntry(context, exchange.id, summarizedTurns, () => this.state.text);
    this.summary = summary;
    this.user = summary ?? group?.user ?? new PromptEntry(context, exchange);
    this.head = new TurnHead(context, exchange.demo ?? false, group && exchange.id);
    const name = summary ? strings.summary : strings.assistant;
    this.assistant = element(
      'article',
      {
        class: summary ? 'turn assistant summary' : 'turn assistant',
        'aria-label': name,
        'aria-busy': 'true',
        tabindex: '-1',
      },
      this.head.element,
    );
    if (group) this.assistant.dataset['model'] = this.model;
    if (summary) {
      this.head.element.prepend(summary.heading);
      this.assistant.append(summary.element);
    }
    this.element =
      group?.element ?? element('div', { class: 'exchange' }, ...(summary ? [] : [this.user.element]), this.assistant);
    const height = estimateHeight(exchange.state.text);
    this.assistant.style.minHeight = height;
    this.element.style.containIntrinsicBlockSize = `auto calc(${height} + 7em)`;
  }

  get id(): string {
    return this.exchange.id;
  }

  /** The model that the user has chosen for a column. */
  get model(): string {
    return visibleText(this.exchange.model ?? this.state.model);
  }

  /** Undefined if the exchange is no summary. */
  get summarizedTurns(): number | undefined {
    return this.exchange.summarizedTurns;
  }

  /** Whether the exchange is a summary that stands for earlier turns in requests. */
  get isUsableSummary(): boolean {
    return this.summarizedTurns !== undefined && this.state.phase === 'done' && this.state.text.trim() !== '';
  }

  /** Epoch milliseconds of the last attempt, or 0 if there was none. */
  get sentAt(): number {
    return this.state.ledger.entries.at(-1)?.time ?? 0;
  }

  get versions(): readonly string[] {
    return this.exchange.versions ?? [];
  }

  get activity(): 'idle' | 'running' | 'waiting' {
    if (this.exchange.queued || !isRunning(this.state.phase)) return 'idle';
    return isWaiting(this.state.phase) ? 'waiting' : 'running';
  }

  /**
   * Whether a running turn has a button *Stop*: in the head of a column, or in the card of a wait. The card is not shown
   * while text arrives.
   */
  get hasStopButton(): boolean {
    if (this.group) return true;
    return this.state.phase !== 'streaming' && this.assistant.querySelector('.wait-card') !== null;
  }

  /** The failure whose card has buttons; undefined for a failure of an older exchange. */
  get activeFailure(): TurnState['failure'] {
    return this.isLatest && this.state.phase === 'failed' ? this.state.failure : undefined;
  }

  /** Whether the request was too long for the context, so that a summary would help. */
  get wasTooLong(): boolean {
    return this.state.failure?.actions.includes('summarize') ?? false;
  }

  /** Whether the turn has ever run. A turn that was removed from the queue has not. */
  get hasStarted(): boolean {
    if (this.exchange.queued) return false;
    return isRunning(this.state.phase) || this.state.attempts > 0 || hasPartialAnswer(this.state);
  }

  get isRunning(): boolean {
    return isRunning(this.state.phase);
  }

  draw(): void {
    if (!this.turn) this.renderAll();
  }

  update(exchange: ExchangeSnapshot): void {
    this.exchange = exchange;
    const { schedule } = exchange.state;
    if (schedule && !isSameSchedule(schedule, this.state.schedule)) {
      const { announcer, clock } = this.context;
      announcer.announce(describeSchedule(this.context, schedule, clock.now()));
    }
    // Keeps the elements of a finished turn that has not changed, so that details which the user has opened stay open.
    if (!isSameEnd(this.state, exchange.state)) this.state = exchange.state;
    if (this.turn) this.renderAll();
  }

  apply(events: readonly RecordedEvent[]): void {
    if (this.exchange.queued) this.exchange = { ...this.exchange, queued: false };
    const { turn } = this;
    for (const event of events) {
      const before = this.state;
      this.state = reduceTurn(before, event);
      const announcement = isDelta(event) ? undefined : this.announcementFor(event, before);
      if (announcement) this.context.announcer.announce(announcement);
      if (event.type === 'model' && event.reason === 'user') this.exchange = { ...this.exchange, model: event.to };
      turn?.texts.apply(event, before, this.state);
      if (isRunning(this.state.phase)) this.visibleState = this.state;
    }
    if (turn && isRunning(this.state.phase)) this.render();
    else this.renderAll();
  }

  setLatest(isLatest: boolean, summaryOffer: SummaryOffer): void {
    if (isLatest === this.isLatest && summaryOffer === this.summaryOffer) return;
    this.isLatest = isLatest;
    this.summaryOffer = summaryOffer;
    this.render();
  }

  setHost(host: string): void {
    this.host = host;
    this.render();
  }

  dispose(): void {
    this.turn?.dispose();
    this.turn = undefined;
    this.element.remove();
  }

  private announcementFor(event: RecordedEvent, before: TurnState): string | undefined {
    if (this.summarizedTurns !== undefined) {
      const { strings } = this.context;
      if (event.type === 'done') return strings.summaryReady;
      if (event.type === 'stopped') return strings.summaryStopped;
    }
    return announcementFor(this.context, event, { before, state: this.state });
  }

  private createTurn(): TurnView {
    const turn = createTurnView(this.context, this.id, () => this.state);
    this.turn = turn;
    this.assistant.append(...turn.elements);
    this.user.addTools(this.assistant);
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
      // Shows the end of the turn only if no further events have arrived while the text was being rendered.
      if (this.state === state) this.setVisibleState(state);
    });
    if (this.visibleState !== state) this.render();
  }

  private setVisibleState(state: TurnState): void {
    this.visibleState = state;
    this.render();
    // Removes the estimated height, or the height that a wait card has left.
    this.assistant.style.minHeight = '';
  }

  private render(): void {
    const { visibleState: state, turn, assistant } = this;
    if (!state || !turn) return;
    if (assistant.dataset['state'] !== state.phase) assistant.dataset['state'] = state.phase;
    assistant.toggleAttribute('data-queued', this.exchange.queued);
    if (isRunning(state.phase)) assistant.setAttribute('aria-busy', 'true');
    else assistant.removeAttribute('aria-busy');
    const { group, model, isLatest, summaryOffer } = this;
    const { queued, isFollowed = false } = this.exchange;
    if (group && assistant.dataset['model'] !== model) assistant.dataset['model'] = model;
    this.head.render(state, group && { model, queued, isFollowed });
    this.summary?.render(isRunning(state.phase), this.isUsableSummary);
    turn.render(state, {
      host: this.host,
      queued,
      isLatest,
      isSummary: this.summarizedTurns !== undefined,
      summaryOffer,
      columnModel: group && model,
      // The columns of a comparison have the same versions.
      versions: group && group.user.exchangeId !== this.id ? [] : this.versions,
      editPrompt: () => this.user.edit(),
    });
    group?.update();
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

/** Estimates the height of an answer as a CSS length, so that the content below moves little when it is drawn. */
function estimateHeight(text: string): string {
  let lines = 0;
  for (let index = text.indexOf('\n'); index >= 0; index = text.indexOf('\n', index + 1)) lines++;
  return `${Math.max(lines, Math.ceil(text.length / charactersPerLine)) * lineHeightEm}em`;
}
