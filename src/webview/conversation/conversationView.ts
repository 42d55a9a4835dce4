import type { ExchangeView as Exchange, FaultAction, RecordedEvent } from '../../shared/protocol';
import { createRovingTabindex } from '../a11y/focus';
import type { PageContext } from '../pageContext';
import type { OpenEdit, ReadingPlace } from '../state/unsentStore';
import { carryVersionFocus } from '../turn/turnActions';
import { element } from '../util/element';
import { fill } from '../util/format';
import { DrawQueue, type ObserveNear } from './drawQueue';
import { ExchangeView } from './exchangeView';
import { TurnGroups } from './turnGroups';

type Activity = 'idle' | 'running' | 'waiting';

/**
 * All exchanges, oldest first. Only the cards of the latest one that has begun, of those behind it and of one that runs can
 * be pressed.
 */
export class ConversationView {
  /** Scrolls; named for people and tests alike. */
  readonly element: HTMLElement;
  readonly thread = element('div', { class: 'thread' });
  private readonly groups: TurnGroups;
  private readonly exchanges = new Map<string, ExchangeView>();
  private readonly queue: DrawQueue<ExchangeView>;
  private readonly near: ReturnType<ObserveNear>;
  private readonly roving: ReturnType<typeof createRovingTabindex>;
  private host = '';
  private writing = false;
  private latest: ExchangeView | undefined;

