import assert from 'node:assert/strict';
import type { Settings } from '../../../src/host/settings/settings';
import { fake } from '../../support/fake';
import type { Memento } from 'vscode';
import type { ReasoningFields } from '../../../src/engine/models/reasoningFields';
import type { ModelFacts } from '../../../src/engine/models/modelFacts';
import type { EffortChoice } from '../../../src/engine/request';
import type { ModelEfforts } from '../../../src/host/connection/modelEfforts';
import { FakeEditor } from '../../support/fakeEditor';
import { useVSCode } from '../../support/fakeVSCode';

describe('reasoning effort that the user chooses for a model', () => {
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

  it('overrides the effort from the settings, in all windows', async () => {
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

  it('is deleted when the user chooses *Model default*', async () => {
    await efforts.choose('a', 'high');
    await efforts.choose('a', 'default');
    assert.deepEqual([stored, efforts.levelOf('a')], [[], 'default']);
    setting = 'low';
    await efforts.choose('a', 'default');
    assert.deepEqual([stored, efforts.levelOf('a')], [[['a', 'default']], 'default']);
  });

  it('is saved only for the last 100 models', async () => {
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

  it('falls back to the model default when the saved data are damaged', () => {
    for (const damaged of ['high', { a: 'high' }, [null, 'a', ['a'], ['a', 'huge'], [1, 'high']]]) {
      stored = damaged;
      assert.deepEqual(
        ['a', 'constructor'].map((model) => efforts.levelOf(model)),
        ['default', 'default'],
      );
    }
  });

  it('can be saved for a model named like a JavaScript property, such as `__proto__`', async () => {
    await efforts.choose('__proto__', 'high');
    assert.deepEqual(
      ['__proto__', 'toString'].map((model) => efforts.levelOf(model)),
      ['high', 'default'],
    );
  });

  const budget = { min: 1024 };
  for (const { name, facts, levels } of [
    { name: 'about which nothing is known', facts: undefined, levels: 'low medium high' },
    {
      name: 'whose levels the user has set although the model does not reason',
      facts: { reasons: false, efforts: ['low', 'high'] },
      levels: 'low high',
    },
    { name: 'with known levels', facts: { efforts: ['low', 'max'] }, levels: 'low max' },
    {
      name: 'with levels and a switch for the reasoning',
      facts: { efforts: ['high', 'max'], reasoningToggle: true },
      levels: 'none high max',
    },
    { name: 'with a token budget for the reasoning', facts: { reasoningBudget: budget }, levels: 'low medium high' },
    {
      name: 'with a token budget for the reasoning that can be 0',
      facts: { reasoningBudget: { min: 0 } },
      levels: 'none low medium high',
    },
    {
      name: 'with a token budget and a switch for the reasoning',
      facts: { reasoningBudget: budget, reasoningToggle: true },
      levels: 'none low medium high',
    },
    { name: 'with only a switch for the reasoning', facts: { reasoningToggle: true }, levels: 'none high toggle' },
  ] as readonly { readonly name: string; readonly facts: ModelFacts | undefined; readonly levels: string }[]) {
    it(`can be ${['default', ...levels.split(' ').filter(Boolean)].join(', ')} for a model ${name}`, async () => {
      const { levels: offered, isToggle } = (await openWindow(facts)).viewOf('m') ?? assert.fail('no view');
      assert.deepEqual(
        offered.concat(isToggle ? ['toggle' as EffortChoice] : []).join(' '),
        `default ${levels}`.trim(),
      );
    });
  }

  for (const { name, facts } of [
    { name: 'that is known not to reason', facts: { reasons: false } },
    { name: 'without levels', facts: { efforts: [] } },
  ]) {
    it(`can't be chosen for a model ${name}`, async () => {
      assert.equal((await openWindow(facts)).viewOf('m'), undefined);
    });
  }

  it('can be reset to the model default for a model that is known not to reason', async () => {
    setting = 'high';
    assert.deepEqual((await openWindow({ reasons: false })).viewOf('m')?.levels, ['default', 'high']);
  });

  it('is shown together with the level that is sent in its place', () => {
    setting = 'high';
    const sentOf = (fields?: Partial<ReasoningFields>) => efforts.viewOf('m', fields)?.sent;
    assert.equal(sentOf({ effort: 'medium', refusedEffort: 'high' }), 'medium');
    assert.equal(sentOf({ refusedEffort: 'high' }), 'default');
    assert.equal(sentOf({ effort: 'high' }), undefined);
  });

  it('can be the effort from the settings, even if the model is not known to accept that effort', () => {
    setting = 'minimal';
    assert.deepEqual(efforts.viewOf('m'), {
      level: 'minimal',
      levels: ['default', 'minimal', 'low', 'medium', 'high'],
    });
  });
});
