import assert from 'node:assert/strict';
import type { Gateway } from '../../src/demo/gateway';
import { answer, deltas } from '../../src/demo/replies';
import { type ConversationPanel, ask, useWorkbench } from './support/conversation';
import { pausedAnswer } from './support/pausedAnswer';
import type { Workbench } from './support/workbench';

describe('panel with several versions of an exchange', () => {
  let gateway: Gateway;
  let workbench: Workbench;
  let panel: ConversationPanel;

  useWorkbench({ script: () => answer('Apples are red.') }, (opened) => ({ gateway, workbench, panel } = opened));
  before(async () => {
    await ask(workbench, 'What color are apples?');
    await panel.inState('done').waitFor();
    gateway.script = () => answer('A follow-up answer.');
    await panel.send('And why?');
    await panel.answer.getByText('A follow-up answer.').waitFor();
  });
  beforeEach(() => gateway.reset());

  const first = {
    get you() {
      return panel.frame.getByRole('article', { name: 'You' }).first();
    },
    get assistant() {
      return panel.frame.getByRole('article', { name: 'Assistant' }).first();
    },
  };
  const turns = async (): Promise<readonly string[]> =>
    panel.frame.locator('[data-part="prompt"], [data-part="answer"]').allInnerTexts();
  const sent = (): unknown => gateway.requests[0]?.json?.messages.map(({ content }) => content);

  it('shows the edited prompt in place of the original one, and hides the exchanges that followed', async () => {
    gateway.script = () => answer('Pears are green.');
    await first.you.hover();
    await first.you.getByRole('button', { name: 'Edit', exact: true }).click();
    const box = panel.frame.getByRole('textbox', { name: 'Edit your prompt' });
    assert.equal(await box.inputValue(), 'What color are apples?');
    await box.fill('What color are pears?');
    await panel.button('Resend').click();
    await panel.answer.getByText('Pears are green.').waitFor();
    await first.assistant.getByText('2 of 2').waitFor();
    assert.deepEqual(await turns(), ['What color are pears?', 'Pears are green.']);
    assert.deepEqual(sent(), ['What color are pears?']);
  });

  it('keeps both answers after Regenerate', async () => {
    gateway.script = () => answer('Because of their skin.');
    await panel.assistant.getByRole('button', { name: 'Regenerate', exact: true }).click();
    await panel.answer.getByText('Because of their skin.').waitFor();
    await panel.assistant.getByText('2 of 2').waitFor();
    assert.deepEqual(sent(), ['What color are apples?', 'Apples are red.', 'And why?']);
  });

  it('keeps all versions after a reload, and shows the same version as before', async () => {
    await panel.assistant.getByRole('button', { name: 'Previous version' }).click();
    await panel.answer.getByText('Because of their skin.').waitFor();
    await workbench.reload();
    await panel.answer.getByText('Because of their skin.').waitFor();
    await panel.assistant.getByText('2 of 3').waitFor();
    await panel.assistant.getByRole('button', { name: 'Next version' }).click();
    await panel.answer.getByText('Ask a botanist.').waitFor();
    await first.assistant.getByRole('button', { name: 'Next version' }).click();
    await panel.answer.getByText('Pears are green.').waitFor();
    assert.deepEqual(await turns(), ['What color are pears?', 'Pears are green.']);
  });

  it('stops the running turn of a later prompt when the user edits an earlier prompt', async () => {
    gateway.script = pausedAnswer(deltas('It goes on'), []).script;
    await panel.send('And how?');
    await panel.answer.getByText('It goes on').waitFor();
    const [running] = gateway.requests;
    gateway.script = () => answer('Plums are blue.');
    await first.you.hover();
    await first.you.getByRole('button', { name: 'Edit', exact: true }).click();
    await panel.frame.getByRole('textbox', { name: 'Edit your prompt' }).fill('What color are plums?');
    await panel.button('Resend').click();
    await panel.answer.getByText('Plums are blue.').waitFor();
    assert.equal(await running?.closed, 'client');
    await first.assistant.getByText('3 of 3').waitFor();
    await first.assistant.getByRole('button', { name: 'Previous version' }).click();
    await panel.inState('stopped').waitFor();
    assert.deepEqual(await turns(), ['What color are pears?', 'Pears are green.', 'And how?', 'It goes on']);
  });
});
