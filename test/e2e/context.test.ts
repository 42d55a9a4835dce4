import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Locator } from 'playwright-core';
import { textsOf } from '../support/gateway/sentTexts';
import type { Gateway } from '../support/testGateway';
import { answer } from '../support/replies';
import type { ConversationPanel } from './support/conversationPanel';
import { useWorkbench } from './support/sharedWindow';
import type { Workbench } from './support/workbench';

describe('panel with context items', () => {
  let gateway: Gateway;
  let workbench: Workbench;
  let panel: ConversationPanel;

  useWorkbench({}, (opened) => ({ gateway, workbench, panel } = opened));
  before(async () => {
    // The panel opens beside this editor.
    await workbench.openFile('sample.py');
    await panel.newConversation();
  });
  beforeEach(() => {
    gateway.reset();
    const text = `Seen, ${++answers}.`;
    gateway.script = () => answer(text);
  });

  let answers = 0;
  const option = (name: string): Locator => panel.frame.getByRole('option').filter({ hasText: name });
  const chip = (name: string): Locator =>
    panel.frame.getByRole('list', { name: 'Prompt context' }).getByRole('listitem').filter({ hasText: name });
  const answered = (): Promise<void> => panel.answer.getByText(`Seen, ${answers}.`).waitFor();
  const lastMessage = (): string => textsOf(gateway.requests[0]?.json).at(-1) ?? '';
  const sample = (name: string): string => readFileSync(workbench.workspaceFile(name), 'utf8');

  it('attaches a file that the user finds by typing # and a part of its name', async () => {
    await panel.prompt.pressSequentially('What does this do? #sam');
    await option('sample.py').waitFor();
    await option('sample.ts').click();
    await chip('sample.ts').waitFor();
    assert.equal(await panel.prompt.inputValue(), 'What does this do? ');
  });

  it('shows the number of lines of an attached file', async () => {
    const lines = sample('sample.ts').trimEnd().split('\n').length;
    assert.match(await chip('sample.ts').innerText(), new RegExp(`\\b${lines} lines`));
  });

  it('attaches a file when the user presses Enter in the list of files', async () => {
    await panel.prompt.pressSequentially('#sample.p');
    await option('sample.py').waitFor();
    await panel.prompt.press('Enter');
    await chip('sample.py').waitFor();
    assert.equal(gateway.requests.length, 0);
  });

  it('does not send a context item that the user has removed', async () => {
    await panel.frame.getByRole('button', { name: 'Remove sample.py' }).click();
    await chip('sample.py').waitFor({ state: 'detached' });
    await panel.prompt.press('Enter');
    await answered();
    assert.ok(lastMessage().startsWith('What does this do?'), lastMessage());
    assert.ok(lastMessage().includes(sample('sample.ts').trim()), lastMessage());
    assert.ok(!lastMessage().includes('group_by_level'), lastMessage());
  });

  it('shows the sent context items with their prompt instead of in the composer', async () => {
    const you = panel.frame.getByRole('article', { name: 'You' }).last();
    await you.getByText('sample.ts').first().waitFor();
    await chip('').waitFor({ state: 'detached' });
  });

  it('does not send the context items again with the next prompt', async () => {
    await panel.send('And again?');
    await answered();
    assert.equal(lastMessage(), 'And again?');
  });

  it('attaches the context items that the user chooses after pressing Attach context', async () => {
    await workbench.tab('sample.py').click();
    await workbench.selectLines(6, 8);
    await panel.button('Attach context').click();
    await option('sample.py:6-8').click();
    await chip('sample.py:6-8').waitFor();
    await panel.button('Attach context').click();
    await panel.prompt.pressSequentially('sample.ts');
    await option('sample.ts').click();
    await chip('sample.ts').waitFor();
    assert.equal(await panel.prompt.inputValue(), '');
    await panel.send('Explain the lines');
    await answered();
    for (const part of ['def group_by_level', 'fetchWithRetry']) assert.ok(lastMessage().includes(part), lastMessage());
    assert.ok(!lastMessage().includes('__main__'), lastMessage());
  });
});
