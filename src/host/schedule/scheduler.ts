import { randomUUID } from 'node:crypto';
import { Mutex } from 'async-mutex';
import type { Clock } from '../../engine/clock';
import type { Connection, Gateway } from '../../engine/request';
import { retryAfterDelay } from '../../engine/retry/backoff';
import { scheduleLifetimeMs, type ScheduleEnd } from '../../engine/state/schedule';
import { gatewayFor } from '../../engine/turn/gatewayModels';
import type { Conversation } from '../conversation/conversation';
import { conversationTitle } from '../conversation/conversationSummaries';
import type { Conversations } from '../conversation/conversations';
import type { Budget } from '../health/budget';
import { canSchedule } from '../journal/exchange';
import { Disposable } from '../util/disposable';
import { Listeners } from '../util/listeners';
import type { ScheduledPrompt, StoredPrompt } from './scheduleStore';
import { ScheduledTurns, type ScheduledTurnsDeps } from './scheduledTurns';

export interface ScheduledCount {
  readonly count: number;
  /** Epoch milliseconds at which the next prompt is sent. Absent if all of them are due or wait for the network. */
  readonly nextAt?: number | undefined;
}

export interface ListedPrompt extends ScheduledPrompt {
  readonly isOwn: boolean;
  /**
   * Whether the prompt waits for a click, because it became due while VS Code was closed, its gateway has changed, or
   * the daily budget was used up.
   */
  readonly needsClick: boolean;
}

export type ScheduleNotice =
  | { readonly kind: 'due'; readonly count: number }
  | { readonly kind: 'lapsed' | 'interrupted'; readonly prompt: ScheduledPrompt };

interface SchedulerDeps extends ScheduledTurnsDeps {
  readonly clock: Clock;
  readonly random: () => number;
  /** URI of the workspace file or folder, or an empty string for a window without a workspace. */
  readonly workspace: string;
  readonly conversations: ScheduledTurnsDeps['conversations'] & Pick<Conversations, 'onDidChange' | 'onDidRemove'>;
  readonly budget: Pick<Budget, 'mayStart' | 'mayStartUnattended'>;
  readonly connection: () => Promise<Connection>;
  /** Sends requests without the key over all gateways. */
  readonly respondsOverAnyGateway: (connection: Connection) => Promise<boolean>;
  readonly lapsedMessage: () => string;
  readonly summaryTitle: (conversationTitle: string) => string;
  readonly notify: (notice: ScheduleNotice) => void;
  readonly onError: (error: unknown) => void;
}

/** Longest time between two checks in milliseconds: for probes of the gateway, and because timers stop during sleep. */
const maxTimerMs = 30_000;
/** Time between two checks while no prompt is known, in milliseconds. Another window may have scheduled one. */
const idleTimerMs = 300_000;
/** Time after which the file of a lapsed prompt is removed in any case, in milliseconds. */
const maxLapsedMs = 7 * 24 * 60 * 60 * 1000;

/**
 * Sends scheduled prompts when they are due. Each window has a scheduler, and all of them use the same store. The
 * window with the right to write the conversation sends the prompt. It claims the prompt first, and a claim whose
 * window has crashed is never used again, so that no prompt is sent twice.
 */
export class Scheduler extends Disposable {
  private readonly changeListeners = new Listeners<void>((error) => this.deps.onError(error));
  readonly onDidChange = this.changeListeners.event;
  /** The prompts that are neither claimed nor lapsed. */
  private prompts: readonly ScheduledPrompt[] = [];
  /** Whether a prompt of this workspace needs a click, by its id. Absent until that is known. */
  private readonly clicks = new Map<string, boolean>();
  private hasNewClick = false;
  private readonly turns: ScheduledTurns;
  private readonly checks = new Mutex();
  /** The check that has been requested and has not begun yet. */
  private nextCheck: Promise<void> | undefined;
  private cancelTimer = (): void => undefined;
  /** The errors of the current check or, between two checks, of the last one. */
  private errors = new Set<string>();
  private previousErrors: ReadonlySet<string> = new Set();

