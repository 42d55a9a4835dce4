import assert from 'node:assert/strict';
import { failure } from '../../src/demo/replies';
import { textsOf } from '../support/gateway/sentTexts';
import type { GatewayRequest } from '../support/gateway/script';
import { answer } from '../support/replies';
import type { Gateway } from '../support/testGateway';
import type { ConversationPanel } from './support/conversationPanel';
import { useWorkbench } from './support/sharedWindow';
import type { Workbench } from './support/workbench';

/** The gateway accepts this number of characters, about 2,000 tokens. */
const maxCharacters = 8000;
const essay = 'Apples and pears. '.repeat(170).trim();

const charactersOf = ({ json }: GatewayRequest): number => textsOf(json).join('').length;
const isForSummary = ({ json }: GatewayRequest): boolean =>
  textsOf(json).at(-1)?.startsWith('Summarize our conversation') === true;

describe('summary of a conversation', () => {
  let gateway: Gateway;
  let workbench: Workbench;
  let panel: ConversationPanel;

  const script = (request: GatewayRequest) => {
    if (isForSummary(request)) return answer('The user asks about **fruit**.');
    return charactersOf(request) > maxCharacters
      ? failure(400, { message: 'This model has a maximum context length.', code: 'context_length_exceeded' })
      : answer(essay);
  };
  useWorkbench({ script }, (opened) => ({ gateway, workbench, panel } = opened));
  before(async () => {
    await panel.askFromPalette('About fruit?');
    await panel.inState('done').waitFor();
    await panel.send('More?');
    await panel.inState('done').and(panel.assistants.nth(1)).waitFor();
    gateway.reset();
  });

  const summary = () => panel.frame.getByRole('article', { name: 'Summary' });
  /** Returns the beginnings of the texts that the n-th request contained. */
  const sent = async (n: number): Promise<readonly string[]> =>
    textsOf((await gateway.request(n)).json).map((content) => content.slice(0, 75));
  const prompts = () => panel.frame.locator('[data-part="prompt"]:visible').allInnerTexts();

  it('is offered when a request is too long', async () => {
    await panel.send(`And why? ${essay}`);
    await panel.button('Continue with a summary').click();
    await summary().getByText('The user asks about fruit.').waitFor();
    await panel.frame.getByRole('heading', { name: /^Summary of [12] earlier turns?$/ }).waitFor();
  });

  it('replaces the earlier turns when the user retries the request that was too long', async () => {
    await panel.button('Retry now').click();
    await panel.inState('done').waitFor();
    const texts = await sent(3);
    assert.match(texts[0] ?? '', /^Summary of our conversation so far:\n\nThe user asks about \*\*fruit\*\*\.$/);
    assert.match(texts.at(-1) ?? '', /^And why\? Apples/);
    assert.ok(charactersOf(await gateway.request(3)) <= maxCharacters);
  });

  it('still hides the earlier turns after a reload of the window', async () => {
    await workbench.reload();
    await summary().waitFor();
    assert.ok(!(await prompts()).includes('About fruit?'));
  });

  it('shows the earlier turns when the user clicks its button', async () => {
    await panel.frame.getByRole('button', { name: /earlier turns?$/ }).click();
    assert.equal((await prompts())[0], 'About fruit?');
  });

  it('can be edited', async () => {
    await summary().getByRole('button', { name: 'Edit', exact: true }).click();
    await panel.frame.getByRole('textbox', { name: 'Edit the summary' }).fill('Only pears.');
    await panel.button('Save').click();
    await summary().getByText('Only pears.').waitFor();
  });

  it('can start a new conversation', async () => {
    await panel.button('New conversation with this summary').click();
    await panel.frame.getByRole('heading', { name: 'Summary of “About fruit?”' }).waitFor();
    gateway.reset();
    await panel.send('Go on');
    await panel.inState('done').waitFor();
    const texts = await sent(1);
    assert.match(texts[0] ?? '', /Only pears\.$/);
    assert.equal(texts.at(-1), 'Go on');
  });

  it('is left out of requests after the user removes it', async () => {
    await panel.button('Remove').click();
    await summary().waitFor({ state: 'detached' });
    gateway.reset();
    await panel.send('Once more');
    const texts = await sent(1);
    assert.deepEqual([texts[0], texts.length, texts.at(-1)], ['Go on', 3, 'Once more']);
  });

  it('is interrupted by a reload of the window, which leaves the queued prompt unsent', async () => {
    gateway.script = (request) =>
      isForSummary(request) ? [{ delta: 'The user asks' }, { end: 'stall' }] : script(request);
    await panel.newConversation();
    await panel.send('About fruit?');
    await panel.inState('done').waitFor();
    await panel.send('More?');
    await panel.inState('done').and(panel.assistants.nth(1)).waitFor();
    await panel.send(`And why? ${essay}`);
    await panel.button('Continue with a summary').click();
    await summary().getByText('The user asks').waitFor();
    await panel.send('And nuts?');
    await panel.frame.getByText('Starts after the summary').waitFor();
    await workbench.reload();
    await summary().getByText('The summary was interrupted.').waitFor();
    await panel.frame.getByText('Not sent.').waitFor();
    gateway.script = script;
    await summary().getByRole('button', { name: 'Summarize again' }).click();
    await summary().getByText('The user asks about fruit.').waitFor();
    await panel.button('Send now').click();
    await panel.inState('done').waitFor();
  });
});
