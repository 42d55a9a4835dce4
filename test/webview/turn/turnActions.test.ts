import assert from 'node:assert/strict';
import type { ShownExchange } from '../../../src/shared/exchanges';
import { initialTurn, reduceTurn, type Attachment, type TurnState } from '../../../src/shared/protocol';
import { ev } from '../panel/support/events';
import { exchange, usePage, type PanelPage } from '../panel/support/panelPage';

const done = (text: string): TurnState => [ev.attempt(), ev.text(text), ev.done(text)].reduce(reduceTurn, initialTurn);
const versions = ['b1', 'b2', 'b3'];
const version = (id: string, fields: Partial<ShownExchange> = {}): ShownExchange =>
  exchange(id, { state: done(id), versions, ...fields });

describe('versions of an answer', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened));

  const otherItems = ['Regenerate with another model…', 'Compare models…'];
  const prompts = (): (string | null)[] =>
    [...page.root.querySelectorAll('[data-part="prompt"]')].map((prompt) => prompt.textContent);

  it('are requested with *Regenerate* and with the menu beside that button', () => {
    page.snapshot([exchange('a', { state: done('a') })]);
    page.click('Regenerate');
    for (const item of otherItems) {
      page.click('More ways to regenerate');
      page.one('menuitem', item).click();
    }
    assert.deepEqual(page.posted, [
      { type: 'regenerate', answerId: 'a' },
      { type: 'regenerateWith', answerId: 'a' },
      { type: 'compareModels', exchangeId: 'exchange-a' },
    ]);
  });

  it('can be requested from a recently used model', () => {
    const used = ['a', 'gpt-4o', 'b'];
    page.receive({ type: 'recentModels', used, compared: [] });
    page.snapshot([exchange('a', { state: { ...done('a'), model: 'gpt-4o' } })]);
    page.click('More ways to regenerate');
    assert.deepEqual(
      page.all('menuitem').map(({ textContent }) => textContent),
      [...['a', 'b'].map((model) => `Regenerate with ${model}`), ...otherItems],
    );
    page.one('menuitem', 'Regenerate with b').click();
    assert.deepEqual(page.posted, [{ type: 'regenerate', answerId: 'a', model: 'b' }]);
  });

  it('can be browsed with *Previous version* and *Next version*', () => {
    page.snapshot([exchange('a'), version('b2')]);
    page.events('a', ev.attempt(), ev.stopped(''));
    assert.equal(page.one('group', 'Version 2 of 3').textContent, '2/3');
    page.click('Previous version');
    page.click('Next version');
    assert.deepEqual(page.posted, [
      { type: 'showVersion', answerId: 'b1' },
      { type: 'showVersion', answerId: 'b3' },
    ]);
  });

  for (const [id, disabled] of [
    ['b1', 'Previous version'],
    ['b3', 'Next version'],
  ] as const) {
    it(`have a disabled *${disabled}* button at the ${id === 'b1' ? 'first' : 'last'} version`, () => {
      page.snapshot([version(id)]);
      assert.deepEqual(
        page
          .all('button')
          .filter((button) => (button as HTMLButtonElement).disabled && button.closest('.composer') === null)
          .map((button) => button.getAttribute('aria-label')),
        [disabled],
      );
    });
  }

  it('cannot be switched while a turn is running', () => {
    page.snapshot([version('b2'), exchange('c')]);
    const previous = page.one('button', 'Previous version') as HTMLButtonElement;
    const regenerate = page.one('button', 'Regenerate') as HTMLButtonElement;
    assert.deepEqual([previous.disabled, regenerate.disabled], [true, true]);
    page.events('c', ev.attempt(), ev.text('Hi'), ev.done('Hi'));
    assert.deepEqual([previous.disabled, regenerate.disabled], [false, false]);
    previous.focus();
    page.add('d');
    assert.deepEqual([previous.disabled, page.window.document.activeElement], [true, previous.closest('article')]);
    // The buttons of the answer are not replaced, so that they keep the focus and the check mark after a copy.
    assert.equal(page.one('button', 'Previous version'), previous);
  });

  it('have disabled buttons if the page draws the answer while a turn is running', () => {
    page.clock.deferredCalls = [];
    page.snapshot([version('b2'), exchange('c')]);
    assert.deepEqual(page.all('button', 'Regenerate'), []);
    while (page.clock.deferredCalls.length > 0) page.clock.runNext();
    const names = ['Regenerate', 'More ways to regenerate', 'Previous version', 'Next version'];
    const isDisabled = (name: string): boolean => (page.one('button', name) as HTMLButtonElement).disabled;
    assert.deepEqual(names.filter(isDisabled), names);
  });

  it('can be switched without drawing earlier exchanges again', () => {
    page.snapshot([exchange('a', { state: done('a') }), version('b2'), exchange('c', { state: done('c') })]);
    const unchanged = page.all('article', 'Assistant')[0]!;
    unchanged.querySelector('details')?.setAttribute('open', '');
    page.path(exchange('a', { state: done('a') }), version('b1'));
    assert.deepEqual(prompts(), ['prompt a', 'prompt b1']);
    assert.equal(page.all('article', 'Assistant')[0], unchanged);
    assert.equal(page.part('answer')?.textContent, 'b1');
    assert.equal(page.announced, 'Version 1 of 3');
  });

  it('keep the focus on the version buttons when the user switches versions', () => {
    page.snapshot([version('b2')]);
    page.one('button', 'Previous version').focus();
    page.path(version('b1'));
    // The first version has no previous version, so the other button gets the focus.
    assert.equal(page.window.document.activeElement, page.one('button', 'Next version'));
  });
});

