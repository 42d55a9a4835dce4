import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { textsOf } from '../support/gateway/sentTexts';
import { answer, deltas } from '../support/replies';
import type { Gateway, GatewayRequest } from '../support/testGateway';
import type { ConversationPanel } from './support/conversationPanel';
import { useWorkbench } from './support/sharedWindow';
import type { Workbench } from './support/workbench';

describe('comparison of models in the panel', () => {
  let gateway: Gateway;
  let workbench: Workbench;
  let panel: ConversationPanel;
  const models = ['gpt-4o', 'deepseek-v3', 'claude-sonnet-4'];
  const modelOf = ({ json }: GatewayRequest): string => json?.model ?? '';

  useWorkbench({}, (opened) => ({ gateway, workbench, panel } = opened));
  beforeEach(() => gateway.reset());

  const group = (): Locator => panel.frame.getByRole('group', { name: 'Comparison' }).last();
  const column = (model: string): Locator =>
    group()
      .getByRole('article', { name: 'Assistant' })
      .and(panel.frame.locator(`[data-model="${model}"]`));
  const inState = (model: string, state: string): Locator =>
    column(model).and(panel.frame.locator(`[data-state="${state}"]`));
  /** Chooses the models in the list of the command, and sends a prompt. */
  const compare = async (prompt: string): Promise<void> => {
    await workbench.runCommand('HolySheep: Compare Models…');
    const list = workbench.page.locator('.quick-input-widget');
    for (const model of models) {
      const row = list.getByRole('checkbox', { name: new RegExp(`^${model}\\b`) }).first();
      await row.waitFor();
      if ((await row.getAttribute('aria-checked')) !== 'true' && !(await row.isChecked())) await row.click();
    }
    // Presses the key in the list, because the panel may have taken the focus.
    await workbench.quickInput.input.press('Enter');
    await list
      .getByText('Ask in')
      .or(list.getByPlaceholder(/Ask in/))
      .first()
      .waitFor();
    await workbench.fillInput(prompt);
  };

  it('shows the answer of each chosen model in a column', async () => {
    gateway.script = (request) =>
      modelOf(request) === 'gpt-4o'
        ? [...deltas('An endless answer'), { end: 'stall' }]
        : answer(`Fine. The answer of ${modelOf(request)}.`);
    await compare('Why?');
    for (const model of models.slice(1)) await inState(model, 'done').waitFor();
    await inState('gpt-4o', 'streaming').getByText('An endless').waitFor();
  });

  it('stops only the answer whose Stop button the user presses', async () => {
    await column('gpt-4o').getByRole('button', { name: 'Stop', exact: true }).click();
    await inState('gpt-4o', 'stopped').waitFor();
    for (const model of models.slice(1)) await inState(model, 'done').waitFor();
  });

  it('continues the conversation with only the answer that the user chooses', async () => {
    gateway.script = () => answer('Therefore.');
    await column('deepseek-v3').getByRole('button', { name: 'Use this answer' }).click();
    await group().waitFor({ state: 'detached' });
    await panel.send('And then?');
    await panel.answer.getByText('Therefore.').waitFor();
    const { json } = await gateway.request(1);
    assert.match(JSON.stringify(json?.messages), /The answer of deepseek-v3/);
    assert.doesNotMatch(JSON.stringify(json?.messages), /endless|of claude/);
  });

  it('reopens the comparison with *Show*, above the later turn', async () => {
    await panel.frame.getByRole('button', { name: 'Show', exact: true }).click();
    for (const model of models) await column(model).waitFor();
    await column('deepseek-v3').getByText('In use').waitFor();
    await panel.answer.getByText('Therefore.').waitFor();
  });

  it('shows a command link as plain text in the differences between two answers', async () => {
    await panel.newConversation();
    gateway.script = () =>
      answer('See [Details](command:workbench.action.files.newUntitledFile) or https://a.test now.');
    await compare('Where?');
    for (const model of models) await inState(model, 'done').waitFor();
    await group().getByRole('button', { name: 'Show differences' }).click();
    await panel.frame.getByRole('menuitem').first().click();
    // In a Markdown editor, VS Code runs the command of a link.
    await workbench.page.locator('.statusbar').getByText('Plain Text').waitFor();
    const links = workbench.page.locator('.monaco-diff-editor .detected-link');
    await links.first().waitFor();
    assert.deepEqual([...new Set(await links.allInnerTexts())], ['https://a.test']);
    await workbench.runCommand('View: Close Editor');
  });

  it('keeps the text of all answers after a reload of the window', async () => {
    await panel.newConversation();
    gateway.script = (request) =>
      modelOf(request) === 'claude-sonnet-4'
        ? answer('Complete.')
        : [...deltas(`Half of ${modelOf(request)}, `), { end: 'stall' }];
    await compare('How?');
    await inState('claude-sonnet-4', 'done').waitFor();
    for (const model of ['gpt-4o', 'deepseek-v3'])
      await inState(model, 'streaming').getByText(`Half of ${model},`).waitFor();
    await workbench.reload();
    await inState('claude-sonnet-4', 'done').getByText('Complete.').waitFor();
    for (const model of ['gpt-4o', 'deepseek-v3'])
      await inState(model, 'interrupted').getByText(`Half of ${model}`).waitFor();
  });

  it('completes all interrupted answers after the user presses *Continue all*', async () => {
    gateway.script = () => answer('and the rest.');
    await group().getByRole('button', { name: 'Continue all' }).click();
    for (const model of ['gpt-4o', 'deepseek-v3'])
      await inState(model, 'done').getByText(`Half of ${model}, and the rest.`).waitFor();
  });

  it('gets the draft of the composer from the command', async () => {
    gateway.script = (request) => answer(`Compared by ${modelOf(request)}.`);
    await panel.prompt.fill('The draft');
    await workbench.runCommand('HolySheep: Compare Models…');
    // The models of the last comparison are checked.
    await workbench.page.locator('.quick-input-widget').getByRole('checkbox').first().waitFor();
    await workbench.quickInput.input.press('Enter');
    for (const model of models) await inState(model, 'done').waitFor();
    assert.equal(await panel.prompt.inputValue(), '');
    assert.equal(textsOf((await gateway.request(1)).json).at(-1), 'The draft');
  });

  it('starts with the last models from the menu beside *Send*', async () => {
    gateway.script = (request) => answer(`Once more, ${modelOf(request)}.`);
    await panel.prompt.fill('Once more');
    await panel.button('More options').click();
    await panel.frame.getByRole('menuitem', { name: models[1]! }).click();
    for (const model of models) await inState(model, 'done').getByText('Once more').waitFor();
    assert.equal(await panel.prompt.inputValue(), '');
  });
});
