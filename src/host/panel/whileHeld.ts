import type { Conversation } from '../conversation/conversation';

export interface Holder {
  /** It stays open although its panel is closed. */
  readonly hold: (conversation: Conversation) => { dispose(): void };
}

/** For a dialog: what is chosen when its panel has been closed meanwhile must not happen to a conversation let go of. */
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
