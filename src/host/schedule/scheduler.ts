import { randomUUID } from 'node:crypto';
import { Mutex } from 'async-mutex';
import type { Clock } from '../../engine/clock';
import type { Gateway } from '../../engine/gateway/gateway';
import { retryAfterDelay } from '../../engine/retry/backoff';
import { scheduleLifetimeMs } from '../../engine/state/schedule';
import type { Conversation } from '../conversation/conversation';
import { conversationTitle, promptTitle } from '../conversation/conversationOutlines';
import type { Conversations } from '../conversation/conversations';
import type { BudgetDecisions } from '../health/budget';
import type { Answer } from '../../shared/exchanges';
import { canSchedule } from '../journal/exchange';
import { Disposable } from '../util/disposable';
import { Listeners } from '../util/listeners';
import type { ScheduledPrompt, ScheduleStore } from './scheduleStore';

export interface ScheduledCount {
  readonly count: number;
  /**
   * Time at which the next prompt becomes due, in epoch milliseconds. Absent if all prompts are already due or wait for
   * the network.
   */
  readonly nextAt?: number | undefined;
}

export interface ListedPrompt extends ScheduledPrompt {
  readonly isOwn: boolean;
  /**
   * Whether the user must click to send the prompt. A click is needed if the prompt became due while VS Code was
   * closed, if its gateway has changed, or if the daily budget was used up.
   */
  readonly needsClick: boolean;
}

interface SchedulerDeps {
  readonly store: ScheduleStore;
  readonly conversations: Conversations;
  readonly budget: BudgetDecisions;
  readonly clock: Clock;
  readonly random: () => number;
  /** URI of the workspace file or folder, or an empty string for a window without a workspace. */
  readonly workspace: string;
  /** Returns the gateway to which a prompt for the model is sent. The promise rejects if no gateway can be used. */
  readonly gatewayFor: (model: string) => Promise<Gateway>;
  /** Sends a request without an API key to each gateway, and returns whether at least one gateway responds. */
  readonly respondsAnyGateway: () => Promise<boolean>;
  readonly expiryMessage: () => string;
  readonly summaryTitle: (conversationTitle: string) => string;
  /**
   * Called when further prompts are due but are not sent before the user clicks.
   * @param count number of all due prompts that need a click
   */
  readonly onDue: (count: number) => void;
  readonly onExpiry: (prompt: ScheduledPrompt) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Maximum time between two checks while prompts are scheduled, in milliseconds. A longer timer could fire much too
 * late, because timers stop while the computer sleeps. If a prompt is due, each check also probes the gateways.
 */
const maxTimerMs = 30_000;
/**
 * Time between two checks while no prompt is scheduled, in milliseconds. The checks are needed because another window
 * might schedule a prompt.
 */
const idleTimerMs = 300_000;
/**
 * Time, in milliseconds, for which the file of an expired prompt is kept. After this time, any window removes the file,
 * because the workspace of the prompt might never be opened again.
 */
const maxExpiredMs = 7 * 24 * 60 * 60 * 1000;

/**
 * Sends scheduled prompts when they are due. Each window has a scheduler, and all schedulers use the same index of
 * prompts. A prompt is sent at most once: the window first records in the conversation's journal that the prompt is
 * sent, and only one window can write that journal.
 */
export class Scheduler extends Disposable {
  private readonly changeListeners = new Listeners<void>((error) => this.deps.onError(error));
  readonly onDidChange = this.changeListeners.event;
  /** The scheduled prompts that have not expired. A prompt expires 24 hours after it was scheduled. */
  private prompts: readonly ScheduledPrompt[] = [];
  /**
   * Whether the user must click to send a prompt of this workspace, keyed by the id of the prompt. Absent until this is
   * known.
   */
  private readonly clicks = new Map<string, boolean>();
  private hasNewClick = false;
  /**
   * Allows only one change at a time. Otherwise, this window could send a prompt twice, or cancel a prompt while
   * sending it.
   */
  private readonly changes = new Mutex();
  private readonly checks = new Mutex();
  /** The check of the scheduled prompts that has been requested but has not begun yet. */
  private nextCheck: Promise<void> | undefined;
  private cancelTimer = (): void => undefined;
  /** Texts of the errors in the current check, or in the last check if no check is running. */
  private errors = new Set<string>();
  private previousErrors: ReadonlySet<string> = new Set();

