import type { Clock } from '../../engine/clock';
import type { ResumeFrom, TurnHandle } from '../../engine/engine';
import { EventBatch } from '../../engine/events/eventBatch';
import { isDelta, isTerminal, type StreamEvent } from '../../engine/events/events';
import { toRecordedEvents } from '../../engine/state/turnState';
import type { Answer, GatewaySetId } from '../../shared/exchanges';
import type { GatewaySet } from '../connection/gatewaySet';
import type { BudgetDecisions } from '../health/budget';
import { comparedModels, openComparison } from '../journal/exchange';
import type { ImageStore } from '../journal/imageStore';
import type { ConversationLog } from './conversationLog';
import { buildRequest, partialAnswer } from './turnRequest';

/** Duration of an animation frame of the page, in milliseconds. */
const frameMs = 16;

export interface TurnRunnerDeps {
  readonly gatewaySets: Readonly<Record<GatewaySetId, GatewaySet>>;
  /**
   * Called before each attempt. The attempt starts after the promise has resolved. See `StreamOptions.beforeAttempt`.
   */
  readonly beforeAttempt?: () => Promise<unknown>;
  readonly clock: Clock;
  /** The image files of the workspace's conversations. */
  readonly images: ImageStore;
  readonly budget: BudgetDecisions;
  /** Called for each event of a turn, except for deltas (the parts of the answer's text). */
  readonly onEvent: (conversationId: string, answerId: string, event: StreamEvent) => void;
  readonly onError: (error: unknown) => void;
}

export interface TurnStart {
  /**
   * Whether the turn continues the partial answer or restarts the answer. Absent when the prompt is sent for the first
   * time.
   */
  readonly resumeMode?: ResumeFrom['resumeMode'] | undefined;
  /**
   * Whether the request gets a higher token limit, because the previous answer reached its token limit before any text.
   */
  readonly moreRoom?: boolean | undefined;
  /** ID of the gateway that the user has switched to. */
  readonly preferredGateway?: string | undefined;
  /** Called right after the turn has started. For example, the callback can skip the gateway's cooldown. */
  readonly onStart?: ((turn: TurnHandle) => void) | undefined;
  /** Called before each attempt. The attempt starts after the promise has resolved. */
  readonly beforeAttempt?: (() => Promise<void>) | undefined;
}

interface QueuedTurn {
  readonly answerId: string;
  /** ID of the comparison to which the turn belongs. Turns of the same comparison run at the same time. */
  readonly comparison: string | undefined;
  readonly start: TurnStart;
}

interface RunningTurn extends QueuedTurn {
  handle?: TurnHandle;
  hasText: boolean;
  pending: EventBatch<StreamEvent>;
  cancelTimer: (() => void) | undefined;
  flushedAt: number;
}

/**
 * Runs the turns of a conversation: one at a time, or all turns of a comparison together. Writes the events of a turn
 * to the conversation's log once per animation frame. The first text and the terminal event are written immediately.
 */
export class TurnRunner {
  private readonly queue: QueuedTurn[] = [];
  private readonly runningTurns = new Map<string, RunningTurn>();
  /** ID of the gateway that the user has switched to. Prompts go to that gateway until the gateway fails. */
  preferredGateway: string | undefined;
  /** The last value of the model setting that was applied to the running turn. */
  defaultModel = '';

  constructor(
    private readonly conversationId: string,
    private readonly log: ConversationLog,
    private readonly deps: TurnRunnerDeps,
  ) {}

  /** The gateways that receive all prompts of the conversation. */
  get set(): GatewaySet {
    return this.deps.gatewaySets[this.log.tree.gateways];
  }

  get busy(): boolean {
    return this.runningTurns.size > 0 || this.queue.length > 0;
  }

  get answerIds(): readonly string[] {
    return [...this.runningTurns.keys()];
  }

