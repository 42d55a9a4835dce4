import assert from 'node:assert/strict';
import { startGateway, type Gateway } from '../support/testGateway';
import { type ConversationPanel, testKey } from './support/conversationPanel';
import { useWorkbench } from './support/sharedWindow';

describe('management of gateways', () => {
  let panel: ConversationPanel;
  let [local, relay]: Gateway[] = [];

  before(async () => {
    local = await startGateway({ models: ['llama-small', 'llama-large'], requireKey: undefined });
    relay = await startGateway({ models: ['anthropic/claude-sonnet-4'], requireKey: testKey });
  });
  after(() => Promise.all([local?.close(), relay?.close()]));
  useWorkbench({}, (opened) => ({ panel } = opened));

  const hostOf = (gateway: Gateway | undefined): string => new URL(gateway!.baseUrl).host;
  const addOther = async (gateway: Pick<Gateway, 'baseUrl'> | undefined): Promise<void> => {
    const { quickInput } = panel.workbench;
    await panel.run('addGateway');
    await quickInput.choose('Other base URL…');
    await quickInput.fill(gateway!.baseUrl);
  };

  it('adds a local gateway without an API key and uses one of its models as a substitute', async () => {
    const { quickInput } = panel.workbench;
    await addOther(local);
    await quickInput.pick('llama-large');
    await panel.workbench.toast(`${hostOf(local)} was added. Models available: 2.`).waitFor();
  });

  it('adds a gateway after the user has entered its API key and confirmed the model names', async () => {
    const { quickInput } = panel.workbench;
    await addOther(relay);
    await quickInput.fillPassword(testKey);
    await quickInput.rows('claude-sonnet-4 → anthropic/claude-sonnet-4').waitFor();
    await quickInput.input.press('Enter');
    await panel.workbench.toast(`${hostOf(relay)} was added. Models available: 1.`).waitFor();
  });

  const has = (text: string, gateway: Gateway | undefined): Promise<void> =>
    panel.workbench.quickInput
      .rowsWith(text)
      .filter({ hasText: hostOf(gateway) })
      .waitFor();

  it('lists the gateways with their API keys and models', async () => {
    await panel.run('manageGateways');
    await has('primary · API key set', panel.gateway);
    await has('all other models → llama-large', local);
    await has('claude-sonnet-4 → anthropic/claude-sonnet-4', relay);
  });

  it('moves a backup gateway up', async () => {
    const { quickInput } = panel.workbench;
    await quickInput.pressOnRow(hostOf(relay), 'Move up');
    await has('backup 1', relay);
  });

  it('makes a backup gateway the primary gateway', async () => {
    const { quickInput } = panel.workbench;
    await quickInput.pressOnRow(hostOf(local), 'Make primary');
    await has('primary · no API key required', local);
    await quickInput.dismiss();
  });

  it('sends the next prompt to the new primary gateway', async () => {
    await panel.newConversation();
    await panel.send('hello');
    await panel.inState('done').waitFor();
    const [sent] = local!.requests;
    assert.equal(sent?.headers.authorization, undefined);
    assert.match(sent?.body ?? '', /"model":"llama-large"/);
    assert.equal(panel.gateway.requests.length, 0);
  });

  it('removes a gateway that is no longer the primary gateway', async () => {
    const { quickInput } = panel.workbench;
    await panel.run('manageGateways');
    await quickInput.rows(hostOf(panel.gateway)).click();
    await quickInput.rows('Make primary').click();
    await has('primary', panel.gateway);
    await quickInput.pressOnRow(hostOf(local), 'Remove');
    await quickInput.rowsWith(hostOf(local)).waitFor({ state: 'hidden' });
    await quickInput.dismiss();
  });

  it('marks a gateway as unresponsive until the gateway responds', async () => {
    const { quickInput, page } = panel.workbench;
    const stopped = await startGateway();
    const { baseUrl } = stopped;
    await stopped.close();
    const { host, port } = new URL(baseUrl);
    await addOther({ baseUrl });
    await quickInput.input.and(page.getByPlaceholder(`${host} doesn't respond (connection refused)`)).waitFor();
    await quickInput.pick('Add anyway');
    await panel.workbench.notice(`${host} was added. It will be used once it responds.`).waitFor();
    await panel.run('manageGateways');
    await quickInput.rowsWith("hasn't responded yet").filter({ hasText: host }).waitFor();
    await quickInput.dismiss();
    const started = await startGateway({ port: Number(port) });
    await panel.run('testConnection');
    await panel.run('manageGateways');
    await quickInput.rowsWith(host).filter({ hasNotText: "hasn't responded yet" }).waitFor();
    await quickInput.dismiss();
    await started.close();
  });
});
