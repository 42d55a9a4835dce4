import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type { ActiveConnection } from '../../../../src/host/connection/connections';
import type { ModelList } from '../../../../src/host/models/modelPick';
import { useVSCode } from '../../../support/fakeVSCode';

const connection: ActiveConnection = {
  ...{ baseUrl: 'https://gateway.example/v1', origin: 'https://gateway.example', host: 'gateway.example' },
  ...{ apiKey: 'hsa-test', demo: false },
};

describe('the models offered to other extensions', () => {
  useVSCode({ l10n: { t: (text: string) => text } });
  let logged: unknown[];
  let changes: number;
  const offered = async (listOf: () => Promise<ModelList>): Promise<readonly string[]> => {
    const { offeredModels } = await import('../../../../src/host/chat/provider/offeredModels');
    const log = { error: (problem: unknown) => logged.push(problem) };
    const models = offeredModels({ catalog: { listOf }, log, modelsChanged: () => changes++ }, connection, 'own');
    // Lets a list that is already there arrive before the time limit does.
    await new Promise(setImmediate);
    mock.timers.tick(3000);
    return (await models).map(({ id }) => id);
  };
  beforeEach(() => {
    [logged, changes] = [[], 0];
    mock.timers.enable({ apis: ['setTimeout'] });
  });
  afterEach(() => mock.timers.reset());

  it('are the model of the settings and those of the gateway', async () => {
    const list: ModelList = { source: 'gateway', models: ['a', 'own'], host: 'gateway.example' };
    assert.deepEqual(await offered(() => Promise.resolve(list)), ['own', 'a']);
  });

  it('have names without icons and hidden characters, and keep their ids', async () => {
    const { offeredModels } = await import('../../../../src/host/chat/provider/offeredModels');
    const id = 'a $(alert)\u202eb';
    const list: ModelList = { source: 'gateway', models: [id], host: 'gateway.example' };
    const log = { error: (problem: unknown) => logged.push(problem) };
    const deps = { catalog: { listOf: () => Promise.resolve(list) }, log, modelsChanged: () => changes++ };
    const [, model] = await offeredModels(deps, connection, 'own');
    assert.deepEqual([model?.id, model?.name], [id, 'a $\u2060(alert)b']);
  });

  it('are only the model of the settings when the list fails unexpectedly, which is logged', async () => {
    const error = new Error('unexpected');
    assert.deepEqual(await offered(() => Promise.reject(error)), ['own']);
    assert.deepEqual(logged, [error]);
  });

  it('cause no unhandled rejection when the list fails after the timeout', async () => {
    let fail: (error: Error) => void = () => undefined;
    const list = new Promise<ModelList>((_resolve, reject) => (fail = reject));
    assert.deepEqual(await offered(() => list), ['own']);
    const error = new Error('late');
    fail(error);
    await new Promise(setImmediate);
    assert.deepEqual(logged, [error]);
    assert.equal(changes, 0);
  });

  it('are announced when the list arrives after the timeout', async () => {
    let arrive: (list: ModelList) => void = () => undefined;
    const list = new Promise<ModelList>((resolve) => (arrive = resolve));
    await offered(() => list);
    arrive({ source: 'gateway', models: ['a'], host: 'gateway.example' });
    await new Promise(setImmediate);
    assert.equal(changes, 1);
  });
});
