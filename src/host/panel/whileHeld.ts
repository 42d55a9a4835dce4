import type { Conversation } from '../conversation/conversation';

export interface Holder {
  /** It stays open although its panel is closed. */
  readonly hold: (conversation: Conversation) => { dispose(): void };
}

/** For what takes its time: the panel may be closed meanwhile, and nothing may happen to a conversation that was let go of. */
export async function whileHeld(
  { hold }: Holder,
  conversation: Conversation,
  work: () => Promise<void>,
): Promise<void> {
  const held = hold(conversation);
  try {
    await work();
  } finally {
    held.dispose();
  }
}
