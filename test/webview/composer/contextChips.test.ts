import assert from 'node:assert/strict';
import type { DraftContext } from '../../../src/shared/protocol';
import { ComposerPage } from '../panel/support/composerPage';

const item = (label: string, fields: Partial<DraftContext> = {}): DraftContext => ({
  id: label,
  kind: 'file',
  label,
  characters: 1234,
  truncated: false,
  ...fields,
});
const [a, b, c] = [item('a.ts'), item('src/b.ts'), item('c.ts')];

describe('row of context chips', () => {
  let page: ComposerPage;
  beforeEach(() => {
    page = new ComposerPage(['before']);
  });
  afterEach(() => page.dispose());

  const show = (...items: readonly DraftContext[]): void => page.composer.setContext(items);
  const chips = (): string[] => page.all('li').map(({ textContent }) => textContent);
  const focus = (name: string): void => page.button(`Remove ${name}`).focus();
  const focusedName = (): string | null | undefined => page.focused?.getAttribute('aria-label');

  it('has a button that attaches context', () => {
    page.button('Attach context').click();
    assert.deepEqual(page.posted, [{ type: 'pickContext' }]);
  });

  it('lists each context item with its kind and size', () => {
    show(
      item('sample.ts:3-9', { kind: 'selection', characters: 1 }),
      item('src/a.ts', { kind: 'problems', characters: 950 }),
      item('long.ts', { characters: 60_000, truncated: true }),
    );
    assert.deepEqual(chips(), [
      'sample.ts:3-9 1 character',
      'Problems in src/a.ts 950 characters',
      'long.ts 60K characters, truncated',
    ]);
    assert.equal(page.all('ul')[0]?.getAttribute('aria-label'), 'Prompt context');
    assert.equal(page.all('.truncated')[0]?.title, 'Too long: only the beginning will be sent.');
    assert.equal(page.all('.context-label')[1]?.title, 'Problems in src/a.ts');
  });

  it('shows the target of a symbolic link that leads out of the workspace', () => {
    show(a);
    show(a, item('docs/notes.txt', { realPath: '~/.ssh/id_rsa', characters: 9 }));
    assert.equal(chips()[1], 'docs/notes.txt → ~/.ssh/id_rsa 9 characters');
    assert.equal(
      page.all('.context-outside')[0]?.title,
      'Symbolic link to a location outside the workspace: ~/.ssh/id_rsa',
    );
    assert.equal(page.announced, 'Attached: docs/notes.txt → ~/.ssh/id_rsa');
    page.button('Remove docs/notes.txt').click();
  });

  it('contains no list when there are no context items', () => {
    assert.deepEqual(page.all('ul'), []);
    show(a);
    show();
    assert.deepEqual(page.all('ul'), []);
  });

  it('removes a context item when the user clicks the button of its chip', () => {
    show(a, b, item('src/a.ts', { id: 'p', kind: 'problems' }));
    page.button('Remove src/b.ts').click();
    page.button('Remove Problems in src/a.ts').click();
    assert.deepEqual(page.posted, [
      { type: 'detach', id: 'src/b.ts' },
      { type: 'detach', id: 'p' },
    ]);
  });

  it('keeps the element of a chip whose content is unchanged', () => {
    show(a, b);
    const [first, second] = page.all('li');
    show(b, { ...a, characters: 5 }, c);
    assert.deepEqual(chips().length, 3);
    assert.equal(page.all('li')[0], second);
    assert.equal(page.all('li').includes(first!), false);
  });

  it('moves the focus from a removed chip to another chip, or to the text field if no chip is left', () => {
    show(a, b, c);
    focus('src/b.ts');
    show(a, c);
    assert.equal(focusedName(), 'Remove c.ts');
    show(a);
    assert.equal(focusedName(), 'Remove a.ts');
    show();
    assert.equal(page.focused, page.input);
  });

  it('keeps the focus when other chips are added or removed', () => {
    show(a, b);
    focus('src/b.ts');
    show(b, c);
    assert.equal(focusedName(), 'Remove src/b.ts');
    page.input.focus();
    show(c);
    assert.equal(page.focused, page.input);
  });

  it('moves the focus with Backspace from the empty text field to the last chip, and with the arrow keys to other chips', () => {
    show(a, b);
    page.type('x');
    assert.equal(page.key('Backspace'), false);
    page.type('');
    assert.equal(page.key('Backspace'), true);
    assert.equal(focusedName(), 'Remove src/b.ts');
    for (const [key, name] of [
      ['ArrowLeft', 'Remove a.ts'],
      ['ArrowLeft', 'Remove a.ts'],
      ['ArrowRight', 'Remove src/b.ts'],
      ['ArrowRight', 'Remove src/b.ts'],
    ] as const) {
      page.key(key, {}, page.focused);
      assert.equal(focusedName(), name);
    }
    for (const key of ['Backspace', 'Delete']) page.key(key, {}, page.focused);
    assert.deepEqual(page.posted, [
      { type: 'detach', id: 'src/b.ts' },
      { type: 'detach', id: 'src/b.ts' },
    ]);
  });

  it('ignores Backspace when there are no chips', () => {
    assert.equal(page.key('Backspace'), false);
  });

  it('announces added context items, but not those of the first update', () => {
    show(a);
    assert.equal(page.announced, '');
    show(a, b, c);
    assert.equal(page.announced, 'Attached: src/b.ts, c.ts');
    page.composer.setContext([a]);
    assert.equal(page.announced, 'Attached: src/b.ts, c.ts');
  });

  it('stores the ids of restored context items with the draft until the host sends the items', () => {
    page.type('Why');
    assert.deepEqual(page.lastDraft, { draft: 'Why', context: ['before'] });
    show(a, b);
    assert.deepEqual(page.lastDraft, { draft: 'Why', context: ['a.ts', 'src/b.ts'] });
  });
});

