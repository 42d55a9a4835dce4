import type { RecordedEvent } from '../../engine/events';
import type { Attachment } from '../../shared/protocol';
import type { Conversations } from '../conversation/conversations';
import type { SetContext } from '../status/activity';

/** Returns the context keys of the walkthrough steps that an event of a prompt completes. */
export function completedSteps(
  { attachments = [] }: { readonly attachments?: readonly Attachment[] | undefined },
  event: RecordedEvent,
): readonly string[] {
  if (event.type !== 'attempt') return [];
  const hasCode = attachments.some(({ kind = 'selection' }) => kind === 'selection');
  return [
    'holysheep.hasAsked',
    ...(hasCode ? ['holysheep.hasAskedAboutCode'] : []),
    ...(event.attempt > 1 ? ['holysheep.hasSeenRetry'] : []),
  ];
}

/**
 * Completes the steps of the walkthrough that no command completes: a click on *Ask* asks nothing yet. VS Code completes
 * a step when it sees its key become true, but never one whose key is true already when the walkthrough first opens. So
 * each key is true for a moment only.
 */
export function followWalkthroughSteps(conversations: Pick<Conversations, 'onDidChange'>, setContext: SetContext) {
  return conversations.onDidChange(({ conversation, change }) => {
    if (change?.type !== 'events') return;
    const exchange = conversation.exchange(change.exchangeId);
    if (!exchange) return;
    for (const key of change.events.flatMap((event) => completedSteps(exchange, event))) {
      setContext(key, true);
      setContext(key, false);
    }
  });
}
