import assert from 'node:assert/strict';
import type { Gateway } from '../support/testGateway';
import { textsOf } from '../support/gateway/sentTexts';
import { answer } from '../support/replies';
import type { ConversationPanel } from './support/conversationPanel';
import { useWorkbench } from './support/sharedWindow';
import type { Workbench } from './support/workbench';

describe('panel with several versions of a prompt and its answer', () => {
  let gateway: Gateway;
  let workbench: Workbench;
  let panel: ConversationPanel;

  useWorkbench({ script: () => answer('Apples are red.') }, (opened) => ({ gateway, workbench, panel } = opened));
  before(async () => {
    await panel.askFromPalette('What color are apples?');
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
      return panel.assistants.first();
    },
  };
  const turns = async (): Promise<readonly string[]> =>
    panel.frame.locator('[data-part="prompt"], [data-part="answer"]').allInnerTexts();
  const sent = (): unknown => textsOf(gateway.requests[0]?.json);

  it('shows an edited prompt instead of the original prompt and its later turns', async () => {
    gateway.script = () => answer('Pears are green.');
    await first.you.hover();
    await first.you.getByRole('button', { name: 'Edit', exact: true }).click();
    const box = panel.frame.getByRole('textbox', { name: 'Edit your prompt' });
    assert.equal(await box.inputValue(), 'What color are apples?');
    await box.fill('What color are pears?');
    await panel.button('Resend').click();
    await panel.answer.getByText('Pears are green.').waitFor();
    await first.assistant.getByText('2/2').waitFor();
    assert.deepEqual(await turns(), ['What color are pears?', 'Pears are green.']);
    assert.deepEqual(sent(), ['What color are pears?']);
  });

  it('shows the original prompt with its later turns when the user presses Previous version', async () => {
    await first.assistant.getByRole('button', { name: 'Previous version' }).click();
    await first.assistant.getByText('1/2').waitFor();
    assert.deepEqual(await turns(), ['What color are apples?', 'Apples are red.', 'And why?', 'A follow-up answer.']);
    assert.equal(await first.assistant.getByRole('button', { name: 'Previous version' }).isDisabled(), true);
    assert.equal(gateway.requests.length, 0);
  });

  it('keeps both answers when the user presses Regenerate', async () => {
    gateway.script = () => answer('Because of their skin.');
    await panel.assistant.getByRole('button', { name: 'Regenerate', exact: true }).click();
    await panel.answer.getByText('Because of their skin.').waitFor();
    await panel.assistant.getByText('2/2').waitFor();
    assert.deepEqual(sent(), ['What color are apples?', 'Apples are red.', 'And why?']);
  });

  it('keeps all versions after a reload of the window', async () => {
    await workbench.reload();
    await panel.answer.getByText('Because of their skin.').waitFor();
    await panel.assistant.getByText('2/2').waitFor();
    await first.assistant.getByRole('button', { name: 'Next version' }).click();
    await panel.answer.getByText('Pears are green.').waitFor();
    assert.deepEqual(await turns(), ['What color are pears?', 'Pears are green.']);
  });
});
