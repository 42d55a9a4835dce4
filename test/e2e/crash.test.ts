import assert from 'node:assert/strict';
import { startGateway, type Gateway, type Script } from '../../src/demo/gateway';
import { answer, deltas } from '../../src/demo/replies';
import { ConversationPanel, ask, openWithKey, setKey } from './support/conversation';
import { Workbench } from './support/workbench';

const words = Array.from({ length: 400 }, (_, n) => `word${n}`);
const story = words.join(' ');
const upTo = (word: number): string => words.slice(0, word).join(' ');

/** A word in 10 ms; a request that has a part of the story gets the rest. */
const tell = (ends: () => boolean): Script =>
  function* ({ json }) {
    const told = json?.messages.findLast(({ role }) => role === 'assistant')?.content;
    yield* deltas(story.slice(typeof told === 'string' ? told.length : 0), { chunkChars: 7, everyMs: 10 });
    yield ends() ? { finish: 'stop' } : { end: 'stall' };
    yield { done: true };
  };

describe('an extension host that dies in mid-answer', () => {
  let gateway: Gateway;
  let workbench: Workbench;
  let panel: ConversationPanel;
  let ends = false;

  before(async () => {
    ({ gateway, workbench, panel } = await openWithKey({ script: tell(() => ends) }));
  });
  after(async () => {
    await workbench.close();
    await gateway.close();
  });

  const dieAt = async (word: number): Promise<void> => {
    await panel.answer.getByText(`word${word}`).waitFor();
    await workbench.killExtensionHost();
    await workbench.reloadPage();
    await panel.inState('interrupted').waitFor();
  };
  const assertPrefix = async (least: string): Promise<void> => {
    const found = await panel.answer.innerText();
    assert.ok(story.startsWith(found.trimEnd()), found);
    assert.ok(found.length >= least.length, `${found.length} characters, and not even ${least.length}`);
  };

  it('leaves what had arrived, interrupted', async () => {
    await ask(workbench, 'Tell me a long story');
    await dieAt(100);
    await assertPrefix(upTo(60));
  });

  it('may die again while the rest is told', async () => {
    await panel.button('Continue').click();
    await dieAt(300);
    await assertPrefix(upTo(260));
  });

  it('Continue completes the answer, not a character more or less', async () => {
    ends = true;
    await panel.button('Continue').click();
    await panel.inState('done').waitFor();
    assert.equal(await panel.answer.innerText(), story);
    assert.equal(await panel.frame.getByRole('article', { name: 'Assistant' }).count(), 1);
  });

  it('leaves every conversation that it was answering in', async () => {
    ends = false;
    for (const prompt of ['One more story', 'And another']) {
      await panel.newConversation();
      await panel.send(prompt);
      await panel.answer.getByText('word60').waitFor();
    }
    await dieAt(100);
    for (const prompt of ['One more story', 'And another']) {
      await workbench.tab(prompt).waitFor();
      await workbench.tab(prompt).click();
      await panel.frame.getByRole('article', { name: 'You' }).getByText(prompt).waitFor();
      await panel.inState('interrupted').waitFor();
      await assertPrefix(upTo(20));
    }
  });

  it('is followed by one that brings the panel back, without a reload', async () => {
    await panel.newConversation();
    await panel.send('A story for a window that stays');
    await panel.answer.getByText('word60').waitFor();
    await workbench.killExtensionHost();
    await panel.send('A thought that nobody takes');
    await panel.frame.locator('article[data-state=interrupted]').getByText('word60').waitFor();
    await panel.frame.getByText('A story for a window that stays').waitFor();
    await assertPrefix(upTo(20));
    assert.equal(await workbench.tab('A story for a window that stays').count(), 1);
    assert.equal(await panel.prompt.inputValue(), 'A thought that nobody takes');
    ends = true;
    await panel.button('Continue').click();
    await panel.inState('done').waitFor();
    assert.equal(await panel.answer.innerText(), story);
  });
});

describe('an extension host that dies while nothing is answered', () => {
  let gateway: Gateway;
  let workbench: Workbench;
  let panel: ConversationPanel;

  before(async () => {
    ({ gateway, workbench, panel } = await openWithKey({ script: () => answer('An answer about apples') }));
  });
  after(async () => {
    await workbench.close();
    await gateway.close();
  });

  it('leaves what was being written where nothing has been asked yet', async () => {
    await panel.newConversation();
    await panel.prompt.fill('A thought before any question');
    const dead = await workbench.panelId();
    await workbench.killExtensionHost();
    await workbench.panelOtherThan(dead);
    // What the host tells the new page comes together.
    await panel.frame.getByText('What do you want to know?').waitFor();
    assert.equal(await panel.prompt.inputValue(), 'A thought before any question');
    await panel.prompt.press('Enter');
    await panel.inState('done').getByText('An answer about apples').waitFor();
  });

  it('leaves a panel that nobody looks at to be replaced when somebody does', async () => {
    await workbench.tab('A thought before').click();
    await panel.prompt.click();
    await workbench.openFile('sample.ts');
    await workbench.killExtensionHost();
    await workbench.extensionHostStarted();
    await workbench.tab('A thought before').click();
    await panel.inState('done').getByText('An answer about apples').waitFor();
    await panel.send('And pears?');
    await panel.frame.getByRole('article', { name: 'You' }).getByText('And pears?').waitFor();
    assert.equal(await workbench.tab('A thought before').count(), 1);
  });
});

describe('a window that is killed in mid-answer', () => {
  let gateway: Gateway;
  let workbench: Workbench;
  let ends = false;

  before(async () => {
    gateway = await startGateway({ script: tell(() => ends) });
    workbench = await Workbench.open({ settings: { 'holysheep.baseUrl': gateway.baseUrl } });
    await setKey(workbench);
  });
  after(async () => {
    await workbench.close();
    await gateway.close();
  });

  it('leaves the answer to the next one on the same folder, where Continue completes it', async () => {
    const before = await ask(workbench, 'A story for a window that goes');
    await before.answer.getByText('word60').waitFor();
    workbench = await workbench.killWindow();
    const panel = new ConversationPanel(workbench);
    await panel.inState('interrupted').waitFor();
    const found = await panel.answer.innerText();
    assert.ok(story.startsWith(found.trimEnd()) && found.length >= upTo(20).length, found);
    ends = true;
    await panel.button('Continue').click();
    await panel.inState('done').waitFor();
    assert.equal(await panel.answer.innerText(), story);
  });
});
