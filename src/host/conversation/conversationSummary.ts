import { visibleText } from '../../engine/gateway/visibleText';
import type { Exchange } from './exchange';

/** The longest title of a conversation, in code points. */
export const titleLength = 200;

/** A conversation in a list of them. */
export interface ConversationSummary {
  readonly id: string;
  /** As given by the person; else the first line of the first prompt; '': neither can be read. See {@link titleOf}. */
  readonly title: string;
  /** Epoch milliseconds of what was last said in it. */
  readonly at: number;
  /** Of the path that is shown. */
  readonly turns: number;
  /** A turn of it runs in this window. */
  readonly busy: boolean;
  /** Why not all of it can be read; opening it tells. What is known of it is what could be read. */
  readonly flaw?: 'damaged' | 'newer' | undefined;
}

export interface ConversationHit extends ConversationSummary {
  /** Text around the first match. */
  readonly excerpt: string;
}

/** A conversation to be read, without being opened. */
export interface ReadConversation {
  readonly id: string;
  /** As given by the person. */
  readonly title?: string | undefined;
  /** Of the path that is shown, oldest first. */
  readonly exchanges: readonly Exchange[];
  /** Those that are not shown, in the order in which they were asked. */
  readonly others: readonly OtherVersion[];
}

export interface OtherVersion {
  readonly exchange: Exchange;
  /** Id of the one it was asked after; absent: it was a first prompt. */
  readonly after?: string | undefined;
}

/** Returns the title of a conversation as it is shown: one line without anything hidden in it. */
export function titleOf(given: string | undefined, firstPrompt: string): string {
  return visibleText(given ?? /\S.*/.exec(firstPrompt)?.[0] ?? '', titleLength);
}
