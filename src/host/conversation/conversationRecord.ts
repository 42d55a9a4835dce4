import { isDelta, type RecordedEvent, type StreamEvent } from '../../engine/events/events';
import { endSchedule, type ScheduleEnd } from '../../engine/state/schedule';
import { toRecordedEvents } from '../../engine/state/turnState';
import type { ExchangeSnapshot } from '../../shared/protocol';
import { isScheduled, type Exchange } from '../journal/exchange';
import type { ExchangeTree } from '../journal/exchangeTree';
import type { StoredConversation } from '../journal/journalFold';
import type { JournalLine } from '../journal/journalSchema';
import { Listeners } from '../util/listeners';

export type ConversationChange =
  | { readonly type: 'exchange'; readonly exchange: ExchangeSnapshot }
  | { readonly type: 'events'; readonly exchangeId: string; readonly events: readonly RecordedEvent[] }
  /** Another version became current. */
  | { readonly type: 'path'; readonly exchanges: readonly ExchangeSnapshot[] }
  | { readonly type: 'title' }
  /** The conversation became read-only or writable. Any part of its content may have changed. */
  | { readonly type: 'access' };

export type Content = Pick<StoredConversation, 'tree' | 'title'>;

export interface JournalWriter {
  append(line: JournalLine): void;
}

export interface ConversationObserver {
  /** Not called for deltas. */
  readonly onEvent: (conversationId: string, exchangeId: string, event: StreamEvent) => void;
  readonly onError: (error: unknown) => void;
}

/** The exchanges and the title of a conversation. Every change is written to the journal and reported. */
export class ConversationRecord {
  private readonly changeListeners = new Listeners<ConversationChange>((error) => this.observer.onError(error));
  readonly onDidChange = this.changeListeners.event;
  private readonly stateListeners = new Listeners<ConversationChange>((error) => this.observer.onError(error));
  /** Fires after `onDidChange`, except when a change only adds text, which happens up to sixty times a second. */
  readonly onDidChangeState = this.stateListeners.event;

  /** @param journal the file of the conversation, or `undefined` while another window has the right to write it */
  constructor(
    readonly id: string,
    private content: Content,
    private journal: JournalWriter | undefined,
    private readonly observer: ConversationObserver,
  ) {}

  get readOnly(): boolean {
    return this.journal === undefined;
  }

  setReadOnly(): void {
    this.journal = undefined;
    this.fire({ type: 'access' });
  }

  /** Makes the conversation writable in this window and loads what another window has written. */
  setWritable(content: Content, journal: JournalWriter): void {
    this.journal = journal;
    this.content = content;
    this.fire({ type: 'access' });
  }

  refresh(content: Content): void {
    this.content = content;
    this.fire({ type: 'title' });
    this.firePath();
  }

  get tree(): ExchangeTree {
    return this.content.tree;
  }

  /** The title that the user chose. When it is `undefined`, lists show the first prompt instead. */
  get title(): string | undefined {
    return this.content.title;
  }

  exchanges(): readonly Exchange[] {
    return this.tree.path();
  }

  get lastExchange(): Exchange | undefined {
    return this.exchanges().at(-1);
  }

  /** The last exchange, with the other columns if it is being compared. */
  get lastColumns(): readonly Exchange[] {
    return this.tree.columns(this.lastExchange?.id ?? '');
  }

  views(): readonly ExchangeSnapshot[] {
    return this.tree.onPage().map((exchange) => this.tree.snapshot(exchange));
  }

  exchange(id: string | undefined): Exchange | undefined {
    return id === undefined ? undefined : this.tree.get(id);
  }

  scheduledExchanges(): readonly Exchange[] {
    return this.tree.all().filter(isScheduled);
  }

  /** An empty string removes the title. */
  rename(newTitle: string): void {
    const title = newTitle.trim() || undefined;
    if (this.readOnly || title === this.title) return;
    this.content = { ...this.content, title };
    this.append({ type: 'title', title: title ?? '' });
    this.fire({ type: 'title' });
  }

  /** Ends the schedule of an exchange without sending its prompt. Does nothing if the exchange is not scheduled. */
  endSchedule(exchangeId: string, end: ScheduleEnd): void {
    const exchange = this.exchange(exchangeId);
    if (this.readOnly || !exchange || !isScheduled(exchange)) return;
    this.append({ type: 'unscheduled', exchangeId, end });
    this.update({ ...exchange, state: endSchedule(exchange.state, end) });
  }

  protected append(line: JournalLine): void {
    this.journal?.append(line);
  }

  /** The caller must have appended the change to the journal. */
  protected update(exchange: Exchange): void {
    this.tree.update(exchange);
    // The panel does not draw an exchange that an edit has replaced.
    if (this.tree.isOnPage(exchange.id)) this.fire({ type: 'exchange', exchange: this.tree.snapshot(exchange) });
  }

  protected readonly addEvents = (exchangeId: string, streamEvents: readonly StreamEvent[]): void => {
    const exchange = this.exchange(exchangeId);
    if (!exchange) return;
    const events = toRecordedEvents(streamEvents, exchange.state);
    const next = this.tree.addEvents(exchange, events);
    this.append({ type: 'events', exchangeId, events });
    const onlyDeltas = next.state.phase === exchange.state.phase && events.every(isDelta);
    if (this.tree.isOnPage(exchangeId)) this.fire({ type: 'events', exchangeId, events }, onlyDeltas);
    // The observer comes last, so that its exception can't lose an event.
    for (const event of streamEvents) if (!isDelta(event)) this.observer.onEvent(this.id, exchangeId, event);
  };

  protected firePath(): void {
    this.fire({ type: 'path', exchanges: this.views() });
  }

  private fire(change: ConversationChange, onlyDeltas = false): void {
    this.changeListeners.fire(change);
    if (!onlyDeltas) this.stateListeners.fire(change);
  }
}
