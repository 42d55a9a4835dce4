import type { ExchangeView as Exchange, FaultAction, StreamEvent } from '../protocol';
import { element } from './element';
import { ExchangeView } from './exchangeView';
import type { PanelContext } from './panelContext';

export type Activity = 'idle' | 'running' | 'waiting';

/** All exchanges, oldest first. Only the latest one's cards, and those of one that runs, can be pressed. */
export class ConversationView {
  /** Scrolls; named for people and tests alike. */
  readonly element: HTMLElement;
  readonly thread = element('div', { class: 'thread' });
  private readonly exchanges = new Map<string, ExchangeView>();
  private host = '';

  constructor(private readonly context: PanelContext) {
    this.element = element(
      'div',
      {
        class: 'conversation',
        role: 'log',
        'aria-label': context.strings.conversation,
        // Word by word would be noise: the announcer says when there is something to read.
        'aria-live': 'off',
        tabindex: '0',
      },
      this.thread,
    );
  }

  get empty(): boolean {
    return this.exchanges.size === 0;
  }

  get activity(): Activity {
    let activity: Activity = 'idle';
    for (const exchange of this.exchanges.values()) {
      if (exchange.activity === 'waiting') return 'waiting';
      if (exchange.activity === 'running') activity = 'running';
    }
    return activity;
  }

  /** Whether a button for `action` is on a card already. */
  offers(action: FaultAction): boolean {
    return [...this.exchanges.values()].some((exchange) => exchange.aliveFailure?.actions.includes(action));
  }

  setHost(host: string): void {
    if (host === this.host) return;
    this.host = host;
    for (const exchange of this.exchanges.values()) exchange.setHost(host);
  }

  replaceAll(exchanges: readonly Exchange[]): void {
    for (const exchange of this.exchanges.values()) exchange.dispose();
    this.exchanges.clear();
    for (const exchange of exchanges) this.add(exchange);
    this.markLatest();
  }

  /** @returns whether the exchange is new. */
  upsert(exchange: Exchange): boolean {
    const known = this.exchanges.get(exchange.id);
    if (known) {
      known.update(exchange);
      return false;
    }
    this.add(exchange);
    this.markLatest();
    return true;
  }

  apply(exchangeId: string, events: readonly StreamEvent[]): void {
    // Unknown: of a conversation that is no longer shown.
    this.exchanges.get(exchangeId)?.apply(events);
  }

  private add(exchange: Exchange): void {
    const view = new ExchangeView(this.context, exchange, this.host);
    this.exchanges.set(exchange.id, view);
    this.thread.append(view.you, view.assistant);
  }

  private markLatest(): void {
    const views = [...this.exchanges.values()];
    for (const [index, view] of views.entries()) view.setLatest(index === views.length - 1);
  }
}
