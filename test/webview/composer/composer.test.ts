import assert from 'node:assert/strict';
import { ev } from '../panel/support/events';
import { connected, exchange, PanelPage } from '../panel/support/panelPage';

describe('composer', () => {
  let page: PanelPage;
  beforeEach(() => {
    page = new PanelPage();
    page.snapshot([], { promptHistory: ['first', 'two\nlines'] });
  });
  afterEach(() => page.dispose());

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

  it('removes a prefilled prompt when an exchange with that prompt arrives, but keeps a different draft', () => {
    page.receive({ type: 'prefill', text: 'Why?' });
    page.receive({ type: 'exchange', exchange: exchange('a', { prompt: 'Why?' }) });
    assert.equal(page.input.value, '');
    page.type('Something else');
    page.receive({ type: 'exchange', exchange: exchange('b', { prompt: 'Why?' }) });
    assert.equal(page.input.value, 'Something else');
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
    page.receive({ type: 'exchange', exchange: exchange('a') });
    page.type('#');
    page.receive({
      type: 'suggestions',
      request: 1,
      items: [{ id: 'editors', kind: 'editors', label: 'Open editors', detail: '2 files' }],
    });
    assert.equal(page.all('option').length, 1);
    page.key('Escape');
    assert.equal(page.all('option').length, 0);
    page.key('Escape');
    assert.deepEqual(page.posted, [
      { type: 'suggestContext', request: 1, query: '' },
      { type: 'stop', exchangeId: 'a' },
    ]);
  });

  it('names the backup route while an answer comes over it', () => {
    const named = (): string => page.root.querySelector('.model-button')!.getAttribute('aria-label')!;
    page.snapshot([exchange('e1')]);
    assert.equal(named(), `Model: ${connected.model} ${connected.host}`);
    page.events('e1', ev.attempt({ origin: 'https://backup.example' }));
    assert.equal(named(), `Model: ${connected.model} backup.example`);
    page.events('e1', ev.text('Because'), ev.done('Because'));
    assert.equal(named(), `Model: ${connected.model} ${connected.host}`);
  });

  describe('prompt that the user sends without an API key', () => {
    const noKey = { ...connected, hasKey: false };
    const notice = 'Will be sent when a key is set';
    const addKey = (): void => page.receive({ type: 'connection', connection: connected, suggestions: [] });
    const sendMessage = { type: 'send', prompt: 'Why?' };
    const withdrawal = { type: 'withdrawPrompt', prompt: 'Why?' };

    beforeEach(() => {
      page.snapshot([exchange('e1')], { connection: noKey });
      page.posted.length = 0;
      page.type('Why?');
      page.key('Enter');
      page.receive({ type: 'prefill', text: 'Why?', awaitsKey: true });
    });

    it('is passed to the host and stays in the composer', () => {
      assert.deepEqual([page.posted, page.input.value], [[sendMessage], 'Why?']);
      assert.deepEqual([page.stored.draft, page.stored.pending], ['Why?', []]);
    });

    it('has a notice, which is announced whenever the dialog is closed without a key', () => {
      assert.ok(page.root.textContent.includes(notice));
      for (const attempt of [1, 2]) {
        page.key('Enter');
        page.receive({ type: 'prefill', text: 'Why?', awaitsKey: true });
        page.receive({ type: 'keyDialogClosed' });
        assert.match(page.announced, new RegExp(notice), `cancelled ${attempt} times`);
      }
      assert.equal(page.window.document.activeElement, page.one('button', 'Set API key'));
    });

    it('leaves the composer when the host has sent it, and its notice and the announcement disappear', () => {
      page.receive({ type: 'keyDialogClosed' });
      page.posted.length = 0;
      addKey();
      page.receive({ type: 'exchange', exchange: exchange('e2', { prompt: 'Why?' }) });
      assert.deepEqual([page.posted, page.input.value, page.announced], [[], '', '']);
      assert.ok(!page.root.querySelector('.notices')!.textContent);
    });

    for (const [what, change] of [
      ['edits it', () => page.type('Why not?')],
      ['deletes it', () => page.type('')],
    ] as const) {
      it(`is withdrawn once, and has no notice and no announcement, if the user ${what}`, () => {
        change();
        assert.ok(!page.root.textContent.includes(notice));
        page.type('Why?');
        page.receive({ type: 'keyDialogClosed' });
        assert.deepEqual([page.posted, page.announced], [[sendMessage, withdrawal], '']);
        assert.ok(!page.root.textContent.includes(notice));
      });
    }

    it('stays when the user adds a space', () => {
      page.type('Why? ');
      assert.deepEqual(page.posted, [sendMessage]);
      assert.ok(page.root.textContent.includes(notice));
    });

    for (const [what, fields, exchanges, isShown] of [
      ['has its notice while the host keeps it', { connection: noKey, promptAwaitingKey: 'Why?' }, [], true],
      ['has no notice if the host no longer keeps it', { connection: noKey }, [], false],
      ['is not in the composer if the host has sent it', {}, [exchange('e2', { prompt: 'Why?' })], false],
    ] as const) {
      it(`${what}, on a page that is loaded again`, () => {
        const { storage } = page;
        page.dispose();
        page = new PanelPage(storage);
        page.snapshot([exchange('e1'), ...exchanges], fields);
        addKey();
        page.snapshot([exchange('e1'), ...exchanges], fields);
        assert.equal(page.root.textContent.includes(notice), isShown);
        assert.deepEqual([page.posted, page.input.value], [[], exchanges.length > 0 ? '' : 'Why?']);
      });
    }
  });

  describe('prefilled prompt that waits for an API key', () => {
    const noKey = { ...connected, hasKey: false };
    const code = { prompt: 'Explain', content: 'in full' };
    const prefilled = { text: 'Explain', more: code, awaitsKey: true };
    const notice = 'Will be sent when a key is set';
    const withdrawal = { type: 'withdrawPrompt', prompt: 'Explain' };

    it('has a notice, and the button for the key gets the focus when the dialog is closed without a key', () => {
      page.snapshot([], { connection: noKey });
      page.receive({ type: 'prefill', ...prefilled });
      assert.match(page.root.textContent, new RegExp(`Set a key to send this prompt.*${notice}`));
      assert.equal(page.announced, '');
      page.receive({ type: 'keyDialogClosed' });
      assert.equal(page.announced, notice);
      assert.equal(page.window.document.activeElement, page.one('button', 'Set API key'));
    });

    it('is withdrawn if the composer contains a draft', () => {
      page.snapshot([], { connection: noKey });
      page.type('mine');
      page.receive({ type: 'prefill', ...prefilled });
      assert.deepEqual([page.posted, page.input.value], [[withdrawal], 'mine']);
    });

    it('is withdrawn when another prefilled prompt replaces it', () => {
      page.snapshot([], { connection: noKey });
      page.receive({ type: 'prefill', ...prefilled });
      page.receive({ type: 'prefill', text: 'Why?' });
      assert.deepEqual([page.posted, page.input.value], [[withdrawal], 'Why?']);
    });

    it('stays in the composer, without the notice, when the offline demo starts', () => {
      page.snapshot([], { connection: noKey });
      page.receive({ type: 'prefill', ...prefilled });
      page.receive({ type: 'connection', connection: { ...noKey, demo: true }, suggestions: [] });
      page.receive({ type: 'connection', connection: noKey, suggestions: [] });
      assert.deepEqual([page.posted, page.input.value], [[], 'Explain']);
      assert.ok(!page.root.textContent.includes(notice));
    });
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
      assert.deepEqual(
        page.stored.prefilled?.map(({ more }) => more),
        sendsData ? [code] : [],
      );
      page.key('Enter');
      assert.deepEqual(page.posted.at(-1), { type: 'send', prompt, ...(sendsData && { more: code }) });
      assert.deepEqual([page.stored.prefilled.length, page.stored.pending], [sendsData ? 1 : 0, [prompt]]);
      page.receive({ type: 'exchange', exchange: exchange('b', { prompt }) });
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

  for (const [draft, remaining] of [
    ['Explain', ''],
    ['Explain it', 'Explain it'],
  ] as const) {
    it(`${remaining === '' ? 'does not restore' : 'restores'} the draft “${draft}” when the prefilled prompt “Explain” was sent while the page was closed`, () => {
      const prefilled = [{ text: 'Explain', more: { prompt: 'Explain' } }];
      const restored = PanelPage.restored({ draft, prefilled, seen: 'a' });
      restored.snapshot([exchange('a'), exchange('b', { prompt: 'Explain' })]);
      assert.deepEqual([restored.input.value, restored.stored.prefilled, restored.posted], [remaining, [], []]);
      restored.dispose();
    });
  }

  it('stops the turn with Escape wherever the focus is, even if an element stops the propagation of the event', () => {
    page.receive({ type: 'exchange', exchange: exchange('a') });
    page.input.addEventListener('keydown', (event) => event.stopPropagation());
    for (const target of [page.window.document.body, page.one('button', 'Stop'), page.input]) {
      page.key('Escape', {}, target);
    }
    assert.deepEqual(page.posted, [
      { type: 'stop', exchangeId: 'a' },
      { type: 'stop', exchangeId: 'a' },
      { type: 'stop', exchangeId: 'a' },
    ]);
  });

  const composing: Readonly<Record<string, KeyboardEventInit>> = {
    'ends a composition of an input method': { isComposing: true },
    'ends a composition of an input method in WebKit': Object.fromEntries([['keyCode', 229]]),
  };
  for (const [name, init] of Object.entries(composing)) {
    it(`does not stop the turn with the Escape that ${name}`, () => {
      page.receive({ type: 'exchange', exchange: exchange('a') });
      page.key('Escape', init);
      assert.deepEqual(page.posted, []);
    });
  }

  it('stops a running turn with *Stop* and moves the focus from the button to the text field', () => {
    page.receive({ type: 'exchange', exchange: exchange('a') });
    page.one('button', 'Stop').focus();
    page.click('Stop');
    page.events('a', ev.stopped(''));
    assert.deepEqual(page.posted, [{ type: 'stop', exchangeId: 'a' }]);
    assert.equal(page.window.document.activeElement, page.input);
  });
});
