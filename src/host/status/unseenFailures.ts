import type * as vscode from 'vscode';
import type { Clock } from '../../engine/clock';
import type { Answer } from '../../shared/exchanges';
import type { Conversation } from '../conversation/conversation';
import type { Conversations } from '../conversation/conversations';
import { openComparison } from '../journal/exchange';
import type { PanelRegistry } from '../panel/panelRegistry';
import { Listeners } from '../util/listeners';
import { Disposable } from '../util/disposable';

export interface UnseenFailure {
  readonly conversation: Conversation;
  /** The answer in the state that it had when its turn failed. */
  readonly answer: Answer;
}

interface KnownFailure extends UnseenFailure {
  cancel?: (() => void) | undefined;
}

interface UnseenFailuresDeps {
  readonly conversations: Conversations;
  readonly panels: PanelRegistry;
  readonly window: typeof vscode.window;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

/** Time that the panel must be visible in a focused window before the failure is marked as seen, in milliseconds. */
const seenAfterMs = 2000;

/**
 * Remembers the last failed turn of each conversation until the user has seen the failure in the conversation's panel.
 */
export class UnseenFailures extends Disposable {
  private readonly failures = new Map<string, KnownFailure>();
  private readonly changes = new Listeners<void>((error) => this.deps.onError(error));
  readonly onDidChange = this.changes.event;

  constructor(private readonly deps: UnseenFailuresDeps) {
    super();
    const { conversations, panels, window } = deps;
    this.register(panels.onDidChangeVisibility(() => this.updateTimers()));
    this.register(window.onDidChangeWindowState(() => this.updateTimers()));
    this.register(conversations.onDidRemove(({ id }) => this.forget(id)));
    this.register(
      conversations.onDidChange(({ conversation, change }) => {
        if (change?.type !== 'events') return;
        const answer = conversation.tree.answer(change.answerId);
        if (!answer) return;
        const { id } = conversation;
        const failed = this.failures.get(id)?.answer;
        const comparison = openComparison(answer);
        const hasFailed = change.events.at(-1)?.type === 'failed';
        // A new event of another answer in the same comparison does not prove that the user has seen the failure, so
        // the failure is kept.
        const isOther = comparison && failed && openComparison(failed) === comparison && failed.id !== answer.id;
        if (hasFailed || !isOther) this.forget(id);
        if (!hasFailed) return;
        this.failures.set(id, { conversation, answer });
        this.updateTimers();
        this.changes.fire();
      }),
    );
  }

  /**
   * Returns the newest failure that the user has not seen. Failures of the offline demo are ignored after the demo has
   * ended.
   */
  latest(): UnseenFailure | undefined {
    return [...this.failures.values()].findLast(({ conversation }) => conversation.set.isOpen);
  }

  override dispose(): void {
    for (const { cancel } of this.failures.values()) cancel?.();
    super.dispose();
  }

  private updateTimers(): void {
    const { panels, window, clock } = this.deps;
    for (const [id, failure] of this.failures) {
      const isVisible = window.state.focused && panels.isVisible(id);
      if (isVisible) failure.cancel ??= clock.callAfter(seenAfterMs, () => this.forget(id));
      else {
        failure.cancel?.();
        failure.cancel = undefined;
      }
    }
  }

  private forget(id: string): void {
    this.failures.get(id)?.cancel?.();
    if (this.failures.delete(id)) this.changes.fire();
  }
}
