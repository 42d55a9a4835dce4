import { writeSync } from 'node:fs';
import { liveConversations } from './liveConversations';

/**
 * Sends a prompt to some models, and prints, until it is killed, a line for each part of an answer with its length and
 * time, and a line when the prompt is on disk.
 */
async function main(folder: string, baseUrl: string, models: readonly string[]): Promise<void> {
  const received = new Map<string, number>();
  const { conversations } = liveConversations({
    folder,
    baseUrl,
    onEvent: (event, model) => {
      if (event.type !== 'text') return;
      const characters = (received.get(model) ?? 0) + event.text.length;
      received.set(model, characters);
      writeSync(1, `${JSON.stringify({ at: Date.now(), model, characters })}\n`);
    },
  });
  const conversation = await conversations.ensureCurrent();
  conversation.ask({ prompt: 'Tell me a long story' }, models);
  await conversations.flush(conversation.id);
  writeSync(1, `${JSON.stringify('saved')}\n`);
}

const [folder = '', baseUrl = '', ...models] = process.argv.slice(2);
void main(folder, baseUrl, models);
