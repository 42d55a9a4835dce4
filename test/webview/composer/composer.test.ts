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

  it('disables *Send* while the text field is empty', () => {
    assert.equal(sendButton().disabled, true);
    page.type(' \n');
    assert.equal(sendButton().disabled, true);
    page.type('Why?');
    assert.equal(sendButton().disabled, false);
  });

  it('sends the prompt with *Send*', () => {
    page.type('Why?');
    page.click('Send');
    assert.deepEqual(page.posted, [{ type: 'send', prompt: 'Why?' }]);
    assert.equal(sendButton().disabled, true);
  });

  for (const [keys, modifiers] of Object.entries({
    Enter: {},
    'Ctrl+Enter': { ctrlKey: true },
    'Cmd+Enter': { metaKey: true },
  })) {
    it(`sends the trimmed prompt and clears the text field with ${keys}`, () => {
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

  it('keeps a recalled prompt when the up arrow is pressed below the first line of the prompt', () => {
    page.key('ArrowUp');
    page.input.setSelectionRange(6, 6);
    page.key('ArrowUp');
    assert.equal(page.input.value, 'two\nlines');
  });

  it('stops browsing the prompt history when the user edits a recalled prompt', () => {
    page.key('ArrowUp');
    page.type('two, changed');
    page.key('ArrowUp');
    assert.equal(page.input.value, 'two, changed');
  });

  it('keeps the draft when a prefilled prompt arrives', () => {
    page.type('mine');
    page.receive({ type: 'prefill', text: 'Explain' });
    assert.equal(page.input.value, 'mine');
  });

  it('adds a prefilled prompt to the prompt history instead of replacing the draft', () => {
    page.type('mine');
    page.receive({ type: 'prefill', text: 'Explain' });
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

  describe('model button', () => {
    const shown = (): readonly (string | null)[] => {
      const badge = page.root.querySelector<HTMLElement>('.gateway-badge:not([hidden])');
      return [page.one('button', named()).textContent, badge && `${badge.textContent} ${badge.title}`];
    };
    const named = (): string => page.buttons().find((name) => name.startsWith('Model: '))!;

    it('names the gateway only in its tooltip and its accessible name', () => {
      assert.deepEqual([named(), ...shown()], ['Model: gpt-4o at api.example', 'gpt-4o', null]);
      assert.equal(page.one('button', named()).title, 'gpt-4o at api.example (Ctrl+Alt+.)');
    });

    it('shows a badge while the next prompt goes to a backup gateway', () => {
      page.snapshot([exchange('e1')], { connection: { ...connected, backups: ['backup.example'] } });
      page.events('e1', ev.attempt({ gateway: refOf('https://backup.example') }), ev.text('Hi'), ev.done('Hi'));
      assert.deepEqual([named(), ...shown()], ['Model: gpt-4o at api.example', 'gpt-4o', null]);
      page.snapshot([exchange('e1')], { connection: { ...connected, host: 'backup.example', backup: 'automatic' } });
      assert.deepEqual([named(), ...shown()], ['Model: gpt-4o at backup.example', 'gpt-4o', 'backup backup.example']);
    });

    it('switches back to the primary gateway when the user clicks the badge of a chosen backup gateway', () => {
      page.snapshot([exchange('e1')], { connection: { ...connected, host: 'backup.example', backup: 'switched' } });
      page.one('button', 'backup').click();
      assert.deepEqual(page.posted.at(-1), { type: 'useGateway' });
    });

    it('names the gateway of a model that only a backup gateway offers', () => {
      const gateway = 'Home <b>';
      page.snapshot([exchange('e1')], {
        connection: { ...connected, host: gateway, gateway, backups: ['b', gateway] },
      });
      page.events('e1', ev.attempt({ gateway: refOf('https://b') }), ev.text('Hi'), ev.done('Hi'));
      assert.deepEqual([named(), ...shown()], ['Model: gpt-4o · Home <b>', 'gpt-4o · Home <b>', null]);
      page.snapshot([exchange('e1')], { connection: connected });
      assert.deepEqual(shown(), ['gpt-4o', null]);
    });

    it('shows a badge in the offline demo', () => {
      page.snapshot([], { connection: { ...connected, set: 'demo' } });
      assert.equal(shown()[1], 'Offline demo api.example');
    });
  });

  const sendOrStop = (): readonly string[] =>
    [...page.root.querySelectorAll<HTMLElement>('.composer-send > button:not([hidden], .send-arrow)')].map(
      ({ title }) => title,
    );

  it('shows *Stop* instead of *Send* while a turn is running', () => {
    const send = 'Send (Enter) · New line (Shift+Enter)';
    assert.deepEqual(sendOrStop(), [send]);
    page.snapshot([exchange('a')]);
    assert.deepEqual(sendOrStop(), ['Stop (Escape)']);
    page.events('a', ev.stopped(''));
    assert.deepEqual(sendOrStop(), [send]);
  });

  it('shows both a stop button and a send button if the user types while a turn is waiting', () => {
    page.snapshot([exchange('a')]);
    page.events('a', ev.attempt(), ev.waiting());
    page.type('And?');
    const end = 'End the answer (Escape)';
    assert.deepEqual(sendOrStop(), [end, 'Send after this answer']);
    page.click('Send');
    assert.deepEqual([page.posted.at(-1), sendOrStop()], [{ type: 'send', prompt: 'And?' }, [end]]);
    page.click('End the answer');
    assert.deepEqual(page.posted.at(-1), { type: 'stop', answerId: 'a' });
    page.events('a', ev.stopped(''));
    assert.deepEqual(sendOrStop(), ['Send (Enter) · New line (Shift+Enter)']);
  });

  it('does not stop the answer with the second click of a double click on *Send*', () => {
    page.type('Why?');
    page.click('Send');
    page.snapshot([exchange('a')]);
    page.one('button', 'Stop').dispatchEvent(new page.window.MouseEvent('click', { detail: 2 }));
    assert.deepEqual(page.posted, [{ type: 'send', prompt: 'Why?' }]);
  });

  it('focuses the text field when the user clicks beside *Send*', () => {
    page.one('log').focus();
    const press = new page.window.MouseEvent('mousedown', { bubbles: true, cancelable: true });
    page.root.querySelector('.composer-send')!.dispatchEvent(press);
    assert.deepEqual([press.defaultPrevented, page.window.document.activeElement], [true, page.input]);
  });

  it('has no second button named *Stop* while a card has a *Stop* button', () => {
    page.snapshot([exchange('a')]);
    page.events('a', ev.attempt(), ev.waiting());
    assert.ok(page.one('status').contains(page.one('button', 'Stop')));
    page.events('a', ev.attempt({ attempt: 2 }), ev.text('Hi'));
    assert.ok(page.one('button', 'Stop'));
  });

  it('has no second button named *Stop* if a reloaded page shows a card with a *Stop* button', () => {
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

  for (const { keys, key, init, message } of [
    { keys: 'Ctrl+/', key: '/', init: { ctrlKey: true }, message: { type: 'suggestContext', request: 1, query: '' } },
    { keys: 'Cmd+/', key: '/', init: { metaKey: true }, message: { type: 'suggestContext', request: 1, query: '' } },
    {
      keys: 'Ctrl+Alt+.',
      key: '.',
      init: { ctrlKey: true, altKey: true },
      message: { type: 'selectModel', prompt: '' },
    },
    {
      keys: 'Cmd+Alt+.',
      key: '≥',
      init: { metaKey: true, altKey: true, code: 'Period' },
      message: { type: 'selectModel', prompt: '' },
    },
  ] as const) {
    it(`posts the message "${message.type}" with ${keys}, wherever the focus is`, () => {
      assert.equal(page.key(key, init, page.window.document.body), true);
      assert.deepEqual(page.posted, [message]);
    });

    it(`ignores ${keys} while the conversation is open in another window`, () => {
      page.snapshot([], { readOnly: true });
      assert.equal(page.key(key, init, page.window.document.body), false);
      assert.deepEqual(page.posted, []);
    });
  }

  it('returns the prompt to the text field if no API key is set', () => {
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

  it('shows the models of an unsent comparison in the model button', () => {
    const modelButton = (): string | null => page.root.querySelector('.model-name')!.textContent;
    const more = { prompt: 'Why?', models: ['claude-sonnet-4', 'gpt-4o'] };
    page.receive({ type: 'prefill', text: 'Why?', more });
    assert.equal(modelButton(), 'claude-sonnet-4 · gpt-4o');
    page.key('Enter');
    assert.deepEqual(page.posted, [{ type: 'send', prompt: 'Why?', more }]);
    assert.doesNotMatch(modelButton() ?? '', /claude/);
  });

  for (const { what, texts, sendsData } of [
    { what: 'the unchanged prompt', texts: ['Explain'], sendsData: true },
    { what: 'the prompt typed again', texts: ['Fix', 'Explain'], sendsData: true },
    { what: 'the extended prompt', texts: ['Explain, briefly'], sendsData: true },
    { what: 'another prompt', texts: ['Fix'], sendsData: false },
  ] as const) {
    it(`${sendsData ? 'sends' : 'does not send'} the data of a prefilled prompt with ${what}`, () => {
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

  for (const { what, editedText, typedText, sendsData } of [
    { what: 'is part of an edited draft', editedText: 'Explain a, briefly', sendsData: true },
    { what: 'was typed again', typedText: 'Explain a', sendsData: true },
    { what: 'is not part of the sent prompt', typedText: 'Why?', sendsData: false },
  ] as const) {
    it(`${sendsData ? 'sends' : 'does not send'} the data of an earlier prefilled prompt if that prompt ${what}`, () => {
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
    it(`keeps a ${what} draft when the host receives another prompt with the same text`, () => {
      write(page);
      page.add('b', { prompt: 'continue' });
      assert.equal(page.input.value, 'continue');
    });
  }

  it('stops the turn with Escape, wherever the focus is', () => {
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

  it('stops the running turn with *Stop*', () => {
    page.add('a');
    page.click('Stop');
    assert.deepEqual(page.posted, [{ type: 'stop', answerId: 'a' }]);
  });

  it('moves the focus from *Stop* to the text field when the turn has stopped', () => {
    page.add('a');
    page.one('button', 'Stop').focus();
    page.events('a', ev.stopped(''));
    assert.equal(page.window.document.activeElement, page.input);
  });
});
