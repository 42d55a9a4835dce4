import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import type { ConversationPanel } from './support/conversationPanel';
import { useWorkbench } from './support/sharedWindow';
import type { Workbench } from './support/workbench';

describe('offline demo', () => {
  let workbench: Workbench;
  let panel: ConversationPanel;

  const settings = { 'holysheep.baseUrl': undefined };
  useWorkbench({ settings, withoutKey: true }, (opened) => ({ workbench, panel } = opened));
  before(() => workbench.runCommand('HolySheep: Open Offline Demo'));

  const bar = (): Locator => panel.frame.getByRole('region', { name: 'Offline demo' });
  const step = (heading: string): Promise<void> => bar().getByText(heading).waitFor();
  const answered = (text: string): Promise<void> => panel.assistant.getByText(text).first().waitFor();

  it('introduces the first scenario before the first prompt', async () => {
    await step('Next: Rate limited, with Retry-After (1 of 6)');
    await workbench.statusBarItem('holysheep.model').getByText('Offline demo').waitFor();
  });

  it('shows the delay that the demo gateway asks for in the first scenario', async () => {
    await panel.button('Run it').press('Enter');
    await panel.inState('waiting').getByText('The gateway said to wait 5 s').waitFor();
    await step('Next: Overloaded');
    await panel.inState('done').waitFor();
    await workbench.tab('Offline demo').waitFor();
  });

  it('switches to the fallback model when a model stays overloaded', async () => {
    await panel.frame.locator(':focus').and(panel.button('Run it')).waitFor();
    await panel.button('Run it').press('Enter');
    await answered('demo-steady');
    await panel.button('Skip').click();
    await answered('demo-overload was overloaded. Switched to demo-steady.');
    await step('Next: Stream stalls mid-answer (3 of 6)');
  });

  it('explains that there is nothing to pay when the user presses Open billing', async () => {
    for (const next of ['Next: Connection drops mid-answer (4 of 6)', 'Next: Out of credit (5 of 6)']) {
      await panel.button('Skip').click();
      await step(next);
    }
    await panel.button('Run it').click();
    await panel.inState('failed').getByRole('alert').waitFor();
    await panel.button('Open billing').click();
    await workbench.page.locator('.statusbar').getByText('There is nothing to pay').waitFor();
  });

  it('answers with the demo model that the user chooses after Switch model', async () => {
    await panel.button('Switch model').click();
    await workbench.pick('demo-reasoning');
    await panel.inState('done').waitFor();
    assert.equal(workbench.page.context().pages().length, 1);
  });

  it('ends its tour with an answer of the backup gateway and an offer to set an API key', async () => {
    await step('Next: Primary gateway down (6 of 6)');
    await panel.button('Run it').click();
    await step("You've seen everything.");
    await panel.inState('done').waitFor();
    await panel.button('Set API key').waitFor();
  });

  it('opens a new conversation when the user leaves the demo', async () => {
    await panel.button('Leave the demo').click();
    await panel.frame.getByRole('heading', { name: 'Ask HolySheep' }).waitFor();
    await workbench.statusBarItem('holysheep.model').getByText('claude-sonnet-4').waitFor();
    await workbench.runCommand('HolySheep: Open Offline Demo');
    await step('Next: Rate limited');
  });

  it('ends when the user closes all its panels', async () => {
    await workbench.runCommand('View: Close All Editors');
    await workbench.statusBarItem('holysheep.model').getByText('claude-sonnet-4').waitFor();
  });
});
