import { randomUUID } from 'node:crypto';
import type { Clock } from '../../engine/clock';
import type { RunOptions, TurnHandle } from '../../engine/engine';
import type { EngineSettings } from '../../engine/environment';
import type { StoppedEvent, StreamEvent } from '../../engine/events/events';
import type { ChatRequest } from '../../engine/request';
import { markScheduled } from '../../engine/state/schedule';
import { initialTurn, isRunning, isWaiting, markInterrupted, type Schedule } from '../../engine/state/turnState';
import {
  canContinue,
  canRetry,
  isFinished,
  isScheduled,
  stateForRerun,
  type Exchange,
  type ExchangeRole,
  type PromptInput,
} from '../journal/exchange';
import type { Budget } from '../health/budget';
import { ConversationRecord, type Content, type ConversationObserver, type JournalWriter } from './conversationRecord';
import { buildRequest, startTurn, TurnRunner, type Gateways, type TurnStart } from './turnRunner';

export interface ConversationDeps extends Gateways, ConversationObserver {
  readonly clock: Clock;
  readonly budget: Pick<Budget, 'mayStart' | 'mayStartQueued' | 'refusal'>;
  readonly resumeSetting: () => EngineSettings['resume'];
}

/**
 * The turns of a conversation: one at a time, or all turns of a comparison. They continue to run when the panel is
 * closed.
 */
export class ConversationTurns extends ConversationRecord {
  private readonly runner: TurnRunner;
  /** The model in the settings when the turn started, or when a change of the setting was last applied to the turn. */
  private defaultModel = '';
  /** Number of turns that wait for the user's answer to a question about the daily budget. */
  private questions = 0;
  private switchedGateway: string | undefined;

  constructor(
    id: string,
    content: Content,
    journal: JournalWriter | undefined,
    private readonly deps: ConversationDeps,
  ) {
    super(id, content, journal, deps);
    this.runner = new TurnRunner(
      deps.clock,
      (exchangeId, events) => {
        this.forgetFailedGateway(events);
        this.addEvents(exchangeId, events);
      },
      (exchangeId, error) => {
        deps.onError(error);
        const exchange = this.exchange(exchangeId);
        if (!exchange) return;
        this.append({ type: 'interrupted', exchangeId });
        this.update({ ...exchange, state: markInterrupted(exchange.state), queued: false });
      },
      deps.onError,
      (exchangeId) => {
        const demo = this.exchange(exchangeId)?.demo === true;
        return deps.budget.mayStartQueued(demo, this.tree.comparedModels(exchangeId));
      },
      (exchangeId) => {
        this.endQueued(exchangeId, (text) => deps.budget.refusal(text));
      },
    );
  }

  /** The exchanges whose turns run. A comparison has several. */
  get activeExchanges(): readonly Exchange[] {
    return this.runner.exchangeIds
      .flatMap((id) => this.exchange(id) ?? [])
      .filter(({ state }) => isRunning(state.phase));
  }

  private get waitingExchanges(): readonly Exchange[] {
    return this.activeExchanges.filter(({ state }) => isWaiting(state.phase));
  }

  /** The first exchange whose turn waits, or else the first exchange whose turn runs. */
  get activeExchange(): Exchange | undefined {
    return this.waitingExchanges[0] ?? this.activeExchanges[0];
  }

  /**
   * The exchanges to which *Retry Now* applies if the user names none: all whose turns wait, or else a single exchange.
   */
  get exchangesToRetry(): readonly Exchange[] {
    const { waitingExchanges } = this;
    if (waitingExchanges.length > 0) return waitingExchanges;
    const single = this.activeExchange ?? this.lastColumns.find(canRetry) ?? this.lastExchange;
    return single ? [single] : [];
  }

  /** The base URL of the gateway that the user has switched to. Prompts go there until the gateway fails. */
  get preferredGateway(): string | undefined {
    return this.switchedGateway;
  }

