import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type { Conversation } from '../../../src/host/conversation/conversation';
import { ExchangeTree } from '../../../src/host/journal/exchangeTree';
import type { GatewaySets } from '../../../src/host/connection/gatewaySet';
import { initialTurn, reduceTurn, type TurnState } from '../../../src/engine/state/turnState';
import type { Situation } from '../../../src/host/status/activity';
import type { ConnectionView } from '../../../src/shared/protocol';
import { englishL10n, useVSCode } from '../../support/fakeVSCode';
import { fake } from '../../support/fake';
import { refOf } from '../../support/gatewayRef';

interface Item {
  text?: string;
  tooltip?: string;
  accessibilityInformation?: { readonly label: string };
}

const ignore = (): void => undefined;
const idle: Situation = {
  runningConversation: undefined,
  runningCount: 0,
  failure: undefined,
  cooldown: undefined,
  scheduled: { count: 0 },
};

describe('status bar', () => {
  const items: Record<string, Item> = {};
  let activityUpdates = 0;
  useVSCode({
    l10n: englishL10n,
    env: { language: 'en' },
    StatusBarAlignment: { Right: 2 },
    window: {
      createStatusBarItem: (id: string) =>
        (items[id] = {
          show: () => void (activityUpdates += id === 'holysheep.activity' ? 1 : 0),
          hide: ignore,
          dispose: ignore,
        } as Item),
    },
  });

  const create = async (situation: () => Situation, fields: Partial<ConnectionView> = {}) => {
    const { StatusBar } = await import('../../../src/host/status/statusBar');
    activityUpdates = 0;
    const view: ConnectionView = { model: 'm', host: 'api.example', hasKey: true, set: 'own', ...fields };
    const subscribe = (show: (view: ConnectionView) => void) => {
      show(view);
      return { dispose: ignore };
    };
    return new StatusBar(fake<GatewaySets>({ subscribe }), situation);
  };
  const running = (
    origin: string,
    state: TurnState = { ...initialTurn, phase: 'streaming', gateway: refOf(origin) },
  ): Situation => {
    const answer = { id: 'a', isQueued: false, state };
    const conversation: Partial<Conversation> = {
      answersToRetry: [answer],
      last: undefined,
      activeAnswer: answer,
      activeAnswers: [answer],
      tree: new ExchangeTree(),
    };
    return { ...idle, runningConversation: fake(conversation), runningCount: 1 };
  };
  const modelLines = (): readonly string[] => {
    const { tooltip = '', accessibilityInformation } = items['holysheep.model'] ?? {};
    assert.equal(accessibilityInformation?.label, tooltip.replaceAll(/(?<!\.)\n/g, '. ').replaceAll('\n', ' '));
    return tooltip.split('\n').slice(1, -1);
  };

  it('shows the primary gateway and the number of backup gateways', async () => {
    (await create(() => idle, { backups: ['one.example', 'two.example'] })).dispose();
    assert.deepEqual(modelLines(), ['Gateway: api.example', 'Backup gateways: 2']);
  });

  it('shows only the primary gateway if there is no backup gateway', async () => {
    (await create(() => idle)).dispose();
    assert.deepEqual(modelLines(), ['Gateway: api.example']);
  });

  it('shows the gateway after the model if only a backup gateway offers the model', async () => {
    (await create(() => idle, { host: 'Home $(alert)', gateway: 'Home $(alert)' })).dispose();
    assert.equal(items['holysheep.model']?.text, '$(sparkle) m · Home $\u2060(alert)');
  });

  it('shows no gateway after the model if the primary gateway offers the model', async () => {
    (await create(() => idle)).dispose();
    assert.equal(items['holysheep.model']?.text, '$(sparkle) m');
  });

  it('shows the time without data after three seconds', async () => {
    mock.timers.enable({ apis: ['Date', 'setTimeout', 'setInterval'], now: 1_000_000 });
    try {
      const origin = 'https://a.example';
      let situation = running(origin);
      const statusBar = await create(() => situation);
      statusBar.refresh();
      mock.timers.tick(300);
      const attempt = {
        type: 'attempt',
        attempt: 1,
        at: 0,
        time: 1_000_300,
        model: 'm',
        why: 'first',
        gateway: refOf(origin),
      } as const;
      situation = running(origin, reduceTurn(initialTurn, attempt));
      statusBar.refresh();
      const texts = [2999, 1, 999, 1].map((ms) => {
        mock.timers.tick(ms);
        return items['holysheep.activity']?.text;
      });
      statusBar.dispose();
      const [answering, third, fourth] = ['Answering…', 'Waiting 3 s', 'Waiting 4 s'].map(
        (text) => `$(loading~spin) ${text}`,
      );
      assert.deepEqual(texts, [answering, third, third, fourth]);
    } finally {
      mock.timers.reset();
    }
  });

  it('is updated during a turn only when its text changes', async () => {
    let situation = running('https://a.example');
    const statusBar = await create(() => situation);
    for (let event = 0; event < 3; event++) statusBar.refresh();
    assert.equal(activityUpdates, 1);
    situation = { ...situation, runningCount: 2 };
    statusBar.refresh();
    assert.equal(activityUpdates, 2);
    statusBar.dispose();
    situation = running('https://b.example');
    statusBar.refresh();
    assert.equal(activityUpdates, 2);
  });
});