  turn(answerId: string): TurnHandle | undefined {
    return this.runningTurns.get(answerId)?.handle;
  }

  run(answerId: string, start: TurnStart = {}): void {
    const answer = this.log.tree.answer(answerId);
    const mustQueue = this.mustQueue(answer);
    this.queue.push({ answerId, comparison: openComparison(answer), start });
    if (!mustQueue) this.startNext();
  }

  /**
   * Returns whether the answer's turn must wait until other turns end. Without an answer, returns whether a new turn
   * must wait.
   */
  mustQueue(answer?: Answer): boolean {
    return this.busy && !this.isRunningComparison(openComparison(answer));
  }

  /**
   * Removes a turn from the queue. Does nothing if the turn is not queued.
   * @param isRefused whether the daily budget is the reason. By default, the reason is that the user has stopped the
   * turn.
   */
  endQueued(answerId: string, isRefused = false): void {
    const { log, deps } = this;
    const index = this.queue.findIndex((queued) => queued.answerId === answerId);
    if (index < 0) return;
    this.queue.splice(index, 1);
    const state = log.tree.answer(answerId)?.state;
    if (!state) return;
    log.amend(answerId, { isQueued: false });
    const { text, attempts: attempt } = state;
    const end = isRefused ? deps.budget.refusal(text) : { type: 'stopped' as const, text };
    this.addEvents(answerId, [{ ...end, attempt, at: deps.clock.monotonicNow() }]);
  }

  flush(): void {
    for (const runningTurn of this.runningTurns.values()) this.flushTurn(runningTurn);
  }

  private flushTurn(runningTurn: RunningTurn): void {
    runningTurn.cancelTimer?.();
    runningTurn.cancelTimer = undefined;
    const { events } = runningTurn.pending;
    if (events.length === 0) return;
    runningTurn.pending = new EventBatch();
    runningTurn.flushedAt = this.deps.clock.monotonicNow();
    const { answerId } = runningTurn;
    try {
      this.forgetFailedGateway(events);
      this.addEvents(answerId, events);
    } catch (error) {
      this.handleError(answerId, error);
    }
  }

  /**
   * Reports an error. If the turn could not start, or its last event could not be handled, marks the answer as
   * interrupted.
   */
  private handleError(answerId: string, error: unknown): void {
    this.deps.onError(error);
    if (!this.runningTurns.has(answerId)) this.log.write({ type: 'interrupted', answer: answerId });
  }

  private forgetFailedGateway(events: readonly StreamEvent[]): void {
    const { preferredGateway } = this;
    const hasFailed = events.some((event) => {
      if (event.type === 'failed') return event.nextGateway !== undefined && event.nextGateway.id !== preferredGateway;
      return event.type === 'gateway' && event.reason !== 'user' && event.from.id === preferredGateway;
    });
    if (hasFailed) this.preferredGateway = undefined;
  }

  private addEvents(answerId: string, streamEvents: readonly StreamEvent[]): void {
    const answer = this.log.tree.answer(answerId);
    if (!answer) return;
    this.log.write({ type: 'events', answer: answerId, events: toRecordedEvents(streamEvents, answer.state) });
    // The events are written before `onEvent` is called, so that no event is lost if `onEvent` throws an error.
    for (const event of streamEvents) if (!isDelta(event)) this.deps.onEvent(this.conversationId, answerId, event);
  }

  private isRunningComparison(comparison: string | undefined): boolean {
    return (
      comparison !== undefined &&
      [...this.runningTurns.values()].some((runningTurn) => runningTurn.comparison === comparison)
    );
  }

