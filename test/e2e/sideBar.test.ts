import assert from 'node:assert/strict';
import path from 'node:path';
import { axeFindings } from '../support/axeFindings';
import { out } from '../support/paths';
import { answer } from '../support/replies';
import type { Gateway } from '../support/testGateway';
import type { ConversationPanel } from './support/conversationPanel';
import { useWorkbench } from './support/sharedWindow';
import type { Workbench } from './support/workbench';

describe('conversation in the side bar', () => {
  let gateway: Gateway;
  let workbench: Workbench;
  let tab: ConversationPanel;
  let view: ConversationPanel;

  const settings = { 'holysheep.openIn': 'sideBar' };
  useWorkbench({ settings }, (opened) => {
    ({ gateway, workbench, panel: tab } = opened);
    view = tab.inSideBar;
  });

  it('opens with the answer when the user runs Ask', async () => {
    gateway.script = () => answer('Hello.');
    await tab.run('ask');
    await workbench.page.getByText('The conversation opens in the side bar.').waitFor();
    await workbench.fillInput('Say hello');
    await view.answer.getByText('Hello.').waitFor();
    assert.equal(await workbench.tab('Say hello').count(), 0);
    await workbench.screenshot(path.join(out, 'pictures/side-bar.png'));
  });

  it('has no axe violations', async () => {
    assert.deepEqual(await axeFindings((expression) => view.inPage(expression)), []);
  });

  it('stops an answer when the user presses Stop', async () => {
    await view.askForBeginning('Count', 'one two three');
    await view.stop();
    assert.match(await view.answer.innerText(), /one two three/);
  });

  it('moves to an editor with the draft while an answer arrives, and loses no text', async () => {
    await view.askForBeginning('Count on', 'four five six');
    await view.prompt.fill('and then');
    await workbench.titleAction('Open in Editor');
    await tab.inState('streaming').filter({ hasText: 'four five six' }).waitFor();
    assert.equal(await tab.prompt.inputValue(), 'and then');
    await view.frame.getByRole('heading', { name: view.words.panel.emptyTitle }).waitFor();
    await workbench.screenshot(path.join(out, 'pictures/side-bar-moved.png'));
  });
});
