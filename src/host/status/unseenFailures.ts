import type * as vscode from 'vscode';
import type { Clock } from '../../engine/clock';
import type { TurnState } from '../../engine/state/turnState';
import type { Conversations } from '../conversation/conversations';
import type { PanelRegistry } from '../panel/panelRegistry';
import { Listeners } from '../util/listeners';
import { Disposable } from '../util/disposable';

export interface UnseenFailure {
  readonly conversationId: string;
  readonly demo: boolean;
  readonly state: TurnState;
  /** Set for an answer of a comparison, because the others may be complete. */
  readonly model?: string | undefined;
}

interface KnownFailure extends UnseenFailure {
  readonly answerId: string;
  readonly comparison: string | undefined;
  cancel?: (() => void) | undefined;
}

interface UnseenFailuresDeps {
  readonly conversations: Conversations;
  readonly panels: PanelRegistry;
  readonly window: typeof vscode.window;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

/** Time for which a panel must be visible in a focused window until the user has seen the failure in it, in milliseconds. */
const seenAfterMs = 2000;

/** The last failed turn of each conversation whose panel was not visible for long enough since the failure. */
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
        const { answerId } = change;
        const answer = conversation.tree.answer(answerId);
        if (!answer) return;
        const { state } = answer;
        const comparison = answer.comparison?.isUsed ? undefined : answer.comparison?.id;
        const conversationId = conversation.id;
        const failure = this.failures.get(conversationId);
        const hasFailed = change.events.at(-1)?.type === 'failed';
        // An event of another answer that is compared does not show that the user has seen the failure.
        const isOther = comparison !== undefined && failure?.comparison === comparison && failure.answerId !== answerId;
        if (hasFailed || !isOther) this.forget(conversationId);
        if (!hasFailed) return;
        const model = comparison === undefined ? undefined : state.model;
        this.failures.set(conversationId, {
          conversationId,
          answerId,
          comparison,
          demo: conversation.isDemo,
          state,
          model,
        });
        this.updateTimers();
        this.changes.fire();
      }),
    );
  }

  /** Returns the newest failure. Those of the demo count only while the demo is active. */
  latest(inDemo: boolean): UnseenFailure | undefined {
    return [...this.failures.values()].findLast(({ demo }) => inDemo || !demo);
  }

  override dispose(): void {
    for (const { cancel } of this.failures.values()) cancel?.();
    super.dispose();
  }

  private updateTimers(): void {
    const { panels, window, clock } = this.deps;
    for (const [id, failure] of this.failures) {
      const isVisible = window.state.focused && panels.isVisible(id);
      if (isVisible) failure.cancel ??= clock.after(seenAfterMs, () => this.forget(id));
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