  /**
   * Starts the queued turns that belong to a running comparison. If no turn is running, starts the first queued turn,
   * provided that the daily budget allows it.
   */
  private continueQueue(): void {
    if (this.runningTurns.size > 0) this.startNext();
    const [next] = this.queue;
    if (!next || this.runningTurns.size > 0) return;
    const models = comparedModels(this.log.tree.exchangeOf(next.answerId));
    const mayStart = this.deps.budget.mayStartQueued(this.set.isFree, models);
    if (typeof mayStart === 'boolean') {
      this.endWait(next, mayStart);
      return;
    }
    mayStart
      .catch((error: unknown) => {
        this.deps.onError(error);
        return false;
      })
      .then((may) => this.endWait(next, may))
      .catch(this.deps.onError);
  }

  private endWait(next: QueuedTurn, mayStart: boolean): void {
    // While a dialog asked the user about the daily budget, the user might have removed the turn from the queue.
    if (this.queue[0] === next && mayStart) {
      this.startNext();
      return;
    }
    try {
      this.endQueued(next.answerId, true);
    } finally {
      this.continueQueue();
    }
  }

  private startNext(): void {
    const index = this.queue.findIndex(({ comparison }) => this.isRunningComparison(comparison));
    const [next] = this.runningTurns.size === 0 || index >= 0 ? this.queue.splice(Math.max(0, index), 1) : [];
    if (!next) return;
    const { answerId } = next;
    const runningTurn: RunningTurn = {
      ...next,
      hasText: false,
      pending: new EventBatch(),
      cancelTimer: undefined,
      flushedAt: Number.NEGATIVE_INFINITY,
    };
    this.runningTurns.set(answerId, runningTurn);
    try {
      runningTurn.handle = this.start(runningTurn);
    } catch (error) {
      this.runningTurns.delete(answerId);
      this.handleError(answerId, error);
    }
    this.continueQueue();
  }

  private start(runningTurn: RunningTurn): TurnHandle {
    const { set, log, deps } = this;
    const { answerId, start } = runningTurn;
    const { resumeMode, moreRoom, preferredGateway, onStart, beforeAttempt } = {
      preferredGateway: this.preferredGateway,
      ...start,
    };
    const queued = log.tree.answer(answerId);
    if (!queued) throw new Error('the answer does not exist');
    const selected = set.model();
    this.defaultModel = selected;
    // The answer's model is set before the first attempt. Otherwise, the panel would show no model while that attempt
    // waits, for example until a rate limit ends.
    log.amend(answerId, { isQueued: false, state: { ...queued.state, model: queued.model ?? selected } });
    const request = buildRequest(
      log.tree,
      queued,
      (choice) => set.defaults(choice),
      (image) => deps.images.read(this.conversationId, image),
    );
    const turn = set.run(
      { ...request, moreRoom, cacheKey: this.conversationId },
      {
        resumeFrom: resumeMode && partialAnswer(queued, resumeMode),
        preferredGateway,
        beforeAttempt: async () => {
          await beforeAttempt?.();
          await deps.beforeAttempt?.();
        },
        onEvents: (events) => this.receive(runningTurn, events),
      },
    );
    onStart?.(turn);
    return turn;
  }

  private receive(runningTurn: RunningTurn, events: readonly StreamEvent[]): void {
    if (this.runningTurns.get(runningTurn.answerId) !== runningTurn) return;
    for (const event of events) runningTurn.pending.add(event);
    const isFirstText = !runningTurn.hasText && events.some(({ type }) => type === 'text');
    runningTurn.hasText ||= isFirstText;
    const last = events.at(-1);
    if (last && isTerminal(last)) {
      // The turn is removed before its last event is reported. Otherwise, the listeners of that event would still see
      // the turn as running.
      this.runningTurns.delete(runningTurn.answerId);
      this.flushTurn(runningTurn);
      this.continueQueue();
      return;
    }
    const sinceFlush = this.deps.clock.monotonicNow() - runningTurn.flushedAt;
    if (isFirstText || sinceFlush >= frameMs) this.flushTurn(runningTurn);
    else runningTurn.cancelTimer ??= this.deps.clock.callAfter(frameMs - sinceFlush, () => this.flushTurn(runningTurn));
  }
}
