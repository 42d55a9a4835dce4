import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events/events';
import type { PanelServices } from '../../../src/host/panel/panelServices';
import { refOf } from '../../support/gatewayRef';
import { useVSCode } from '../../support/fakeVSCode';
import { openConversation } from '../../support/host/openedConversation';
import { attempt, done, failed, waitForEvents } from '../../support/host/scriptedEngine';
import { FakePanel, idleServices, noSubscription, openConversations, openPanel } from './fakePanel';

const refused = (next: string): StreamEvent => Object.assign(failed(''), { nextGateway: refOf(next) });

describe('gateway of the next prompt in a panel', () => {
  useVSCode({ languages: { onDidChangeDiagnostics: noSubscription } });

  it('is the gateway to which the user has switched, until a turn at that gateway fails', async () => {
    const view = new FakePanel();
    const { ask, conversation, emit, engine, gatewaySets } = openConversation();
    const viewOf = (host = 'primary') => Promise.resolve({ model: 'm', host });
    Object.assign(gatewaySets.own, { view: viewOf });
    const services = {
      ...idleServices,
      conversations: openConversations,
      gatewaySets,
      efforts: { viewOf: () => ({ level: 'default', levels: [] }), onDidChange: noSubscription },
      onError: assert.ifError,
    } as unknown as PanelServices;
    const { panel } = await openPanel(view, conversation, services);
    const shownHosts = async (): Promise<readonly string[]> => {
      await waitForEvents();
      return view.posted.splice(0).flatMap((message) => (message.type === 'connection' ? message.connection.host : []));
    };
    await view.send({ type: 'ready' });
    const id = ask('one', attempt(), refused('https://backup.example/v1'));
    assert.deepEqual(await shownHosts(), []);
    conversation.switchGateway(id);
    emit(attempt(), done('1'));
    assert.deepEqual(await shownHosts(), ['https://backup.example/v1']);
    ask('two', refused('https://primary.example/v1'));
    assert.deepEqual(await shownHosts(), ['primary']);
    assert.equal(engine.turns.length, 3);
    panel.dispose();
  });
});

describe('recent models in a panel', () => {
  useVSCode({ languages: { onDidChangeDiagnostics: noSubscription } });

  it('are read for the first snapshot and when a turn starts or ends, but not when a cooldown changes', async () => {
    const view = new FakePanel();
    const { ask, conversation, gatewaySets } = openConversation();
    let reads: string[] = [];
    const readsAfterEvents = async (): Promise<readonly string[]> => {
      reads = [];
      await waitForEvents();
      return reads;
    };
    let changeCooldown: () => void = () => undefined;
    const recent = () => {
      reads.push('read');
      return Promise.resolve({ used: ['m'], compared: [] });
    };
    const services = {
      ...idleServices,
      conversations: openConversations,
      gatewaySets,
      efforts: {
        ...idleServices.efforts,
        onDidChange: (change: () => void) => {
          changeCooldown = change;
          return noSubscription();
        },
      },
      catalog: { ...idleServices.catalog, recent },
      onError: assert.ifError,
    } as unknown as PanelServices;
    const { panel } = await openPanel(view, conversation, services);
    await view.send({ type: 'ready' });
    assert.deepEqual(reads, ['read']);
    changeCooldown();
    assert.deepEqual(await readsAfterEvents(), []);
    reads = [];
    ask('one', attempt(), done('1'));
    assert.notDeepEqual(reads, []);
    panel.dispose();
  });
});
