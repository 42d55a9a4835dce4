import type { ExchangeView as Exchange, StreamEvent, TurnState } from '../protocol';
import { isRunning, reduce } from '../protocol';
import { spokenFor } from './announcements';
import type { CardSlot } from './cardSlot';
import { createCardSlot } from './cardSlot';
import { element, setText } from './element';
import { createTurnCard, createTurnSummary } from './exchangeCards';
import type { StreamingMarkdown } from './markdown/streamingMarkdown';
import type { PanelContext } from './panelContext';
import { progressText } from './progressLine';
import type { ReasoningView } from './reasoningView';
import { createReasoningView } from './reasoningView';
import { waitParts } from './sameWait';
import { seamText } from './seamNote';
import { showText } from './showText';
import { switchText } from './switchNote';
import { createToolCalls } from './toolCalls';
import { createUserArticle } from './userArticle';

/** The two articles of an exchange: a pure fold of its events for the state, increments for the text. */
export class ExchangeView {
  readonly you: HTMLElement;
  readonly assistant: HTMLElement;
  private readonly model = element('span', { class: 'turn-model' });
  private readonly progress = element('p', { class: 'progress', 'data-part': 'progress' });
  private readonly seam = element('p', { class: 'seam-note', 'data-part': 'seam' });
  private readonly switched = element('p', { class: 'switch-note', 'data-part': 'switch' });
  private readonly toolCalls: CardSlot;
  private readonly answer: StreamingMarkdown;
  private readonly reasoning: ReasoningView;
  private readonly card: CardSlot;
  private readonly summary: CardSlot;
  private state: TurnState;
  private queued: boolean;
  private latest = true;

  constructor(
    private readonly context: PanelContext,
    private readonly exchange: Exchange,
    private host: string,
  ) {
    const { strings, focusComposer } = context;
    const answerRoot = element('div', { 'data-part': 'answer' });
    const options = {
      schedule: context.clock.frame,
      labels: strings,
      onCodeAction: this.onCodeAction,
      onLink: (href: string) => context.post({ type: 'openLink', href }),
    };
    this.answer = context.createMarkdown(answerRoot, { ...options, canApply: exchange.canApply });
    this.reasoning = createReasoningView(strings, (root) =>
      context.createMarkdown(root, { ...options, canApply: false }),
    );
    this.toolCalls = createCardSlot(element('div', { class: 'card-slot' }), focusComposer);
    this.card = createCardSlot(element('div', { class: 'card-slot' }), focusComposer);
    this.summary = createCardSlot(element('div', { class: 'card-slot' }), focusComposer);
    this.you = createUserArticle(strings, exchange);
    this.assistant = element(
      'article',
      { class: 'turn assistant', 'aria-label': strings.assistant },
      element('header', { class: 'turn-head' }, element('span', { class: 'turn-name' }, strings.assistant), this.model),
      this.reasoning.element,
      answerRoot,
      this.seam,
      this.switched,
      this.toolCalls.element,
      this.progress,
      this.card.element,
      this.summary.element,
    );
    this.state = exchange.state;
    this.queued = exchange.queued;
    this.showWhole();
  }

  get activity(): 'idle' | 'running' | 'waiting' {
    if (this.queued || !isRunning(this.state.phase)) return 'idle';
    return this.state.phase === 'waiting' || this.state.phase === 'offline' ? 'waiting' : 'running';
  }

  /** The failure whose buttons can be pressed. */
  get aliveFailure(): TurnState['failure'] {
    return this.latest && this.state.phase === 'failed' ? this.state.failure : undefined;
  }

  update(exchange: Exchange): void {
    this.state = exchange.state;
    this.queued = exchange.queued;
    this.showWhole();
  }

  apply(events: readonly StreamEvent[]): void {
    this.queued = false;
    for (const event of events) {
      const { reasoningAttempt, wait } = this.state;
      this.state = reduce(this.state, event);
      const words = spokenFor(this.context, event, { wait, state: this.state });
      if (words) this.context.announcer.say(words);
      if (event.type === 'text') this.answer.append(event.text);
      else if (this.state.reasoningAttempt !== reasoningAttempt) this.reasoning.show(this.state.reasoning);
      else if (event.type === 'reasoning') this.reasoning.append(event.text);
      else if (event.type === 'replaced') this.answer.replace(event.text);
    }
    if (isRunning(this.state.phase)) this.render();
    else this.showWhole();
  }

  setLatest(latest: boolean): void {
    this.latest = latest;
    this.render();
  }

  setHost(host: string): void {
    this.host = host;
    this.render();
  }

  dispose(): void {
    this.card.dispose();
    this.summary.dispose();
    this.you.remove();
    this.assistant.remove();
  }

  private showWhole(): void {
    showText(this.answer, this.state.text);
    this.reasoning.show(this.state.reasoning);
    if (!isRunning(this.state.phase)) {
      this.answer.finish();
      this.reasoning.finish();
    }
    this.render();
  }

  private render(): void {
    const { context, state, queued, latest } = this;
    const { phase, wait, failure, toolCalls } = state;
    if (this.assistant.dataset['state'] !== phase) this.assistant.dataset['state'] = phase;
    this.assistant.toggleAttribute('data-queued', queued);
    setText(this.model, state.model);
    setText(this.progress, progressText(context.strings, state, queued, this.host));
    this.reasoning.setThinking(isRunning(phase) && state.text === '');
    setText(this.seam, seamText(context.strings, state));
    setText(this.switched, switchText(context.strings, state));
    this.toolCalls.show(
      toolCalls.map(({ name }) => name),
      () => createToolCalls(context.strings, toolCalls),
    );
    this.card.show([phase, failure, latest, ...(wait ? waitParts(wait) : [])], () =>
      createTurnCard(context, this.exchange.id, state, latest, () => this.state.wait),
    );
    this.summary.show([phase, isRunning(phase) ? undefined : state], () => createTurnSummary(context, state));
  }

  private readonly onCodeAction = (action: 'copy' | 'insert' | 'apply', code: string): void => {
    const { post, announcer, strings } = this.context;
    switch (action) {
      case 'copy':
        announcer.say(strings.copied);
        post({ type: 'copy', text: code });
        break;
      case 'insert':
        post({ type: 'insert', text: code });
        break;
      case 'apply':
        post({ type: 'apply', exchangeId: this.exchange.id, text: code });
        break;
    }
  };
}
