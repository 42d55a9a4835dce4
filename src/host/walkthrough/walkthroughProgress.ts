import type { RecordedEvent } from '../../engine/events/events';
import type { Prompt } from '../../shared/exchanges';
import type { Conversations } from '../conversation/conversations';
import type { SetContext } from '../commands';

/** Returns the context keys of the walkthrough steps that are completed by an event of a turn. */
export function completedSteps(
  { attachments = [] }: Pick<Prompt, 'attachments'>,
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
 * Completes the walkthrough steps that require a turn. A click on *Ask* can't complete them, because it sends no
 * prompt. VS Code completes a step only when a context key changes to true after VS Code has loaded the walkthrough.
 * Each key is therefore set to true and reset at once, so that a later turn can complete the step as well.
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