  constructor(private readonly deps: SchedulerDeps) {
    super();
    const { conversations } = deps;
    this.turns = this.register(new ScheduledTurns(deps));
    this.register({ dispose: () => this.cancelTimer() });
    this.register(
      conversations.onDidChange(({ conversation }) => {
        const known = this.prompts.filter(({ conversationId }) => conversationId === conversation.id);
        if (conversation.scheduledExchanges().length !== known.length) this.update();
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
    return { count: this.prompts.length, ...(nextAt !== undefined && { nextAt }) };
  }

  /** Sends the prompt at once if its limit has already reset. The caller must keep the conversation open. */
  async schedule(conversation: Conversation, exchangeId: string): Promise<void> {
    const { clock, random, connection, workspace } = this.deps;
    const exchange = conversation.exchange(exchangeId);
    if (!exchange || conversation.readOnly || !canSchedule(exchange)) return;
    const { failure, model, phase } = exchange.state;
    const now = clock.now();
    const resetsAt = phase === 'offline' ? undefined : failure?.resetsAt;
    if (phase !== 'offline' && (resetsAt === undefined || resetsAt <= now)) {
      conversation.retryNow(exchangeId);
      return;
    }
    const gateway = gatewayIdFor(model, await connection());
    // Adds the same margin as for a wait, so that many clients do not return at the same moment.
    const dueAt = resetsAt === undefined ? undefined : now + Math.round(retryAfterDelay(resetsAt - now, random));
    const schedule = { id: randomUUID(), dueAt, scheduledAt: now };
    const isSummary = exchange.summarizes !== undefined;
    const prompt = isSummary ? (conversation.exchanges()[0]?.prompt ?? '') : exchange.prompt;
    const name = conversationTitle(isSummary ? conversation.title : undefined, prompt);
    const title = isSummary ? this.deps.summaryTitle(name) : name;
    this.clicks.set(schedule.id, false);
    await this.turns.schedule(conversation, {
      ...schedule,
      conversationId: conversation.id,
      exchangeId,
      workspace,
      gateway,
      model,
      title,
    });
    await this.refresh();
  }

  async sendNow(id: string): Promise<boolean> {
    // Reads the store again, because the prompt may have been scheduled since the last check.
    const prompt = (await this.deps.store.list()).stored.find((stored) => stored.prompt.id === id)?.prompt;
    if (!prompt || !(await this.deps.budget.mayStart())) return false;
    const isSent = await this.turns.send(prompt);
    await this.refresh();
    return isSent;
  }

  /** Cancels a prompt of any workspace. Does nothing if a window is already sending it. */
  async cancel(id: string): Promise<void> {
    await this.turns.cancel(id);
    await this.refresh();
  }

  private async cancelAll(conversationId: string): Promise<void> {
    await this.turns.remove((prompt) => prompt.conversationId === conversationId);
    await this.refresh();
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

  /** Resolves when a check has ended that began after the call. */
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
    const stored = await this.turns.list();
    const now = this.deps.clock.now();
    this.prompts = stored
      .filter(({ prompt, isClaimed }) => !isClaimed && now < lapsesAt(prompt))
      .map(({ prompt }) => prompt);
    this.changeListeners.fire();
    for (const entry of stored) {
      if (this.disposed) return;
      const hasEnded = await this.handle(entry, now).catch((error: unknown) => this.reportOnce(error));
      if (hasEnded) this.prompts = this.prompts.filter(({ id }) => id !== entry.prompt.id);
    }
    this.changeListeners.fire();
    if (this.hasNewClick) {
      this.deps.notify({ kind: 'due', count: this.prompts.filter((prompt) => this.needsClick(prompt)).length });
    }
    this.hasNewClick = false;
  }

  /** @returns whether the prompt is no longer scheduled */
  private async handle({ prompt, isClaimed }: StoredPrompt, now: number): Promise<boolean> {
    const { lapsedMessage } = this.deps;
    const isOutdated = !isClaimed && this.turns.isOutdated(prompt);
    if (isOutdated || now >= lapsesAt(prompt) + maxLapsedMs) {
      await this.turns.remove(({ id }) => id === prompt.id);
      return true;
    }
    if (!this.isOwn(prompt)) return false;
    // If this window may write the conversation, the window that has claimed the prompt is gone, perhaps after sending it.
    if (isClaimed) return this.end(prompt, 'interrupted', { outcome: 'interrupted' });
    if (now >= lapsesAt(prompt)) return this.end(prompt, 'lapsed', { outcome: 'failed', message: lapsedMessage() });
    if (!this.isDue(prompt, now) || this.needsClick(prompt)) return false;
    return this.turns.send(prompt, (conversation) => this.maySend(prompt, conversation));
  }

  private isDue({ id, dueAt = 0 }: ScheduledPrompt, now: number): boolean {
    if (dueAt > now && !this.clicks.has(id)) this.clicks.set(id, false);
    return dueAt <= now;
  }

  /**
   * Returns whether a due prompt can be sent now. Probes its gateway. Call this only in the window that may write the
   * conversation.
   */
  private async maySend(
    { id, exchangeId, dueAt, gateway, model }: ScheduledPrompt,
    conversation: Conversation,
  ): Promise<boolean> {
    // A prompt that was already due when this window first saw it needs a click.
    if (dueAt !== undefined && !this.clicks.has(id)) {
      this.requireClick(id);
      return false;
    }
    // Tries again later if no request can be made, for example because the keyring can't be read.
    const current = await this.deps.connection().catch(() => undefined);
    if (!current) return false;
    if (!(await this.deps.respondsOverAnyGateway(current))) {
      this.clicks.set(id, false);
      return false;
    }
    // A click is needed if the network may have come back while VS Code was closed, or if the gateway has changed.
    const isAutomatic = this.clicks.get(id) === false && gatewayIdFor(model, current) === gateway;
    if (isAutomatic && (await this.deps.budget.mayStartUnattended())) return true;
    if (isAutomatic) conversation.holdScheduled(exchangeId);
    this.requireClick(id);
    return false;
  }

  /** @returns whether the prompt is no longer scheduled; false if another window writes its conversation */
  private async end(prompt: ScheduledPrompt, kind: 'lapsed' | 'interrupted', end: ScheduleEnd): Promise<boolean> {
    const hasEnded = await this.turns.end(prompt, end);
    if (hasEnded) this.deps.notify({ kind, prompt });
    return hasEnded !== undefined;
  }

  private setTimer(): void {
    if (this.disposed) return;
    const now = this.deps.clock.now();
    const times = this.prompts.flatMap((prompt) => [prompt.dueAt ?? 0, lapsesAt(prompt)]);
    const delays = times.filter((time) => time > now).map((time) => time - now);
    this.cancelTimer = this.deps.clock.after(
      Math.min(this.prompts.length > 0 ? maxTimerMs : idleTimerMs, ...delays),
      () => this.update(),
    );
  }

  /** Reports an error once while it lasts, and again if it returns after a check without it. */
  private reportOnce(error: unknown): void {
    const text = String(error);
    if (!this.previousErrors.has(text) && !this.errors.has(text)) this.deps.onError(error);
    this.errors.add(text);
  }
}

/** Returns the base URL of the gateway to which prompts for the model go. */
function gatewayIdFor(model: string, connection: Connection): string {
  return gatewayFor<Gateway>(model, connection).baseUrl;
}

function lapsesAt({ scheduledAt }: ScheduledPrompt): number {
  return scheduledAt + scheduleLifetimeMs;
}
