import assert from 'node:assert/strict';
import { startGateway, type Gateway } from '../../src/demo/gateway';
import { deltas } from '../../src/demo/replies';
import { ask, ConversationPanel, setKey } from './support/conversation';
import { Workbench } from './support/workbench';

const words = Array.from({ length: 300 }, (_, n) => `word${n}`);
const story = words.join(' ');

describe('an extension host that dies in mid-answer', () => {
  let gateway: Gateway;
  let workbench: Workbench;
  let panel: ConversationPanel;

  before(async () => {
    gateway = await startGateway();
    workbench = await Workbench.open({ settings: { 'holysheep.baseUrl': gateway.baseUrl } });
    panel = new ConversationPanel(workbench);
    await setKey(workbench);
  });
  after(async () => {
    await workbench.close();
    await gateway.close();
  });

  /** Tells so many words, then goes quiet; a request that has a part of the story gets what follows it. */
  const tellUpTo = (count: number): void => {
    gateway.reset();
    gateway.script = function* ({ json }) {
      const told = json?.messages.findLast(({ role }) => role === 'assistant')?.content;
      const end = words.slice(0, count).join(' ').length;
      yield* deltas(story.slice(typeof told === 'string' ? told.length : 0, end), { chunkChars: 7, everyMs: 1 });
      yield count < words.length ? { end: 'stall' } : { finish: 'stop' };
      yield { done: true };
    };
  };
  const assertPrefix = async (atLeast: string): Promise<void> => {
    const found = await panel.answer.innerText();
    assert.ok(story.startsWith(found.trimEnd()), found);
    assert.ok(found.length >= atLeast.length, `${found.length} of ${atLeast.length} characters`);
  };

  it('leaves what had arrived, interrupted', async () => {
    tellUpTo(100);
    await ask(workbench, 'Tell me a long story');
    await panel.answer.getByText('word99').waitFor();
    await workbench.killExtensionHost();
    await workbench.reloadPage();
    await panel.inState('interrupted').waitFor();
    await assertPrefix(words.slice(0, 100).join(' '));
  });

  it('may die again while it is continued', async () => {
    tellUpTo(200);
    await panel.button('Continue').click();
    await panel.answer.getByText('word199').waitFor();
    await workbench.killExtensionHost();
    await workbench.reloadPage();
    await panel.inState('interrupted').waitFor();
    await assertPrefix(words.slice(0, 200).join(' '));
  });

  it('Continue completes the answer, not a character more or less', async () => {
    tellUpTo(words.length);
    await panel.button('Continue').click();
    await panel.inState('done').waitFor();
    assert.equal(await panel.answer.innerText(), story);
    assert.equal(await panel.frame.getByRole('article', { name: 'Assistant' }).count(), 1);
  });
});
