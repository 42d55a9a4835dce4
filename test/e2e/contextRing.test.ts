import assert from 'node:assert/strict';
import { failure } from '../../src/demo/replies';
import { answer } from '../support/replies';
import type { Gateway } from '../support/testGateway';
import type { ConversationPanel } from './support/conversationPanel';
import { useWorkbench } from './support/sharedWindow';
import type { Workbench } from './support/workbench';

const windowTokens = 1000;
const words = (tokens: number): string => 'word'.repeat(tokens);

describe('ring that shows how full the context window is', () => {
  let gateway: Gateway;
  let workbench: Workbench;
  let panel: ConversationPanel;

  useWorkbench(
    { settings: { 'holysheep.model': 'relay-model' } },
    (opened) => ({ gateway, workbench, panel } = opened),
  );
  before(() => panel.newConversation());
  beforeEach(() => {
    gateway.reset();
    gateway.script = ({ json }) => {
      const tokens = Math.round(JSON.stringify(json?.['messages']).length / 4);
      const message = `This model's maximum context length is ${windowTokens} tokens. However, you requested ${tokens} tokens.`;
      return tokens > windowTokens ? failure(400, { message }) : answer('Baa.');
    };
  });

  const ring = () => panel.frame.locator('.context-ring');
  const name = (percent: string) => panel.frame.getByRole('button', { name: `Context window: about ${percent}% full` });

  it('appears after the gateway has named the context window of an unknown model', async () => {
    await panel.send(words(600));
    await panel.inState('done').getByText('Baa.').waitFor();
    assert.equal(await ring().isVisible(), false);
    await panel.send(words(700));
    await panel.inState('failed').waitFor();
    await name('60').waitFor();
  });

  it('includes the draft in its percentage', async () => {
    await panel.prompt.fill(words(300));
    await name('90').waitFor();
  });

  it('appears again after a reload of the window', async () => {
    await panel.prompt.fill('');
    await workbench.reload();
    await name('60').waitFor();
  });

  it('opens a menu that offers to continue with a summary', async () => {
    // The menu closes when the conversation scrolls, as it does after its turns have been drawn.
    await panel.inState('failed').waitFor();
    await ring().click();
    await panel.frame.getByRole('menuitem', { name: 'Continue with a summary' }).waitFor();
    await workbench.page.keyboard.press('Escape');
    await panel.frame.getByRole('menuitem').waitFor({ state: 'hidden' });
  });
});
