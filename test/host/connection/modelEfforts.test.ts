import assert from 'node:assert/strict';
import type { Settings } from '../../../src/host/settings/settings';
import { fake } from '../../support/fake';
import type { Memento } from 'vscode';
import type { ModelFacts } from '../../../src/engine/models/modelFacts';
import type { EffortChoice } from '../../../src/engine/request';
import type { ModelEfforts } from '../../../src/host/connection/modelEfforts';
import { FakeEditor } from '../../support/fakeEditor';
import { useVSCode } from '../../support/fakeVSCode';

describe('reasoning effort of a model', () => {
  useVSCode(new FakeEditor().api());
  let stored: unknown;
  let setting: EffortChoice;
  let changes: number;
  let efforts: ModelEfforts;
  /** Opens the window in which the user chooses. All windows share the memory. */
  const openWindow = async (facts?: ModelFacts): Promise<ModelEfforts> => {
    const Efforts = (await import('../../../src/host/connection/modelEfforts')).ModelEfforts;
    const update = (_key: string, value: unknown) => Promise.resolve(void (stored = structuredClone(value)));
    const memory = { get: () => stored, update } as unknown as Memento;
    return new Efforts({ settings: fake<Settings>({ reasoningEffort: () => setting }), memory, facts: () => facts });
  };
  beforeEach(async () => {
    [stored, setting, changes] = [undefined, 'default', 0];
    efforts = await openWindow();
    efforts.onDidChange(() => changes++);
  });

  it('is the one in the settings until the user chooses another one for this model', async () => {
    setting = 'low';
    assert.equal(efforts.levelOf('a'), 'low');
    await efforts.choose('a', 'high');
    const levels = [efforts, await openWindow()].map((window) => ['a', 'b'].map((model) => window.levelOf(model)));
    assert.deepEqual(levels, [
      ['high', 'low'],
      ['high', 'low'],
    ]);
    assert.equal(changes, 1);
  });

  it('is forgotten with *Model default*, which is remembered only where the settings name a level', async () => {
    await efforts.choose('a', 'high');
    await efforts.choose('a', 'default');
    assert.deepEqual([stored, efforts.levelOf('a')], [[], 'default']);
    setting = 'low';
    await efforts.choose('a', 'default');
    assert.deepEqual([stored, efforts.levelOf('a')], [[['a', 'default']], 'default']);
  });

  it('is remembered for the last 100 models that the user chose it for', async () => {
    await efforts.choose('again', 'low');
    for (let index = 0; index < 99; index++) await efforts.choose(`m${index}`, 'low');
    await efforts.choose('again', 'max');
    await efforts.choose('last', 'low');
    const [first, ...others] = stored as readonly unknown[];
    assert.deepEqual(
      [first, others.length, others.slice(-2)],
      [
        ['m1', 'low'],
        99,
        [
          ['again', 'max'],
          ['last', 'low'],
        ],
      ],
    );
  });

  it('is read from damaged memory and for models with names of properties', async () => {
    for (const damaged of ['high', { a: 'high' }, [null, 'a', ['a'], ['a', 'huge'], [1, 'high']]]) {
      stored = damaged;
      assert.deepEqual(
        ['a', 'constructor'].map((model) => efforts.levelOf(model)),
        ['default', 'default'],
      );
    }
    await efforts.choose('__proto__', 'high');
    assert.deepEqual(
      ['__proto__', 'toString'].map((model) => efforts.levelOf(model)),
      ['high', 'default'],
    );
  });

  const budget = { min: 1024 };
  for (const [name, facts, levels] of [
    ['an unknown model', undefined, 'low medium high'],
    ['a model that the table says does not reason', { reasons: false }, 'low medium high'],
    ['known levels', { efforts: ['low', 'max'] }, 'low max'],
    ['levels and a switch', { efforts: ['high', 'max'], reasoningToggle: true }, 'none high max'],
    ['no levels', { efforts: [] }, ''],
    ['a budget', { reasoningBudget: budget }, 'low medium high'],
    ['a budget that may be 0', { reasoningBudget: { min: 0 } }, 'none low medium high'],
    ['a budget and a switch', { reasoningBudget: budget, reasoningToggle: true }, 'none low medium high'],
    ['a switch alone', { reasoningToggle: true }, 'none high toggle'],
  ] as readonly (readonly [string, ModelFacts | undefined, string])[]) {
    it(`can be ${levels || 'only the default'} for ${name}`, async () => {
      const { levels: offered, isToggle } = (await openWindow(facts)).viewOf('m');
      assert.deepEqual(
        offered.concat(isToggle ? ['toggle' as EffortChoice] : []).join(' '),
        `default ${levels}`.trim(),
      );
    });
  }

  it('is offered in its place among the levels even if the model is not known to take it', () => {
    setting = 'minimal';
    assert.deepEqual(efforts.viewOf('m'), {
      level: 'minimal',
      levels: ['default', 'minimal', 'low', 'medium', 'high'],
    });
  });
});
