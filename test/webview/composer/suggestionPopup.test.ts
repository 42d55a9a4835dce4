import assert from 'node:assert/strict';
import type { ToHost } from '../../../src/shared/pageMessages';
import type { ComposerSuggestion } from '../../../src/shared/protocol';
import { usePage, type PanelPage } from '../panel/support/panelPage';
import { valuesOf } from '../../support/valuesOf';

const suggestion = (label: string, kind: ComposerSuggestion['kind'] = 'file', detail = ''): ComposerSuggestion => ({
  id: `${kind}:${label}`,
  kind,
  label,
  detail,
});
const browse = suggestion('Choose a file…', 'browse');
const twoMatches = [
  suggestion('sample.ts:3-9', 'selection', 'Selection'),
  suggestion('sample.ts', 'file', 'src'),
  browse,
];

describe('popup with context suggestions', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened), []);

  const queries = (): readonly string[] =>
    page.posted.flatMap((message) => (message.type === 'suggestContext' ? [message.query] : []));
  const otherPosted = (): readonly ToHost[] => page.posted.filter(({ type }) => type !== 'suggestContext');
  /** Fires an event. @returns whether the page has prevented the default action of the browser */
  const fire = (type: string, target: Element = page.input): boolean =>
    !target.dispatchEvent(new page.window.Event(type, { bubbles: true, cancelable: true }));
  const select = (start: number, end: number): void => {
    page.input.setSelectionRange(start, end);
    fire('keyup');
  };
  const answer = (items: readonly ComposerSuggestion[], request = queries().length): void =>
    page.receive({ type: 'reply', request, value: items });
  const options = (): string[] => page.all('option').map(({ textContent }) => textContent.trim());
  const active = (): string | undefined => {
    const id = page.input.getAttribute('aria-activedescendant');
    const selected = page.all('option').filter((option) => option.ariaSelected === 'true');
    assert.deepEqual(valuesOf(selected, 'id'), id === null ? [] : [id]);
    return selected[0]?.querySelector('.composer-option-label')?.textContent;
  };
  const open = (text = '#sa', items = twoMatches): void => {
    page.type(text);
    answer(items);
  };

  it('requests new suggestions after every typed character', () => {
    page.type('#');
    page.type('#s');
    assert.deepEqual(page.posted, [
      { type: 'suggestContext', request: 1, query: '' },
      { type: 'suggestContext', request: 2, query: 's' },
    ]);
    assert.deepEqual(page.all('listbox'), []);
  });

  it('shows the suggestions in a list with an accessible name', () => {
    open('#s');
    assert.deepEqual(options(), ['sample.ts:3-9 Selection', 'sample.ts src', 'Choose a file…']);
    const [list] = page.all('listbox');
    assert.equal(list?.getAttribute('aria-label'), 'Context to attach');
    assert.equal(page.input.getAttribute('aria-controls'), list.id);
    assert.equal(active(), 'sample.ts:3-9');
    assert.equal(page.announced, '3 suggestions');
    assert.equal(page.window.document.activeElement, page.input);
  });

  it('keeps the old suggestions until the new suggestions arrive', () => {
    open('#s');
    page.type('#sx');
    assert.equal(options().length, 3);
    answer([suggestion('sx.ts'), browse]);
    assert.deepEqual(options(), ['sx.ts', 'Choose a file…']);
  });

  it('ignores responses to all requests except the latest', () => {
    open('#s');
    page.type('#sx');
    answer([suggestion('late.ts')], 1);
    assert.equal(options().length, 3);
    answer([suggestion('sx.ts'), browse]);
    assert.deepEqual(options(), ['sx.ts', 'Choose a file…']);
    answer([suggestion('early.ts')], 3);
    assert.equal(options().length, 2);
  });

  it('hides the suggestions for one # when the caret moves to another #', () => {
    open('#s');
    page.type('#s #');
    assert.deepEqual(options(), []);
    answer(twoMatches);
    page.type('#s| #');
    assert.deepEqual(options(), []);
    assert.deepEqual(queries(), ['s', '', 's']);
  });

  it('requests suggestions only once while the query stays the same', () => {
    open();
    fire('keyup');
    fire('click');
    assert.deepEqual(queries(), ['sa']);
  });

  it('moves the highlight with the arrow keys and wraps around at both ends', () => {
    open();
    const labels = ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowUp', 'ArrowUp'].map((key) => {
      assert.equal(page.key(key), true);
      return active();
    });
    assert.deepEqual(labels, ['sample.ts', 'Choose a file…', 'sample.ts:3-9', 'Choose a file…', 'sample.ts']);
  });

  it('shows unavailable context items, but does not let the user choose them', () => {
    const unavailable = { ...suggestion('Selection', 'selection', 'nothing is selected'), unavailable: true } as const;
    const last = { ...suggestion('Problems', 'problems', 'no problems'), unavailable: true } as const;
    open('#', [unavailable, suggestion('Open editors', 'editors', '2 files'), last, browse]);
    assert.deepEqual(
      [page.announced, page.all('option').map(({ ariaDisabled }) => ariaDisabled === 'true')],
      ['2 suggestions', [true, false, true, false]],
    );
    fire('mousemove', page.all('option')[0]);
    page.all('option')[0]!.click();
    const labels = ['', 'ArrowDown', 'ArrowDown', 'ArrowUp', 'ArrowUp'].map((key) => {
      if (key !== '') page.key(key);
      return active();
    });
    assert.deepEqual(labels, ['Open editors', 'Choose a file…', 'Open editors', 'Choose a file…', 'Open editors']);
    assert.deepEqual(otherPosted(), []);
  });

  for (const key of ['Enter', 'Tab']) {
    it(`replaces the query with the highlighted context item when ${key} is pressed`, () => {
      open('explain #sa| please');
      page.key('ArrowDown');
      assert.equal(page.key(key), true);
      assert.deepEqual(otherPosted(), [{ type: 'attach', id: 'file:sample.ts' }]);
      assert.equal(page.input.value, 'explain  please');
      assert.equal(page.input.selectionStart, 8);
      assert.deepEqual(options(), []);
    });
  }

  it('attaches the context item that the user clicks', () => {
    open();
    const [, second] = page.all('option');
    fire('mousemove', second);
    assert.equal(active(), 'sample.ts');
    assert.equal(fire('mousedown', second), true);
    second?.click();
    assert.deepEqual(otherPosted(), [{ type: 'attach', id: 'file:sample.ts' }]);
    assert.equal(page.input.value, '');
  });

  it('opens a file dialog when the user chooses the last option', () => {
    open();
    page.key('ArrowUp');
    page.key('Enter');
    assert.deepEqual(otherPosted(), [{ type: 'browseContext' }]);
    assert.equal(page.input.value, '');
  });

  it('highlights no option if no file matches and no arrow key was pressed', () => {
    open('use #nothing', [browse]);
    assert.equal(active(), undefined);
    page.key('ArrowDown');
    assert.equal(active(), 'Choose a file…');
  });

  it('sends the prompt with Enter if no file matches', () => {
    open('use #nothing', [browse]);
    page.key('ArrowDown');
    open('use #nothing2', [browse]);
    page.key('Enter');
    assert.deepEqual(otherPosted(), [{ type: 'send', prompt: 'use #nothing2' }]);
  });

  for (const { key, effect, sent } of [
    { key: 'Enter', effect: 'sends the prompt', sent: [{ type: 'send', prompt: '#x' }] },
    { key: 'Tab', effect: 'attaches nothing', sent: [] },
  ] as const) {
    it(`attaches the first suggestion if ${key} was pressed before the suggestions arrived`, () => {
      page.type('#sa');
      assert.equal(page.key(key), true);
      assert.deepEqual(otherPosted(), []);
      answer(twoMatches);
      assert.deepEqual(otherPosted(), [{ type: 'attach', id: 'selection:sample.ts:3-9' }]);
    });

    it(`${effect} if ${key} was pressed before the suggestions arrived and no file matches`, () => {
      page.type('#x');
      page.key(key);
      answer([browse]);
      assert.deepEqual(otherPosted(), sent);
    });
  }

  it('sends the prompt if Enter is pressed twice before the suggestions arrive', () => {
    page.type('#sa');
    page.key('Enter');
    page.key('Enter');
    assert.deepEqual(otherPosted(), [{ type: 'send', prompt: '#sa' }]);
  });

  it('drops an early Enter if the text changes before the suggestions arrive', () => {
    page.type('#sa');
    page.key('Enter');
    page.type('#sam');
    answer(twoMatches);
    assert.deepEqual(otherPosted(), []);
  });

  it('remains closed after Escape until the user types another #', () => {
    open();
    assert.equal(page.key('Escape'), true);
    assert.deepEqual(options(), []);
    assert.equal(page.key('Escape'), false);
    page.type('#sam');
    assert.deepEqual(queries(), ['sa']);
    assert.equal(page.key('ArrowDown'), false);
    page.type('');
    page.type('#');
    assert.deepEqual(queries(), ['sa', '']);
  });

  for (const [what, act] of [
    ['the user types a space', () => page.type('#sa ')],
    ['the caret leaves the query', () => select(0, 0)],
    ['the user selects text', () => select(0, 3)],
    ['the user presses Shift+Tab', () => assert.equal(page.key('Tab', { shiftKey: true }), false)],
    ['the text field loses the focus', () => fire('blur')],
    ['the host removes the prompt', () => page.receive({ type: 'promptMoved', prompt: '#sa' })],
  ] as const) {
    it(`closes when ${what}`, () => {
      open();
      act();
      assert.deepEqual(options(), []);
      assert.equal(page.input.hasAttribute('aria-controls'), false);
      assert.equal(active(), undefined);
    });
  }

  it('ignores suggestions that arrive after the user has left the #', () => {
    open();
    page.type('#sa ');
    answer(twoMatches);
    assert.deepEqual(options(), []);
  });

  for (const inputType of ['insertFromPaste', 'insertFromDrop', 'historyUndo']) {
    it(`requests no suggestions for input of type ${inputType}`, () => {
      page.type('#endif', { inputType });
      assert.deepEqual(queries(), []);
      page.type('#endi', { inputType: 'deleteContentBackward' });
      assert.deepEqual(queries(), ['endi']);
    });
  }

  it('requests no suggestions before an input method has finished its composition', () => {
    page.type('#wen', { isComposing: true });
    assert.deepEqual(queries(), []);
    page.input.value = '#文';
    fire('compositionend');
    assert.deepEqual(queries(), ['文']);
    answer(twoMatches);
    assert.equal(page.key('Enter', { isComposing: true }), false);
    assert.equal(page.key('ArrowDown', { isComposing: true }), false);
    assert.equal(active(), 'sample.ts:3-9');
  });

  for (const [keys, modifiers] of [
    ['Shift+Enter', { shiftKey: true }],
    ['Ctrl+Enter', { ctrlKey: true }],
  ] as const) {
    it(`attaches nothing with ${keys}`, () => {
      open();
      page.key('Enter', modifiers);
      assert.ok(!otherPosted().some(({ type }) => type === 'attach'));
    });
  }

  describe('opened by a button or a shortcut', () => {
    const attachButton = (): HTMLElement => page.one('button', 'Attach context');

    for (const [what, act] of [
      ['the button *Attach context*', () => attachButton().click()],
      ['Ctrl+/', () => page.key('/', { ctrlKey: true }, page.window.document.body)],
    ] as const) {
      it(`inserts a # into the text field with ${what}`, () => {
        act();
        assert.deepEqual([page.input.value, page.window.document.activeElement], ['#', page.input]);
        answer(twoMatches);
        assert.equal(active(), 'sample.ts:3-9');
        assert.equal(page.announced, '3 suggestions');
        act();
        assert.deepEqual([page.input.value, queries()], ['#', ['']]);
      });
    }

    it('opens the file dialog with Enter if no suggestion matches', () => {
      page.type('explain|');
      attachButton().click();
      page.type('explain #nothing|');
      answer([browse]);
      assert.equal(active(), 'Choose a file…');
      page.key('Enter');
      assert.deepEqual(otherPosted(), [{ type: 'browseContext' }]);
      assert.equal(page.input.value, 'explain');
    });

    it('puts a space between the preceding word and the inserted #', () => {
      page.type('explain| please');
      attachButton().click();
      assert.equal(page.input.value, 'explain # please');
    });

    it('deletes the inserted space and # when the user chooses an option', () => {
      page.type('explain| please');
      attachButton().click();
      page.type('explain #sa| please');
      answer(twoMatches);
      page.key('Enter');
      assert.deepEqual(otherPosted(), [{ type: 'attach', id: 'selection:sample.ts:3-9' }]);
      assert.equal(page.input.value, 'explain please');
    });

    for (const [when, before] of [
      ['before the suggestions arrive', () => undefined],
      ['while the suggestions are open', () => answer(twoMatches)],
      ['after the user has typed a part of a name', () => open('explain #sa| please')],
    ] as const) {
      for (const [what, act] of [
        ['Escape', () => page.key('Escape')],
        ['a loss of the focus', () => fire('blur')],
      ] as const) {
        it(`removes its # from the draft after ${what} ${when}`, () => {
          page.type('explain| please');
          attachButton().click();
          before();
          act();
          assert.equal(page.input.value, 'explain please');
          assert.deepEqual(options(), []);
          assert.deepEqual(otherPosted(), []);
        });
      }
    }

    it('keeps a # that the user types after closing the popup with Escape', () => {
      attachButton().click();
      page.key('Escape');
      page.type('#');
      page.key('Escape');
      assert.equal(page.input.value, '#');
    });
  });
});
