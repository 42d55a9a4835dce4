import type { RecordedEvent } from '../../engine/events/events';
import type { Attachment } from '../../shared/protocol';
import type { Conversations } from '../conversation/conversations';
import type { SetContext } from '../commands';

/** Returns the context keys of the walkthrough steps that an event of a turn completes. */
export function completedSteps(
  { attachments = [] }: { readonly attachments?: readonly Attachment[] | undefined },
  event: RecordedEvent,
): readonly string[] {
  if (event.type !== 'attempt') return [];
  const hasCode = attachments.some(({ kind }) => kind === 'selection');
  return [
    'holysheep.hasAsked',
    ...(hasCode ? ['holysheep.hasAskedAboutCode'] : []),
    ...(event.attempt > 1 ? ['holysheep.hasSeenRetry'] : []),
  ];
}

/**
 * Completes the walkthrough steps that require a turn. VS Code can't complete them by the click on *Ask*, because that
 * click alone sends no prompt. VS Code completes a step only when its context key changes to true while VS Code knows
 * the walkthrough. Therefore each key is set to true and reset at once, so that a later attempt can complete the step
 * as well.
 */
export function followWalkthroughSteps(conversations: Conversations, setContext: SetContext) {
  return conversations.onDidChange(({ conversation, change }) => {
    if (change?.type !== 'events') return;
    const exchange = conversation.tree.exchangeOf(change.answerId);
    if (!exchange) return;
    for (const key of change.events.flatMap((event) => completedSteps(exchange, event))) {
      setContext(key, true);
      setContext(key, false);
    }
  });
}
