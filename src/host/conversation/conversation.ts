import { randomUUID } from 'node:crypto';
import type { Clock } from '../../engine/clock';
import type { RunOptions, TurnHandle } from '../../engine/engine';
import type { EngineSettings } from '../../engine/environment';
import { routeOf } from '../../engine/events';
import type { ChatRequest } from '../../engine/request';
import { markScheduled } from '../../engine/state/schedule';
import { initialTurn, isRunning, markInterrupted, type Schedule, type TurnState } from '../../engine/state/turnState';
import {
  canContinue,
  canRetry,
  changesOfSummary,
  isFinished,
  isScheduled,
  stateForRerun,
  toPromptInput,
  type Exchange,
  type ExchangeRole,
  type PromptInput,
} from '../journal/exchange';
import { ConversationRecord, type Content, type ConversationObserver, type JournalWriter } from './conversationRecord';
import { summaryPrompt } from './summaryPrompt';
import { buildRequest, startTurn, TurnRunner, type Gateways, type TurnStart } from './turnRunner';

export interface ConversationDeps extends Gateways, ConversationObserver {
  readonly clock: Clock;
  readonly resumeSetting: () => EngineSettings['resume'];
}

/**
 * A conversation. It runs one turn at a time, or the turns of a comparison. They continue to run when the panel is
 * closed.
 */
export class Conversation extends ConversationRecord {
  private readonly runner: TurnRunner;
  /** The model in the settings when the turn started or a changed setting was last applied to it. */
  private defaultModel = '';
  /** The prompt that is sent when an API key is set. After a reload, it is only a draft in the composer. */
  promptAwaitingKey: PromptInput | undefined;

  constructor(
    id: string,
    content: Content,
    journal: JournalWriter | undefined,
    private readonly deps: ConversationDeps,
  ) {
    super(id, content, journal, deps);
    this.runner = new TurnRunner(
      deps.clock,
      this.addEvents,
      (exchangeId, error) => {
        deps.onError(error);
        const exchange = this.exchange(exchangeId);
        if (!exchange) return;
        this.append({ type: 'interrupted', exchangeId });
        this.update({ ...exchange, state: markInterrupted(exchange.state), queued: false });
      },
      deps.onError,
    );
  }

  /** The exchanges whose turns run. A comparison has several. */
  get activeExchanges(): readonly Exchange[] {
    return this.runner.exchangeIds
      .flatMap((id) => this.exchange(id) ?? [])
      .filter(({ state }) => isRunning(state.phase));
  }

  /** The exchange whose turn waits; if none waits, the first exchange whose turn runs. */
  get activeExchange(): Exchange | undefined {
    return this.activeExchanges.find(({ state }) => isWaiting(state)) ?? this.activeExchanges[0];
  }

  /** The exchange on which *Retry Now* acts if the user names none. */
  get exchangeToRetry(): Exchange | undefined {
    const { activeExchange, lastExchange } = this;
    return activeExchange ?? this.tree.columns(lastExchange?.id ?? '').find(canRetry) ?? lastExchange;
  }

