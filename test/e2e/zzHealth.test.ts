import assert from 'node:assert/strict';
import { failure, rateLimited } from '../../src/demo/replies';
import { answer, cutAfter, replySequence } from '../support/replies';
import { useWorkbench } from './support/conversation';
import { baseUrlWithKey } from '../support/testGateway';
import { Stage } from './support/stage';

/** Opens the page of the network health as the only open editor. */
async function openHealth(stage: Stage): Promise<void> {
  await stage.workbench.runCommand('View: Close All Editors');
  await stage.run('openHealth');
  await stage.panel.getByRole('heading', { level: 1, name: stage.words.health.title }).waitFor();
}

describe('network health', () => {
  let stage: Stage;

  useWorkbench({}, ({ gateway, workbench }) => (stage = new Stage('en', gateway, workbench)));

  it('shows the numbers of the prompts that were sent', async () => {
    await stage.workbench.runCommand('View: Close All Editors');
    await stage.newConversation();
    const { short } = stage.texts;
    await stage.ask(
      'one',
      replySequence(rateLimited(1), cutAfter(short.slice(0, 90), 'reset'), answer(short.slice(90))),
    );
    await stage.inState('done').waitFor();
    await stage.ask('two', () => failure(402, { message: 'Insufficient Balance' }));
    await stage.inState('failed').waitFor();
    await openHealth(stage);
    const { health } = stage.words;
    const card = stage.panel.getByRole('article').filter({ hasText: new URL(baseUrlWithKey(stage.gateway)).host });
    await new Promise((r) => setTimeout(r, 3000)); console.log(await stage.panel.getByRole("article").allInnerTexts()); await card.getByText("33%").waitFor();
    await card.getByText('1 of 3 succeeded · 1 refused (out of credit)').waitFor();
    await card.getByText(health.details).click();
    assert.match(await card.innerText(), /rate limited[^]*out of credit/);
  });

  it('is restored with the chosen period after the window was reloaded', async () => {
    await stage.button(stage.words.health.days).click();
    await stage.workbench.reload();
    await stage.panel.getByRole('region', { name: stage.words.health.daysCaption }).waitFor();
  });

  it('is cleared after a confirmation', async () => {
    const { workbench, words } = stage;
    await stage.button(words.health.clear).click();
    const dialog = workbench.page.getByRole('dialog');
    await dialog.getByText(words.host('Clear the network health data?')).waitFor();
    await dialog.getByRole('button', { name: words.health.clear }).click();
    await stage.panel.getByRole('status').getByText(words.health.empty).waitFor();
  });
});