  constructor(private readonly deps: SchedulerDeps) {
    super();
    const { conversations } = deps;
    this.register({ dispose: () => this.cancelTimer() });
    this.register(
      conversations.onDidChange(({ conversation }) => {
        const listedPrompts = this.prompts.filter(({ conversationId }) => conversationId === conversation.id);
        if (conversation.scheduledAnswers.length !== listedPrompts.length) this.update();
      }),
    );
    this.register(
      conversations.onDidRemove(({ id, state }) => {
        if (state !== 'restored') this.cancelAll(id).catch(deps.onError);
      }),
    );
  }

  update(): void {
    this.refresh().catch(this.deps.onError);
  }

  list(): readonly ListedPrompt[] {
    return this.prompts.map((prompt) => ({
      ...prompt,
      isOwn: this.isOwn(prompt),
      needsClick: this.needsClick(prompt),
    }));
  }

  count(): ScheduledCount {
    const now = this.deps.clock.now();
    const nextAt = this.prompts.find(({ dueAt = 0 }) => dueAt > now)?.dueAt;
    return { count: this.prompts.length, nextAt };
  }

  /**
   * Schedules a prompt that failed at a limit or is waiting for the network. If the limit has no reset time or has
   * already reset, the prompt is sent at once. The caller must keep the conversation open.
   */
  async schedule(conversation: Conversation, answerId: string): Promise<void> {
    const { clock, random, gatewayFor, workspace, store } = this.deps;
    const answer = conversation.tree.answer(answerId);
    if (!answer || conversation.readOnly || !canSchedule(answer)) return;
    const { failure, model, phase } = answer.state;
    const now = clock.now();
    const resetsAt = phase === 'offline' ? undefined : failure?.resetsAt;
    if (phase !== 'offline' && (resetsAt === undefined || resetsAt <= now)) {
      conversation.retryNow(answerId);
      return;
    }
    const { id: gateway } = await gatewayFor(model);
    // A random margin is added to the reset time, as for a wait between two attempts. Otherwise, many clients would
    // send their requests at the same moment.
    const dueAt = resetsAt === undefined ? undefined : now + Math.round(retryAfterDelay(resetsAt - now, random));
    const schedule = { id: randomUUID(), dueAt, scheduledAt: now };
    const exchange = conversation.tree.exchangeOf(answerId);
    const title = exchange
      ? promptTitle(exchange.prompt)
      : this.deps.summaryTitle(conversationTitle(conversation.tree));
    this.clicks.set(schedule.id, false);
    const entry = { ...schedule, conversationId: conversation.id, workspace, gateway, model, title };
    await this.changes.runExclusive(async () => {
      await store.add(entry);
      if (!conversation.schedule(answerId, schedule)) await store.remove(schedule.id);
    });
    await this.refresh();
  }

  async sendNow(id: string): Promise<boolean> {
    // The index is read here, because the prompt might have been scheduled after the last check.
    const prompt = (await this.deps.store.list()).prompts.find((listed) => listed.id === id);
    if (!prompt || !(await this.deps.budget.mayStart())) return false;
    const isSent = await this.send(prompt, true);
    await this.refresh();
    return isSent;
  }

  /** Cancels a scheduled prompt of any workspace. If a window is already sending the prompt, its turn continues. */
  async cancel(id: string): Promise<void> {
    await this.remove(id);
    await this.refresh();
  }

  private async cancelAll(conversationId: string): Promise<void> {
    const { prompts } = await this.deps.store.list();
    for (const prompt of prompts) if (prompt.conversationId === conversationId) await this.remove(prompt.id);
    await this.refresh();
  }

  private async remove(id: string): Promise<void> {
    await this.changes.runExclusive(() => this.deps.store.remove(id));
  }