  get busy(): boolean {
    return this.runner.busy;
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

  /**
   * Adds a prompt at the end. After a comparison, it follows a complete answer.
   * @throws Error when the conversation is read-only
   */
  ask(input: PromptInput): Exchange {
    const last = this.lastExchange;
    const isCompared = last !== undefined && this.tree.columns(last.id).length > 1;
    const columns = isCompared ? [last, ...this.tree.columns(last.id)] : [];
    const exchange = this.add(input, columns.find(({ state }) => state.phase === 'done')?.id);
    // The page marks the answer that the prompt follows.
    if (isCompared) this.firePath();
    else this.update(exchange);
    this.run(exchange);
    return exchange;
  }

  /**
   * Adds a new version of an exchange, and stops the turns and schedules of the old version and the exchanges after it. The
   * prompt of a comparison goes to the models of its columns again.
   */
  edit(exchangeId: string, input: PromptInput): Exchange | undefined {
    const columns = this.tree.columns(exchangeId);
    return columns.length > 1
      ? this.compare(input, columns.map(modelOf), exchangeId)[0]
      : this.addVersion(exchangeId, input);
  }

  /**
   * Sends a prompt to several models at the same time. The answers are versions of one exchange.
   * @param exchangeId the exchange that gets the new versions; by default a new exchange at the end
   * @throws Error when the conversation is read-only
   */
  compare(input: PromptInput, models: readonly string[], exchangeId?: string): readonly Exchange[] {
    const after = exchangeId === undefined ? (this.lastExchange?.id ?? '') : this.parentOf(exchangeId);
    const comparison = randomUUID();
    const columns = models.map((model) => this.add({ ...input, model }, after, { comparison }));
    this.show(columns, exchangeId);
    return columns;
  }

  /** Ends a comparison: the conversation goes on with this answer, and the turns of the other columns stop. */
  useAnswer(exchangeId: string): void {
    if (this.readOnly) return;
    this.end(this.tree.columns(exchangeId).filter(({ id }) => id !== exchangeId));
    this.append({ type: 'show', exchangeId });
    this.tree.show(exchangeId);
    this.firePath();
  }

  /**
   * Requests a summary that stands for an exchange and those before it in later requests.
   * @throws Error when the conversation is read-only
   */
  summarize(exchangeId: string, model?: string): Exchange {
    const demo = this.exchange(exchangeId)?.demo;
    const summary = this.add({ prompt: summaryPrompt, model, demo }, undefined, { summarizes: exchangeId });
    this.firePath();
    this.run(summary);
    return summary;
  }

  /** Adds a summary of another conversation before the first prompt. */
  addSummary(text: string): void {
    const { id } = this.add({ prompt: summaryPrompt }, undefined, { summarizes: '' });
    this.editSummary(id, text);
  }

  /** An empty text undoes the summary, which stops its turn. */
  editSummary(exchangeId: string, newText: string): void {
    const text = newText.trim();
    const summary = this.exchange(exchangeId);
    if (this.readOnly || summary?.summarizes === undefined) return;
    this.end([summary]);
    this.append({ type: 'summary', exchangeId, text });
    const current = this.exchange(exchangeId) ?? summary;
    this.tree.update({ ...current, queued: false, ...changesOfSummary(current.state, text) });
    this.firePath();
  }

  /** @returns the new exchange, or the existing exchange if its turn is still running or queued */
  regenerate(exchangeId: string, model?: string): Exchange | undefined {
    const exchange = this.exchange(exchangeId);
    if (this.readOnly || !exchange || !isFinished(exchange)) return exchange;
    const input = toPromptInput(exchange);
    return this.addVersion(exchangeId, model === undefined ? input : { ...input, model });
  }

  /** Does nothing while a turn is running, because the turn could disappear from the panel. */
  showVersion(exchangeId: string): void {
    if (this.readOnly || this.busy || !this.exchange(exchangeId) || this.tree.isOnPath(exchangeId)) return;
    this.append({ type: 'show', exchangeId });
    this.tree.show(exchangeId);
    this.firePath();
  }

  /** Stops the turn of an exchange, removes it from the queue or cancels its schedule. The default is all running turns. */
  stop(exchangeId?: string): void {
    const exchange = this.exchange(exchangeId);
    this.end(exchange ? [exchange] : this.activeExchanges);
  }

  stopAll(matches: (exchange: Exchange) => boolean = () => true): void {
    this.end(this.tree.all().filter((exchange) => !isFinished(exchange) && matches(exchange)));
  }

  /** Ends the wait of a running turn, or retries a turn that has ended without a complete answer. */
  retryNow(exchangeId = this.exchangeToRetry?.id): void {
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

  /** Switches a running turn to the next route, or starts an ended one again over another route than its last. */
  switchRoute(exchangeId: string): void {
    this.control(
      exchangeId,
      (turn) => turn.switchRoute(),
      (exchange) => this.rerun(exchange, { avoidRoute: routeOf(exchange.state) }),
    );
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
    if (activeExchange.comparison !== undefined) return;
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

  /** The caller must have claimed the prompt. @param immediately skips the cooldown, because the user asked for it */
  sendScheduled(exchangeId: string, model: string, immediately: boolean): boolean {
    const exchange = this.exchange(exchangeId);
    if (this.readOnly || !exchange || !isScheduled(exchange)) return false;
    this.startAgain(exchange, { ...(immediately && { onStart: (turn) => turn.retryNow() }) }, model);
    return true;
  }

  private add(input: PromptInput, after?: string, role: ExchangeRole = {}): Exchange {
    if (this.readOnly) throw new Error('the conversation is read-only');
    const id = randomUUID();
    this.append({ type: 'exchange', id, ...(after !== undefined && { after }), ...input, ...role });
    const queued = this.runner.mustQueue(role.comparison);
    const exchange = { ...input, ...role, id, state: initialTurn, queued };
    this.tree.add(exchange, after);
    return exchange;
  }

  /** @returns '' for a first prompt */
  private parentOf(exchangeId: string): string {
    return this.tree.ancestors(exchangeId).at(-1)?.id ?? '';
  }

  private addVersion(exchangeId: string, input: PromptInput): Exchange {
    const version = this.add(input, this.parentOf(exchangeId));
    this.show([version], exchangeId);
    return version;
  }

  /** Starts new versions. The turns of the exchange that they replace, and of those after it, stop. */
  private show(versions: readonly Exchange[], replacedId: string | undefined): void {
    const replaced = replacedId === undefined ? [] : this.tree.columns(replacedId);
    this.firePath();
    this.end(replaced.flatMap(({ id }) => this.tree.descendants(id)));
    for (const version of versions) this.run(version);
  }

  private end(exchanges: readonly Exchange[]): void {
    // Removes all queued turns first, because the end of the running turn starts the next queued turn.
    for (const exchange of exchanges) {
      const { id, state } = exchange;
      this.endSchedule(id, { outcome: 'stopped' });
      if (!this.runner.removeFromQueue(id)) continue;
      this.update({ ...exchange, queued: false });
      const at = this.deps.clock.monotonicNow();
      this.addEvents(id, [{ type: 'stopped', text: state.text, attempt: state.attempts, at }]);
    }
    for (const { id } of exchanges) this.runner.turn(id)?.stop();
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

  /** Does nothing for a scheduled exchange, because only the scheduler may send its prompt, after a claim. */
  private rerun(exchange: Exchange, start: TurnStart, model?: string): void {
    if (!this.readOnly && !isScheduled(exchange)) this.startAgain(exchange, start, model);
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

  private run(queued: Exchange, turnStart: TurnStart = {}): void {
    const start = (onEvents: RunOptions['onEvents']): TurnHandle => {
      const defaults = this.deps.defaults(queued.demo === true);
      this.defaultModel = defaults.model;
      // Sets the model before the first attempt, so that the panel shows it even while that attempt has to wait.
      const state = { ...queued.state, model: queued.model ?? defaults.model };
      const exchange = { ...queued, state, queued: false };
      this.update(exchange);
      return startTurn(this.deps, exchange, this.tree.preceding(exchange.id), turnStart, onEvents);
    };
    this.runner.run({ exchangeId: queued.id, comparison: queued.comparison, start });
  }
}

function isWaiting({ phase }: TurnState): boolean {
  return phase === 'waiting' || phase === 'offline';
}

function modelOf({ model, state }: Exchange): string {
  return model ?? state.model;
}
