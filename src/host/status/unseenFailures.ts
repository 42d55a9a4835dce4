import type * as vscode from 'vscode';
import type { Answer } from '../../shared/exchanges';
import type { Conversation } from '../conversation/conversation';
import type { Conversations } from '../conversation/conversations';
import { openComparison } from '../journal/exchange';
import type { PanelRegistry } from '../panel/panelRegistry';
import { Listeners } from '../util/listeners';
import { Disposable } from '../util/disposable';

export interface UnseenFailure {
  readonly conversation: Conversation;
  /** The answer as it was when its turn failed. */
  readonly answer: Answer;
}

interface UnseenFailuresDeps {
  readonly conversations: Conversations;
  readonly panels: PanelRegistry;
  readonly window: typeof vscode.window;
  readonly onError: (error: unknown) => void;
}

/** The last failed turn of each conversation whose panel has not been visible in a focused window since the failure. */
export class UnseenFailures extends Disposable {
  private readonly failures = new Map<string, UnseenFailure>();
  private readonly changes = new Listeners<void>((error) => this.deps.onError(error));
  readonly onDidChange = this.changes.event;

  constructor(private readonly deps: UnseenFailuresDeps) {
    super();
    const { conversations, panels, window } = deps;
    this.register(panels.onDidChangeVisibility(() => this.forgetVisible()));
    this.register(window.onDidChangeWindowState(() => this.forgetVisible()));
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
        // An event of another answer that is compared does not show that the user has seen the failure.
        const isOther = comparison && failed && openComparison(failed) === comparison && failed.id !== answer.id;
        if (hasFailed || !isOther) this.forget(id);
        if (!hasFailed) return;
        this.failures.set(id, { conversation, answer });
        this.changes.fire();
        this.forgetVisible();
      }),
    );
  }

  /** Returns the newest failure. Those of a set count only while it is open. */
  latest(): UnseenFailure | undefined {
    return [...this.failures.values()].findLast(({ conversation }) => conversation.set.isOpen);
  }

  private forgetVisible(): void {
    const { panels, window } = this.deps;
    if (!window.state.focused) return;
    for (const id of this.failures.keys()) if (panels.isVisible(id)) this.forget(id);
  }

  private forget(id: string): void {
    if (this.failures.delete(id)) this.changes.fire();
  }
}
