import assert from 'node:assert/strict';
import type { DraftText } from '../../../src/shared/protocol';
import type { Unsent } from '../../../src/shared/unsent';
import { PanelPage } from '../panel/support/panelPage';
import { valuesOf } from '../../support/valuesOf';

const item = (label: string, fields: Partial<DraftText> = {}): DraftText => ({
  id: label,
  kind: 'file',
  label,
  characters: 1234,
  lines: 40,
  truncated: false,
  ...fields,
});
const [a, b, c] = [item('a.ts'), item('src/b.ts'), item('c.ts')];

describe('row of context chips', () => {
  let page: PanelPage;
  beforeEach(() => {
    page = PanelPage.restored({ context: ['before'] });
    page.snapshot();
    page.posted.length = 0;
  });
  afterEach(() => PanelPage.closeAll());

  const all = (selector: string): HTMLElement[] => [
    ...page.root.querySelectorAll<HTMLElement>(`.context-chips:not([hidden]) ${selector}`),
  ];
  const draftOf = (): Partial<Unsent> => ({ draft: page.stored.draft, context: page.stored.context });
  const show = (...items: readonly DraftText[]): void => page.receive({ type: 'context', items });
  const chips = (): string[] => all('li').map(({ textContent }) => textContent);
  const focus = (name: string): void => page.one('button', `Remove ${name}`).focus();
  const focusedName = (): string | null | undefined => page.window.document.activeElement?.getAttribute('aria-label');

  it('shows the kind and the number of lines of each context item', () => {
    show(
      item('sample.ts:3-9', { kind: 'selection', characters: 1, lines: 1 }),
      item('src/a.ts', { kind: 'problems', characters: 950 }),
      item('long.ts', { characters: 60_000, truncated: true }),
    );
    assert.deepEqual(chips(), [
      'sample.ts:3-9 1 line',
      'Problems in src/a.ts 40 lines',
      'long.ts 40 lines · truncated',
    ]);
    assert.equal(page.root.querySelector('.context-chips')?.getAttribute('aria-label'), 'Prompt context');
    assert.deepEqual(valuesOf(all('.context-size'), 'title'), [
      '1 character',
      '950 characters',
      '60K characters · Too long: only the beginning will be sent.',
    ]);
    assert.equal(all('.context-label')[1]?.title, 'Problems in src/a.ts');
  });

  it('shows the target of a symbolic link that leads out of the workspace', () => {
    show(a);
    show(a, item('docs/notes.txt', { realPath: '~/.ssh/id_rsa', characters: 9 }));
    assert.equal(chips()[1], 'docs/notes.txt → ~/.ssh/id_rsa 40 lines');
    assert.equal(all('.context-outside')[0]?.title, 'Symbolic link to a location outside the workspace: ~/.ssh/id_rsa');
    assert.equal(page.announced, 'Attached: docs/notes.txt → ~/.ssh/id_rsa');
    page.one('button', 'Remove docs/notes.txt').click();
  });

  it('removes a context item when the user clicks the button of its chip', () => {
    show(a, b, item('src/a.ts', { id: 'p', kind: 'problems' }));
    page.one('button', 'Remove src/b.ts').click();
    page.one('button', 'Remove Problems in src/a.ts').click();
    assert.deepEqual(page.posted, [
      { type: 'detach', id: 'src/b.ts' },
      { type: 'detach', id: 'p' },
    ]);
  });

  it('replaces only the chips whose content has changed', () => {
    show(a, b);
    const [first, second] = all('li');
    show(b, { ...a, characters: 5 }, c);
    assert.deepEqual(chips().length, 3);
    assert.equal(all('li')[0], second);
    assert.equal(all('li').includes(first!), false);
  });

  it('moves the focus from a removed chip to another chip', () => {
    show(a, b, c);
    focus('src/b.ts');
    show(a, c);
    assert.equal(focusedName(), 'Remove c.ts');
    show(a);
    assert.equal(focusedName(), 'Remove a.ts');
  });

  it('moves the focus to the text field when the last chip is removed', () => {
    show(a);
    focus('a.ts');
    show();
    assert.equal(page.window.document.activeElement, page.input);
  });

  it('keeps the focus when other chips are added or removed', () => {
    show(a, b);
    focus('src/b.ts');
    show(b, c);
    assert.equal(focusedName(), 'Remove src/b.ts');
    page.input.focus();
    show(c);
    assert.equal(page.window.document.activeElement, page.input);
  });

  it('moves the focus from the empty text field to the last chip with Backspace', () => {
    show(a, b);
    page.type('x');
    assert.equal(page.key('Backspace'), false);
    page.type('');
    assert.equal(page.key('Backspace'), true);
    assert.equal(focusedName(), 'Remove src/b.ts');
  });

  it('moves the focus between the chips with the arrow keys', () => {
    show(a, b);
    focus('src/b.ts');
    for (const [key, name] of [
      ['ArrowLeft', 'Remove a.ts'],
      ['ArrowLeft', 'Remove a.ts'],
      ['ArrowRight', 'Remove src/b.ts'],
      ['ArrowRight', 'Remove src/b.ts'],
    ] as const) {
      page.key(key, {}, page.window.document.activeElement!);
      assert.equal(focusedName(), name);
    }
  });

  it('removes the context item of the focused chip with Backspace or Delete', () => {
    show(a, b);
    focus('src/b.ts');
    for (const key of ['Backspace', 'Delete']) page.key(key, {}, page.window.document.activeElement!);
    assert.deepEqual(page.posted, [
      { type: 'detach', id: 'src/b.ts' },
      { type: 'detach', id: 'src/b.ts' },
    ]);
  });

  it('announces only context items that are added after the page has loaded', () => {
    page.dispose();
    page = new PanelPage();
    page.snapshot([], { context: [a] });
    assert.equal(page.announced, '');
    for (const items of [[a, b, c], [a]]) {
      show(...items);
      assert.equal(page.announced, 'Attached: src/b.ts, c.ts');
    }
  });

  it('stores the ids of the context items with the draft', () => {
    page.type('Why');
    assert.deepEqual(draftOf(), { draft: 'Why', context: ['before'] });
    show(a, b);
    assert.deepEqual(draftOf(), { draft: 'Why', context: ['a.ts', 'src/b.ts'] });
  });
});