describe('sent prompt', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened), [exchange('a', { prompt: 'Why?', state: done('So') })]);

  const editor = (): HTMLTextAreaElement => page.one('textbox', 'Edit your prompt') as HTMLTextAreaElement;
  const write = (text: string): void => {
    editor().value = text;
    editor().dispatchEvent(new page.window.Event('input', { bubbles: true }));
  };
  const prompt = (): string | null | undefined => page.part('prompt')?.textContent;

  it('is copied to the clipboard unchanged', () => {
    page.click('Copy prompt');
    assert.deepEqual(page.posted, [{ type: 'copy', text: 'Why?' }]);
    assert.equal(page.announced, 'Copied');
  });

  const sends: Readonly<Record<string, () => void>> = {
    '*Resend*': () => page.click('Resend'),
    Enter: () => page.key('Enter', {}, editor()),
    'Ctrl+Enter': () => page.key('Enter', { ctrlKey: true }, editor()),
    'Cmd+Enter': () => page.key('Enter', { metaKey: true }, editor()),
  };
  for (const [name, send] of Object.entries(sends)) {
    it(`is sent again with its edited text when the user presses ${name}`, () => {
      page.click('Edit');
      assert.equal(editor().value, 'Why?');
      assert.equal(page.window.document.activeElement, editor());
      write(' Why not? ');
      send();
      assert.deepEqual(page.posted, [{ type: 'edit', exchangeId: 'exchange-a', prompt: 'Why not?' }]);
      assert.equal(prompt(), 'Why?');
    });
  }

  const stays: Readonly<Record<string, KeyboardEventInit>> = {
    'Shift+Enter': { shiftKey: true },
    'the Enter of an input method': { isComposing: true },
  };
  for (const [name, init] of Object.entries(stays)) {
    it(`is not sent again when the user presses ${name}`, () => {
      page.click('Edit');
      page.key('Enter', init, editor());
      assert.deepEqual(page.posted, []);
    });
  }

  it('cannot be sent again with an empty text', () => {
    page.click('Edit');
    write('  ');
    assert.equal((page.one('button', 'Resend') as HTMLButtonElement).disabled, true);
    page.key('Enter', {}, editor());
    assert.deepEqual(page.posted, []);
  });

  const cancels: Readonly<Record<string, () => void>> = {
    '*Cancel*': () => page.click('Cancel'),
    Escape: () => page.key('Escape', {}, editor()),
  };
  for (const [name, cancel] of Object.entries(cancels)) {
    it(`remains unchanged when the user cancels an edit with ${name}`, () => {
      page.add('b');
      page.all('button', 'Edit')[0]!.click();
      write('Why not?');
      cancel();
      assert.deepEqual(page.posted, []);
      assert.equal(page.all('textbox', 'Edit your prompt').length, 0);
      assert.equal(page.window.document.activeElement, page.all('button', 'Edit')[0]);
    });
  }

  const attachments: Readonly<Record<string, readonly [fields: Partial<Attachment>, summary: string]>> = {
    selection: [{}, 'src/app.ts Selection · 1 line'],
    file: [{ kind: 'file', code: 'a\nb\n' }, 'src/app.ts File · 2 lines'],
    'long file': [{ kind: 'file', truncated: true }, 'src/app.ts File · 1 line · truncated'],
    'list of problems': [{ kind: 'problems' }, 'src/app.ts Problems · 1 line'],
  };
  for (const [name, [fields, summary]] of Object.entries(attachments)) {
    it(`shows the kind and the size of an attachment: ${name}`, () => {
      const attachment: Attachment = {
        kind: 'selection',
        label: 'src/app.ts',
        languageId: 'typescript',
        code: 'a',
        ...fields,
      };
      page.snapshot([exchange('a', { attachments: [attachment] })]);
      assert.equal(page.root.querySelector('.attachment summary')?.textContent, summary);
    });
  }
});
