import { writeSync } from 'node:fs';
import { liveConversations } from './liveConversations';

/** Sends a prompt and prints, until it is killed, a line for each part of the answer with its length and time. */
async function main(folder: string, baseUrl: string): Promise<void> {
  let characters = 0;
  const { conversations } = liveConversations({
    folder,
    baseUrl,
    onEvent: (event) => {
      if (event.type !== 'text') return;
      characters += event.text.length;
      writeSync(1, `${JSON.stringify({ at: Date.now(), characters })}\n`);
    },
  });
  (await conversations.ensureCurrent()).ask({ prompt: 'Tell me a long story' });
}

const [folder = '', baseUrl = ''] = process.argv.slice(2);
void main(folder, baseUrl);
