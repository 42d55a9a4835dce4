import assert from 'node:assert/strict';
import { PromptHistory } from '../../../src/webview/promptHistory';
import { ev } from './support/events';
import { exchange, PanelPage, startOfTime } from './support/panelPage';

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
    assert.deepEqual(page.state, { conversationId: 'c1', at: startOfTime, draft: 'half a thou', context: [] });
    const state = page.state;
    page.dispose();
    page = new PanelPage(state);
    page.snapshot();
    assert.equal(page.input.value, 'half a thou');
    assert.equal(sendButton().disabled, false);
  });

  it('keeps a prompt until the host has taken it', () => {
    page.type('Why?');
    page.key('Enter');
    assert.deepEqual([page.state?.draft, page.state?.pending], ['', ['Why?']]);
    page.receive({ type: 'exchange', exchange: exchange('a', { prompt: 'Why?' }) });
    assert.equal(page.state?.pending, undefined);
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
    assert.deepEqual(page.state?.context, ['file:a']);
    page.snapshot([], { unread: ['problems:b'] });
    assert.deepEqual(page.state.context, ['problems:b']);
    assert.equal(page.all('button', 'Remove a.ts').length, 0);
    assert.equal(page.all('button', 'Remove deepseek-r1 · this prompt only').length, 0);
  });

  it('says when what the host has put there no longer stands there, and when it does again', () => {
    page.receive({ type: 'compose', text: 'Explain' });
    for (const text of ['Explain it', 'Explain it all', 'Explain ', 'Fix']) page.type(text);
    assert.deepEqual(page.posted, [
      { type: 'composed', kept: false },
      { type: 'composed', kept: true },
      { type: 'composed', kept: false },
    ]);
  });

  it('says what the host has put there to a later window, where there is more to it and it still stands there', () => {
    const code = { prompt: 'Explain', content: 'in full' };
    for (const [draft, more, said] of [
      ['Explain', code, [{ type: 'composed', kept: true, more: code }]],
      ['Explain it', code, []],
      ['Explain', undefined, []],
    ] as const) {
      const before = { conversationId: 'c1', draft, composed: 'Explain', more };
      const reloaded = new PanelPage(before);
      reloaded.snapshot([]);
      assert.deepEqual(reloaded.posted, said);
      reloaded.dispose();
    }
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
      assert.deepEqual(page.state?.more, goesAlong ? code : undefined);
      page.key('Enter');
      assert.deepEqual(page.posted.at(-1), { type: 'send', prompt, ...(goesAlong && { more: code }) });
      assert.deepEqual([page.state?.more, page.state?.pending], [goesAlong ? code : undefined, [prompt]]);
      page.receive({ type: 'exchange', exchange: exchange('b', { prompt }) });
      assert.deepEqual([page.state?.more, page.state?.pending], [undefined, undefined]);
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
    assert.deepEqual([page.input.value, page.state?.more], ['Explain', code('two')]);
    page.receive({ type: 'compose', text: 'Why?' });
    assert.deepEqual([page.input.value, page.state?.more, page.posted], ['Why?', undefined, []]);
    page.type('');
    page.key('ArrowUp');
    assert.equal(page.input.value, 'Explain');
  });

  for (const [draft, left] of [
    ['Explain', ''],
    ['Explain it', 'Explain it'],
  ] as const) {
    it(`has of “${draft}” “${left}” left where what was put there has been asked since the page went away`, () => {
      const state = { conversationId: 'c1', draft, composed: 'Explain', more: { prompt: 'Explain' }, seen: 'a' };
      const back = new PanelPage(state);
      back.snapshot([exchange('a'), exchange('b', { prompt: 'Explain' })]);
      assert.deepEqual([back.input.value, back.state?.composed, back.posted], [left, undefined, []]);
      back.dispose();
    });
  }

  it('has it still where the same was asked before', () => {
    const state = { conversationId: 'c1', draft: 'Explain', composed: 'Explain', seen: 'a' };
    const back = new PanelPage(state);
    back.snapshot([exchange('a', { prompt: 'Explain' })]);
    assert.equal(back.input.value, 'Explain');
    back.dispose();
  });

  it('says that a draft is still there in place of what the host wants to put there', () => {
    page.type('mine');
    page.receive({ type: 'compose', text: 'Explain' });
    page.type('');
    page.key('ArrowUp');
    assert.deepEqual(page.posted, [
      { type: 'composed', kept: false },
      { type: 'composed', kept: true },
    ]);
  });

  it('has nothing to say of what has been sent, or was never put there', () => {
    page.type('mine');
    page.receive({ type: 'compose', text: '' });
    page.type('');
    page.receive({ type: 'compose', text: 'Explain' });
    page.receive({ type: 'exchange', exchange: exchange('a', { prompt: 'Explain' }) });
    page.type('next');
    assert.deepEqual(page.posted, []);
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
