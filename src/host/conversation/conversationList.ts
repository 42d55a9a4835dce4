import type { Conversation } from './conversation';
import { ConversationIndex } from './conversationIndex';
import { titleOf, type ConversationHit, type ConversationSummary, type ReadConversation } from './conversationSummary';
import { excerptOf, textsOf, wordsOf } from './conversationText';
import { Exchanges } from './exchanges';
import { isConversationId, type Journal } from '../journal/journal';
import type { Live, OpenConversations } from './openConversations';

/** The conversations of a workspace, open or not, to be found and read. */
export class ConversationList {
  private readonly index: ConversationIndex;

  constructor(
    private readonly open: Pick<OpenConversations, 'get' | 'all'>,
    private readonly journal: Journal,
  ) {
    this.index = new ConversationIndex(journal);
  }

  /** Newest first; those in which something was asked, the open ones with what they hold now. */
  async list(): Promise<readonly ConversationSummary[]> {
    const onDisk = await this.index.summaries();
    const open = this.open.all().flatMap((live) => summaryOf(live) ?? []);
    return [...open, ...onDisk.filter(({ id }) => !this.opened(id))].toSorted((a, b) => b.at - a.at);
  }

  /**
   * Those in which all of the words occur, newest first.
   * @returns what was found before `signal` was aborted
   */
  async search(query: string, signal?: AbortSignal): Promise<readonly ConversationHit[]> {
    const words = wordsOf(query);
    const hits: ConversationHit[] = [];
    for (const summary of await this.list()) {
      if (signal?.aborted) break;
      const conversation = this.opened(summary.id);
      const texts = conversation ? textsOf(readConversation(conversation)) : await this.index.textsIn(summary.id);
      // Of what can't be read there is still a title.
      const excerpt = excerptOf(texts ?? [summary.title], words);
      if (excerpt !== undefined) hits.push({ ...summary, excerpt });
    }
    return hits;
  }

  /** Without opening it. @returns undefined when there is none, or none that can be read */
  async read(id: string): Promise<ReadConversation | undefined> {
    const open = this.opened(id);
    if (open) return readConversation(open);
    const folded = isConversationId(id) ? await this.journal.read(id) : undefined;
    if (!folded) return undefined;
    const all = new Exchanges(folded);
    return { id, title: folded.title, exchanges: all.path(), others: all.others() };
  }

  /** What is read-only here may be further in its file. */
  private opened(id: string): Conversation | undefined {
    const conversation = this.open.get(id)?.conversation;
    return conversation?.readOnly ? undefined : conversation;
  }
}

function readConversation(conversation: Conversation): ReadConversation {
  const { id, title } = conversation;
  return { id, title, exchanges: conversation.exchanges(), others: conversation.others() };
}

function summaryOf({ conversation, file }: Live): ConversationSummary | undefined {
  const { id, title, busy } = conversation;
  const exchanges = conversation.exchanges();
  const [first] = exchanges;
  return file && first && { id, title: titleOf(title, first.prompt), at: file.at, turns: exchanges.length, busy };
}
