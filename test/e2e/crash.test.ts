import assert from 'node:assert/strict';
import type { Script } from '../support/testGateway';
import { deltas } from '../support/replies';
import { ConversationPanel } from './support/conversationPanel';
import { useWorkbench } from './support/sharedWindow';
import type { Workbench } from './support/workbench';

const words = Array.from({ length: 400 }, (_, n) => `word${n}`);
const story = words.join(' ');
const upTo = (word: number): string => words.slice(0, word).join(' ');

/** Streams a word every 10 ms. A request that contains part of the story gets the remaining part. */
const tell = (ends: () => boolean): Script =>
  function* ({ json }) {
    const told = json?.messages.findLast(({ role }) => role === 'assistant')?.content;
    yield* deltas(story.slice(typeof told === 'string' ? told.length : 0), { chunkChars: 7, everyMs: 10 });
    yield ends() ? { finish: 'stop' } : { end: 'stall' };
    yield { done: true };
  };

describe('panel after a crash of the extension host during an answer', () => {
  let workbench: Workbench;
  let panel: ConversationPanel;
  let ends = false;

  useWorkbench({ script: tell(() => ends) }, (opened) => ({ workbench, panel } = opened));

  const dieAt = async (word: number): Promise<void> => {
    await panel.answer.getByText(`word${word}`).waitFor();
    await workbench.killExtensionHost();
    await workbench.reload();
    await panel.inState('interrupted').waitFor();
  };
  const assertPrefix = async (least: string): Promise<void> => {
    const found = await panel.answer.innerText();
    assert.ok(story.startsWith(found.trimEnd()), found);
    assert.ok(found.length >= least.length, `${found.length} characters, and not even ${least.length}`);
  };

  it('shows the partial answer as interrupted', async () => {
    await panel.askFromPalette('Tell me a long story');
    await dieAt(100);
    await assertPrefix(upTo(60));
  });

  it('completes the answer without missing or extra characters when the user presses Continue', async () => {
    ends = true;
    await panel.button('Continue').click();
    await panel.inState('done').waitFor();
    assert.equal(await panel.answer.innerText(), story);
    assert.equal(await panel.assistants.count(), 1);
  });

  it('keeps its conversation and the unsent prompt without a reload of the window', async () => {
    ends = false;
    await panel.newConversation();
    await panel.send('A story for a window that stays');
    await panel.answer.getByText('word60').waitFor();
    await workbench.killExtensionHost();
    await panel.send('A thought that nobody takes');
    await panel.inState('interrupted').waitFor();
    await panel.frame.getByText('A story for a window that stays').waitFor();
    await assertPrefix(upTo(20));
    assert.equal(await workbench.tab('A story for a window that stays').count(), 1);
    assert.equal(await panel.prompt.inputValue(), 'A thought that nobody takes');
  });

  it('completes the answer without a reload of the window when the user presses Continue', async () => {
    ends = true;
    await panel.button('Continue').click();
    await panel.inState('done').waitFor();
    assert.equal(await panel.answer.innerText(), story);
  });
});

describe('conversation whose window was killed during an answer', () => {
  let workbench: Workbench;
  let panel: ConversationPanel;
  let ends = false;

  useWorkbench({ script: tell(() => ends) }, (opened) => ({ workbench, panel } = opened));

  it('opens with the partial answer in the next window of the same folder', async () => {
    await panel.askFromPalette('A story for a window that goes');
    await panel.answer.getByText('word60').waitFor();
    panel = new ConversationPanel(await workbench.killWindow(), panel.gateway);
    await panel.inState('interrupted').waitFor();
    const found = await panel.answer.innerText();
    assert.ok(story.startsWith(found.trimEnd()) && found.length >= upTo(20).length, found);
  });

  it('is completed when the user presses Continue in the next window', async () => {
    ends = true;
    await panel.button('Continue').click();
    await panel.inState('done').waitFor();
    assert.equal(await panel.answer.innerText(), story);
  });
});
