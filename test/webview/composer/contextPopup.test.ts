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
const two = [suggestion('sample.ts:3-9', 'selection', 'Selection'), suggestion('sample.ts', 'file', 'src'), pick];

describe('Suggestions behind a #', () => {
  let page: ComposerPage;
  beforeEach(() => {
    page = new ComposerPage();
  });
  afterEach(() => page.dispose());

  const answer = (items: readonly ContextSuggestion[], request = page.asked.length): void =>
    page.composer.showSuggestions(request, items);
  const options = (): string[] => page.all('[role="option"]').map(({ textContent }) => textContent.trim());
  const active = (): string | undefined => {
    const id = page.input.getAttribute('aria-activedescendant');
    const marked = page.all('[aria-selected="true"]');
    assert.deepEqual(
      marked.map((option) => option.id),
      id === null ? [] : [id],
    );
    return marked[0]?.querySelector('.context-option-label')?.textContent;
  };
  const open = (text = '#sa', items = two): void => {
    page.type(text);
    answer(items);
  };

  it('are asked for with every letter, and shown under a name', () => {
    page.type('#');
    page.type('#s');
    assert.deepEqual(page.posted, [
      { type: 'suggestContext', request: 1, query: '' },
      { type: 'suggestContext', request: 2, query: 's' },
    ]);
    assert.deepEqual(page.all('[role="listbox"]'), []);
    answer(two);
    assert.deepEqual(options(), ['sample.ts:3-9 Selection', 'sample.ts src', 'Choose a file…']);
    const [list] = page.all('[role="listbox"]');
    assert.equal(list?.getAttribute('aria-label'), 'Context to attach');
    assert.equal(page.input.getAttribute('aria-controls'), list.id);
    assert.equal(active(), 'sample.ts:3-9');
    assert.equal(page.announced, '3 suggestions');
    assert.equal(page.focused, page.input);
  });

  it('stay while the next ones come, and are not mistaken for them', () => {
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

  it('are not those of another #', () => {
    open('#s');
    page.type('#s #');
    assert.deepEqual(options(), []);
    answer(two);
    page.type('#s| #');
    assert.deepEqual(options(), []);
    assert.deepEqual(page.asked, ['s', '', 's']);
  });

  it('are not asked for twice', () => {
    open();
    page.fire('keyup');
    page.fire('click');
    assert.deepEqual(page.asked, ['sa']);
  });

  it('are walked through with the arrows, around the ends', () => {
    open();
    const seen = ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowUp', 'ArrowUp'].map((key) => {
      assert.equal(page.key(key), true);
      return active();
    });
    assert.deepEqual(seen, ['sample.ts', 'Choose a file…', 'sample.ts:3-9', 'Choose a file…', 'sample.ts']);
  });

  for (const key of ['Enter', 'Tab']) {
    it(`are taken with ${key}, and what was typed to find them goes`, () => {
      open('explain #sa| please');
      page.key('ArrowDown');
      assert.equal(page.key(key), true);
      assert.deepEqual(page.sent, [{ type: 'attach', id: 'file:sample.ts' }]);
      assert.equal(page.input.value, 'explain  please');
      assert.equal(page.input.selectionStart, 8);
      assert.deepEqual(page.kept, { draft: 'explain  please', context: [] });
      assert.deepEqual(options(), []);
    });
  }

  it('are taken with the pointer, which leaves the focus in the text', () => {
    open();
    const [, second] = page.all('[role="option"]');
    page.fire('mousemove', second);
    assert.equal(active(), 'sample.ts');
    assert.equal(page.fire('mousedown', second), true);
    second?.click();
    assert.deepEqual(page.sent, [{ type: 'attach', id: 'file:sample.ts' }]);
    assert.equal(page.input.value, '');
  });

  it('have a list of VS Code’s own', () => {
    open();
    page.key('ArrowUp');
    page.key('Enter');
    assert.deepEqual(page.sent, [{ type: 'pickContext' }]);
    assert.equal(page.input.value, '');
  });

  it('leave Enter to the prompt where nothing is found, and the list of VS Code’s own to the arrows', () => {
    open('use #nothing', [pick]);
    assert.equal(active(), undefined);
    page.key('ArrowDown');
    assert.equal(active(), 'Choose a file…');
    open('use #nothing2', [pick]);
    page.key('Enter');
    assert.deepEqual(page.sent, [{ type: 'send', prompt: 'use #nothing2' }]);
  });

  for (const [key, what, sent] of [
    ['Enter', 'sends', [{ type: 'send', prompt: '#x' }]],
    ['Tab', 'does nothing', []],
  ] as const) {
    it(`take a ${key} that was faster than them; it ${what} when there is nothing to take`, () => {
      page.type('#sa');
      assert.equal(page.key(key), true);
      assert.deepEqual(page.sent, []);
      answer(two);
      assert.deepEqual(page.sent, [{ type: 'attach', id: 'selection:sample.ts:3-9' }]);
      page.posted.length = 0;
      page.type('#x');
      page.key(key);
      page.composer.showSuggestions(2, [pick]);
      assert.deepEqual(page.sent, sent);
    });
  }

  it('are not waited for: the second Enter sends', () => {
    page.type('#sa');
    page.key('Enter');
    page.key('Enter');
    assert.deepEqual(page.sent, [{ type: 'send', prompt: '#sa' }]);
  });

  it('forget an Enter when the text changes behind it', () => {
    page.type('#sa');
    page.key('Enter');
    page.type('#sam');
    answer(two);
    assert.deepEqual(page.sent, []);
  });

  it('are closed by Escape, and stay closed for this #', () => {
    open();
    assert.equal(page.key('Escape'), true);
    assert.deepEqual(options(), []);
    assert.equal(page.key('Escape'), false);
    page.type('#sam');
    assert.deepEqual(page.asked, ['sa']);
    assert.equal(page.key('ArrowDown'), false);
    page.type('');
    page.type('#');
    assert.deepEqual(page.asked, ['sa', '']);
  });

  it('can be closed from outside, which hears whether they were open', () => {
    assert.equal(page.composer.closePopup(), false);
    page.type('#sa');
    assert.equal(page.composer.closePopup(), false);
    open('#', two);
    open('x #sa');
    assert.equal(page.composer.closePopup(), true);
    assert.equal(page.composer.closePopup(), false);
    assert.equal(page.input.value, 'x #sa');
  });

  for (const [what, leave] of [
    ['a space', () => page.type('#sa ')],
    ['the caret elsewhere', () => page.select(0, 0)],
    ['a selection', () => page.select(0, 3)],
    ['Shift+Tab', () => assert.equal(page.key('Tab', { shiftKey: true }), false)],
    ['another place', () => page.fire('blur')],
    ['another text', () => page.composer.confirmPrompt('#sa')],
  ] as const) {
    it(`are closed by ${what}`, () => {
      open();
      leave();
      assert.deepEqual(options(), []);
      assert.equal(page.input.hasAttribute('aria-controls'), false);
      assert.equal(active(), undefined);
    });
  }

  it('do not come for a late answer', () => {
    open();
    page.type('#sa ');
    answer(two);
    assert.deepEqual(options(), []);
  });

  for (const inputType of ['insertFromPaste', 'insertFromDrop', 'historyUndo']) {
    it(`do not come by ${inputType}`, () => {
      page.type('#endif', { inputType });
      assert.deepEqual(page.asked, []);
      page.type('#endi', { inputType: 'deleteContentBackward' });
      assert.deepEqual(page.asked, ['endi']);
    });
  }

  it('wait for an input method', () => {
    page.type('#wen', { isComposing: true });
    assert.deepEqual(page.asked, []);
    page.input.value = '#文';
    page.fire('compositionend');
    assert.deepEqual(page.asked, ['文']);
    answer(two);
    assert.equal(page.key('Enter', { isComposing: true }), false);
    assert.equal(page.key('ArrowDown', { isComposing: true }), false);
    assert.equal(active(), 'sample.ts:3-9');
  });

  for (const how of [{ shiftKey: true }, { ctrlKey: true }] as const) {
    it(`leave Enter alone with ${Object.keys(how)[0]}`, () => {
      open();
      page.key('Enter', how);
      assert.ok(!page.sent.some(({ type }) => type === 'attach'));
    });
  }
});
