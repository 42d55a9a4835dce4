import assert from 'node:assert/strict';
import type {
  ModelList,
  ModelPickOptions,
  pickModel as PickModel,
  RouteModels,
} from '../../../src/host/models/modelPick';
import { useVSCode } from '../../support/fakeVSCode';
import { FakeEditor, type FakeQuickPick } from '../connection/fakeRoutes';
import { valuesOf } from '../../support/valuesOf';

describe('model picker with several routes', () => {
  let picker: FakeQuickPick;
  let pickModel: typeof PickModel;
  const editor = new FakeEditor();
  useVSCode(editor.api());
  before(async () => {
    ({ pickModel } = await import('../../../src/host/models/modelPick'));
  });
  beforeEach(() => {
    editor.reset();
    editor.isPatient = true;
  });

  const settle = (): Promise<void> => new Promise(setImmediate);
  const labels = (): readonly string[] => picker.items.map(({ label, kind }) => (kind === -1 ? `[${label}]` : label));
  const openWith = (options: ModelPickOptions & Pick<RouteModels, 'essence'>, ...hosts: readonly string[]) => {
    const loaded: ((list: ModelList) => void)[] = [];
    const routes = hosts.map((host) => ({
      ...{ host, origin: `https://${host}`, list: new Promise<ModelList>((resolve) => loaded.push(resolve)) },
      essence: options.essence && ((model: string) => `${options.essence?.(model)} at ${host}`),
    }));
    const picked = pickModel(Promise.resolve(routes), 'b', options);
    picker = editor.quickPicks.at(-1)!;
    const load = async (index: number, list: ModelList): Promise<void> => {
      loaded[index]?.(list);
      await settle();
    };
    return { picked, load };
  };
  const open = (...hosts: readonly string[]) => openWith({}, ...hosts);
  const from = (host: string, ...models: readonly string[]): ModelList => ({ source: 'gateway', models, host });

  it('shows each list under the host of its route as soon as it is loaded', async () => {
    const { picked, load } = open('one', 'two');
    assert.deepEqual([labels(), picker.busy], [['$(check) b'], true]);
    await load(1, from('two', 'b', 'c'));
    assert.deepEqual([labels(), picker.busy], [['$(check) b', '[From two]', '$(check) b', 'c'], true]);
    await load(0, from('one', 'a', 'b'));
    assert.deepEqual(labels(), ['[From one]', '$(check) b', 'a', '[From two]', '$(check) b', 'c']);
    assert.equal(picker.busy, false);
    picker.choose('c');
    assert.deepEqual(await picked, { model: 'c', once: false });
  });

  it('says how well each model works over its route', async () => {
    const { load } = openWith({ essence: (model) => model }, 'one', 'two');
    await load(0, from('one', 'a', 'b'));
    await load(1, from('two', 'b'));
    assert.deepEqual(
      picker.items.flatMap(({ description }) => description ?? []),
      ['current · b at one', 'a at one', 'current · b at two'],
    );
  });

  it('shows what is known about each model', async () => {
    const { load } = openWith({}, 'one');
    const facts = new Map([['b', { contextWindow: 8000 }]]);
    await load(0, { source: 'gateway', models: ['b', 'gpt-4o', 'unheard-of'], host: 'one', facts });
    assert.deepEqual(valuesOf(picker.items.slice(1), 'detail'), [
      '8K context',
      '128K context · images · $2.5 / $10 per million tokens',
      undefined,
    ]);
  });

  it('describes each model once and in slices, however much the user types', async () => {
    let [described, describedBefore, longestSlice, isOpen] = [0, 0, 0, true];
    const observe = (): void => {
      longestSlice = Math.max(longestSlice, described - describedBefore);
      describedBefore = described;
      if (isOpen) setImmediate(observe);
    };
    observe();
    const { load } = openWith({ essence: () => String(described++) }, 'one', 'two');
    const models = Array.from({ length: 5000 }, (_, index) => `model-${index}`);
    await Promise.all([load(0, from('one', ...models)), load(1, from('two', ...models))]);
    while (picker.busy) await settle();
    isOpen = false;
    assert.equal(picker.items.length, 10_003);
    assert.ok(longestSlice <= 501, `${longestSlice} descriptions at once`);
    const count = described;
    assert.ok(count <= 10_003, `${count} descriptions`);
    for (const value of ['m', 'mo', 'mod', 'model-7']) picker.type(value);
    assert.equal(described, count);
  });

  it('shows the models nearest to the current one, or to the one that is replaced, first if the list lacks it', async () => {
    await openWith({}, 'one').load(0, from('one', 'a', 'b-1', 'c'));
    assert.deepEqual(labels(), ['[From one]', '$(check) b', 'b-1', 'a', 'c']);
    await openWith({ exclude: 'c-1' }, 'one').load(0, from('one', 'a', 'b', 'c-2'));
    assert.deepEqual(labels(), ['[From one]', '$(check) b', 'c-2', 'a']);
  });

  it('says how many models it shows of a very long list', async () => {
    const { load } = open('one');
    await load(0, from('one', ...Array.from({ length: 6000 }, (_, index) => `model-${index}`), 'b'));
    while (picker.busy) await settle();
    assert.equal(labels()[0], '[From one: 5000 of 6001 models (type the name of any other)]');
    assert.deepEqual([picker.items.length, labels()[1]], [5001, '$(check) b']);
  });

  it('ends with the typed name unless a route lists it or the user wants to replace it', async () => {
    const { load } = openWith({ exclude: 'b' }, 'one', 'two');
    await load(0, from('one', 'a'));
    await load(1, from('two', 'c'));
    const listed = ['[From one]', 'a', '[From two]', 'c'];
    assert.deepEqual(labels(), listed);
    picker.type(' x/y:z ');
    assert.deepEqual(labels(), [...listed, 'Use “x/y:z”']);
    for (const value of ['a', 'c', 'b', '  ']) {
      picker.type(value);
      assert.deepEqual(labels(), listed, value);
    }
  });

  it("shows the failure of one route as its heading, next to the other route's models", async () => {
    const { load } = open('one', 'two');
    await load(0, { source: 'default', models: ['x'], message: 'one is down.' });
    await load(1, from('two', 'a'));
    assert.deepEqual(labels(), [
      "[Common models for one (couldn't load its list: one is down.)]",
      ...['$(check) b', 'x', '[From two]', 'a'],
    ]);
  });

  it('keeps the active item on its route when another list arrives', async () => {
    const { load } = open('one', 'two');
    await load(1, from('two', 'a'));
    picker.activeItems = picker.items.slice(-1);
    await load(0, from('one', 'a'));
    assert.deepEqual(
      picker.activeItems.map(({ model, origin }) => [model, origin]),
      [['a', 'https://two']],
    );
  });
});
