import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Gateway } from '../support/testGateway';
import { rateLimited } from '../../src/demo/replies';
import { answer, replySequence } from '../support/replies';
import { out } from '../support/paths';
import { ConversationPanel } from './support/conversationPanel';
import { useWorkbench } from './support/sharedWindow';
import type { Workbench } from './support/workbench';

describe('rate limit of a gateway that two windows use', () => {
  let gateway: Gateway;
  let first: Workbench;
  let here: ConversationPanel;
  let there: ConversationPanel;

  const script = replySequence(rateLimited(120), answer('the answer'));
  useWorkbench({ script }, (opened) => ({ gateway, workbench: first, panel: here } = opened));

  it('delays a prompt in the second window, too', async () => {
    await here.askFromPalette('from one window');
    await here.inState('waiting').waitFor();
    const second = await first.newWindow();
    there = new ConversationPanel(second, gateway);
    await there.askFromPalette('from another window');
    await there.inState('waiting').waitFor();
    assert.equal(gateway.requests.length, 1);
    const card = await there.frame.getByRole('status').innerText();
    assert.match(card, /Rate limited by 127\.0\.0\.1/);
    assert.match(card, /another window/i);
    mkdirSync(path.join(out, 'pictures'), { recursive: true });
    await second.screenshot(path.join(out, 'pictures/told-by-another-window.png'));
  });

  it('no longer delays prompts in either window after the user resets the network state', async () => {
    await first.page.bringToFront();
    await first.runCommand('HolySheep: Reset Network State');
    for (const panel of [here, there]) {
      await panel.inState('done').waitFor();
      assert.match(await panel.answer.innerText(), /the answer/);
    }
    assert.equal(gateway.requests.length, 3);
  });
});

describe('conversation that is open in two windows', () => {
  let first: Workbench;
  let here: ConversationPanel;
  let second: Workbench;
  let there: ConversationPanel;

  useWorkbench({ script: () => answer('the answer') }, (opened) => ({ workbench: first, panel: here } = opened));

  it('is read-only in the second window', async () => {
    await here.askFromPalette('Whose is it?');
    await here.inState('done').waitFor();
    second = await first.newWindow({ sameFolder: true });
    await second.runCommand('HolySheep: Open History');
    await second.quickInput.rowsWith('Whose is it?').click();
    there = new ConversationPanel(second, here.gateway);
    await there.answer.getByText('the answer').waitFor();
    await second.notice('This conversation is open in another window.').waitFor();
    for (const name of ['Regenerate', 'Edit']) assert.equal(await there.button(name).count(), 0);
    assert.equal(await there.prompt.isVisible(), false);
  });

  it('shows the next answer of the first window in the second window, too', async () => {
    await first.page.bringToFront();
    await here.send('And now?');
    await here.assistants.nth(1).getByText('the answer').waitFor();
    await second.page.bringToFront();
    await there.assistants.nth(1).getByText('the answer').waitFor();
    await second.screenshot(path.join(out, 'pictures/open-in-another-window.png'));
  });

  it('becomes read-only in the first window when the user presses Open here in the second window', async () => {
    await there.button('Open here').click();
    await there.send('Is it mine?');
    await there.assistants.nth(2).getByText('the answer').waitFor();
    await first.page.bringToFront();
    await here.button('Open here').waitFor();
    await here.assistants.nth(2).getByText('the answer').waitFor();
    assert.equal(await here.prompt.isVisible(), false);
  });

  it('becomes writable in the first window when the user presses Open here in that window', async () => {
    await here.button('Open here').click();
    await here.send('Mine again');
    await here.assistants.nth(3).getByText('the answer').waitFor();
  });
});
