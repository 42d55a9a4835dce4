import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type { ModelCatalog } from '../../../../src/host/models/modelCatalog';
import type { ChatServices } from '../../../../src/host/chat/chatServices';
import type { Settings } from '../../../../src/host/settings/settings';
import type { Log } from '../../../../src/host/util/log';
import { knownFacts } from '../../../../src/engine/models/listedFacts';
import { factsOf } from '../../../../src/engine/models/modelFacts';
import type { ModelList } from '../../../../src/host/models/modelPick';
import { englishL10n, useVSCode } from '../../../support/fakeVSCode';
import type { ModelEfforts } from '../../../../src/host/connection/modelEfforts';
import { fake } from '../../../support/fake';
import { gatewayFrom } from '../../../support/testGateways';

const gateway = gatewayFrom({ baseUrl: 'https://gateway.example/v1', apiKey: 'hsa-test' });

const efforts = fake<ModelEfforts>({ reader: () => (model) => (model === 'a' ? 'high' : 'default') });

describe('model list for other extensions', () => {
  useVSCode({ env: { language: 'en' }, l10n: englishL10n });
  let logged: unknown[];
  let changes: number;
  const servicesOf = (catalog: ModelCatalog, log: Log, configured: string): ChatServices =>
    fake<ChatServices>({
      catalog,
      log,
      settings: fake<Settings>({ model: () => configured }),
      efforts,
      modelsChanged: () => changes++,
    });
  const offeredIds = async (
    listOf: () => Promise<ModelList>,
    configured = 'configured',
  ): Promise<readonly string[]> => {
    const { offeredModels } = await import('../../../../src/host/chat/provider/offeredModels');
    const log = fake<Log>({ error: (problem) => logged.push(problem) });
    const services = servicesOf(fake<ModelCatalog>({ listOf, factsOf }), log, configured);
    const models = offeredModels(services, gateway);
    // A list that is available immediately must arrive before the time limit.
    await new Promise(setImmediate);
    mock.timers.tick(3000);
    return (await models).map(({ id }) => id);
  };
  beforeEach(() => {
    [logged, changes] = [[], 0];
    mock.timers.enable({ apis: ['setTimeout'] });
  });
  afterEach(() => mock.timers.reset());

  it("begins with the model from the settings, followed by the gateway's other models", async () => {
    const list: ModelList = { source: 'gateway', models: ['a', 'configured'] };
    assert.deepEqual(await offeredIds(() => Promise.resolve(list)), ['configured', 'a']);
  });

  it('shows the known context window, tools, images and price of each model', async () => {
    const { offeredModels } = await import('../../../../src/host/chat/provider/offeredModels');
    const facts = new Map([
      ['a', { contextWindow: 8000, maxOutput: 1000, tools: false }],
      ['painter', { writesText: false }],
    ]);
    const list: ModelList = { source: 'gateway', models: ['a', 'painter'], facts };
    const log = fake<Log>({ error: assert.ifError });
    const catalog = fake<ModelCatalog>({
      listOf: () => Promise.resolve(list),
      factsOf: (model) => knownFacts(model, facts),
    });
    const [configured, listed, ...others] = await offeredModels(servicesOf(catalog, log, 'gpt-4o'), gateway);
    assert.equal(configured?.tooltip, 'gpt-4o via gateway.example · 128K · images · $2.5 in / $10 out per 1M');
    assert.equal(configured.capabilities.imageInput, true);
    assert.equal(configured.configurationSchema, undefined);
    const { configurationSchema: schema, ...known } = listed!;
    const { enum: levels, enumItemLabels, default: level } = schema!.properties.reasoningEffort;
    assert.deepEqual([levels, level], [['default', 'low', 'medium', 'high'], 'high']);
    assert.deepEqual(enumItemLabels, ['Model default', 'Low', 'Medium', 'High']);
    assert.deepEqual(known, {
      id: 'a',
      name: 'a',
      family: 'a',
      version: 'a',
      detail: 'gateway.example',
      tooltip: 'a via gateway.example · 8K',
      maxInputTokens: 7000,
      maxOutputTokens: 1000,
      capabilities: { imageInput: false, toolCalling: false },
      isBYOK: true,
    });
    assert.deepEqual(others, []);
  });

  it('omits the model of the settings if VS Code could render its name as a link or an icon', async () => {
    const list: ModelList = { source: 'gateway', models: ['a'] };
    for (const name of ['[gpt-5](command:x)', '$(alert) gpt-5', '']) {
      assert.deepEqual(await offeredIds(() => Promise.resolve(list), name), ['a']);
    }
  });

  it("causes no unhandled rejection if the gateway's model list fails to load after the timeout", async () => {
    let fail: (error: Error) => void = () => undefined;
    const list = new Promise<ModelList>((_resolve, reject) => (fail = reject));
    assert.deepEqual(await offeredIds(() => list), ['configured']);
    const error = new Error('late');
    fail(error);
    await new Promise(setImmediate);
    assert.deepEqual(logged, [error]);
    assert.equal(changes, 0);
  });

  it("is updated in VS Code when the gateway's model list arrives after the timeout", async () => {
    let arrive: (list: ModelList) => void = () => undefined;
    const list = new Promise<ModelList>((resolve) => (arrive = resolve));
    await offeredIds(() => list);
    arrive({ source: 'gateway', models: ['a'] });
    await new Promise(setImmediate);
    assert.equal(changes, 1);
  });
});
