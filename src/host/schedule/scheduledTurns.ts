import { Mutex } from 'async-mutex';
import type { ScheduleEnd } from '../../engine/state/schedule';
import type { Conversation } from '../conversation/conversation';
import type { Conversations } from '../conversation/conversations';
import { Disposable } from '../util/disposable';
import type { ScheduledPrompt, ScheduleStore, StoredPrompt } from './scheduleStore';

export interface ScheduledTurnsDeps {
  readonly store: ScheduleStore;
  readonly conversations: Pick<Conversations, 'writable' | 'withWritable' | 'flush'>;
}

/**
 * Keeps the stored prompts and their conversations in step, and sends no prompt after it was disposed of. One change
 * runs at a time, so that no prompt is canceled while it is being sent, or sent twice by this window.
 */
export class ScheduledTurns extends Disposable {
  private readonly mutex = new Mutex();

  constructor(private readonly deps: ScheduledTurnsDeps) {
    super();
  }

  /** Reads the store, and stops the turns of open conversations whose prompts are no longer scheduled. */
  async list(): Promise<readonly StoredPrompt[]> {
    return this.mutex.runExclusive(async () => {
      const { stored, isComplete } = await this.deps.store.list();
      const ids = new Set(stored.map(({ prompt }) => prompt.id));
      for (const conversation of isComplete ? this.deps.conversations.writable : []) {
        for (const { id, state } of conversation.scheduledAnswers) {
          if (!ids.has(state.schedule?.id ?? '')) conversation.endSchedule(id, { outcome: 'stopped' });
        }
      }
      return stored;
    });
  }

  async schedule(conversation: Conversation, prompt: ScheduledPrompt): Promise<void> {
    const { id, answerId, dueAt, scheduledAt } = prompt;
    await this.mutex.runExclusive(async () => {
      await this.deps.store.add(prompt);
      if (!conversation.schedule(answerId, { id, dueAt, scheduledAt })) await this.deps.store.remove(id);
    });
  }

  /** Does nothing if a window is already sending the prompt. */
  async cancel(id: string): Promise<void> {
    await this.mutex.runExclusive(() => this.deps.store.removeUnclaimed(id));
  }

  async remove(matches: (prompt: ScheduledPrompt) => boolean): Promise<void> {
    await this.mutex.runExclusive(async () => {
      const { stored } = await this.deps.store.list();
      for (const { prompt } of stored) if (matches(prompt)) await this.deps.store.remove(prompt.id);
    });
  }

  /** Returns whether an open conversation shows that the prompt is no longer scheduled. */
  isOutdated(prompt: ScheduledPrompt): boolean {
    const open = this.deps.conversations.writable.find(({ id }) => id === prompt.conversationId);
    return open !== undefined && !isScheduledIn(open, prompt);
  }

  /**
   * Claims a prompt and starts its turn. Sent by the user, it skips the cooldown of the gateway.
   * @param mayStart asked once this window may write the conversation. Absent if the user sends the prompt.
   * @returns false if the prompt was canceled or claimed by another window, or another window writes its conversation
   */
  async send(prompt: ScheduledPrompt, mayStart?: (conversation: Conversation) => Promise<boolean>): Promise<boolean> {
    const { conversations, store } = this.deps;
    const byUser = mayStart === undefined;
    const mode = byUser ? 'report-if-locked' : 'only-if-free';
    const claimAndStart = async (conversation: Conversation): Promise<boolean> => {
      if (this.disposed || !conversations.writable.includes(conversation)) return false;
      if (!isScheduledIn(conversation, prompt)) {
        // The prompt was sent or canceled, and its file was left behind, for example by a crash.
        await store.remove(prompt.id);
        return false;
      }
      if (!(await store.claim(prompt.id))) return false;
      const hasStarted = conversation.sendScheduled(prompt.answerId, prompt.model, byUser);
      // Another window has taken the conversation over. It finds the claim and reports the prompt as interrupted.
      if (conversation.readOnly) return false;
      // From now on, the journal alone shows whether the turn was interrupted.
      await conversations.flush(conversation.id);
      await store.remove(prompt.id);
      return hasStarted;
    };
    const isSent = await conversations.withWritable(
      prompt.conversationId,
      mode,
      async (conversation) =>
        (byUser || (await mayStart(conversation))) && this.mutex.runExclusive(() => claimAndStart(conversation)),
    );
    return isSent === true;
  }

  /** @returns whether the schedule has ended now, or undefined if another window writes the conversation */
  async end(prompt: ScheduledPrompt, end: ScheduleEnd): Promise<boolean | undefined> {
    const { conversations, store } = this.deps;
    return conversations.withWritable(prompt.conversationId, 'only-if-free', (conversation) =>
      this.mutex.runExclusive(async () => {
        const isScheduled = isScheduledIn(conversation, prompt);
        if (isScheduled) conversation.endSchedule(prompt.answerId, end);
        await conversations.flush(conversation.id);
        await store.remove(prompt.id);
        return isScheduled;
      }),
    );
  }
}

function isScheduledIn(conversation: Conversation, { id, answerId }: ScheduledPrompt): boolean {
  return conversation.scheduledAnswers.some((e) => e.id === answerId && e.state.schedule?.id === id);
}