  /** @param onEnd The end was asked for by key. */
  constructor(
    private readonly context: PageContext,
    observeNear: ObserveNear,
    onEnd: () => void,
  ) {
    const end = element('span', { tabindex: '-1' });
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
      end,
    );
    this.groups = new TurnGroups(this.thread, context.clock);
    this.queue = new DrawQueue(context.clock, (view) => {
      this.near.forget(view.assistant);
      if (this.writing && this.queue.idle) this.rest();
    });
    this.near = observeNear(this.element);
    this.roving = createRovingTabindex(this.element, this.thread, end, onEnd);
  }

  get empty(): boolean {
    return this.exchanges.size === 0;
  }

  get lastId(): string | undefined {
    return this.latest?.id;
  }

  /** The exchange whose turn waits; if none waits, the last exchange whose turn runs. */
  get active(): Pick<ExchangeView, 'id' | 'activity'> | undefined {
    const active = [...this.exchanges.values()].filter(({ activity }) => activity !== 'idle');
    return active.find(({ activity }) => activity === 'waiting') ?? active.at(-1);
  }

  get activity(): Activity {
    return this.active?.activity ?? 'idle';
  }

  /** Whether a button for `action` is on a card already. */
  offers(action: FaultAction): boolean {
    return this.latest?.aliveFailure?.actions.includes(action) ?? false;
  }

  /** Prompts that are being put into other words. */
  get edits(): readonly OpenEdit[] {
    return [...this.exchanges.values()].flatMap(({ id, user }) =>
      user.editing === undefined ? [] : { exchangeId: id, text: user.editing },
    );
  }

  /** @returns the edits of exchanges that are not shown */
  openEdits(edits: readonly OpenEdit[]): readonly OpenEdit[] {
    for (const { exchangeId, text } of edits) this.exchanges.get(exchangeId)?.user.edit(text);
    return edits.filter(({ exchangeId }) => !this.exchanges.has(exchangeId));
  }

  /** Long prompts that are shown as a whole. */
  get unfolded(): readonly string[] {
    return [...this.exchanges.values()].flatMap(({ id, user }) => (user.unfolded ? id : []));
  }

  unfold(ids: readonly string[]): void {
    for (const id of ids) this.exchanges.get(id)?.user.unfold();
  }

  /** The first answer that is in view. */
  get place(): ReadingPlace | undefined {
    const { top } = this.element.getBoundingClientRect();
    for (const { id, assistant } of this.exchanges.values()) {
      const rectangle = assistant.getBoundingClientRect();
      if (rectangle.bottom > top) return { exchangeId: id, offset: top - rectangle.top };
    }
    return undefined;
  }

  /** @returns where the conversation is to be scrolled to; undefined: there is no such answer in it */
  topOf({ exchangeId, offset }: ReadingPlace): number | undefined {
    const article = this.exchanges.get(exchangeId)?.assistant;
    if (!article) return undefined;
    const { top } = this.element.getBoundingClientRect();
    return this.element.scrollTop + article.getBoundingClientRect().top - top + offset;
  }

  setHost(host: string): void {
    if (host === this.host) return;
    this.host = host;
    for (const exchange of this.exchanges.values()) exchange.setHost(host);
  }

  /** A turn runs: no other version of the conversation can be shown meanwhile. */
  setHeld(held: boolean): void {
    this.queue.hold(held);
    for (const exchange of this.exchanges.values()) exchange.setHeld(held);
  }

  /** An answer is being written. */
  setWriting(writing: boolean): void {
    if (writing === this.writing) return;
    this.writing = writing;
    this.rest();
  }

  replaceAll(exchanges: readonly Exchange[]): void {
    this.keepFirst(0);
    for (const exchange of exchanges) this.add(exchange);
    this.changed();
  }

  /**
   * The conversation takes another way: what both have in common stays as it is.
   * @returns whether it ends in an exchange that goes on
   */
  showPath(exchanges: readonly Exchange[]): boolean {
    const before = [...this.exchanges.values()];
    const parting = before.findIndex(({ id }, index) => id !== exchanges[index]?.id);
    const common = parting < 0 ? before.length : parting;
    const left = before[common];
    const focus = left && carryVersionFocus(this.context, left.assistant);
    this.keepFirst(common);
    for (const exchange of exchanges.slice(0, common)) this.exchanges.get(exchange.id)?.update(exchange);
    for (const exchange of exchanges.slice(common)) this.add(exchange);
    const taken = [...this.exchanges.values()][common];
    if (taken) this.queue.prefer(taken);
    this.changed();
    if (taken && !taken.urgent) {
      const { versions, id } = taken;
      const place = [versions.indexOf(id) + 1, versions.length].map(String);
      if (versions.length > 1) this.context.announcer.announce(fill(this.context.strings.announceVersion, ...place));
      focus?.(taken.assistant, this.element);
    }
    return this.latest?.urgent ?? false;
  }

  /** @returns whether the exchange is new. */
  upsert(exchange: Exchange): boolean {
    const known = this.exchanges.get(exchange.id);
    if (known) {
      const { begun } = known;
      known.update(exchange);
      if (known.begun !== begun) this.markLatest();
      return false;
    }
    this.add(exchange);
    this.changed();
    return true;
  }

  apply(exchangeId: string, events: readonly RecordedEvent[]): void {
    // Unknown: of a conversation that is no longer shown.
    const view = this.exchanges.get(exchangeId);
    if (!view) return;
    const { begun } = view;
    view.apply(events);
    if (view.begun !== begun) this.markLatest();
  }

  private add(exchange: Exchange): void {
    const view = new ExchangeView(this.context, exchange, this.host);
    this.exchanges.set(exchange.id, view);
    this.groups.append(view.user.element, view.assistant);
    this.near.watch(view.assistant, () => this.queue.prefer(view));
    this.queue.add(view);
  }

  /** `innerText` leaves out what rests: nothing does but while an answer is being written, and what is not drawn can't. */
  private rest(): void {
    this.groups.rest(this.writing && this.queue.idle);
  }

  private keepFirst(count: number): void {
    for (const view of [...this.exchanges.values()].slice(count)) {
      this.exchanges.delete(view.id);
      this.near.forget(view.assistant);
      this.queue.remove(view);
      if (view === this.latest) this.latest = undefined;
      view.dispose();
    }
    this.groups.prune();
  }

  private changed(): void {
    const latest = [...this.exchanges.values()].at(-1);
    this.latest = latest;
    this.markLatest();
    for (const view of this.exchanges.values()) if (view.urgent || view === latest) this.queue.prefer(view);
    this.queue.start();
    this.roving.refresh();
  }

  private markLatest(): void {
    const views = [...this.exchanges.values()];
    const last = views.findLastIndex(({ begun }) => begun);
    views.forEach((view, index) => view.setLatest(index >= last));
  }
}
