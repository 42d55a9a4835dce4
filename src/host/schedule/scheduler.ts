import { randomUUID } from 'node:crypto';
import { Mutex } from 'async-mutex';
import type { Clock } from '../../engine/clock';
import type { Connection } from '../../engine/request';
import { retryAfterDelay } from '../../engine/retry/backoff';
import type { Conversation } from '../conversation/conversation';
import { conversationTitle } from '../conversation/conversationList';
import type { Conversations } from '../conversation/conversations';
import { canSchedule } from '../journal/exchange';
import type { ImmediateStart } from '../conversation/turnRunner';
import { Listeners } from '../util/listeners';
import { lapsesAt, probeDelayMs, type ScheduledPrompt } from './scheduledPrompt';
import type { ScheduleStore, StoredPrompt } from './scheduleStore';

/** The scheduled prompts of all workspaces. */
export interface ScheduledCount {
  readonly count: number;
  /** Epoch milliseconds at which the next prompt is sent. Absent if all of them are due or wait for the network. */
  readonly nextAt?: number | undefined;
}

/** A scheduled prompt as the list shows it. */
export interface ListedPrompt extends ScheduledPrompt {
  /** Whether the prompt belongs to the workspace of this window, which can therefore send it. */
  readonly isOwn: boolean;
  /** Whether the prompt became due while VS Code was closed, or the gateway has changed. It needs a click to be sent. */
  readonly needsClick: boolean;
}

/** What the user is told about a scheduled prompt that was not sent. */
export type ScheduleNotice =
  | { readonly kind: 'due'; readonly count: number }
  | { readonly kind: 'lapsed' | 'interrupted'; readonly prompt: ScheduledPrompt };

interface SchedulerDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly store: ScheduleStore;
  /** URI of the workspace file or folder, or an empty string for a window without a workspace. */
  readonly workspace: string;
  readonly conversations: Pick<
    Conversations,
    'writable' | 'withWritable' | 'flush' | 'read' | 'onDidChange' | 'onDidRemove'
  >;
  /** Returns the gateway in the settings. Rejects when no request can be made. */
  readonly connection: () => Promise<Connection & { readonly origin: string }>;
  /** Returns whether a gateway can be reached over one of the routes: sends requests without the key. */
  readonly isReachable: (connection: Connection) => Promise<boolean>;
  /** Returns the localized message that says that a scheduled prompt has lapsed. */
  readonly lapsedMessage: () => string;
  readonly notify: (notice: ScheduleNotice) => void;
  readonly onError: (error: unknown) => void;
}

/** Interval at which the window looks for prompts that other windows have scheduled or canceled, in milliseconds. */
const pollMs = 15_000;
/** Time after which the file of a lapsed prompt is removed if no window opens its workspace, in milliseconds. */
const maxLapsedMs = 7 * 24 * 60 * 60 * 1000;

/** When a prompt whose gateway could not be reached is tried again. */
interface ProbeRetry {
  readonly failures: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

/**
 * Sends scheduled prompts when they are due. Each window has a scheduler, and all of them use the same store. The
 * window with the right to write the conversation sends the prompt. It claims the prompt first, and a claim whose
 * window has crashed is never used again, so that no prompt is sent twice.
 */
export class Scheduler {
  private readonly changeListeners = new Listeners<void>((error) => this.deps.onError(error));
  /** Fires when a prompt was scheduled, sent or canceled, by this window or by another one. */
  readonly onDidChange = this.changeListeners.event;
  private prompts: readonly ScheduledPrompt[] = [];
  /** Ids of the prompts that this window has seen before they were due, so that it may send them without a click. */
  private readonly automaticIds = new Set<string>();
  /** Ids of the prompts that are due and need a click. */
  private readonly clickIds = new Set<string>();
  /** When to probe again. The key is the id of the prompt. */
  private readonly probeRetries = new Map<string, ProbeRetry>();
  private notifiedIds: ReadonlySet<string> = new Set();
  /** Prevents a prompt from being canceled while it is being sent, and from being sent twice by this window. */
  private readonly mutex = new Mutex();
  private readonly subscriptions: readonly { dispose(): void }[];
  private check: Promise<void> | undefined;
  /** Number of checks that have been requested. Checks that are requested during a check are made together after it. */
  private wantedChecks = 0;
  private cancelTimer = (): void => undefined;
  private isDisposed = false;
  private readonly reportedErrors = new Set<string>();
  /** The list and the number of prompts when `onDidChange` fired last, as JSON. */
  private shownState = '';

