import assert from 'node:assert/strict';
import type {
  modelChoices as ModelChoices,
  ModelList,
  ModelPick,
  ModelPickOptions,
  pickModel as PickModel,
  routeChoices as RouteChoices,
} from '../../../src/host/models/modelPick';
import { useVSCode } from '../../support/fakeVSCode';

let modelChoices: typeof ModelChoices;
const models = ['a', 'b', 'c'];

function listChoices(...parameters: Parameters<typeof ModelChoices>): readonly string[] {
  return modelChoices(...parameters).map(({ model, kind }) => `${kind} ${model}`);
}

describe('choices in the model picker', () => {
  useVSCode({});
  before(async () => {
    ({ modelChoices } = await import('../../../src/host/models/modelPick'));
  });

  it('offer the current model first and mark it', () => {
    assert.deepEqual(listChoices(models, 'b', undefined, ''), ['current b', 'other a', 'other c']);
  });

  it('include the current model even if the gateway does not list it or has not responded', () => {
    assert.deepEqual(listChoices(['a'], 'mine', undefined, ''), ['current mine', 'other a']);
    assert.deepEqual(listChoices([], 'mine', undefined, ''), ['current mine']);
  });

  it('exclude a model that the user wants to replace', () => {
    assert.deepEqual(listChoices(models, 'b', 'b', ''), ['other a', 'other c']);
    assert.deepEqual(listChoices(models, 'b', 'b', 'b'), ['other a', 'other c']);
  });

  it('include the typed name unless it is in the list', () => {
    assert.deepEqual(listChoices(['a'], 'a', undefined, ' x/y:z '), ['current a', 'typed x/y:z']);
    assert.deepEqual(listChoices(['a'], 'a', undefined, 'a'), ['current a']);
    assert.deepEqual(listChoices(['a'], 'a', undefined, '  '), ['current a']);
  });
});

describe('choices in the model picker with several routes', () => {
  useVSCode({});
  let routeChoices: typeof RouteChoices;
  before(async () => {
    ({ routeChoices } = await import('../../../src/host/models/modelPick'));
  });
  const list = (...parameters: Parameters<typeof RouteChoices>): readonly (readonly string[])[] =>
    routeChoices(...parameters).map((choices) => choices.map(({ model, kind }) => `${kind} ${model}`));

  it('list a model under each route that has it, the current model first', () => {
    assert.deepEqual(list([['a', 'b'], ['a', 'b', 'c'], ['c']], 'b', undefined, ''), [
      ['current b', 'other a'],
      ['current b', 'other a', 'other c'],
      ['other c'],
    ]);
  });

  it('include a current model that no route lists once', () => {
    assert.deepEqual(list([['a'], ['b']], 'mine', undefined, ''), [['current mine', 'other a'], ['other b']]);
  });

  it('exclude a model from every route', () => {
    assert.deepEqual(list([['a', 'b'], ['a']], 'a', 'a', ''), [['other b'], []]);
  });

  it('end with the typed name unless a route lists it', () => {
    assert.deepEqual(list([['a'], ['b']], 'a', undefined, ' new '), [['current a'], ['other b', 'typed new']]);
    assert.deepEqual(list([['a'], ['b']], 'a', undefined, 'b'), [['current a'], ['other b']]);
  });

  it('are the same as those of a single list when there is one route, or none yet', () => {
    assert.deepEqual(list([['a', 'b']], 'b', undefined, 'x'), [['current b', 'other a', 'typed x']]);
    assert.deepEqual(list([], 'b', undefined, ''), [['current b']]);
  });
});

interface Item {
  readonly label: string;
  readonly description?: string;
  readonly kind?: number;
  readonly model?: string;
  readonly origin?: string;
}

/** A quick pick that stays open until the test accepts an item. */
class QuickPick {
  items: readonly Item[] = [];
  activeItems: readonly Item[] = [];
  selectedItems: readonly Item[] = [];
  value = '';
  busy = false;
  accept: () => void = () => undefined;
  private hidden: () => void = () => undefined;
  readonly onDidAccept = (listener: () => void): void => void (this.accept = listener);
  readonly onDidHide = (listener: () => void): void => void (this.hidden = listener);
  readonly onDidChangeValue = (): void => undefined;
  readonly onDidTriggerItemButton = (): void => undefined;
  show(): void {
    // The tests read the items directly.
  }
  hide(): void {
    this.hidden();
  }
  dispose(): void {
    // This fake has nothing to release.
  }
}

describe('model picker with several routes', () => {
  let picker: QuickPick;
  let pickModel: typeof PickModel;
  useVSCode({
    l10n: {
      t: (text: string, ...args: unknown[]) => text.replace(/\{(\d)\}/g, (_, index) => String(args[Number(index)])),
    },
    QuickPickItemKind: { Separator: -1 },
    window: { createQuickPick: () => (picker = new QuickPick()) },
  });
  before(async () => {
    ({ pickModel } = await import('../../../src/host/models/modelPick'));
  });

  const settle = (): Promise<void> => new Promise(setImmediate);
  const labels = (): readonly string[] => picker.items.map(({ label, kind }) => (kind === -1 ? `[${label}]` : label));
  const openWith = (options: ModelPickOptions, ...hosts: readonly string[]) => {
    const loaded: ((list: ModelList) => void)[] = [];
    const routes = hosts.map((host) => ({
      ...{ host, origin: `https://${host}`, list: new Promise<ModelList>((resolve) => loaded.push(resolve)) },
    }));
    const picked = pickModel(Promise.resolve(routes), 'b', options);
    const load = async (index: number, list: ModelList): Promise<void> => {
      loaded[index]?.(list);
      await settle();
    };
    return { picked, load };
  };
  const open = (...hosts: readonly string[]) => openWith({}, ...hosts);
  const from = (host: string, ...models: readonly string[]): ModelList => ({ source: 'gateway', models, host });
  const accept = async (picked: Promise<ModelPick | undefined>, item: Item | undefined): Promise<unknown> => {
    picker.selectedItems = item ? [item] : [];
    picker.accept();
    return picked;
  };

  it('shows each list under the host of its route as soon as it is loaded', async () => {
    const { picked, load } = open('one', 'two');
    assert.deepEqual([labels(), picker.busy], [['$(check) b'], true]);
    await load(1, from('two', 'b', 'c'));
    assert.deepEqual([labels(), picker.busy], [['$(check) b', '[From two]', '$(check) b', 'c'], true]);
    await load(0, from('one', 'a', 'b'));
    assert.deepEqual(labels(), ['[From one]', '$(check) b', 'a', '[From two]', '$(check) b', 'c']);
    assert.equal(picker.busy, false);
    assert.deepEqual(await accept(picked, picker.items.at(-1)), { model: 'c', once: false });
  });

  it('says how well each model works over its route', async () => {
    const essence = (model: string, origin = ''): string => `${model} at ${origin}`;
    const { load } = openWith({ essence }, 'one', 'two');
    await load(0, from('one', 'a', 'b'));
    await load(1, from('two', 'b'));
    assert.deepEqual(
      picker.items.flatMap(({ description }) => description ?? []),
      ['current · b at https://one', 'a at https://one', 'current · b at https://two'],
    );
  });

  it('knows the route of each item', async () => {
    const { picked, load } = open('one', 'two');
    await load(0, from('one', 'a'));
    await load(1, from('two', 'a'));
    assert.deepEqual(
      picker.items.filter(({ model }) => model === 'a').map(({ origin }) => origin),
      ['https://one', 'https://two'],
    );
    picker.hide();
    assert.equal(await picked, undefined);
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
