import assert from 'node:assert/strict';
import type {
  ModelList,
  ModelPickOptions,
  pickModels as PickModels,
  GatewayModelList,
  ModelSource,
} from '../../../src/host/models/modelPick';
import type { ModelFacts } from '../../../src/engine/models/modelFacts';
import { FakeEditor, type FakeQuickPick } from '../../support/fakeEditor';
import { useVSCode } from '../../support/fakeVSCode';
import { valuesOf } from '../../support/valuesOf';
import { gatewayFrom } from '../../support/testGateways';

describe('model picker', () => {
  let picker: FakeQuickPick;
  let pickModels: typeof PickModels;
  const editor = new FakeEditor();
  useVSCode(editor.api());
  before(async () => {
    ({ pickModels } = await import('../../../src/host/models/modelPick'));
  });
  beforeEach(() => {
    editor.reset();
    editor.isPatient = true;
  });

  const log = { error: (error: unknown) => assert.fail(String(error)) };
  const settle = (): Promise<void> => new Promise(setImmediate);
  const labels = (): readonly string[] => picker.items.map(({ label, kind }) => (kind === -1 ? `[${label}]` : label));
  interface Options extends ModelPickOptions, Pick<GatewayModelList, 'essence'> {
    readonly recent?: readonly string[];
    readonly factsOf?: ModelSource['factsOf'];
    /** The names of models at the last gateway. */
    readonly names?: Readonly<Record<string, string>>;
  }
  const openWith = (
    { recent = [], essence, names, factsOf = () => undefined, ...options }: Options,
    ...hosts: readonly string[]
  ) => {
    const loaded: ((list: ModelList) => void)[] = [];
    const loads: boolean[] = [];
    const start = (fresh: boolean) => {
      loads.push(fresh);
      const gateways = hosts.map((host, index) => ({
        gateway: gatewayFrom({
          baseUrl: `https://${host}/v1`,
          apiKey: undefined,
          ...(names && index === hosts.length - 1 && { models: new Map(Object.entries(names)) }),
        }),
        list: new Promise<ModelList>((resolve) => (loaded[index] = resolve)),
        essence: essence && ((model: string) => `${essence(model)} at ${host}`),
      }));
      return Promise.resolve({ gateways, recent });
    };
    const picked = pickModels({ load: start, factsOf }, 'b', options, log).then(
      (picks) => picks && { model: picks[0]?.model, gateway: picks[0]?.gateway },
    );
    picker = editor.quickPicks.at(-1)!;
    const load = async (index: number, list: ModelList): Promise<void> => {
      await settle();
      loaded[index]?.(list);
      await settle();
    };
    return { picked, load, loads, loaded };
  };
  const open = (...hosts: readonly string[]) => openWith({}, ...hosts);
  const from = (...models: readonly string[]): ModelList => ({ source: 'gateway', models });

  it("shows the models of each gateway as soon as the gateway's list is loaded", async () => {
    const { picked, load } = open('one', 'two');
    assert.deepEqual([labels(), picker.busy], [['$(check) b'], true]);
    await load(1, from('b', 'c'));
    assert.deepEqual([labels(), picker.busy], [['$(check) b', '[two]', 'c'], true]);
    assert.equal(picker.placeholder, 'Choose a model at two, or type its name');
    await load(0, from('a', 'b'));
    assert.deepEqual([labels(), picker.busy], [['$(check) b', '[Other models]', 'a', '[two]', 'c'], false]);
    assert.equal(picker.placeholder, 'Choose a model at one, two, or type its name');
    picker.choose(['c']);
    assert.deepEqual(await picked, { model: 'c', gateway: 'https://two/v1' });
  });

  it('shows each model only under the first gateway that offers it', async () => {
    const names = { a: 'acme/a', b: 'acme/b', c: 'acme/c', gone: 'acme/gone', '*': 'acme/x' };
    const { picked, load } = openWith({ names }, 'one', 'two', 'three');
    await load(0, from('a', 'b'));
    await load(1, from('b', 'c'));
    await load(2, from('acme/a', 'acme/b', 'acme/c', 'acme/gone', 'acme/x', 'c', 'd'));
    const three = ['acme/x', 'acme/gone', 'd'];
    assert.deepEqual(labels(), ['$(check) b', '[Other models]', 'a', '[two]', 'c', '[three]', ...three]);
    assert.deepEqual(
      picker.items.flatMap(({ description, detail }) => [description, detail].filter((text) => text !== undefined)),
      ['current', 'acme/b at three', 'acme/a at three', 'acme/c at three'],
    );
    picker.choose(['a']);
    assert.deepEqual(await picked, { model: 'a', gateway: 'https://one/v1' });
  });

  it('offers no similar models if the gateway has the current model under another name', async () => {
    const { load } = openWith({ names: { b: 'b-1' } }, 'one');
    await load(0, from('a', 'b-2'));
    assert.deepEqual(labels(), ['$(check) b', '[Other models]', 'a', 'b-2']);
  });

  it('names no gateway for a model that no gateway lists', async () => {
    const { picked, load } = openWith({ recent: ['old'] }, 'one', 'two');
    await load(0, { source: 'default', models: ['x'], message: 'one is down.' });
    assert.ok(picker.items.every(({ description = '' }) => !description.includes('at ')));
    picker.choose(['x']);
    assert.deepEqual(await picked, { model: 'x', gateway: undefined });
    const other = openWith({ recent: ['old'] }, 'one');
    await other.load(0, from('a'));
    picker.choose(['old']);
    assert.deepEqual(await other.picked, { model: 'old', gateway: undefined });
  });

  it('groups the models into recently used models, fallback models, model families and others', async () => {
    const { load } = openWith({ recent: ['glm-10', 'b', 'old'], fallbacks: ['glm-9', 'not-listed'] }, 'one');
    await settle();
    assert.deepEqual(labels(), ['$(check) b', '[Recently used]', 'glm-10', 'old']);
    await load(0, from('GLM-3', 'b', 'glm-10', 'glm-2', 'glm-9', 'gpt-4', 'solo', '4o', 'gpt-5', 'glm-4'));
    assert.deepEqual(labels(), [
      '$(check) b',
      '[Recently used]',
      'glm-10',
      'old',
      '[Fallback models]',
      'glm-9',
      '[glm]',
      'glm-4',
      'GLM-3',
      'glm-2',
      '[gpt]',
      'gpt-5',
      'gpt-4',
      '[Other models]',
      '4o',
      'solo',
    ]);
  });

  for (const models of [
    ['claude-haiku-4-5', 'claude-opus-4', 'claude-3-7-sonnet-20250219', 'claude-3-5-haiku'],
    ['gpt-5', 'gpt-4.1-mini', 'gpt-4o', 'gpt-4-0613', 'gpt-4', 'gpt-3.5-turbo', 'gpt-oss-120b'],
    ['qwen3-30b-a3b', 'qwen2.5-72b', 'qwen-plus-2025-07-28', 'qwen-plus'],
    ['mistral-small-2506', 'mistral-small-2402', 'mistral-large-2411'],
  ]) {
    it(`lists the models of a family from ${models[0]} to ${models.at(-1)}`, async () => {
      const { load } = openWith({}, 'one');
      await load(0, from('b', ...models.toSorted()));
      assert.deepEqual(labels().slice(2), models);
    });
  }

  it('lists the models of a backup gateway by family, newest first', async () => {
    const { load } = openWith({}, 'one', 'two');
    await load(0, from('b'));
    await load(1, from('claude-3-5-haiku', 'claude-opus-4', 'gpt-4.1', 'gpt-5'));
    assert.deepEqual(labels().slice(1), ['[two]', 'claude-opus-4', 'claude-3-5-haiku', 'gpt-5', 'gpt-4.1']);
  });

  it("names the backup gateway of a model only outside the gateway's section", async () => {
    const { load } = openWith({ recent: ['c'] }, 'one', 'two');
    await load(0, from('b'));
    await load(1, from('c', 'd'));
    assert.deepEqual(valuesOf(picker.items, 'description'), ['current', undefined, 'at two', undefined, undefined]);
  });

  it('shows the success rate of recently used models at the first gateway that offers them', async () => {
    const { load } = openWith({ essence: (model) => model, recent: ['c'] }, 'one', 'two');
    await load(0, from('a', 'b'));
    await load(1, from('b', 'c'));
    assert.deepEqual(
      picker.items.flatMap(({ label, detail }) => (detail === undefined ? [] : `${label}: ${detail}`)),
      ['$(check) b: b at one', 'c: c at two'],
    );
  });

  it('reloads the model lists when the user clicks the refresh button', async () => {
    const { load, loads } = open('one');
    await load(0, from('a', 'b'));
    picker.pressButton();
    assert.ok(picker.busy);
    await load(0, from('b', 'new'));
    assert.deepEqual([labels(), loads, picker.busy], [['$(check) b', '[Other models]', 'new'], [false, true], false]);
  });

  it('ignores an old response that arrives after a refresh', async () => {
    const { load, loaded } = open('one');
    const [loadOld] = loaded;
    picker.pressButton();
    loadOld?.(from('old'));
    await settle();
    assert.deepEqual([labels(), picker.busy], [['$(check) b'], true]);
    await load(0, from('new'));
    assert.deepEqual([labels(), picker.busy], [['$(check) b', '[Other models]', 'new'], false]);
  });

  it('shows the context window, image support and price of each model', async () => {
    const facts: Readonly<Record<string, ModelFacts>> = {
      'b at https://one.example/v1': { contextWindow: 8000 },
      'c at https://two.example/v1': { images: true, price: { input: 2.5, output: 10 } },
    };
    const factsOf: ModelSource['factsOf'] = (model, baseUrl) => facts[`${model} at ${baseUrl}`];
    const { load } = openWith({ factsOf }, 'one.example', 'two.example');
    await load(0, from('b', 'unheard-of'));
    await load(1, from('b', 'c'));
    assert.deepEqual(
      valuesOf(
        picker.items.filter(({ kind }) => kind === undefined),
        'description',
      ),
      ['current · 8K', undefined, 'images · $2.5 in / $10 out per 1M'],
    );
  });

  it('creates the description of each model only once per list', async () => {
    let described = 0;
    const { load } = openWith({ factsOf: () => ({ contextWindow: ++described }) }, 'one', 'two');
    const models = Array.from({ length: 5000 }, (_, index) => `model-${index}`);
    await Promise.all([load(0, from(...models)), load(1, from(...models))]);
    // The models of one family under its heading, and the current model.
    assert.equal(picker.items.length, 5002);
    const count = described;
    assert.ok(count <= 10_010, `${count} descriptions`);
    for (const value of ['m', 'mo', 'mod', 'model-7']) picker.type(value);
    assert.equal(described, count);
  });

  it('shows similar models first if the list lacks the current model', async () => {
    await openWith({}, 'one').load(0, from('a', 'b-1', 'c'));
    assert.deepEqual(labels(), ['$(check) b', '[Similar to b]', 'b-1', '[Other models]', 'a', 'c']);
  });

  it('shows similar models first if the list lacks the model that the user wants to replace', async () => {
    await openWith({ exclude: ['c-1'] }, 'one').load(0, from('a', 'b', 'c-2'));
    assert.deepEqual(labels(), ['$(check) b', '[Similar to c-1]', 'c-2', '[Other models]', 'a']);
  });

  it('leaves out models that are known not to see images if the prompt has images', async () => {
    const images: Readonly<Record<string, boolean>> = { a: true, c: false };
    const factsOf = (model: string) => ({ images: images[model] });
    await openWith({ hasImages: true, factsOf }, 'one').load(0, from('a', 'b', 'c', 'd'));
    assert.deepEqual(labels(), ['$(check) b', '[Other models]', 'a', 'd']);
    assert.equal(picker.title, 'Select a model that can see images');
  });

  it('shows how many models are listed if the list was truncated', async () => {
    const { load } = open('one');
    await load(0, from(...Array.from({ length: 5000 }, (_, index) => `model-${index}`)));
    while (picker.busy) await settle();
    assert.equal(picker.placeholder, 'Choose a model at one, or type its name (only 5000 models are listed)');
  });

  it('offers the typed name as a model at the end, unless a gateway lists it', async () => {
    const { load } = openWith({ exclude: ['b', 'd'] }, 'one', 'two');
    await load(0, from('a'));
    await load(1, from('c'));
    const listed = ['[Other models]', 'a', '[two]', 'c'];
    assert.deepEqual(labels(), listed);
    picker.type(' x/y:z ');
    assert.deepEqual(labels(), [...listed, 'Use “x/y:z”']);
    for (const value of ['a', 'c', 'b', '  ']) {
      picker.type(value);
      assert.deepEqual(labels(), listed, value);
    }
  });

  it('returns the backup gateway if only that gateway lists the typed name', async () => {
    const { picked, load } = openWith({ names: { a: 'a-two' } }, 'one', 'two');
    await load(0, from('a', 'b'));
    await load(1, from('a-two', 'c'));
    picker.type('a-two');
    picker.choose(['Use “a-two”']);
    assert.deepEqual(await picked, { model: 'a-two', gateway: 'https://two/v1' });
  });

  it("shows a gateway's error as a heading, above the default models", async () => {
    const { load } = open('one', 'two');
    await load(0, { source: 'default', models: ['x'], message: 'one is down.' });
    await load(1, from('a'));
    assert.deepEqual(labels(), [
      '$(check) b',
      "[Common models for one (couldn't load its list: one is down.)]",
      'x',
      '[two]',
      'a',
    ]);
  });

  it('keeps the active item when another list arrives', async () => {
    const { load } = open('one', 'two');
    await load(1, from('c'));
    picker.activeItems = picker.items.slice(-1);
    await load(0, from('a'));
    assert.deepEqual(valuesOf(picker.activeItems, 'model'), ['c']);
  });

  it('offers a comparison below the current model when the user chooses a model for a prompt', async () => {
    const { picked, load } = openWith({ isForPrompt: true }, 'one');
    const compare = '$(split-horizontal) Compare models…';
    assert.deepEqual(labels(), ['$(check) b', compare]);
    await load(0, from('a'));
    assert.deepEqual(labels(), ['$(check) b', compare, '[Other models]', 'a']);
    picker.choose([compare]);
    assert.deepEqual(await picked, { model: undefined, gateway: undefined });
  });

  describe('for a comparison', () => {
    const openChecked = async (checked: readonly string[], ...models: readonly string[]) => {
      const gateway = gatewayFrom({ baseUrl: 'https://one/v1', apiKey: undefined });
      const gateways = [{ gateway, list: Promise.resolve(from(...models)) }];
      const load = () => Promise.resolve({ gateways, recent: [] });
      const picked = pickModels({ load, factsOf: () => undefined }, 'b', { checked }, log);
      picker = editor.quickPicks.at(-1)!;
      return picked.then((picks) => picks?.map(({ model }) => model));
    };
    const checkedLabels = () => valuesOf(picker.selectedItems, 'label');

    it('keeps the selected models while the user types', async () => {
      const picked = openChecked(['x', 'b'], 'a', 'b');
      await settle();
      await settle();
      assert.deepEqual(
        [labels(), checkedLabels()],
        [
          ['x', 'b', '[Other models]', 'a'],
          ['x', 'b'],
        ],
      );
      picker.type('own');
      picker.toggle('Use “own”', 'x');
      picker.type('');
      assert.deepEqual([labels().at(-1), checkedLabels()], ['own', ['b', 'own']]);
      picker.choose(true);
      assert.deepEqual(await picked, ['b', 'own']);
    });

    it('accepts only two to four models', async () => {
      const picked = openChecked(['b'], 'a', 'b', 'c', 'd', 'e');
      await settle();
      await settle();
      picker.choose(true);
      picker.toggle('a', 'c', 'd', 'e');
      picker.choose(true);
      assert.deepEqual(
        editor.messages.map(({ message }) => message),
        [1, 5].map((count) => `Choose two to four models. You have chosen ${count}.`),
      );
      assert.ok(picker.isShown);
      picker.toggle('e');
      picker.choose(true);
      assert.deepEqual(await picked, ['b', 'a', 'c', 'd']);
    });

    it('returns no models when the user dismisses it', async () => {
      const picked = openChecked(['a', 'b'], 'a', 'b');
      await settle();
      picker.hide();
      assert.equal(await picked, undefined);
    });
  });
});
