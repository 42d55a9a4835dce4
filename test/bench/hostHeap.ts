import { setTimeout as delay } from 'node:timers/promises';
import type { Conversations } from '../../src/host/conversation/conversations';
import { ConversationPanel } from '../../src/host/panel/conversationPanel';
import { Draft } from '../../src/host/panel/draft';
import { liveConversations } from '../support/kill/liveConversations';
import { answer } from '../support/replies';
import { temporaryFolder } from '../support/temporaryFolder';
import { startGateway } from '../support/testGateway';
import { loadedPage, servicesOf } from './hostPath';
import { heapUsed } from './leftovers';
import { writeConversation } from './longConversation';
import { markdownOf } from './page/documents';
import { progress } from './progress';
import { none, type Row } from './row';
import { median } from './statistics';

const rounds = 5;
/** Rounds whose results are discarded: V8 compiles the code in them, which takes memory once. */
const warmUps = 2;
const turns = 200;
const turnLength = 2000;
const megabyte = 2 ** 20;
/** Time in which the host closes the file of a conversation, which happens in the background. */
const closingMs = 200;

/** Measures the memory that an open conversation takes in the extension host, and that its closed panel leaves there. */
export async function hostHeap(): Promise<readonly Row[]> {
  const gateway = await startGateway({
    script: () => answer(markdownOf('mixed', turnLength), { chunkChars: turnLength }),
  });
  const options = { folder: temporaryFolder(), baseUrl: gateway.baseUrl };
  const prompts = Array.from({ length: turns }, (_, index) => `Question ${index + 1}`);
  await writeConversation(options, prompts);
  await gateway.close();
  const { conversations, journal } = liveConversations(options);
  const [stored] = await journal.files.listNewestFirst();
  const [open, left]: [number[], number[]] = [[], []];
  for (let round = -warmUps; round < rounds; round++) {
    conversations.startNew();
    const before = await heapUsed();
    const opened = (await heapWithPanel(conversations, stored?.id)) - before;
    const closed = (await heapUsed()) - before;
    progress(`host heap: ${print([opened])} with the conversation, ${print([closed])} after closing its panel`);
    if (round < 0) continue;
    open.push(opened);
    left.push(closed);
  }
  return [
    {
      what: `Heap of the host with ${turns} turns of ${turnLength} characters open, median of ${rounds}`,
      ours: `${print(open)}, ${print(left)} after closing its panel`,
      peer: none,
      ratio: none,
      aim: '≤ 3 MB, 0 MB',
    },
  ];
}

/**
 * Returns the used heap while a conversation is open in a panel. Then closes the panel and waits until the host has
 * released the conversation. Without a panel, the current conversation stays open, so another one becomes current.
 */
async function heapWithPanel(conversations: Conversations, id: string | undefined): Promise<number> {
  const conversation = await conversations.open(id);
  if (!conversation) throw new Error("The host can't open the conversation that it has written.");
  const hold = conversations.keepOpen(conversation);
  const services = servicesOf(conversations);
  const panel = new ConversationPanel(loadedPage(), conversation, services, new Draft(services, () => undefined));
  const bytes = await heapUsed();
  panel.dispose();
  conversations.startNew();
  hold.dispose();
  await delay(closingMs);
  return bytes;
}

function print(bytes: readonly number[]): string {
  return `${(median(bytes) / megabyte).toFixed(1)} MB`;
}
