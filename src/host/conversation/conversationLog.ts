import { isDelta, isTerminal } from '../../engine/events/events';
import type { Answer } from '../../shared/exchanges';
import type { ToWebview } from '../../shared/protocol';
import { answersSideBySide } from '../journal/exchange';
import type { ExchangeTree } from '../journal/exchangeTree';
import type { JournalRecord } from '../journal/records';
import { Listeners } from '../util/listeners';

export type ConversationChange =
  /** A change that the host reports to the page with this message. */
  | Extract<ToWebview, { readonly type: 'exchange' | 'answer' | 'events' | 'path' }>
  | { readonly type: 'title' }
  /** The conversation became read-only or writable. Any part of its content might have changed. */
  | { readonly type: 'access' };

export interface JournalWriter {
  append(record: JournalRecord): void;
}

/** The content of a conversation. Each change is applied, written to the journal and reported to the listeners. */
export class ConversationLog {
  private readonly changeListeners = new Listeners<ConversationChange>((error) => this.onError(error));
  readonly onDidChange = this.changeListeners.event;
  private readonly stateListeners = new Listeners<ConversationChange>((error) => this.onError(error));
  /**
   * Fires after `onDidChange`, but not for changes that only add text to an answer. Text is added up to sixty times a
   * second.
   */
  readonly onDidChangeState = this.stateListeners.event;

  /** @param journal the file of the conversation, or `undefined` while the conversation is open in another window */
  constructor(
    private content: ExchangeTree,
    private journal: JournalWriter | undefined,
    private readonly onError: (error: unknown) => void,
  ) {}

  get tree(): ExchangeTree {
    return this.content;
  }

  get readOnly(): boolean {
    return this.journal === undefined;
  }

  setReadOnly(): void {
    this.journal = undefined;
    this.fire({ type: 'access' });
  }

  /**
   * Makes the conversation writable in this window. The content is replaced by the content of the file, because another
   * window might have added records to the file.
   */
  setWritable(content: ExchangeTree, journal: JournalWriter): void {
    this.journal = journal;
    this.content = content;
    this.fire({ type: 'access' });
  }

  refresh(content: ExchangeTree): void {
    this.content = content;
    this.fire({ type: 'title' });
    this.fire({ type: 'path', items: content.page() });
  }

  /**
   * Applies a record to the conversation and appends the record to the journal.
   * @param queuedAnswers the ids of new answers whose turns must wait until other turns end
   */
  write(record: JournalRecord, queuedAnswers: readonly string[] = []): void {
    const before = record.type === 'events' ? this.tree.answer(record.answer) : undefined;
    this.tree.apply(record);
    this.journal?.append(record);
    for (const id of queuedAnswers) this.tree.amend(id, { isQueued: true });
    const change = this.changeAfter(record);
    const onlyDeltas =
      change?.type === 'events' &&
      change.events.every(isDelta) &&
      this.tree.answer(change.answerId)?.state.phase === before?.state.phase;
    if (change) this.fire(change, onlyDeltas);
  }

  /** Changes properties of an answer without writing the change to the journal. */
  amend(answerId: string, change: Partial<Answer>): void {
    this.tree.amend(answerId, change);
    const answer = this.tree.answer(answerId);
    if (answer && this.tree.isShown(answerId)) this.fire({ type: 'answer', answer });
  }

  /** Returns the change that the record causes, or undefined if the page and the status bar don't show the change. */
  private changeAfter(record: JournalRecord): ConversationChange | undefined {
    const { tree } = this;
    switch (record.type) {
      case 'gateways':
        return undefined;
      case 'title':
        return { type: 'title' };
      case 'exchange': {
        const exchange = tree.exchange(record.id);
        const shownExchange = exchange && tree.shownExchange(exchange);
        // If the new prompt follows a comparison, all exchanges on the page are sent again instead of only the new one,
        // because the page must also mark the compared answer that the prompt follows.
        const isAtEnd =
          shownExchange?.versions.length === 1 && answersSideBySide(tree.exchangeOf(record.parentAnswer)).length <= 1;
        return isAtEnd ? { type: 'exchange', exchange: shownExchange } : { type: 'path', items: tree.page() };
      }
      case 'answers':
      case 'deletion':
      case 'select':
      case 'summary':
      case 'summaryText':
        return { type: 'path', items: tree.page() };
      case 'events': {
        const { answer: answerId, events } = record;
        // The end of a turn is reported even if the answer is hidden, because the status bar must then show that nothing
        // is running.
        return tree.isShown(answerId) || events.some(isTerminal) ? { type: 'events', answerId, events } : undefined;
      }
      default: {
        const answer = tree.answer(record.answer);
        return answer && { type: 'answer', answer };
      }
    }
  }

  private fire(change: ConversationChange, onlyDeltas = false): void {
    this.changeListeners.fire(change);
    if (!onlyDeltas) this.stateListeners.fire(change);
  }
}