  private isOwn({ workspace }: ScheduledPrompt): boolean {
    return workspace === this.deps.workspace;
  }

  private needsClick({ id }: ScheduledPrompt): boolean {
    return this.clicks.get(id) === true;
  }

  private requireClick(id: string): void {
    this.clicks.set(id, true);
    this.hasNewClick = true;
  }

  /**
   * Checks all scheduled prompts. A check that is already running might have missed a change, so this method waits for
   * the next check.
   */
  private async refresh(): Promise<void> {
    this.nextCheck ??= this.checks.runExclusive(async () => {
      this.nextCheck = undefined;
      if (this.disposed) return;
      this.cancelTimer();
      this.previousErrors = this.errors;
      this.errors = new Set();
      await this.check().catch((error: unknown) => this.reportOnce(error));
      this.setTimer();
    });
    await this.nextCheck;
  }

  private async check(): Promise<void> {
    const indexed = await this.changes.runExclusive(() => this.readIndex());
    const now = this.deps.clock.now();
    this.prompts = indexed.filter((prompt) => now < expiresAt(prompt));
    this.changeListeners.fire();
    for (const prompt of indexed) {
      if (this.disposed) return;
      const hasEnded = await this.handle(prompt, now).catch((error: unknown) => this.reportOnce(error));
      if (hasEnded) this.prompts = this.prompts.filter(({ id }) => id !== prompt.id);
    }
    this.changeListeners.fire();
    if (this.hasNewClick) {
      this.deps.onDue(this.prompts.filter((prompt) => this.needsClick(prompt)).length);
    }
    this.hasNewClick = false;
  }

  /**
   * Reads the index. If another window has removed a prompt from the index, the schedule of the prompt is ended in its
   * open conversation.
   */
  private async readIndex(): Promise<readonly ScheduledPrompt[]> {
    const { store, conversations } = this.deps;
    const { prompts, isComplete } = await store.list();
    const ids = new Set(prompts.map(({ id }) => id));
    for (const conversation of isComplete ? conversations.writable : []) {
      for (const { id, state } of conversation.scheduledAnswers) {
        if (!ids.has(state.schedule?.id ?? '')) conversation.endSchedule(id, { outcome: 'stopped' });
      }
    }
    return prompts;
  }

  /**
   * Handles a prompt during a check: sends the prompt, ends its schedule, or leaves it scheduled.
   * @returns whether the prompt is no longer scheduled
   */
  private async handle(prompt: ScheduledPrompt, now: number): Promise<boolean> {
    const open = this.deps.conversations.writable.find(({ id }) => id === prompt.conversationId);
    const isOutdated = open !== undefined && !scheduledAnswer(open, prompt);
    if (isOutdated || now >= expiresAt(prompt) + maxExpiredMs) {
      await this.remove(prompt.id);
      return true;
    }
    if (!this.isOwn(prompt)) return false;
    if (now >= expiresAt(prompt)) return this.expire(prompt);
    const { id, dueAt = 0 } = prompt;
    if (dueAt > now) {
      // This window knows the prompt before it becomes due, so the window can later send it without a click by the
      // user.
      if (!this.clicks.has(id)) this.clicks.set(id, false);
      return false;
    }
    return !this.needsClick(prompt) && this.send(prompt, false);
  }

  /**
   * Starts the turn of a scheduled prompt. If `byUser` is true, skips the gateway's cooldown and the checks of
   * `maySend`.
   * @returns false if the prompt was not sent, for example because it can't be sent yet, was canceled, or belongs to a
   * conversation that is open in another window
   */
  private async send(prompt: ScheduledPrompt, byUser: boolean): Promise<boolean> {
    const { conversations } = this.deps;
    const lockMode = byUser ? 'report-if-locked' : 'only-if-free';
    const isSent = await conversations.withWritable(prompt.conversationId, lockMode, async (conversation) => {
      const answer = scheduledAnswer(conversation, prompt);
      if (answer && !byUser && !(await this.maySend(prompt, conversation, answer))) return false;
      return this.changes.runExclusive(() => this.start(prompt, conversation, byUser));
    });
    return isSent === true;
  }

