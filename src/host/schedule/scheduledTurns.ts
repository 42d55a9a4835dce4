import { Mutex } from 'async-mutex';
import type { ScheduleEnd } from '../../engine/state/schedule';
import type { Conversation } from '../conversation/conversation';
import type { Conversations } from '../conversation/conversations';
import type { Answer } from '../../shared/exchanges';
import { Disposable } from '../util/disposable';
import type { ScheduledPrompt, ScheduleStore } from './scheduleStore';

/**
 * Keeps the index of scheduled prompts and the journals in step, and sends no prompt after it was disposed of. A prompt
 * is sent at most once, because its window first records that in the journal, which only one window can write. One change
 * runs at a time, so that no prompt is canceled while it is being sent, or sent twice by this window.
 */
export class ScheduledTurns extends Disposable {
  private readonly mutex = new Mutex();

  constructor(
    private readonly store: ScheduleStore,
    private readonly conversations: Conversations,
  ) {
    super();
  }

  /** Reads the index, and stops the turns of open conversations whose prompts are no longer in it. */
  async list(): Promise<readonly ScheduledPrompt[]> {
    return this.mutex.runExclusive(async () => {
      const { prompts, isComplete } = await this.store.list();
      const ids = new Set(prompts.map(({ id }) => id));
      for (const conversation of isComplete ? this.conversations.writable : []) {
        for (const { id, state } of conversation.scheduledAnswers) {
          if (!ids.has(state.schedule?.id ?? '')) conversation.endSchedule(id, { outcome: 'stopped' });
        }
      }
      return prompts;
    });
  }

  async schedule(conversation: Conversation, answerId: string, prompt: ScheduledPrompt): Promise<void> {
    const { id, dueAt, scheduledAt } = prompt;
    await this.mutex.runExclusive(async () => {
      await this.store.add(prompt);
      if (!conversation.schedule(answerId, { id, dueAt, scheduledAt })) await this.store.remove(id);
    });
  }

  /** Cancels a prompt. If a window is already sending the prompt, its turn goes on. */
  async cancel(id: string): Promise<void> {
    await this.mutex.runExclusive(() => this.store.remove(id));
  }

  /** Returns whether an open conversation shows that the prompt is no longer scheduled. */
  isOutdated(prompt: ScheduledPrompt): boolean {
    const open = this.conversations.writable.find(({ id }) => id === prompt.conversationId);
    return open !== undefined && !scheduledAnswer(open, prompt);
  }

  /**
   * Starts the turn of a prompt. Sent by the user, it skips the cooldown of the gateway.
   * @param mayStart asked once this window may write the conversation. Absent if the user sends the prompt.
   * @returns false if the prompt was canceled or sent, or another window writes its conversation
   */
  async send(
    prompt: ScheduledPrompt,
    mayStart?: (conversation: Conversation, answer: Answer) => Promise<boolean>,
  ): Promise<boolean> {
    const { id, conversationId, model } = prompt;
    const byUser = mayStart === undefined;
    const start = async (conversation: Conversation): Promise<boolean> => {
      if (this.disposed || !this.conversations.writable.includes(conversation)) return false;
      // Another window may have canceled the prompt by removing its file.
      const answer = (await this.store.has(id)) ? scheduledAnswer(conversation, prompt) : undefined;
      if (answer) {
        let recorded: Promise<void> | undefined;
        const record = (): Promise<void> => (recorded ??= this.conversations.sync(conversationId));
        conversation.sendScheduled(answer.id, model, { immediately: byUser, record });
        await record();
      }
      // If the prompt was sent or canceled earlier, its file was left behind, for example by a crash.
      await this.store.remove(id);
      return answer !== undefined;
    };
    const mode = byUser ? 'report-if-locked' : 'only-if-free';
    const isSent = await this.conversations.withWritable(conversationId, mode, async (conversation) => {
      const answer = scheduledAnswer(conversation, prompt);
      if (answer && mayStart && !(await mayStart(conversation, answer))) return false;
      return this.mutex.runExclusive(() => start(conversation));
    });
    return isSent === true;
  }

  /** @returns whether the schedule has ended now, or undefined if another window writes the conversation */
  async end(prompt: ScheduledPrompt, end: ScheduleEnd): Promise<boolean | undefined> {
    return this.conversations.withWritable(prompt.conversationId, 'only-if-free', (conversation) =>
      this.mutex.runExclusive(async () => {
        const answer = scheduledAnswer(conversation, prompt);
        if (answer) conversation.endSchedule(answer.id, end);
        await this.conversations.flush(conversation.id);
        await this.store.remove(prompt.id);
        return answer !== undefined;
      }),
    );
  }
}

function scheduledAnswer(conversation: Conversation, { id }: ScheduledPrompt): Answer | undefined {
  return conversation.scheduledAnswers.find(({ state }) => state.schedule?.id === id);
}
