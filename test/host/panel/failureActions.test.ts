import assert from 'node:assert/strict';
import type { Conversation } from '../../../src/host/conversation/conversation';
import type { Answer, Exchange } from '../../../src/shared/exchanges';
import type { PanelServices } from '../../../src/host/panel/panelServices';
import type { FaultAction } from '../../../src/shared/protocol';
import { useVSCode } from '../../support/fakeVSCode';
import { refOf } from '../../support/gatewayRef';
import { fakeSets } from '../../support/host/fakeSets';

type Call = readonly unknown[];

describe('button on a failure card', () => {
  let calls: Call[];
  let failed: Answer | undefined;
  let exchange: Exchange | undefined;
  let isDemo = false;
  let listed: readonly string[];
  /** What the dialog for a key or a gateway returns. */
  let dialogState: string;
  let usesPlainHttp: boolean;
  beforeEach(() => ([calls, listed, dialogState, usesPlainHttp, isDemo] = [[], [], 'verified', true, false]));

  const record =
    (name: string, result?: unknown) =>
    (...args: Call): unknown => {
      calls.push([name, ...args]);
      return result;
    };
  useVSCode({
    commands: { executeCommand: (...command: Call) => record('command', { state: dialogState })(...command) },
    env: { openExternal: record('openExternal') },
    Uri: { parse: (url: string) => url },
  });
  const turnActions =
    'retryNow,tryAnyway,continue,restart,summarize,switchModel,switchGateway,continueWithFallback'.split(',');
  const { gatewaySets } = fakeSets({
    model: () => 'acme-1',
    selectModel: (model) => Promise.resolve(void record('selectModel')(model)),
    mayUse: () => Promise.resolve(usesPlainHttp),
  });
  const conversation = {
    get set() {
      return isDemo ? gatewaySets.demo : gatewaySets.own;
    },
    requestOf: () => undefined,
    tree: {
      answer: () => failed,
      exchangeOf: () => exchange,
      summaryOf: () => undefined,
      precedingOf: () => ({ steps: [{ exchange: { prompt: 'Hi' }, answer: { id: 'a1', state: { text: 'Hello' } } }] }),
      isShown: () => true,
    },
    ...Object.fromEntries(turnActions.map((name) => [name, record(name)])),
  } as unknown as Conversation;
  const [origin, own] = ['https://failed.test', 'https://own.test'];
  const services = {
    gatewaySets,
    userGateways: { all: [{ id: own }], gatewayFor: () => Promise.resolve({ id: own }) },
    catalog: {
      pickOther: record('pickOther', 'acme-2'),
      factsOf: () => ({ contextWindow: 4 }),
      canReplace: (missing: string, other: string) => !listed.includes(missing) && listed.includes(other),
    },
    conversations: {
      startNew: record('startNew', 'new'),
    },
    panels: { show: record('show'), prefill: record('prefill') },
    budget: { mayStart: () => Promise.resolve(true) },
    schedule: { sendNow: record('sendNow'), schedule: record('schedule') },
  } as unknown as PanelServices;

  const settings = (query: string): Call => ['command', 'workbench.action.openSettings', query];
  const enterKey = ['command', 'holysheep.setApiKey', { baseUrl: origin }];
  const pick = ['pickOther', ['acme-1', 'acme-2', 'acme-3'], gatewaySets.own, false];
  const callsOfActions: Readonly<Record<FaultAction, readonly Call[]>> = {
    retryNow: [['retryNow', 'e1']],
    tryAnyway: [['tryAnyway', 'e1']],
    continue: [['continue', 'e1']],
    restart: [['restart', 'e1']],
    moreRoom: [['restart', 'e1', { moreRoom: true }]],
    withoutImages: [['restart', 'e1']],
    switchModel: [pick, ['switchModel', 'e1', 'acme-2']],
    switchGateway: [['switchGateway', 'e1']],
    continueWithFallback: [['continueWithFallback', 'e1']],
    sendLater: [['schedule', conversation, 'e1']],
    setApiKey: [enterKey, ['retryNow', 'e1']],
    addGateway: [
      ['command', 'holysheep.addGateway'],
      ['retryNow', 'e1'],
    ],
    openBilling: [['openExternal', origin]],
    checkUrl: [settings('holysheep.baseUrl')],
    networkSettings: [settings('http.proxy')],
    summarize: [['summarize', 'a1', undefined]],
    newConversation: [['startNew'], ['show', 'new', { location: undefined }], ['prefill', 'new', { text: 'Hi' }]],
    showLog: [['command', 'holysheep.showLog']],
    exportDiagnostics: [['command', 'holysheep.exportDiagnostics']],
  };
  const compared = ['acme-2', 'acme-3'].map((model) => ({ id: model, model, comparison: { id: 'acme-2' } }));
  const run = async (action: FaultAction, state: object = {}, isSummary = false): Promise<readonly Call[]> => {
    const { runFailureAction } = await import('../../../src/host/panel/failureActions');
    const turn = {
      model: 'acme-1',
      gateway: refOf(origin),
      gatewaySwitches: [],
      failure: { kind: 'auth', actions: [] },
      ...state,
    };
    failed = { id: 'e1', state: turn } as unknown as Answer;
    const asked = { prompt: 'Hi', answers: compared, selected: 'acme-2' } as unknown as Exchange;
    exchange = isSummary ? undefined : asked;
    await runFailureAction(services, conversation, 'e1', action);
    return calls;
  };

  for (const [action, expected] of Object.entries(callsOfActions)) {
    it(`performs its action ${action}`, async () => {
      if (action === 'addGateway') dialogState = 'added';
      assert.deepEqual(await run(action as FaultAction), expected);
    });
  }

  it('offers only models that can see images after the gateway has refused images of earlier prompts', async () => {
    const [pickCall] = await run('switchModel', { failure: { kind: 'request', actions: ['withoutImages'] } });
    assert.equal(pickCall?.at(-1), true);
  });

  it('starts a new conversation with an empty composer if the failed answer is a summary', async () => {
    const calls = await run('newConversation', {}, true);
    assert.deepEqual(calls.at(-1), ['prefill', 'new', { text: '' }]);
  });

  const backupUrls = settings('@id:holysheep.baseUrl,holysheep.backupBaseUrls');
  for (const { behavior, action, state, expected } of [
    {
      behavior: 'sends a scheduled prompt now',
      action: 'retryNow',
      state: { schedule: { id: 's1' } },
      expected: ['sendNow', 's1'],
    },
    {
      behavior: 'opens the billing page of the settings',
      action: 'openBilling',
      state: { gateway: undefined },
      expected: ['openExternal', own],
    },
    {
      behavior: 'shows the backup URLs after a gateway switch',
      action: 'checkUrl',
      state: { gatewaySwitches: [{}] },
      expected: backupUrls,
    },
    {
      behavior: 'sets the key of the primary gateway after a backup gateway has failed',
      action: 'setApiKey',
      state: { failure: { kind: 'connection' } },
      expected: ['command', 'holysheep.setApiKey', { baseUrl: own }],
    },
    {
      behavior: 'does not retry when the user cancels the key dialog',
      action: 'setApiKey',
      state: {},
      expected: enterKey,
    },
    {
      behavior: 'does not retry when the user adds no gateway',
      action: 'addGateway',
      state: {},
      expected: ['command', 'holysheep.addGateway'],
    },
  ] as const) {
    it(behavior, async () => {
      dialogState = 'cancelled';
      assert.deepEqual(await run(action, state), [expected]);
    });
  }

  describe('for a switch to another model', () => {
    const answerWith = (model: string, kind = 'model') =>
      ({ state: { model, failure: { kind } } }) as unknown as Answer;
    const turn = ['switchModel', 'e1', 'acme-2'];
    const switched = async (answer: Answer | undefined, models: readonly string[]): Promise<readonly Call[]> => {
      const { switchModel } = await import('../../../src/host/panel/failureActions');
      [failed, listed] = [answer, models];
      await switchModel(services, conversation, 'e1', 'acme-2');
      return calls;
    };

    it('does nothing if the user declines to send prompts over plain HTTP', async () => {
      usesPlainHttp = false;
      assert.deepEqual(await switched(answerWith('acme-1'), ['acme-2']), []);
    });

    for (const { situation, answer, models } of [
      { situation: 'the gateway lists the selected model', answer: answerWith('acme-1'), models: ['acme-1', 'acme-2'] },
      { situation: 'the gateway lists neither model', answer: answerWith('acme-1'), models: ['acme-3'] },
      { situation: 'the failed model was chosen for one prompt only', answer: answerWith('once'), models: ['acme-2'] },
      {
        situation: 'the turn failed for another reason',
        answer: answerWith('acme-1', 'rate-limit'),
        models: ['acme-2'],
      },
    ] as const) {
      it(`leaves the selected model unchanged if ${situation}`, async () => {
        assert.deepEqual(await switched(answer, models), [turn]);
      });
    }

    it('leaves the selected model unchanged in the demo', async () => {
      isDemo = true;
      assert.deepEqual(await switched(answerWith('acme-1'), ['acme-2']), [turn]);
    });

    it('selects the other model for later prompts if the gateway lacks the previous model', async () => {
      assert.deepEqual(await switched(undefined, ['acme-2']), []);
      assert.deepEqual(await switched(answerWith('acme-1'), ['acme-2']), [turn, ['selectModel', 'acme-2']]);
    });
  });
});