  private async start(prompt: ScheduledPrompt, conversation: Conversation, byUser: boolean): Promise<boolean> {
    const { store, conversations } = this.deps;
    const { id, model } = prompt;
    if (this.disposed || !conversations.writable.includes(conversation)) return false;
    // Another window might have canceled the prompt by removing its file.
    const answer = (await store.has(id)) ? scheduledAnswer(conversation, prompt) : undefined;
    if (answer) {
      let recorded: Promise<void> | undefined;
      const record = (): Promise<void> => (recorded ??= conversations.sync(conversation.id));
      conversation.sendScheduled(answer.id, model, { immediately: byUser, record });
      await record();
    }
    // The file is removed even if the prompt was sent or canceled earlier, because a crash could have left the file
    // behind.
    await store.remove(id);
    return answer !== undefined;
  }

  /**
   * Probes the gateways and returns whether a due prompt can be sent without a click. Call this method only in the
   * window that can write the conversation.
   */
  private async maySend(
    { id, dueAt, gateway, model }: ScheduledPrompt,
    conversation: Conversation,
    answer: Answer,
  ): Promise<boolean> {
    // If this window first saw the prompt when it was already due, the prompt became due while VS Code was closed, so
    // the user must click.
    if (dueAt !== undefined && !this.clicks.has(id)) {
      this.requireClick(id);
      return false;
    }
    // If no gateway can be used now, for example because the keyring can't be read, the next check tries again.
    const current = await this.deps.gatewayFor(model).catch(() => undefined);
    if (!current) return false;
    if (!(await this.deps.respondsAnyGateway())) {
      this.clicks.set(id, false);
      return false;
    }
    // The user must click in two cases: the network might have come back while VS Code was closed, or the gateway has
    // changed.
    const isAutomatic = this.clicks.get(id) === false && current.id === gateway;
    if (isAutomatic && (await this.deps.budget.mayStartUnattended())) return true;
    if (isAutomatic) conversation.holdScheduled(answer.id);
    this.requireClick(id);
    return false;
  }

  /**
   * Ends the schedule of a prompt that could not be sent within 24 hours.
   * @returns false if the prompt's conversation is open in another window, so that only that window can end the
   * schedule
   */
  private async expire(prompt: ScheduledPrompt): Promise<boolean> {
    const { store, conversations, expiryMessage, onExpiry } = this.deps;
    const hasEnded = await conversations.withWritable(prompt.conversationId, 'only-if-free', (conversation) =>
      this.changes.runExclusive(async () => {
        const answer = scheduledAnswer(conversation, prompt);
        if (answer) conversation.endSchedule(answer.id, { outcome: 'failed', message: expiryMessage() });
        await conversations.flush(conversation.id);
        await store.remove(prompt.id);
        return answer !== undefined;
      }),
    );
    if (hasEnded) onExpiry(prompt);
    return hasEnded !== undefined;
  }

  private setTimer(): void {
    if (this.disposed) return;
    const now = this.deps.clock.now();
    const delays = this.prompts.map(({ dueAt = 0 }) => dueAt - now).filter((delay) => delay > 0);
    this.cancelTimer = this.deps.clock.callAfter(
      Math.min(this.prompts.length > 0 ? maxTimerMs : idleTimerMs, ...delays),
      () => this.update(),
    );
  }

  /** Reports an error unless the previous check or this check has already reported the same error. */
  private reportOnce(error: unknown): void {
    const text = String(error);
    if (!this.previousErrors.has(text) && !this.errors.has(text)) this.deps.onError(error);
    this.errors.add(text);
  }
}

function expiresAt({ scheduledAt }: ScheduledPrompt): number {
  return scheduledAt + scheduleLifetimeMs;
}

function scheduledAnswer(conversation: Conversation, { id }: ScheduledPrompt): Answer | undefined {
  return conversation.scheduledAnswers.find(({ state }) => state.schedule?.id === id);
}