  constructor(private readonly deps: SchedulerDeps) {
    const { conversations } = deps;
    this.subscriptions = [
      conversations.onDidChange(({ conversation }) => {
        if (this.isOutdated(conversation)) this.update();
      }),
      conversations.onDidRemove(({ id, state }) => {
        if (state !== 'restored') this.cancelAll(id).catch(deps.onError);
      }),
    ];
  }

  /** Starts to send the prompts that are due. */
  start(): void {
    this.update();
  }

  dispose(): void {
    this.isDisposed = true;
    this.cancelTimer();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  /** Returns the scheduled prompts of all workspaces, the earliest first. */
  list(): readonly ListedPrompt[] {
    return this.prompts.map((prompt) => ({
      ...prompt,
      isOwn: this.isOwn(prompt),
      needsClick: this.clickIds.has(prompt.id),
    }));
  }

  /** Returns the number of scheduled prompts for the status bar. */
  count(): ScheduledCount {
    const now = this.deps.clock.now();
    const nextAt = this.prompts.find(({ dueAt = 0 }) => dueAt > now)?.dueAt;
    return { count: this.prompts.length, ...(nextAt !== undefined && { nextAt }) };
  }

  /**
   * Schedules the prompt of an exchange that ended at a limit, or that waits for the network. If the limit has already
   * reset, sends the prompt at once. The caller must keep the conversation open.
   */
  async schedule(conversation: Conversation, exchangeId: string): Promise<void> {
    const { clock, random, connection, store, workspace } = this.deps;
    const exchange = conversation.exchange(exchangeId);
    if (!exchange || conversation.readOnly || !canSchedule(exchange)) return;
    const { failure, model, phase } = exchange.state;
    const now = clock.now();
    const resetsAt = phase === 'offline' ? undefined : failure?.resetsAt;
    if (phase !== 'offline' && (resetsAt === undefined || resetsAt <= now)) {
      conversation.retryNow(exchangeId);
      return;
    }
    const { origin } = await connection();
    // Adds the same margin as for a wait, so that many clients do not return at the same moment.
    const dueAt = resetsAt === undefined ? undefined : now + Math.round(retryAfterDelay(resetsAt - now, random));
    const schedule = { id: randomUUID(), dueAt, scheduledAt: now };
    const title = conversationTitle(undefined, exchange.prompt);
    await this.mutex.runExclusive(async () => {
      await store.add({ ...schedule, conversationId: conversation.id, exchangeId, workspace, origin, model, title });
      this.automaticIds.add(schedule.id);
      if (!(await conversation.scheduled.add(exchangeId, schedule))) await store.remove(schedule.id);
    });
    await this.refresh();
  }

  /**
   * Sends a prompt because the user has asked for it.
   * @returns whether the prompt was sent; false if it was canceled meanwhile, or another window writes its conversation
   */
  async sendNow(id: string): Promise<boolean> {
    // Reads the store again, because the prompt may have been scheduled since the last check.
    const prompt = (await this.deps.store.list()).find((stored) => stored.prompt.id === id)?.prompt;
    if (!prompt) return false;
    const isSent = await this.deps.conversations.withWritable(
      prompt.conversationId,
      'report-if-locked',
      (conversation) => this.send(conversation, prompt, 'retryNow'),
    );
    await this.refresh();
    return isSent === true;
  }

  /** Cancels a prompt of any workspace. Does nothing if a window is already sending it. */
  async cancel(id: string): Promise<void> {
    await this.mutex.runExclusive(() => this.deps.store.removeUnclaimed(id));
    await this.refresh();
  }

  private async cancelAll(conversationId: string): Promise<void> {
    const { store } = this.deps;
    await this.mutex.runExclusive(async () => {
      for (const { prompt } of await store.list()) {
        if (prompt.conversationId === conversationId)
          await store.remove(prompt.id).catch((error: unknown) => this.reportOnce(error));
      }
    });
    await this.refresh();
  }

  private isOwn({ workspace }: ScheduledPrompt): boolean {
    return workspace === this.deps.workspace;
  }

  /** Returns whether a conversation has scheduled exchanges that this window does not know, or lacks ones it knows. */
  private isOutdated(conversation: Conversation): boolean {
    const known = this.prompts.filter(({ conversationId }) => conversationId === conversation.id);
    const scheduled = conversation.scheduled.list();
    return scheduled.length !== known.length || known.some((prompt) => !isScheduledIn(conversation, prompt));
  }

  private update(): void {
    this.refresh().catch(this.deps.onError);
  }

  /** Reads the store again and sends the prompts that are due. Resolves when a check has ended that began afterwards. */
  private async refresh(): Promise<void> {
    this.wantedChecks++;
    this.check ??= this.runChecks();
    await this.check;
  }

  private async runChecks(): Promise<void> {
    let wantedChecks: number;
    do {
      ({ wantedChecks } = this);
      this.cancelTimer();
      await this.checkOnce().catch((error: unknown) => this.reportOnce(error));
    } while (wantedChecks !== this.wantedChecks && !this.isDisposed);
    this.check = undefined;
    if (!this.isDisposed) this.cancelTimer = this.deps.clock.after(this.msUntilNextCheck(), () => this.update());
  }

  private async checkOnce(): Promise<void> {
    await this.reconcile();
    this.show(await this.deps.store.list());
    for (const { prompt, isClaimed } of await this.deps.store.list()) {
      if (this.isDisposed) return;
      await this.handle(prompt, isClaimed).catch((error: unknown) => this.reportOnce(error));
    }
    this.show(await this.deps.store.list());
    this.notifyDue();
  }

  private async handle(prompt: ScheduledPrompt, isClaimed: boolean): Promise<void> {
    const now = this.deps.clock.now();
    if (!this.isOwn(prompt)) {
      if (now >= lapsesAt(prompt) + maxLapsedMs) await this.deps.store.remove(prompt.id);
    } else if (isClaimed) await this.endAbandoned(prompt);
    else if (now >= lapsesAt(prompt)) await this.lapse(prompt);
    else if (this.isReady(prompt, now)) await this.probeAndSend(prompt, now);
  }

  /**
   * Makes the store and the open conversations agree. A prompt that is no longer scheduled in its conversation is
   * removed from the store. An exchange whose prompt is no longer in the store counts as stopped: the user has canceled
   * the prompt in another window, or its file was damaged. An exchange whose prompt can't be read stays scheduled.
   */
  private async reconcile(): Promise<void> {
    const { conversations, store } = this.deps;
    await this.mutex.runExclusive(async () => {
      const stored = await store.list();
      const storedIds = new Set(stored.map(({ prompt }) => prompt.id));
      for (const conversation of conversations.writable) {
        for (const { id, state } of conversation.scheduled.list()) {
          const isGone = state.schedule && !storedIds.has(state.schedule.id) && !store.isUnreadable(state.schedule.id);
          if (isGone) conversation.scheduled.end(id, { outcome: 'stopped' });
        }
        for (const { prompt } of stored) {
          if (prompt.conversationId === conversation.id && !isScheduledIn(conversation, prompt))
            await store.remove(prompt.id).catch((error: unknown) => this.reportOnce(error));
        }
      }
    });
  }

  /** Returns whether the prompt is due, may be sent without a click, and its gateway is to be probed now. */
  private isReady({ id, dueAt }: ScheduledPrompt, now: number): boolean {
    const isFirstSeen = !this.automaticIds.has(id) && !this.clickIds.has(id);
    if (dueAt !== undefined && isFirstSeen) (dueAt > now ? this.automaticIds : this.clickIds).add(id);
    const isDue = dueAt === undefined || dueAt <= now;
    return isDue && !this.clickIds.has(id) && (this.probeRetries.get(id)?.at ?? 0) <= now;
  }

  /** Sends a prompt if this window may write its conversation and the gateway can be reached. */
  private async probeAndSend(prompt: ScheduledPrompt, now: number): Promise<void> {
    const { id, conversationId } = prompt;
    const isSent = await this.deps.conversations.withWritable(conversationId, 'only-if-free', async (conversation) =>
      (await this.maySend(prompt)) ? this.send(conversation, prompt) : false,
    );
    if (isSent === undefined && (await this.removeIfMissing(prompt))) return;
    if (isSent === true || this.clickIds.has(id)) return;
    const failures = (this.probeRetries.get(id)?.failures ?? 0) + 1;
    this.probeRetries.set(id, { failures, at: now + probeDelayMs(failures) });
  }

  /** Probes the gateway of a due prompt. Resolves to whether the prompt may be sent now, without a click. */
  private async maySend({ id, origin }: ScheduledPrompt): Promise<boolean> {
    // Tries again later if no request can be made, for example because the keyring can't be read.
    const current = await this.deps.connection().catch(() => undefined);
    if (!current) return false;
    if (!(await this.deps.isReachable(current))) {
      this.automaticIds.add(id);
      return false;
    }
    // Asks first if the gateway could be reached when this window found the prompt, because the network may have come
    // back while VS Code was closed. Also asks if the prompt would go to another gateway than the user saw.
    const isAutomatic = this.automaticIds.has(id) && current.origin === origin;
    if (!isAutomatic) this.clickIds.add(id);
    return isAutomatic;
  }

  /** Claims a prompt and starts its turn. @returns false if the prompt was canceled or claimed by another window */
  private async send(
    conversation: Conversation,
    prompt: ScheduledPrompt,
    immediate?: ImmediateStart,
  ): Promise<boolean> {
    const { conversations, store } = this.deps;
    return this.mutex.runExclusive(async () => {
      if (this.isDisposed) return false;
      if (!isScheduledIn(conversation, prompt)) {
        // Removes a prompt that was sent or canceled, but whose file was left behind, for example by a crash.
        if (!conversation.readOnly) await store.remove(prompt.id);
        return false;
      }
      if (!(await store.claim(prompt.id))) return false;
      // Gives the claim back if another window has requested the conversation meanwhile.
      if (conversation.readOnly) {
        await store.release(prompt.id);
        return false;
      }
      const isScheduled = isScheduledIn(conversation, prompt);
      if (isScheduled) conversation.scheduled.send(prompt.exchangeId, prompt.model, immediate);
      // Keeps the claim until the journal says that the turn has started. From then on the journal alone shows whether
      // the turn was interrupted.
      await conversations.flush(conversation.id);
      await store.remove(prompt.id);
      return isScheduled;
    });
  }

  /**
   * Ends a prompt whose claim was not removed. If this window gets the right to write the conversation, the window that
   * has claimed the prompt no longer exists, and nobody knows whether it has sent the prompt.
   */
  private async endAbandoned(prompt: ScheduledPrompt): Promise<void> {
    await this.end(prompt, 'interrupted', (conversation) =>
      conversation.scheduled.end(prompt.exchangeId, { outcome: 'interrupted' }),
    );
  }

  private async lapse(prompt: ScheduledPrompt): Promise<void> {
    await this.end(prompt, 'lapsed', (conversation) =>
      conversation.scheduled.end(prompt.exchangeId, { outcome: 'failed', message: this.deps.lapsedMessage() }),
    );
  }

  private async end(
    prompt: ScheduledPrompt,
    kind: 'lapsed' | 'interrupted',
    unschedule: (conversation: Conversation) => void,
  ): Promise<void> {
    const { conversations, notify, store } = this.deps;
    const isEnded = await conversations.withWritable(prompt.conversationId, 'only-if-free', (conversation) =>
      this.mutex.runExclusive(async () => {
        const isScheduled = isScheduledIn(conversation, prompt);
        if (isScheduled) unschedule(conversation);
        await conversations.flush(conversation.id);
        await store.remove(prompt.id);
        if (isScheduled) notify({ kind, prompt });
        return true;
      }),
    );
    if (!isEnded) await this.removeIfMissing(prompt);
  }

  /** Removes a prompt whose conversation no longer exists. @returns whether the prompt was removed */
  private async removeIfMissing({ id, conversationId }: ScheduledPrompt): Promise<boolean> {
    if (await this.deps.conversations.read(conversationId)) return false;
    await this.deps.store.remove(id);
    return true;
  }

  private show(stored: readonly StoredPrompt[]): void {
    const now = this.deps.clock.now();
    const prompts = stored
      .filter(({ prompt, isClaimed }) => !isClaimed && now < lapsesAt(prompt))
      .map(({ prompt }) => prompt);
    this.prompts = prompts;
    const state = JSON.stringify([this.list(), this.count()]);
    if (state === this.shownState) return;
    this.shownState = state;
    this.changeListeners.fire();
  }

  private notifyDue(): void {
    const due = this.list().filter(({ isOwn, needsClick }) => isOwn && needsClick);
    const isNew = due.some(({ id }) => !this.notifiedIds.has(id));
    this.notifiedIds = new Set(due.map(({ id }) => id));
    if (isNew) this.deps.notify({ kind: 'due', count: due.length });
  }

  private msUntilNextCheck(): number {
    const now = this.deps.clock.now();
    const times = this.prompts.flatMap((prompt) => [
      ...(prompt.dueAt === undefined ? [] : [prompt.dueAt]),
      lapsesAt(prompt),
      this.probeRetries.get(prompt.id)?.at ?? 0,
    ]);
    return Math.min(pollMs, ...times.filter((time) => time > now).map((time) => time - now));
  }

  /** Reports an error, but not again at every check while the folder or a file can't be read. */
  private reportOnce(error: unknown): void {
    const text = String(error);
    if (!this.reportedErrors.has(text)) this.deps.onError(error);
    this.reportedErrors.add(text);
  }
}

/** Returns whether a conversation still has the exchange of a scheduled prompt, and the exchange is still scheduled. */
function isScheduledIn(conversation: Conversation, { id, exchangeId }: ScheduledPrompt): boolean {
  const { phase, schedule } = conversation.exchange(exchangeId)?.state ?? {};
  return phase === 'scheduled' && schedule?.id === id;
}
