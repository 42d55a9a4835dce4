import assert from 'node:assert/strict';
import type { PanelServices } from '../../../src/host/panel/panelServices';
import { useVSCode } from '../../support/fakeVSCode';
import { openConversation } from '../../support/host/openedConversation';
import { fakeSets } from '../../support/host/fakeSets';
import { waitForEvents } from '../../support/host/scriptedEngine';
import { FakePanel, idleServices, noSubscription, openConversations, openPanel } from './fakePanel';

describe('reasoning effort in a panel', () => {
  useVSCode({ languages: { onDidChangeDiagnostics: noSubscription } });

  it('is shown for the selected model, and can be chosen on the page', async () => {
    const view = new FakePanel();
    const chosen: unknown[] = [];
    let selected = 'm';
    let change = (): void => assert.fail('nobody listens');
    const services = {
      ...idleServices,
      conversations: openConversations,
      gatewaySets: fakeSets({ model: () => selected }).gatewaySets,
      efforts: {
        viewOf: (model: string) => ({ level: model === 'm' ? 'low' : 'high', levels: [] }),
        choose: (...choice: unknown[]) => Promise.resolve(chosen.push(choice)),
        onDidChange: (listener: () => void) => {
          change = listener;
          return noSubscription();
        },
      },
      onError: assert.ifError,
    } as unknown as PanelServices;
    const { panel } = await openPanel(view, openConversation().conversation, services);
    const levels = (): readonly unknown[] =>
      view.posted.splice(0).flatMap((message) => ('connection' in message ? [message.connection.effort?.level] : []));
    await view.send({ type: 'ready' });
    assert.deepEqual(levels(), ['low']);
    await view.send({ type: 'selectEffort', model: 'other', level: 'max' });
    await view.send({ type: 'selectEffort', model: 'other', level: 'huge' } as never);
    assert.deepEqual(chosen, [['other', 'max']]);
    assert.deepEqual(levels(), []);
    selected = 'other';
    change();
    await waitForEvents();
    assert.deepEqual(levels(), ['high']);
    panel.dispose();
  });
});
