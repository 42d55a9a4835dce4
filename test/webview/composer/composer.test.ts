import assert from 'node:assert/strict';
import { PromptHistory } from '../../../src/webview/composer/promptRecall';
import { ev } from '../panel/support/events';
import { connected, exchange, PanelPage } from '../panel/support/panelPage';

describe('the composer', () => {
  let page: PanelPage;
  beforeEach(() => {
    page = new PanelPage();
    page.snapshot([], { promptHistory: ['first', 'two\nlines'] });
  });
  afterEach(() => page.dispose());

  const sendButton = (): HTMLButtonElement => page.one('button', 'Send') as HTMLButtonElement;

  it('sends with Enter, trimmed, and is empty then', () => {
    page.type('  Why?\n');
    page.key('Enter');
    assert.deepEqual(page.posted, [{ type: 'send', prompt: 'Why?' }]);
    assert.equal(page.input.value, '');
  });

  it('sends with its button, which is off while there is nothing to send', () => {
    assert.equal(sendButton().disabled, true);
    page.type(' \n');
    assert.equal(sendButton().disabled, true);
    page.type('Why?');
    assert.equal(sendButton().disabled, false);
    page.click('Send');
    assert.deepEqual(page.posted, [{ type: 'send', prompt: 'Why?' }]);
    assert.equal(sendButton().disabled, true);
  });

  const notSent: Readonly<Record<string, KeyboardEventInit>> = {
    'Shift+Enter': { shiftKey: true },
    'the Enter that accepts a candidate': { isComposing: true },
    'the Enter that ends a composition in WebKit': Object.fromEntries([['keyCode', 229]]),
  };
  for (const [name, how] of Object.entries(notSent)) {
    it(`does not send with ${name}`, () => {
      page.type('你好');
      page.key('Enter', how);
      assert.deepEqual(page.posted, []);
      assert.equal(page.input.value, '你好');
    });
  }

  it('sends nothing when there is nothing', () => {
    page.key('Enter');
    assert.deepEqual(page.posted, []);
  });

  it('walks the history back and forward with the arrows', () => {
    const seen: string[] = [];
    const step = (key: string): void => {
      page.key(key);
      seen.push(page.input.value);
    };
    step('ArrowUp');
    assert.equal(page.input.selectionStart, 'two'.length);
    step('ArrowUp');
    step('ArrowUp');
    step('ArrowDown');
    step('ArrowDown');
    step('ArrowDown');
    assert.deepEqual(seen, ['two\nlines', 'first', 'first', 'two\nlines', '', '']);
  });

  it('leaves the arrows alone in a text of one’s own', () => {
    page.type('mine');
    page.key('ArrowUp');
    assert.equal(page.input.value, 'mine');
  });

  it('leaves the arrow alone below the first line of a recalled text', () => {
    page.key('ArrowUp');
    page.input.setSelectionRange(6, 6);
    page.key('ArrowUp');
    assert.equal(page.input.value, 'two\nlines');
  });

  it('makes a recalled text one’s own by changing it', () => {
    page.key('ArrowUp');
    page.type('two, changed');
    page.key('ArrowUp');
    assert.equal(page.input.value, 'two, changed');
  });

  it('puts what was just sent one arrow away', () => {
    page.type('Why?');
    page.key('Enter');
    page.key('ArrowUp');
    assert.equal(page.input.value, 'Why?');
  });

  it('keeps the draft across a reload', () => {
    page.type('half a thou');
    assert.deepEqual(page.state, { conversationId: 'c1' });
    const { state, storage } = page;
    page.dispose();
    page = new PanelPage(state, storage);
    page.snapshot();
    assert.equal(page.input.value, 'half a thou');
    assert.equal(sendButton().disabled, false);
  });

  it('keeps a prompt until the host has taken it', () => {
    page.type('Why?');
    page.key('Enter');
    assert.deepEqual([page.kept.draft, page.kept.pending], ['', ['Why?']]);
    page.receive({ type: 'exchange', exchange: exchange('a', { prompt: 'Why?' }) });
    assert.deepEqual(page.kept.pending, []);
  });

  it('lets go of a prompt that had waited for a key and has been sent', () => {
    page.receive({ type: 'compose', text: 'Why?' });
    page.receive({ type: 'exchange', exchange: exchange('a', { prompt: 'Why?' }) });
    assert.equal(page.input.value, '');
    page.type('Something else');
    page.receive({ type: 'exchange', exchange: exchange('b', { prompt: 'Why?' }) });
    assert.equal(page.input.value, 'Something else');
  });

  it('takes a text from the host when it is empty', () => {
    page.receive({ type: 'compose', text: 'Explain' });
    assert.equal(page.input.value, 'Explain');
    assert.equal(page.window.document.activeElement, page.input);
  });

  it('keeps its own text and has the host’s one arrow away', () => {
    page.type('mine');
    page.receive({ type: 'compose', text: 'Explain' });
    assert.equal(page.input.value, 'mine');
    page.type('');
    page.type('');
    page.key('ArrowUp');
    assert.equal(page.input.value, 'Explain');
  });

  it('sends while an answer runs', () => {
    page.receive({ type: 'exchange', exchange: exchange('a') });
    page.type('next');
    page.key('Enter');
    assert.deepEqual(page.posted, [{ type: 'send', prompt: 'next' }]);
  });

  it('stops with Escape while an answer runs or waits, and only then', () => {
    page.key('Escape');
    assert.deepEqual(page.posted, []);
    page.receive({ type: 'exchange', exchange: exchange('a') });
    page.key('Escape', {}, page.one('log'));
    page.events('a', ev.waiting());
    page.key('Escape');
    page.events('a', ev.stopped(''));
    page.key('Escape');
    assert.deepEqual(page.posted, [
      { type: 'stop', exchangeId: 'a' },
      { type: 'stop', exchangeId: 'a' },
    ]);
  });

  it('closes its suggestions with Escape before that stops an answer', () => {
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

  it('keeps what is attached with the draft, and shows what the host says of it', () => {
    const item = { id: 'file:a', kind: 'file', label: 'a.ts', characters: 5, truncated: false } as const;
    page.receive({ type: 'context', items: [item] });
    page.receive({ type: 'modelOnce', model: 'deepseek-r1' });
    assert.ok(page.one('button', 'Remove a.ts'));
    assert.ok(page.one('button', 'Remove deepseek-r1 · this prompt only'));
    assert.deepEqual(page.kept.context, ['file:a']);
    page.snapshot([], { unread: ['problems:b'] });
    assert.deepEqual(page.kept.context, ['problems:b']);
    assert.equal(page.all('button', 'Remove a.ts').length, 0);
    assert.equal(page.all('button', 'Remove deepseek-r1 · this prompt only').length, 0);
  });

  describe('with a prompt that waits for a key', () => {
    const noKey = { ...connected, hasKey: false };
    const code = { prompt: 'Explain', content: 'in full' };
    const prefilled = { text: 'Explain', more: code, awaitsKey: true };
    const keyArrives = (at: PanelPage): void =>
      at.receive({ type: 'connection', connection: connected, suggestions: [] });
    const sent = (at: PanelPage) => at.posted.filter(({ type }) => type === 'send');
    const whole = { type: 'send', prompt: 'Explain', more: code };

    beforeEach(() => {
      page.snapshot([], { connection: noKey });
      page.receive({ type: 'compose', ...prefilled });
    });

    it('sends it once there is a key, and only once', () => {
      page.receive({ type: 'connection', connection: noKey, suggestions: [] });
      assert.deepEqual(sent(page), []);
      keyArrives(page);
      keyArrives(page);
      assert.deepEqual([page.input.value, sent(page)], ['', [whole]]);
    });

    it('sends it once the demo answers', () => {
      page.receive({ type: 'connection', connection: { ...noKey, demo: true }, suggestions: [] });
      assert.deepEqual(sent(page), [whole]);
    });

    for (const [what, texts, isSent] of [
      ['does not send it if something else stands there by then', ['Explain it'], false],
      ['does not send it if nothing stands there by then', [''], false],
      ['sends it if it stands there again', ['Fix', 'Explain '], true],
    ] as const) {
      it(what, () => {
        for (const text of texts) page.type(text);
        keyArrives(page);
        assert.deepEqual(sent(page), isSent ? [whole] : []);
      });
    }

    it('does not send it when it is written again after the key has arrived', () => {
      page.type('Fix');
      keyArrives(page);
      page.type('Explain');
      keyArrives(page);
      assert.deepEqual(sent(page), []);
    });

    it('sends it from a page that starts without a key, once there is one', () => {
      const { state, storage } = page;
      page.dispose();
      page = new PanelPage(state, storage);
      page.snapshot([], { connection: noKey });
      keyArrives(page);
      assert.deepEqual(sent(page), [whole]);
    });

    for (const [what, keyArrived] of [
      ['waits for the person in a page that starts with a key', false],
      ['sends it in a page that was hidden while the key arrived', true],
    ] as const) {
      it(what, () => {
        const { state, storage } = page;
        page.dispose();
        page = new PanelPage(state, storage);
        page.snapshot([], { keyArrived });
        keyArrives(page);
        assert.deepEqual([page.input.value, sent(page)], keyArrived ? ['', [whole]] : ['Explain', []]);
      });
    }

    it('sends it when the key was there before it came', () => {
      page.type('');
      keyArrives(page);
      page.receive({ type: 'compose', ...prefilled });
      assert.deepEqual(sent(page), [whole]);
    });

    it('does not send a text that waits for no key', () => {
      page.receive({ type: 'compose', text: 'Why?' });
      keyArrives(page);
      assert.deepEqual([page.input.value, sent(page)], ['Why?', []]);
    });
  });

  for (const [what, words, goesAlong] of [
    ['its words', ['Explain'], true],
    ['its words again', ['Fix', 'Explain'], true],
    ['more words', ['Explain, briefly'], true],
    ['other words', ['Fix'], false],
  ] as const) {
    it(`gives what goes along with what the host has put there ${goesAlong ? 'back' : 'to nobody'} with ${what}`, () => {
      const code = { prompt: 'Explain', content: 'in full' };
      page.receive({ type: 'compose', text: 'Explain', more: code });
      for (const each of words) page.type(each);
      const prompt = words.at(-1) ?? '';
      assert.deepEqual(
        page.kept.prefilled?.map(({ more }) => more),
        goesAlong ? [code] : [],
      );
      page.key('Enter');
      assert.deepEqual(page.posted.at(-1), { type: 'send', prompt, ...(goesAlong && { more: code }) });
      assert.deepEqual([page.kept.prefilled.length, page.kept.pending], [goesAlong ? 1 : 0, [prompt]]);
      page.receive({ type: 'exchange', exchange: exchange('b', { prompt }) });
      assert.deepEqual([page.kept.prefilled, page.kept.pending], [[], []]);
    });
  }

  for (const [what, before, after, goesAlong] of [
    ['was written around', 'Explain a, briefly', undefined, true],
    ['was recalled', undefined, 'Explain a', true],
    ['is not what is sent', undefined, 'Why?', false],
  ] as const) {
    it(`gives what goes along with an earlier one ${goesAlong ? 'back' : 'to nobody'} where that ${what}`, () => {
      const earlier = { prompt: 'Explain a' };
      page.receive({ type: 'compose', text: 'Explain a', more: earlier });
      if (before !== undefined) page.type(before);
      page.receive({ type: 'compose', text: 'Explain b', more: { prompt: 'Explain b' } });
      if (after !== undefined) page.type(after);
      page.key('Enter');
      const [sent] = page.posted.filter(({ type }) => type === 'send');
      assert.deepEqual(sent?.type === 'send' && sent.more, goesAlong ? earlier : undefined);
    });
  }

  it('still gives what goes along with one that was not written over, when the draft has been taken', () => {
    const code = { prompt: 'Explain a' };
    page.type('mine');
    page.receive({ type: 'compose', text: 'Explain a', more: code });
    page.key('Enter');
    page.receive({ type: 'exchange', exchange: exchange('b', { prompt: 'mine' }) });
    for (const times of [1, 2]) {
      page.type('Explain a');
      page.key('Enter');
      const sent = page.posted.at(-1);
      assert.deepEqual(sent?.type === 'send' && sent.more, times === 1 ? code : undefined);
      page.receive({ type: 'exchange', exchange: exchange(`c${times}`, { prompt: 'Explain a' }) });
    }
  });

  it('has what the host puts there last, where nothing was written', () => {
    const code = (content: string) => ({ prompt: 'Explain', content });
    page.receive({ type: 'compose', text: 'Explain', more: code('one') });
    page.receive({ type: 'compose', text: 'Explain', more: code('two') });
    assert.deepEqual([page.input.value, page.kept.prefilled], ['Explain', [{ text: 'Explain', more: code('two') }]]);
    page.receive({ type: 'compose', text: 'Why?' });
    assert.deepEqual([page.input.value, page.kept.prefilled, page.posted], ['Why?', [{ text: 'Why?' }], []]);
    page.type('');
    page.key('ArrowUp');
    assert.equal(page.input.value, 'Explain');
  });

  for (const [draft, left] of [
    ['Explain', ''],
    ['Explain it', 'Explain it'],
  ] as const) {
    it(`has of “${draft}” “${left}” left where what was put there has been asked since the page went away`, () => {
      const prefilled = [{ text: 'Explain', more: { prompt: 'Explain' } }];
      const back = PanelPage.restored({ draft, prefilled, seen: 'a' });
      back.snapshot([exchange('a'), exchange('b', { prompt: 'Explain' })]);
      assert.deepEqual([back.input.value, back.kept.prefilled, back.posted], [left, [], []]);
      back.dispose();
    });
  }

  it('has it still where the same was asked before', () => {
    const back = PanelPage.restored({ draft: 'Explain', prefilled: [{ text: 'Explain' }], seen: 'a' });
    back.snapshot([exchange('a', { prompt: 'Explain' })]);
    assert.equal(back.input.value, 'Explain');
    back.dispose();
  });

  it('stops with Escape wherever the focus is, even where the key goes no further', () => {
    page.receive({ type: 'exchange', exchange: exchange('a') });
    page.input.addEventListener('keydown', (event) => event.stopPropagation());
    for (const place of [page.window.document.body, page.one('button', 'Stop'), page.input]) {
      page.key('Escape', {}, place);
    }
    assert.deepEqual(page.posted, [
      { type: 'stop', exchangeId: 'a' },
      { type: 'stop', exchangeId: 'a' },
      { type: 'stop', exchangeId: 'a' },
    ]);
  });

  const composing: Readonly<Record<string, KeyboardEventInit>> = {
    'ends a composition': { isComposing: true },
    'ends a composition in WebKit': Object.fromEntries([['keyCode', 229]]),
  };
  for (const [name, how] of Object.entries(composing)) {
    it(`does not stop with the Escape that ${name}`, () => {
      page.receive({ type: 'exchange', exchange: exchange('a') });
      page.key('Escape', how);
      assert.deepEqual(page.posted, []);
    });
  }

  it('has the Stop of an answer that runs, and takes its focus when it goes', () => {
    page.receive({ type: 'exchange', exchange: exchange('a') });
    page.one('button', 'Stop').focus();
    page.click('Stop');
    page.events('a', ev.stopped(''));
    assert.deepEqual(page.posted, [{ type: 'stop', exchangeId: 'a' }]);
    assert.equal(page.window.document.activeElement, page.input);
  });
});

describe('the prompt history', () => {
  it('has nothing when it is empty', () => {
    const history = new PromptHistory();
    assert.equal(history.back(), undefined);
    assert.equal(history.forward(), undefined);
  });

  it('does not keep the same prompt twice in a row', () => {
    const history = new PromptHistory();
    history.add('a');
    history.add('a');
    assert.equal(history.back(), 'a');
    assert.equal(history.back(), undefined);
  });
});
