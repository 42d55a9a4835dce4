import {
  type ExchangeView as Exchange,
  hasArrived,
  isRunning,
  type RecordedEvent,
  reduce,
  type TurnState,
} from '../../shared/protocol';
import { announcementFor } from '../a11y/announcer';
import type { PageContext } from '../pageContext';
import { createTurnView, type TurnView } from '../turn/turnView';
import { element, setText } from '../util/element';
import type { Drawable } from './drawQueue';
import { createUserArticle, type UserArticle } from './userArticle';

const nothing = (): void => undefined;

/**
 * The two articles of an exchange: a pure fold of its events for the state, increments for the text. Until it is drawn
 * there is the prompt and the room the answer will take.
 */
export class ExchangeView implements Drawable {
  readonly assistant: HTMLElement;
  readonly user: UserArticle;
  private readonly model = element('span', { class: 'turn-model' });
  private turn: TurnView | undefined;
  /** As the host has it. */
  private state: TurnState;
  /** What is on screen: an end only once its last word is there. */
  private shown: TurnState | undefined;
  private drawn = nothing;
  private latest = false;
  private held = false;

  constructor(
    private readonly context: PageContext,
    private exchange: Exchange,
    private host: string,
  ) {
    const { strings } = context;
    this.state = exchange.state;
    this.user = createUserArticle(context, exchange);
    this.assistant = element(
      'article',
      { class: 'turn assistant', 'aria-label': strings.assistant, 'aria-busy': 'true', tabindex: '-1' },
      element(
        'header',
        { class: 'turn-head' },
        element('span', { class: 'turn-name' }, strings.assistant),
        this.model,
        ...(exchange.demo ? [element('span', { class: 'demo-mark' }, strings.demo)] : []),
      ),
    );
    this.assistant.style.minHeight = heightOf(exchange.state.text);
  }

  get id(): string {
    return this.exchange.id;
  }

  get versions(): readonly string[] {
    return this.exchange.versions ?? [];
  }

  get activity(): 'idle' | 'running' | 'waiting' {
    if (this.exchange.queued || !isRunning(this.state.phase)) return 'idle';
    return this.state.phase === 'waiting' || this.state.phase === 'offline' ? 'waiting' : 'running';
  }

  /** The failure whose buttons can be pressed. */
  get aliveFailure(): TurnState['failure'] {
    return this.latest && this.state.phase === 'failed' ? this.state.failure : undefined;
  }

  /** Its turn runs, or has: one that waits in line, or was taken out of it, is no answer to go on from. */
  get begun(): boolean {
    if (this.exchange.queued) return false;
    return isRunning(this.state.phase) || this.state.attempts > 0 || hasArrived(this.state);
  }

  /** What is over can wait to be drawn. */
  get urgent(): boolean {
    return isRunning(this.state.phase);
  }

  draw(drawn: () => void): void {
    this.drawn = drawn;
    if (!this.turn) this.showWhole();
    else if (this.shown) this.settle();
  }

  update(exchange: Exchange): void {
    this.exchange = exchange;
    // What is over and told again stays as it is, with what the person has opened in it.
    if (!isSameEnd(this.state, exchange.state)) this.state = exchange.state;
    if (this.turn) this.showWhole();
  }

  apply(events: readonly RecordedEvent[]): void {
    if (this.exchange.queued) this.exchange = { ...this.exchange, queued: false };
    const { turn } = this;
    for (const event of events) {
      const before = this.state;
      this.state = reduce(before, event);
      const words = announcementFor(this.context, event, { before, state: this.state });
      if (words) this.context.announcer.announce(words);
      turn?.texts.apply(event, before, this.state);
      if (isRunning(this.state.phase)) this.shown = this.state;
    }
    if (turn && isRunning(this.state.phase)) this.render();
    else this.showWhole();
  }

  setLatest(latest: boolean): void {
    if (latest === this.latest) return;
    this.latest = latest;
    this.render();
  }

  setHost(host: string): void {
    this.host = host;
    this.render();
  }

  /** Another turn of the conversation runs. */
  setHeld(held: boolean): void {
    if (held === this.held) return;
    this.held = held;
    if (this.versions.length > 1) this.render();
  }

  dispose(): void {
    this.turn?.dispose();
    this.turn = undefined;
    this.user.element.remove();
    this.assistant.remove();
    this.settle();
  }

  private begin(): TurnView {
    const turn = createTurnView(this.context, this.id);
    this.turn = turn;
    this.user.complete();
    this.assistant.append(...turn.elements);
    return turn;
  }

  private showWhole(): void {
    const { state } = this;
    const { texts } = this.turn ?? this.begin();
    texts.show(state);
    if (isRunning(state.phase)) {
      this.show(state);
      return;
    }
    texts.finish(() => {
      // It may have gone on meanwhile.
      if (this.state === state) this.show(state);
    });
    if (this.shown !== state) this.render();
  }

  private show(state: TurnState): void {
    this.shown = state;
    this.render();
    this.settle();
  }

  private settle(): void {
    const { drawn } = this;
    this.drawn = nothing;
    drawn();
  }

  private render(): void {
    const { shown: state, turn, assistant } = this;
    if (!state || !turn) return;
    assistant.style.minHeight = '';
    if (assistant.dataset['state'] !== state.phase) assistant.dataset['state'] = state.phase;
    assistant.toggleAttribute('data-queued', this.exchange.queued);
    if (isRunning(state.phase)) assistant.setAttribute('aria-busy', 'true');
    else assistant.removeAttribute('aria-busy');
    setText(this.model, state.model);
    turn.render(state, {
      host: this.host,
      queued: this.exchange.queued,
      latest: this.latest,
      held: this.held || isRunning(state.phase),
      versions: this.versions,
      wait: () => this.state.wait,
    });
  }
}

function isSameEnd(a: TurnState, b: TurnState): boolean {
  return !isRunning(a.phase) && a.phase === b.phase && a.endedAt === b.endedAt && a.text === b.text;
}

const charactersALine = 90;
const lineHeight = 1.5;

/** About as high as `text` will be when it is rendered: what is below it must not jump far then. */
function heightOf(text: string): string {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return `${Math.max(lines, Math.ceil(text.length / charactersALine)) * lineHeight}em`;
}