  get busy(): boolean {
    return this.runner.busy || this.questions > 0;
  }

  override setReadOnly(): void {
    this.stopAll();
    super.setReadOnly();
  }

  requestOf(exchangeId: string): ChatRequest | undefined {
    const exchange = this.exchange(exchangeId);
    if (!exchange) return undefined;
    const sent = { ...exchange, model: exchange.state.model || exchange.model };
    return buildRequest(this.tree.preceding(exchangeId), sent, this.deps.defaults(exchange.demo === true, sent));
  }

  /** Stops the turn of an exchange, removes it from the queue or cancels its schedule. The default is all running turns. */
  stop(exchangeId?: string): void {
    if (exchangeId === undefined) this.end(this.activeExchanges);
    else this.end(this.tree.all().filter(({ id }) => id === exchangeId));
  }

  stopAll(matches: (exchange: Exchange) => boolean = () => true): void {
    this.end(this.tree.all().filter((exchange) => !isFinished(exchange) && matches(exchange)));
  }

  /** Ends the wait of a running turn, or retries a turn that has ended without a complete answer. */
  retryNow(exchangeId = this.exchangesToRetry[0]?.id): void {
    this.retry(exchangeId, (turn) => turn.retryNow());
  }

  /** Also clears the failures that the circuit breaker has recorded for the model. */
  tryAnyway(exchangeId: string): void {
    this.retry(exchangeId, (turn) => turn.tryAnyway());
  }

  continue(exchangeId: string): void {
    const exchange = this.exchange(exchangeId);
    if (exchange && canContinue(exchange)) this.rerun(exchange, { mode: 'continue' });
  }

  /** Requests the answer again, even if it is complete. The old text stays until the new text is longer. */
  restart(exchangeId: string, options: Pick<TurnStart, 'moreRoom'> = {}): void {
    const exchange = this.exchange(exchangeId);
    if (exchange && isFinished(exchange)) this.rerun(exchange, { mode: 'restart', ...options });
    else this.retryNow(exchangeId);
  }

  /** Switches a running turn, or restarts one that has ended without a complete answer. */
  switchModel(exchangeId: string, model: string): void {
    this.control(
      exchangeId,
      (turn) => turn.switchModel(model),
      (exchange) => this.rerun(exchange, { mode: 'restart' }, model),
    );
  }

  /** Switches a running turn to the next gateway, or retries a failed turn there. Later prompts also use that gateway. */
  switchGateway(exchangeId: string): void {
    this.flush();
    this.control(
      exchangeId,
      (turn) => (this.switchedGateway = turn.switchGateway() ?? this.switchedGateway),
      (exchange) => {
        const preferredGateway = exchange.state.failure?.nextGateway?.id ?? this.switchedGateway;
        this.rerun(exchange, { preferredGateway, onStart: () => (this.switchedGateway = preferredGateway) });
      },
    );
  }

  /** Lets later prompts go to the gateway that the settings choose. */
  switchBack(): void {
    this.switchedGateway = undefined;
  }

  /** The model of the exchange stays the same, so that *Regenerate* and *Continue* use it. */
  continueWithFallback(exchangeId: string): void {
    this.flush();
    const { wait, failure } = this.exchange(exchangeId)?.state ?? {};
    const { fallbackModel, reason } = wait ?? { ...failure, reason: failure?.kind };
    if (fallbackModel === undefined || reason === undefined) return;
    const onStart = (turn: TurnHandle): void => turn.continueWith(fallbackModel, reason);
    this.control(exchangeId, onStart, (exchange) => {
      if (canContinue(exchange)) this.rerun(exchange, { mode: 'continue', onStart });
    });
  }

