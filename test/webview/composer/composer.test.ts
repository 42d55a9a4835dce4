import assert from 'node:assert/strict';
import { initialTurn, reduceTurn } from '../../../src/shared/protocol';
import { ev } from '../panel/support/events';
import { connected, exchange, PanelPage, usePage } from '../panel/support/panelPage';
import { valuesOf } from '../../support/valuesOf';
import { refOf } from '../../support/gatewayRef';

describe('composer', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened), [], { promptHistory: ['first', 'two\nlines'] });

  const sendButton = (): HTMLButtonElement => page.one('button', 'Send') as HTMLButtonElement;

  it('sends the prompt with *Send*, which is disabled while there is no text', () => {
    assert.equal(sendButton().disabled, true);
    page.type(' \n');
    assert.equal(sendButton().disabled, true);
    page.type('Why?');
    assert.equal(sendButton().disabled, false);
    page.click('Send');
    assert.deepEqual(page.posted, [{ type: 'send', prompt: 'Why?' }]);
    assert.equal(sendButton().disabled, true);
  });

  for (const modifiers of [{}, { ctrlKey: true }, { metaKey: true }]) {
    it(`sends the trimmed prompt and clears the text when Enter is pressed with ${JSON.stringify(modifiers)}`, () => {
      page.type('  Why?\n');
      page.key('Enter', modifiers);
      assert.deepEqual([page.posted, page.input.value], [[{ type: 'send', prompt: 'Why?' }], '']);
    });
  }

  const notSent: Readonly<Record<string, KeyboardEventInit>> = {
    'Shift+Enter': { shiftKey: true },
    'Alt+Enter': { altKey: true },
    'the Enter that accepts a candidate of an input method': { isComposing: true },
    'the Enter that ends a composition of an input method in WebKit': Object.fromEntries([['keyCode', 229]]),
  };
  for (const [name, init] of Object.entries(notSent)) {
    it(`does not send the prompt with ${name}`, () => {
      page.type('你好');
      page.key('Enter', init);
      assert.deepEqual(page.posted, []);
      assert.equal(page.input.value, '你好');
    });
  }

  it('browses the prompt history with the arrow keys', () => {
    const texts: string[] = [];
    const step = (key: string): void => {
      page.key(key);
      texts.push(page.input.value);
    };
    step('ArrowUp');
    assert.equal(page.input.selectionStart, 'two'.length);
    step('ArrowUp');
    step('ArrowUp');
    step('ArrowDown');
    step('ArrowDown');
    step('ArrowDown');
    assert.deepEqual(texts, ['two\nlines', 'first', 'first', 'two\nlines', '', '']);
  });

  it('keeps a recalled prompt when arrow up is pressed while the caret is below its first line', () => {
    page.key('ArrowUp');
    page.input.setSelectionRange(6, 6);
    page.key('ArrowUp');
    assert.equal(page.input.value, 'two\nlines');
  });

  it('stops browsing the history when the user edits a recalled prompt', () => {
    page.key('ArrowUp');
    page.type('two, changed');
    page.key('ArrowUp');
    assert.equal(page.input.value, 'two, changed');
  });

  it('keeps the draft when a prefilled prompt arrives, and adds that prompt to the prompt history', () => {
    page.type('mine');
    page.receive({ type: 'prefill', text: 'Explain' });
    assert.equal(page.input.value, 'mine');
    page.type('');
    page.type('');
    page.key('ArrowUp');
    assert.equal(page.input.value, 'Explain');
  });

  it('closes the context suggestions with the first Escape and stops the turn with the second', () => {
    page.add('a');
    page.type('#');
    page.receive({
      type: 'reply',
      request: 1,
      value: [{ id: 'editors', kind: 'editors', label: 'Open editors', detail: '2 files' }],
    });
    assert.equal(page.all('option').length, 1);
    page.key('Escape');
    assert.equal(page.all('option').length, 0);
    page.key('Escape');
    assert.deepEqual(page.posted, [
      { type: 'suggestContext', request: 1, query: '' },
      { type: 'stop', answerId: 'a' },
    ]);
  });

  describe('button for the model', () => {
    const shown = (): readonly (string | null)[] => {
      const badge = page.root.querySelector<HTMLElement>('.gateway-badge:not([hidden])');
      return [page.one('button', named()).textContent, badge && `${badge.textContent} ${badge.title}`];
    };
    const named = (): string => page.buttons().find((name) => name.startsWith('Model: '))!;

    it('shows the model alone, and names the gateway for the pointer and for screen readers', () => {
      assert.deepEqual([named(), ...shown()], ['Model: gpt-4o at api.example', 'gpt-4o', null]);
      assert.equal(page.one('button', named()).title, 'gpt-4o at api.example (Ctrl+Alt+.)');
    });

    it('has a badge while the next prompt goes to a backup gateway, whichever gateway answered the last one', () => {
      page.snapshot([exchange('e1')], { connection: { ...connected, backups: ['backup.example'] } });
      page.events('e1', ev.attempt({ gateway: refOf('https://backup.example') }), ev.text('Hi'), ev.done('Hi'));
      assert.deepEqual([named(), ...shown()], ['Model: gpt-4o at api.example', 'gpt-4o', null]);
      page.snapshot([exchange('e1')], { connection: { ...connected, host: 'backup.example', backup: 'automatic' } });
      assert.deepEqual([named(), ...shown()], ['Model: gpt-4o at backup.example', 'gpt-4o', 'backup backup.example']);
    });

    it('leads back from a gateway that the user has switched to', () => {
      page.snapshot([exchange('e1')], { connection: { ...connected, host: 'backup.example', backup: 'switched' } });
      page.one('button', 'backup').click();
      assert.deepEqual(page.posted.at(-1), { type: 'switchBack' });
    });

    it('names the gateway of a model that only a backup gateway offers, without a badge', () => {
      const gateway = 'Home <b>';
      page.snapshot([exchange('e1')], {
        connection: { ...connected, host: gateway, gateway, backups: ['b', gateway] },
      });
      page.events('e1', ev.attempt({ gateway: refOf('https://b') }), ev.text('Hi'), ev.done('Hi'));
      assert.deepEqual([named(), ...shown()], ['Model: gpt-4o · Home <b>', 'gpt-4o · Home <b>', null]);
      page.snapshot([exchange('e1')], { connection: connected });
      assert.deepEqual(shown(), ['gpt-4o', null]);
    });

    it('has a badge in the offline demo', () => {
      page.snapshot([], { connection: { ...connected, demo: true } });
      assert.equal(shown()[1], 'Offline demo api.example');
    });
  });

  it('shows *Stop* in the place of *Send* while a turn runs or waits, and both if there is a draft', () => {
    const shown = (): readonly string[] =>
      [...page.root.querySelectorAll<HTMLElement>('.composer-send button:not([hidden])')].map(({ title }) => title);
    const send = 'Send (Enter) · New line (Shift+Enter)';
    assert.deepEqual(shown(), [send]);
    page.snapshot([exchange('a')]);
    assert.deepEqual(shown(), ['Stop (Escape)']);
    page.events('a', ev.attempt(), ev.waiting());
    page.type('And?');
    const end = 'End the answer (Escape)';
    assert.deepEqual(shown(), [end, 'Send after this answer']);
    page.click('Send');
    assert.deepEqual([page.posted.at(-1), shown()], [{ type: 'send', prompt: 'And?' }, [end]]);
    page.click('End the answer');
    assert.deepEqual(page.posted.at(-1), { type: 'stop', answerId: 'a' });
    page.events('a', ev.stopped(''));
    assert.deepEqual(shown(), [send]);
  });

  it('does not stop the answer with the second click of a double click on *Send*', () => {
    page.type('Why?');
    page.click('Send');
    page.snapshot([exchange('a')]);
    page.one('button', 'Stop').dispatchEvent(new page.window.MouseEvent('click', { detail: 2 }));
    assert.deepEqual(page.posted, [{ type: 'send', prompt: 'Why?' }]);
  });

  it('keeps the focus in the text field during a click next to it', () => {
    page.one('log').focus();
    const press = new page.window.MouseEvent('mousedown', { bubbles: true, cancelable: true });
    page.root.querySelector('.composer-send')!.dispatchEvent(press);
    assert.deepEqual([press.defaultPrevented, page.window.document.activeElement], [true, page.input]);
  });

  it('has only one button named *Stop*, also while a card has one', () => {
    page.snapshot([exchange('a')]);
    page.events('a', ev.attempt(), ev.waiting());
    assert.ok(page.one('status').contains(page.one('button', 'Stop')));
    page.events('a', ev.attempt({ attempt: 2 }), ev.text('Hi'));
    assert.ok(page.one('button', 'Stop'));
  });

  it('has only one button named *Stop* when a reloaded page shows the card of a wait', () => {
    const state = [ev.attempt(), ev.waiting()].reduce(reduceTurn, initialTurn);
    page.snapshot([exchange('a', { state }), exchange('b', { isQueued: true })]);
    assert.ok(page.one('status').contains(page.one('button', 'Stop')));
  });

  it('moves the focus from *Send* to the text field when the prompt is sent', () => {
    page.type('Why?');
    sendButton().focus();
    sendButton().click();
    assert.equal(page.window.document.activeElement, page.input);
  });

  for (const [keys, key, init, message] of [
    ['Ctrl+/', '/', { ctrlKey: true }, { type: 'suggestContext', request: 1, query: '' }],
    ['Cmd+/', '/', { metaKey: true }, { type: 'suggestContext', request: 1, query: '' }],
    ['Ctrl+Alt+.', '.', { ctrlKey: true, altKey: true }, { type: 'selectModel', prompt: '' }],
    ['Cmd+Alt+.', '≥', { metaKey: true, altKey: true, code: 'Period' }, { type: 'selectModel', prompt: '' }],
  ] as const) {
    it(`posts ${message.type} with ${keys} wherever the focus is, unless another window writes the conversation`, () => {
      assert.equal(page.key(key, init, page.window.document.body), true);
      page.snapshot([], { readOnly: true });
      assert.equal(page.key(key, init, page.window.document.body), false);
      assert.deepEqual(page.posted, [message]);
    });
  }

  it('returns a prompt that was sent without an API key, and shows the button that sets a key', () => {
    page.snapshot([exchange('e1')], { connection: { ...connected, hasKey: false } });
    page.posted.length = 0;
    page.type('Why?');
    page.key('Enter');
    assert.deepEqual([page.posted, page.input.value], [[{ type: 'send', prompt: 'Why?' }], '']);
    assert.deepEqual(page.stored.pending, ['Why?']);
    page.receive({ type: 'prefill', text: 'Why?' });
    assert.deepEqual([page.input.value, page.stored.draft, page.stored.pending], ['Why?', 'Why?', []]);
    assert.equal(page.window.document.activeElement, page.input);
    assert.ok(page.one('button', 'Set API key'));
    page.receive({ type: 'connection', connection: connected, suggestions: [] });
    assert.deepEqual([page.posted.length, page.input.value], [1, 'Why?']);
  });

  for (const [what, texts, sendsData] of [
    ['the unchanged prompt', ['Explain'], true],
    ['the prompt typed again', ['Fix', 'Explain'], true],
    ['the prompt with more text', ['Explain, briefly'], true],
    ['another prompt', ['Fix'], false],
  ] as const) {
    it(`${sendsData ? 'sends' : 'does not send'} the data that came with a prefilled prompt when the user sends ${what}`, () => {
      const code = { prompt: 'Explain', content: 'in full' };
      page.receive({ type: 'prefill', text: 'Explain', more: code });
      for (const text of texts) page.type(text);
      const prompt = texts.at(-1) ?? '';
      assert.deepEqual(valuesOf(page.stored.prefilled!, 'more'), sendsData ? [code] : []);
      page.key('Enter');
      assert.deepEqual(page.posted.at(-1), { type: 'send', prompt, ...(sendsData && { more: code }) });
      assert.deepEqual([page.stored.prefilled?.length, page.stored.pending], [sendsData ? 1 : 0, [prompt]]);
      page.add('b', { prompt });
      assert.deepEqual([page.stored.prefilled, page.stored.pending], [[], []]);
    });
  }

  for (const [what, editedText, typedText, sendsData] of [
    ['is part of an edited draft', 'Explain a, briefly', undefined, true],
    ['was typed again', undefined, 'Explain a', true],
    ['is not part of the sent prompt', undefined, 'Why?', false],
  ] as const) {
    it(`${sendsData ? 'sends' : 'does not send'} the data that came with an earlier prefilled prompt when that prompt ${what}`, () => {
      const firstData = { prompt: 'Explain a' };
      page.receive({ type: 'prefill', text: 'Explain a', more: firstData });
      if (editedText !== undefined) page.type(editedText);
      page.receive({ type: 'prefill', text: 'Explain b', more: { prompt: 'Explain b' } });
      if (typedText !== undefined) page.type(typedText);
      page.key('Enter');
      const [sent] = page.posted.filter(({ type }) => type === 'send');
      assert.deepEqual(sent?.type === 'send' && sent.more, sendsData ? firstData : undefined);
    });
  }

  it('replaces an unedited prefilled prompt with the next prefilled prompt', () => {
    const code = (content: string) => ({ prompt: 'Explain', content });
    page.receive({ type: 'prefill', text: 'Explain', more: code('one') });
    page.receive({ type: 'prefill', text: 'Explain', more: code('two') });
    assert.deepEqual([page.input.value, page.stored.prefilled], ['Explain', [{ text: 'Explain', more: code('two') }]]);
    page.receive({ type: 'prefill', text: 'Why?' });
    assert.deepEqual([page.input.value, page.stored.prefilled, page.posted], ['Why?', [{ text: 'Why?' }], []]);
    page.type('');
    page.key('ArrowUp');
    assert.equal(page.input.value, 'Explain');
  });

  for (const [what, write] of [
    ['typed', (current: PanelPage) => current.type('continue')],
    ['prefilled', (current: PanelPage) => current.receive({ type: 'prefill', text: 'continue' })],
    [
      'restored',
      () => {
        page = PanelPage.restored({ draft: 'continue' });
        page.snapshot();
      },
    ],
  ] as const) {
    it(`keeps a ${what} draft when another prompt with the same text is sent`, () => {
      write(page);
      page.add('b', { prompt: 'continue' });
      assert.equal(page.input.value, 'continue');
    });
  }

  it('stops the turn with Escape wherever the focus is, even if an element stops the propagation of the event', () => {
    page.add('a');
    page.input.addEventListener('keydown', (event) => event.stopPropagation());
    for (const target of [page.window.document.body, page.one('button', 'Stop'), page.input]) {
      page.key('Escape', {}, target);
    }
    assert.deepEqual(page.posted, [
      { type: 'stop', answerId: 'a' },
      { type: 'stop', answerId: 'a' },
      { type: 'stop', answerId: 'a' },
    ]);
  });

  const composing: Readonly<Record<string, KeyboardEventInit>> = {
    'ends a composition of an input method': { isComposing: true },
    'ends a composition of an input method in WebKit': Object.fromEntries([['keyCode', 229]]),
  };
  for (const [name, init] of Object.entries(composing)) {
    it(`does not stop the turn with the Escape that ${name}`, () => {
      page.add('a');
      page.key('Escape', init);
      assert.deepEqual(page.posted, []);
    });
  }

  it('stops a running turn with *Stop* and moves the focus from the button to the text field', () => {
    page.add('a');
    page.one('button', 'Stop').focus();
    page.click('Stop');
    page.events('a', ev.stopped(''));
    assert.deepEqual(page.posted, [{ type: 'stop', answerId: 'a' }]);
    assert.equal(page.window.document.activeElement, page.input);
  });
});
