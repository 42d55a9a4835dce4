import assert from 'node:assert/strict';
import { failure } from '../../src/demo/replies';
import type { GatewayRequest } from '../../src/demo/script';
import { answer } from '../support/replies';
import type { Gateway } from '../support/testGateway';
import { type ConversationPanel, ask, useWorkbench } from './support/conversation';
import type { Workbench } from './support/workbench';

/** The gateway accepts this number of characters, about 2,000 tokens. */
const maxCharacters = 8000;
const essay = 'Apples and pears. '.repeat(170).trim();
const summaryText = 'The user asks about **fruit**.';

const charactersOf = ({ json }: GatewayRequest): number =>
  (json?.messages ?? []).reduce((sum, { content }) => sum + String(content).length, 0);
const isForSummary = ({ json }: GatewayRequest): boolean =>
  String(json?.messages.at(-1)?.content).startsWith('Summarize our conversation');

describe('summary of a conversation', () => {
  let gateway: Gateway;
  let workbench: Workbench;
  let panel: ConversationPanel;

  const script = (request: GatewayRequest) => {
    if (isForSummary(request)) return answer(summaryText);
    return charactersOf(request) > maxCharacters
      ? failure(400, { message: 'This model has a maximum context length.', code: 'context_length_exceeded' })
      : answer(essay);
  };
  useWorkbench({ script }, (opened) => ({ gateway, workbench, panel } = opened));
  before(async () => {
    await ask(workbench, 'About fruit?');
    await panel.inState('done').waitFor();
    await panel.send('More?');
    await panel.frame.locator('article.assistant[data-state="done"]').nth(1).waitFor();
    gateway.reset();
  });

  const summary = () => panel.frame.getByRole('article', { name: 'Summary' });
  const sent = (index: number): readonly string[] =>
    gateway.requests[index]!.json!.messages.map(({ content }) => String(content).slice(0, 20));
  const prompts = () => panel.frame.locator('[data-part="prompt"]:visible').allInnerTexts();

  it('is offered when a request is too long, and lets the same prompt be sent again with one click', async () => {
    await panel.send(`And why? ${essay}`);
    await panel.button('Continue with a summary').click();
    await summary().getByText('The user asks about fruit.').waitFor();
    await panel.frame.getByRole('heading', { name: /^Summary of [12] earlier turns?$/ }).waitFor();
    await panel.button('Retry now').click();
    await panel.inState('done').waitFor();
    assert.equal(gateway.requests.length, 3);
    assert.ok(charactersOf(gateway.requests[2]!) <= maxCharacters);
    assert.deepEqual([sent(2)[0], sent(2).at(-1)], ['Summary of our conve', 'And why? Apples and ']);
    assert.match(String(gateway.requests[2]!.json!.messages[0]!.content), /about \*\*fruit\*\*/);
  });

  it('folds the earlier turns, also after a reload, and unfolds them with a button', async () => {
    await workbench.reload();
    await summary().waitFor();
    assert.ok(!(await prompts()).includes('About fruit?'));
    await panel.frame.getByRole('button', { name: /earlier turns?$/ }).click();
    assert.equal((await prompts())[0], 'About fruit?');
  });

  it('can be edited, and starts a new conversation', async () => {
    await summary().getByRole('button', { name: 'Edit', exact: true }).click();
    const box = panel.frame.getByRole('textbox', { name: 'Edit the summary' });
    await box.fill('Only pears.');
    await panel.button('Save').click();
    await summary().getByText('Only pears.').waitFor();
    await panel.button('New conversation with this summary').click();
    await panel.frame.getByRole('heading', { name: 'Summary of another conversation' }).waitFor();
    gateway.reset();
    await panel.send('Go on');
    await panel.inState('done').waitFor();
    assert.match(String((await gateway.request(1)).json!.messages[0]!.content), /Only pears\.$/);
    assert.equal(sent(0).at(-1), 'Go on');
  });

  it('is undone, after which requests have the earlier turns again', async () => {
    await panel.button('Undo').click();
    await summary().waitFor({ state: 'detached' });
    gateway.reset();
    await panel.send('Once more');
    assert.deepEqual(
      (await gateway.request(1)).json!.messages.map(({ content }) => String(content).slice(0, 5)),
      ['Go on', 'Apple', 'Once '],
    );
  });
});
