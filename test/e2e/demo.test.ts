import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { ConversationPanel } from './support/conversation';
import { Workbench } from './support/workbench';

describe('offline demo', () => {
  let workbench: Workbench;
  let panel: ConversationPanel;

  before(async () => {
    workbench = await Workbench.open();
    panel = new ConversationPanel(workbench);
    await workbench.runCommand('HolySheep: Open Offline Demo');
  });
  after(() => workbench.close());

  const bar = (): Locator => panel.frame.getByRole('region', { name: 'Offline demo' });
  const step = (heading: string): Promise<void> => bar().getByText(heading).waitFor();
  const answered = (text: string): Promise<void> => panel.assistant.getByText(text).first().waitFor();

  it('introduces the first scenario before the first prompt', async () => {
    await step('1 of 6: Rate limited, with Retry-After');
    await workbench.statusBarItem('holysheep.model').getByText('Offline demo').waitFor();
  });

  it('starts with the keyboard, and waits for the delay that the gateway named', async () => {
    await panel.button('Start').press('Enter');
    await panel.inState('waiting').getByText('The gateway said to wait 5 s').waitFor();
    await step('2 of 6: Overloaded');
    await panel.inState('done').waitFor();
    await workbench.tab('Offline demo').waitFor();
  });

  it('switches to the fallback model when a model stays overloaded', async () => {
    await panel.frame.locator(':focus').and(panel.button('Next step')).waitFor();
    await panel.button('Next step').press('Enter');
    await answered('demo-overload was overloaded. Switched to demo-steady.');
    await panel.button('Skip').click();
    await step('3 of 6: Stream stalls mid-answer');
  });

  it('abandons a stalled stream and resumes the answer', async () => {
    await panel.button('Next step').click();
    await answered('Answered after 2 attempts');
    await step('4 of 6: Connection drops mid-answer');
  });

  it('resumes an answer whose stream broke', async () => {
    await panel.button('Next step').click();
    await answered('Answered after 2 attempts');
    await step('5 of 6: Primary route down');
  });

  it('answers over the backup route while the primary route is down', async () => {
    await panel.button('Next step').click();
    await answered('Answered after 3 attempts');
    await step('6 of 6: Out of credit');
  });

  it('asks another demo model when the user switches models after the failure of the last step', async () => {
    await panel.button('Next step').click();
    await panel.inState('failed').getByRole('alert').waitFor();
    await step("You've finished the tour.");
    await panel.button('Open billing').click();
    await workbench.toast('There is nothing to pay').waitFor();
    await panel.button('Switch model').click();
    await workbench.pick('demo-reasoning');
    await panel.inState('done').waitFor();
    assert.equal(workbench.page.context().pages().length, 1);
  });

  it('ends when its panel is closed', async () => {
    await workbench.runCommand('View: Close Editor');
    await workbench.statusBarItem('holysheep.model').getByText('claude-sonnet-4').waitFor();
  });
});
