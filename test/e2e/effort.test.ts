import assert from 'node:assert/strict';
import { failure } from '../../src/demo/replies';
import { answer } from '../support/replies';
import type { Gateway } from '../support/testGateway';
import type { ConversationPanel } from './support/conversationPanel';
import { useWorkbench } from './support/sharedWindow';
import type { Workbench } from './support/workbench';

describe('reasoning effort in the panel', () => {
  let gateway: Gateway;
  let workbench: Workbench;
  let panel: ConversationPanel;

  const settings = { 'holysheep.reasoningEffort': 'low', 'holysheep.model': 'relay-model' };
  useWorkbench({ settings }, (opened) => ({ gateway, workbench, panel } = opened));
  before(() => panel.newConversation());
  /** The levels that the gateway refuses. */
  let refused: readonly unknown[];
  beforeEach(() => (refused = []));

  const choose = async (level: string): Promise<void> => {
    await panel.button('Reasoning effort').click();
    await panel.frame.getByRole('menuitemradio', { name: level, exact: true }).click();
  };
  const shown = (level: string) => panel.button('Reasoning effort').getByText(level, { exact: true }).waitFor();
  /** Sends a prompt and returns the effort in each of its requests. */
  const sent = async (prompt: string): Promise<readonly unknown[]> => {
    gateway.reset();
    gateway.script = ({ json }) =>
      refused.includes(json?.['reasoning_effort'])
        ? failure(400, { message: "Unsupported value: 'reasoning_effort' must be one of low, medium." })
        : answer(`Answer to ${prompt}.`);
    await panel.send(prompt);
    await panel.inState('done').getByText(`Answer to ${prompt}.`).waitFor();
    return gateway.requests.map(({ json }) => json?.['reasoning_effort']);
  };

  it('comes from the settings until the user chooses a level', async () => {
    await shown('Low');
    assert.deepEqual(await sent('one'), ['low']);
  });

  it('is sent with the level that the user chooses', async () => {
    await choose('High');
    await shown('High');
    assert.deepEqual(await sent('two'), ['high']);
  });

  it('is remembered for the model after a reload of the window', async () => {
    await workbench.reload();
    await shown('High');
    assert.deepEqual(await sent('three'), ['high']);
  });

  it('is replaced with the nearest level that the gateway accepts', async () => {
    refused = ['high'];
    assert.deepEqual(await sent('four'), ['high', 'medium']);
    await panel.assistant
      .getByText("The gateway doesn't accept the reasoning effort High. The request was sent with Medium.")
      .waitFor();
    await shown('High → Medium');
    await panel.assistant.locator('.turn-summary').click();
    await panel.assistant.getByText('Reasoning effort: Medium').first().waitFor();
  });

  it('is left out of the request when the user chooses Model default', async () => {
    await choose('Model default');
    assert.deepEqual(await sent('five'), [undefined]);
  });
});