  /** Switches a waiting turn to the model that the user has selected. @param demo whether the demo has this model */
  selectModel(model: string, demo: boolean): void {
    this.flush();
    const { activeExchange } = this;
    if (!activeExchange?.state.wait || (activeExchange.demo === true) !== demo) return;
    // A column of a comparison keeps its model.
    if (this.tree.isCompared(activeExchange.id)) return;
    // The setting changes to the same model right afterwards and must not switch the turn a second time.
    this.defaultModel = model;
    this.runner.turn(activeExchange.id)?.switchModel(model);
  }

  /** Switches a waiting turn to the model in the settings if the user has changed it since the turn started. */
  applySettings(): void {
    const { activeExchange } = this;
    if (!activeExchange?.state.wait || activeExchange.demo) return;
    const { model } = this.deps.defaults(false);
    const hasChanged = model !== this.defaultModel && model !== activeExchange.state.model;
    this.defaultModel = model;
    // Does not switch a turn back from its fallback model unless the user has changed the model in the settings.
    if (activeExchange.model === undefined && hasChanged) this.runner.turn(activeExchange.id)?.switchModel(model);
  }

  flush(): void {
    this.runner.flush();
  }

  /** @returns false if the answer is complete, the user has retried, or another window writes the conversation */
  schedule(exchangeId: string, schedule: Schedule): boolean {
    if (this.runner.exchangeIds.includes(exchangeId)) this.stop(exchangeId);
    const exchange = this.exchange(exchangeId);
    if (this.readOnly || !exchange || !canRetry(exchange) || isScheduled(exchange)) return false;
    this.append({ type: 'scheduled', exchangeId, ...schedule });
    this.update({ ...exchange, state: markScheduled(exchange.state, schedule) });
    return true;
  }

  /** Records that a scheduled prompt is due, but is not sent because the daily budget is used up. */
  holdScheduled(exchangeId: string): void {
    const exchange = this.exchange(exchangeId);
    if (this.readOnly || !exchange?.state.schedule) return;
    const schedule = { ...exchange.state.schedule, exceedsBudget: true } as const;
    this.append({ type: 'scheduled', exchangeId, ...schedule });
    this.update({ ...exchange, state: markScheduled(exchange.state, schedule) });
  }

  /**
   * @param immediately whether the turn skips the cooldown, because the user asked for it
   * @param record writes to the disk that the prompt is sent. No attempt starts before it resolves.
   */
  sendScheduled(
    exchangeId: string,
    model: string,
    { immediately, record }: { readonly immediately: boolean; readonly record: () => Promise<void> },
  ): void {
    const exchange = this.exchange(exchangeId);
    if (this.readOnly || !exchange || !isScheduled(exchange)) return;
    const onStart = (turn: TurnHandle): void => {
      if (immediately) turn.retryNow();
    };
    // The prompt goes to the gateway that the scheduler has checked, not to the one that the user has switched to.
    this.startAgain(exchange, { preferredGateway: undefined, beforeAttempt: record, onStart }, model);
  }

  protected add(input: PromptInput, after?: string, role: ExchangeRole = {}): Exchange {
    if (this.readOnly) throw new Error('the conversation is read-only');
    const id = randomUUID();
    this.append({ type: 'exchange', id, ...(after !== undefined && { after }), ...input, ...role });
    const queued = this.runner.mustQueue(role.comparison);
    const exchange = { ...input, ...role, id, state: initialTurn, queued };
    this.tree.add(exchange, after);
    return exchange;
  }

  protected end(exchanges: readonly Exchange[]): void {
    // Removes all queued turns first, because the end of the running turn starts the next queued turn.
    for (const exchange of exchanges) {
      const { id } = exchange;
      this.endSchedule(id, { outcome: 'stopped' });
      if (this.runner.removeFromQueue(id)) this.endQueued(id, (text) => ({ type: 'stopped', text }));
    }
    for (const { id } of exchanges) this.runner.turn(id)?.stop();
  }