describe('model for the next prompt only', () => {
  let page: ComposerPage;
  beforeEach(() => {
    page = new ComposerPage();
  });
  afterEach(() => page.dispose());

  it('replaces the selected model until the user removes the chip', () => {
    page.composer.model.setOnce('deepseek-r1');
    assert.throws(() => page.button('Model: m h'));
    assert.equal(page.all('.model-once')[0]?.textContent, 'deepseek-r1 · this prompt only');
    page.button('Remove deepseek-r1 · this prompt only').click();
    assert.deepEqual(page.posted, [{ type: 'forgetModelOnce' }]);
    page.composer.model.setOnce(undefined);
    assert.ok(page.button('Model: m h'));
    assert.deepEqual(page.all('.model-once'), []);
  });

  it('is shown as a chip, which takes over the focus of the model button and returns the focus when it is removed', () => {
    page.button('Model: m h').focus();
    page.composer.model.setOnce('deepseek-r1');
    assert.equal(page.focused?.getAttribute('aria-label'), 'Remove deepseek-r1 · this prompt only');
    page.composer.model.setOnce(undefined);
    assert.equal(page.focused, page.button('Model: m h'));
    page.input.focus();
    page.composer.model.setOnce('deepseek-r1');
    assert.equal(page.focused, page.input);
  });
});

describe('Enter in the composer', () => {
  let page: ComposerPage;
  beforeEach(() => {
    page = new ComposerPage();
  });
  afterEach(() => page.dispose());

  for (const [modifiers, sends] of [
    [{}, true],
    [{ ctrlKey: true }, true],
    [{ metaKey: true }, true],
    [{ shiftKey: true }, false],
    [{ altKey: true }, false],
  ] as const) {
    it(`${sends ? 'sends' : 'does not send'} the prompt when pressed with ${Object.keys(modifiers)[0] ?? 'no modifier key'}`, () => {
      page.type('Why?');
      assert.equal(page.key('Enter', modifiers), sends);
      assert.deepEqual(page.postedExceptQueries, sends ? [{ type: 'send', prompt: 'Why?' }] : []);
    });
  }
});
