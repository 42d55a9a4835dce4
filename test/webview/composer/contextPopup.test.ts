import assert from 'node:assert/strict';
import type { ContextSuggestion } from '../../../src/shared/protocol';
import { ComposerPage } from '../panel/support/composerPage';

const suggestion = (label: string, kind: ContextSuggestion['kind'] = 'file', detail = ''): ContextSuggestion => ({
  id: `${kind}:${label}`,
  kind,
  label,
  detail,
});
const pick = suggestion('Choose a file…', 'pick');
const twoMatches = [
  suggestion('sample.ts:3-9', 'selection', 'Selection'),
  suggestion('sample.ts', 'file', 'src'),
  pick,
];

describe('popup with context suggestions', () => {
  let page: ComposerPage;
  beforeEach(() => {
    page = new ComposerPage();
  });
  afterEach(() => page.dispose());

  const answer = (items: readonly ContextSuggestion[], request = page.queries.length): void =>
    page.composer.popup.showSuggestions(request, items);
  const options = (): string[] => page.all('[role="option"]').map(({ textContent }) => textContent.trim());
  const active = (): string | undefined => {
    const id = page.input.getAttribute('aria-activedescendant');
    const selected = page.all('[aria-selected="true"]');
    assert.deepEqual(
      selected.map((option) => option.id),
      id === null ? [] : [id],
    );
    return selected[0]?.querySelector('.context-option-label')?.textContent;
  };
  const open = (text = '#sa', items = twoMatches): void => {
    page.type(text);
    answer(items);
  };

  it('requests suggestions for every typed character and shows them in a named list', () => {
    page.type('#');
    page.type('#s');
    assert.deepEqual(page.posted, [
      { type: 'suggestContext', request: 1, query: '' },
      { type: 'suggestContext', request: 2, query: 's' },
    ]);
    assert.deepEqual(page.all('[role="listbox"]'), []);
    answer(twoMatches);
    assert.deepEqual(options(), ['sample.ts:3-9 Selection', 'sample.ts src', 'Choose a file…']);
    const [list] = page.all('[role="listbox"]');
    assert.equal(list?.getAttribute('aria-label'), 'Context to attach');
    assert.equal(page.input.getAttribute('aria-controls'), list.id);
    assert.equal(active(), 'sample.ts:3-9');
    assert.equal(page.announced, '3 suggestions');
    assert.equal(page.focused, page.input);
  });

  it('keeps the old suggestions until the new ones arrive, and ignores responses to any request but the latest', () => {
    open('#s');
    page.type('#sx');
    assert.equal(options().length, 3);
    answer([suggestion('late.ts')], 1);
    assert.equal(options().length, 3);
    answer([suggestion('sx.ts'), pick]);
    assert.deepEqual(options(), ['sx.ts', 'Choose a file…']);
    answer([suggestion('early.ts')], 3);
    assert.equal(options().length, 2);
  });

  it('hides the suggestions when the caret moves to another #', () => {
    open('#s');
    page.type('#s #');
    assert.deepEqual(options(), []);
    answer(twoMatches);
    page.type('#s| #');
    assert.deepEqual(options(), []);
    assert.deepEqual(page.queries, ['s', '', 's']);
  });

  it('requests suggestions only once while the query stays the same', () => {
    open();
    page.fire('keyup');
    page.fire('click');
    assert.deepEqual(page.queries, ['sa']);
  });

  it('highlights options with the arrow keys and wraps around', () => {
    open();
    const labels = ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowUp', 'ArrowUp'].map((key) => {
      assert.equal(page.key(key), true);
      return active();
    });
    assert.deepEqual(labels, ['sample.ts', 'Choose a file…', 'sample.ts:3-9', 'Choose a file…', 'sample.ts']);
  });

  for (const key of ['Enter', 'Tab']) {
    it(`attaches the highlighted option with ${key} and deletes the query`, () => {
      open('explain #sa| please');
      page.key('ArrowDown');
      assert.equal(page.key(key), true);
      assert.deepEqual(page.postedExceptQueries, [{ type: 'attach', id: 'file:sample.ts' }]);
      assert.equal(page.input.value, 'explain  please');
      assert.equal(page.input.selectionStart, 8);
      assert.deepEqual(page.lastDraft, { draft: 'explain  please', context: [] });
      assert.deepEqual(options(), []);
    });
  }

  it('attaches the option that the user clicks and keeps the focus in the text field', () => {
    open();
    const [, second] = page.all('[role="option"]');
    page.fire('mousemove', second);
    assert.equal(active(), 'sample.ts');
    assert.equal(page.fire('mousedown', second), true);
    second?.click();
    assert.deepEqual(page.postedExceptQueries, [{ type: 'attach', id: 'file:sample.ts' }]);
    assert.equal(page.input.value, '');
  });

  it('opens the file picker of VS Code when the last option is chosen', () => {
    open();
    page.key('ArrowUp');
    page.key('Enter');
    assert.deepEqual(page.postedExceptQueries, [{ type: 'pickContext' }]);
    assert.equal(page.input.value, '');
  });

  it('highlights the file picker only after an arrow key when nothing matches, so that Enter sends the prompt', () => {
    open('use #nothing', [pick]);
    assert.equal(active(), undefined);
    page.key('ArrowDown');
    assert.equal(active(), 'Choose a file…');
    open('use #nothing2', [pick]);
    page.key('Enter');
    assert.deepEqual(page.postedExceptQueries, [{ type: 'send', prompt: 'use #nothing2' }]);
  });

  for (const [key, effect, sent] of [
    ['Enter', 'sends the prompt', [{ type: 'send', prompt: '#x' }]],
    ['Tab', 'does nothing', []],
  ] as const) {
    it(`attaches the first suggestion if ${key} was pressed before the suggestions arrived, or ${effect} if nothing matches`, () => {
      page.type('#sa');
      assert.equal(page.key(key), true);
      assert.deepEqual(page.postedExceptQueries, []);
      answer(twoMatches);
      assert.deepEqual(page.postedExceptQueries, [{ type: 'attach', id: 'selection:sample.ts:3-9' }]);
      page.posted.length = 0;
      page.type('#x');
      page.key(key);
      page.composer.popup.showSuggestions(2, [pick]);
      assert.deepEqual(page.postedExceptQueries, sent);
    });
  }

  it('lets Enter send the prompt when it is pressed twice before the suggestions arrive', () => {
    page.type('#sa');
    page.key('Enter');
    page.key('Enter');
    assert.deepEqual(page.postedExceptQueries, [{ type: 'send', prompt: '#sa' }]);
  });

  it('ignores an Enter that was pressed before the suggestions arrived if the text has changed since', () => {
    page.type('#sa');
    page.key('Enter');
    page.type('#sam');
    answer(twoMatches);
    assert.deepEqual(page.postedExceptQueries, []);
  });

  it('is closed with Escape and stays closed for the same #', () => {
    open();
    assert.equal(page.key('Escape'), true);
    assert.deepEqual(options(), []);
    assert.equal(page.key('Escape'), false);
    page.type('#sam');
    assert.deepEqual(page.queries, ['sa']);
    assert.equal(page.key('ArrowDown'), false);
    page.type('');
    page.type('#');
    assert.deepEqual(page.queries, ['sa', '']);
  });

  it('is closed by `closePopup`, which returns whether it was open', () => {
    assert.equal(page.composer.popup.close(), false);
    page.type('#sa');
    assert.equal(page.composer.popup.close(), false);
    open('#', twoMatches);
    open('x #sa');
    assert.equal(page.composer.popup.close(), true);
    assert.equal(page.composer.popup.close(), false);
    assert.equal(page.input.value, 'x #sa');
  });

  for (const [what, act] of [
    ['the user types a space', () => page.type('#sa ')],
    ['the caret leaves the query', () => page.select(0, 0)],
    ['the user selects text', () => page.select(0, 3)],
    ['the user presses Shift+Tab', () => assert.equal(page.key('Tab', { shiftKey: true }), false)],
    ['the text field loses the focus', () => page.fire('blur')],
    ['the host confirms the prompt', () => page.composer.confirmPrompt('#sa')],
  ] as const) {
    it(`is closed when ${what}`, () => {
      open();
      act();
      assert.deepEqual(options(), []);
      assert.equal(page.input.hasAttribute('aria-controls'), false);
      assert.equal(active(), undefined);
    });
  }

  it('ignores suggestions that arrive after the query has ended', () => {
    open();
    page.type('#sa ');
    answer(twoMatches);
    assert.deepEqual(options(), []);
  });

  for (const inputType of ['insertFromPaste', 'insertFromDrop', 'historyUndo']) {
    it(`requests no suggestions for input of type ${inputType}`, () => {
      page.type('#endif', { inputType });
      assert.deepEqual(page.queries, []);
      page.type('#endi', { inputType: 'deleteContentBackward' });
      assert.deepEqual(page.queries, ['endi']);
    });
  }

  it('requests suggestions only when an input method has finished its composition', () => {
    page.type('#wen', { isComposing: true });
    assert.deepEqual(page.queries, []);
    page.input.value = '#文';
    page.fire('compositionend');
    assert.deepEqual(page.queries, ['文']);
    answer(twoMatches);
    assert.equal(page.key('Enter', { isComposing: true }), false);
    assert.equal(page.key('ArrowDown', { isComposing: true }), false);
    assert.equal(active(), 'sample.ts:3-9');
  });

  for (const modifiers of [{ shiftKey: true }, { ctrlKey: true }] as const) {
    it(`attaches nothing when Enter is pressed with ${Object.keys(modifiers)[0]}`, () => {
      open();
      page.key('Enter', modifiers);
      assert.ok(!page.postedExceptQueries.some(({ type }) => type === 'attach'));
    });
  }
});