  /** Ends a queued turn. The caller must have removed the turn from the queue. */
  private endQueued(
    exchangeId: string,
    terminalOf: (text: string) => Pick<StoppedEvent, 'type' | 'text'> | ReturnType<Budget['refusal']>,
  ): void {
    const exchange = this.exchange(exchangeId);
    if (!exchange) return;
    this.update({ ...exchange, queued: false });
    const { state } = exchange;
    const at = this.deps.clock.monotonicNow();
    this.addEvents(exchangeId, [{ ...terminalOf(state.text), attempt: state.attempts, at }]);
  }

  private forgetFailedGateway(events: readonly StreamEvent[]): void {
    const { switchedGateway } = this;
    const hasFailed = events.some((event) => {
      if (event.type === 'failed') return event.nextGateway !== undefined && event.nextGateway.id !== switchedGateway;
      return event.type === 'gateway' && event.reason !== 'user' && event.from.id === switchedGateway;
    });
    if (hasFailed) this.switchedGateway = undefined;
  }

  private retry(exchangeId: string | undefined, onStart: (turn: TurnHandle) => void): void {
    this.control(exchangeId, onStart, (exchange) => this.rerun(exchange, { onStart }));
  }

  private control(
    exchangeId: string | undefined,
    controlTurn: (turn: TurnHandle) => void,
    handleEnded: (exchange: Exchange) => void,
  ): void {
    const exchange = this.exchange(exchangeId);
    if (!exchange) return;
    const turn = this.runner.turn(exchange.id);
    if (turn && isRunning(exchange.state.phase)) controlTurn(turn);
    else if (canRetry(exchange)) handleEnded(exchange);
  }

  /**
   * Asks about the daily budget before anything changes, unless the user continues a partial answer. Does nothing for a
   * scheduled exchange, because only the scheduler may send its prompt.
   */
  private rerun({ id, demo }: Exchange, start: TurnStart, model?: string): void {
    const startNow = (): void => {
      const exchange = this.exchange(id);
      if (this.readOnly || !exchange || !isFinished(exchange) || isScheduled(exchange)) return;
      this.startAgain(exchange, start, model);
    };
    const mayStart = start.mode === 'continue' || this.deps.budget.mayStart(demo);
    if (mayStart === true) startNow();
    else this.whenAnswered(mayStart, startNow).catch(this.deps.onError);
  }

  private async whenAnswered(mayStart: boolean | Promise<boolean>, start: () => void): Promise<void> {
    this.questions++;
    try {
      if (await mayStart) start();
    } finally {
      this.questions--;
    }
  }

  /** By default, continues a partial answer if the setting allows it, and otherwise restarts the answer. */
  private startAgain(exchange: Exchange, start: TurnStart, model?: string): void {
    const continues = canContinue(exchange) && this.deps.resumeSetting() === 'auto';
    const { mode = continues ? 'continue' : 'restart' } = start;
    const changes = { ...(model !== undefined && { model }) };
    this.append({ type: 'rerun', exchangeId: exchange.id, go: mode, ...changes });
    const mustQueue = this.runner.mustQueue(exchange.comparison);
    const queued = { ...exchange, ...changes, state: stateForRerun(exchange.state, mode), queued: mustQueue };
    this.update(queued);
    this.run(queued, { ...start, mode });
  }

  protected run(queued: Exchange, turnStart: TurnStart = {}): void {
    const start = (onEvents: RunOptions['onEvents']): TurnHandle => {
      const defaults = this.deps.defaults(queued.demo === true);
      this.defaultModel = defaults.model;
      // Sets the model before the first attempt, so that the panel shows it even while that attempt has to wait.
      const state = { ...queued.state, model: queued.model ?? defaults.model };
      const exchange = { ...queued, state, queued: false };
      this.update(exchange);
      const options = { preferredGateway: this.switchedGateway, ...turnStart };
      return startTurn(this.deps, exchange, this.tree.preceding(exchange.id), options, onEvents);
    };
    this.runner.run({ exchangeId: queued.id, comparison: queued.comparison, start });
  }
}
