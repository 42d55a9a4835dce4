import assert from 'node:assert/strict';
import type { DraftContext } from '../../../src/shared/protocol';
import { UnsentStore } from '../../../src/webview/state/unsentStore';
import { MemoryStorage } from '../panel/support/memoryStorage';
import { exchange, PanelPage, startOfTime } from '../panel/support/panelPage';

const file = (id: string): DraftContext => ({ id, kind: 'file', label: id, characters: 1, truncated: false });

const week = 7 * 24 * 60 * 60 * 1000;

describe('unsent text', () => {
  const pages: PanelPage[] = [];
  afterEach(() => {
    for (const page of pages.splice(0)) page.dispose();
  });
  const open = (storage: MemoryStorage): PanelPage => {
    const page = new PanelPage(undefined, storage);
    pages.push(page);
    return page;
  };
  /** VS Code gives it no state. */
  const next = (before: PanelPage, conversationId = 'c1'): PanelPage => {
    pages.pop()?.dispose();
    const page = open(before.storage);
    page.snapshot([exchange('a')], { conversationId });
    return page;
  };
  const first = (): PanelPage => {
    const page = open(new MemoryStorage());
    page.snapshot([exchange('a')]);
    return page;
  };

  it('is restored in the next page of its conversation', () => {
    const page = first();
    page.type('half a thought');
    assert.equal(next(page).input.value, 'half a thought');
  });

  it('is not restored in a page of another conversation', () => {
    const page = first();
    page.type('half a thought');
    assert.equal(next(page, 'c2').input.value, '');
  });

  it('is restored after it was sent but not taken by the host', () => {
    const page = first();
    page.type('a whole thought');
    page.key('Enter');
    assert.equal(next(page).input.value, 'a whole thought');
  });

  it('is gone once the host has taken it', () => {
    const page = first();
    page.type('a whole thought');
    page.key('Enter');
    page.receive({ type: 'exchange', exchange: exchange('b', { prompt: 'a whole thought' }) });
    assert.equal(next(page).input.value, '');
  });

  it('is one arrow up away where something is written already', () => {
    const page = first();
    page.type('half a thought');
    pages.pop()?.dispose();
    const after = open(page.storage);
    after.type('another');
    after.snapshot([exchange('a')]);
    assert.equal(after.input.value, 'another');
    after.type('');
    after.key('ArrowUp');
    assert.equal(after.input.value, 'half a thought');
  });

  it('is kept for the next page where something else was written before its conversation was there', () => {
    const page = first();
    page.type('half a thought');
    pages.pop()?.dispose();
    const after = open(page.storage);
    after.type('another');
    after.snapshot([exchange('a')]);
    assert.equal(after.kept.draft, 'another');
    assert.deepEqual(after.kept.pending, ['half a thought']);
  });

  it('has its context with it, and the prompt that was being edited', () => {
    const page = first();
    page.receive({
      type: 'context',
      items: [file('file:a')],
    });
    page.click('Edit');
    const after = next(page);
    assert.deepEqual(after.posted, [{ type: 'restoreContext', ids: ['file:a'] }]);
    assert.ok(after.root.querySelector('.prompt-editor'));
  });

  const only: Readonly<Record<string, (page: PanelPage) => void>> = {
    'a draft': (page) => page.type('half a thought'),
    'an open edit': (page) => page.click('Edit'),
    'what is attached': (page) =>
      page.receive({
        type: 'context',
        items: [file('file:a')],
      }),
  };
  for (const [name, write] of Object.entries(only)) {
    it(`is restored if it is ${name} alone`, () => {
      const page = first();
      write(page);
      const after = next(page);
      assert.deepEqual(
        [after.input.value !== '', after.root.querySelector('.prompt-editor') !== null, after.posted.length > 0],
        Object.keys(only).map((each) => each === name),
      );
    });
  }

  it('includes an edit while another version of the conversation is shown', () => {
    const page = first();
    const editors = (): (string | undefined)[] =>
      page.all('textbox', 'Edit your message').map((editor) => (editor as HTMLTextAreaElement).value);
    page.click('Edit');
    page.receive({ type: 'path', exchanges: [exchange('b')] });
    assert.deepEqual(editors(), []);
    assert.deepEqual(page.kept.edits, [{ exchangeId: 'a', text: 'prompt a' }]);
    page.receive({ type: 'path', exchanges: [exchange('a')] });
    assert.deepEqual(editors(), ['prompt a']);
    assert.deepEqual(page.kept.edits, [{ exchangeId: 'a', text: 'prompt a' }]);
  });

  it('keeps its context until the host has read it, over any number of pages', () => {
    const page = first();
    page.receive({ type: 'context', items: [file('file:a')], unread: ['problems:b'] });
    const ids = ['file:a', 'problems:b'];
    for (let after = next(page), times = 0; times < 3; times++, after = next(after)) {
      assert.deepEqual(after.posted, [{ type: 'restoreContext', ids }]);
    }
    const last = next(page);
    last.receive({ type: 'context', items: [file('file:a')] });
    assert.deepEqual(last.kept.context, ['file:a']);
  });

  it('does not request context that the host already has', () => {
    const page = first();
    page.receive({ type: 'context', items: [file('file:a')] });
    const after = open(page.storage);
    after.snapshot([exchange('a')], { context: [file('file:a')] });
    assert.deepEqual(after.posted, []);
  });

  it('includes a prefilled prompt', () => {
    const page = first();
    page.receive({ type: 'compose', text: 'Why?' });
    assert.equal(next(page).input.value, 'Why?');
  });

  it('includes the code of a prefilled prompt while its words are part of the draft', () => {
    const code = { prompt: 'Explain a.ts:1-9', content: 'in full' };
    const page = first();
    page.receive({ type: 'compose', text: code.prompt, more: code });
    const closed = next(next(page));
    assert.deepEqual(closed.input.value, code.prompt);
    closed.type('Explain it to me');
    assert.deepEqual(closed.kept.prefilled, []);
    closed.type('Explain a.ts:1-9, briefly');
    const last = next(closed);
    last.key('Enter');
    assert.deepEqual(last.posted, [{ type: 'send', prompt: 'Explain a.ts:1-9, briefly', more: code }]);
  });

  for (const words of ['Explain a.ts:1-9', 'Explain a.ts:1-9 Briefly.']) {
    it(`includes the code of “${words}”, which was sent but not taken by the host`, () => {
      const code = { prompt: 'Explain a.ts:1-9', content: 'in full' };
      const page = first();
      page.receive({ type: 'compose', text: code.prompt, more: code });
      page.type(words);
      page.key('Enter');
      const back = next(next(page));
      assert.equal(back.input.value, words);
      back.key('Enter');
      assert.deepEqual(back.posted.at(-1), { type: 'send', prompt: words, more: code });
    });
  }

  it('is stored once the page knows its conversation', () => {
    const page = open(new MemoryStorage());
    page.type('half a thought');
    assert.equal(page.storage.length, 0);
    page.snapshot([exchange('a')]);
    assert.deepEqual([...page.storage.items.keys()], ['holysheep.draft.c1']);
    assert.equal(next(page).input.value, 'half a thought');
  });

  it('is deleted with its conversation, whichever page hears of the deletion', () => {
    const page = first();
    page.type('half a thought');
    const other = open(page.storage);
    other.snapshot([exchange('a')], { conversationId: 'c2' });
    other.receive({ type: 'promptHistory', promptHistory: [], deleted: ['c1'] });
    assert.ok(!JSON.stringify([...page.storage.items]).includes('half a thought'));
  });

  it('is deleted with its conversation when the next page hears of the deletion only as it starts', () => {
    const page = first();
    page.type('half a thought');
    const after = open(page.storage);
    after.snapshot([exchange('a')], { conversationId: 'c2', deleted: ['c1'] });
    assert.ok(!JSON.stringify([...page.storage.items]).includes('half a thought'));
  });

  it('is no longer kept by the page of a conversation that was deleted', () => {
    const page = first();
    page.receive({ type: 'promptHistory', promptHistory: [], deleted: ['c1'] });
    page.type('half a thought');
    assert.deepEqual([...page.storage.items.keys()], []);
  });

  it('is forgotten after a week', () => {
    const storage = new MemoryStorage();
    const store = (at: number) =>
      new UnsentStore(
        () => storage,
        () => at,
      );
    store(startOfTime).save('c1', { draft: 'a' });
    assert.equal(store(startOfTime + week).load('c1')?.draft, 'a');
    assert.equal(storage.length, 1);
    assert.equal(store(startOfTime + week + 1).load('c1'), undefined);
    assert.equal(storage.length, 0);
  });

  it('is removed where its record is invalid, which leaves the rest of the storage alone', () => {
    const storage = new MemoryStorage();
    const record = { at: startOfTime, draft: 'a' };
    storage.setItem('other', '{');
    storage.setItem('holysheep.draft.c1', '{');
    const broken = [
      ...[null, 'a', { at: 1 }, { draft: 'a' }, { ...record, at: 'now' }, { ...record, draft: 1 }],
      ...[{ context: 5 }, { context: [1] }, { pending: 'a' }, { unfolded: [1] }, { seen: 1 }],
      ...[{ prefilled: 'a' }, { prefilled: [{ more: {} }] }, { prefilled: [{ text: 'a', more: 'yes' }] }],
      ...[{ edits: 'no' }, { edits: [null] }, { edits: [{ exchangeId: 'e' }] }],
      ...[{ place: 'end' }, { place: { exchangeId: 'e' } }, { place: { offset: 1 } }],
    ].map((each) =>
      each && typeof each === 'object' && !('draft' in each || 'at' in each) ? { ...record, ...each } : each,
    );
    for (const [index, each] of broken.entries()) storage.setItem(`holysheep.draft.${index}`, JSON.stringify(each));
    assert.equal(
      new UnsentStore(
        () => storage,
        () => startOfTime,
      ).load('c1'),
      undefined,
    );
    assert.deepEqual([...storage.items.keys()], ['other']);
  });

  it('keeps its last stored state where the storage is full', () => {
    const storage = new MemoryStorage();
    const store = new UnsentStore(
      () => storage,
      () => startOfTime,
    );
    store.save('c1', { draft: 'a' });
    storage.limit = 0;
    store.save('c1', { draft: 'ab' });
    assert.equal(store.load('c1')?.draft, 'a');
  });

  it('is not kept, without an error, where the browser denies its storage', () => {
    const denied = (): never => {
      throw new DOMException('Access is denied.', 'SecurityError');
    };
    const store = new UnsentStore(denied, () => startOfTime);
    store.save('c1', { draft: 'a' });
    store.remove(['c2']);
    assert.equal(store.load('c1'), undefined);
  });
});

describe('a panel that VS Code restores', () => {
  const pages: PanelPage[] = [];
  afterEach(() => {
    for (const page of pages.splice(0)) page.dispose();
  });
  const reloaded = ({ state, storage }: PanelPage): PanelPage => {
    pages.pop()?.dispose();
    const page = new PanelPage(state, storage);
    pages.push(page);
    return page;
  };
  const first = (): PanelPage => {
    const page = new PanelPage();
    pages.push(page);
    page.snapshot([exchange('a')]);
    page.type('a long thought');
    return page;
  };

  it('has the draft at once', () => {
    const after = reloaded(first());
    assert.equal(after.input.value, 'a long thought');
    after.snapshot([exchange('a')]);
    assert.equal(after.input.value, 'a long thought');
  });

  it('has nothing of a prompt that was sent and taken', () => {
    const page = first();
    page.key('Enter');
    page.receive({ type: 'exchange', exchange: exchange('b', { prompt: 'a long thought' }) });
    const after = reloaded(page);
    after.snapshot([exchange('a'), exchange('b', { prompt: 'a long thought' })]);
    assert.equal(after.input.value, '');
  });

  it('asks for its context before its conversation is there, so that a prompt is sent with it', () => {
    const page = first();
    page.receive({ type: 'context', items: [file('file:a')] });
    const after = reloaded(page);
    after.key('Enter');
    assert.deepEqual(after.posted, [
      { type: 'restoreContext', ids: ['file:a'] },
      { type: 'send', prompt: 'a long thought' },
    ]);
  });

  it('does not take up again what was deleted in it before its conversation was there', () => {
    const after = reloaded(first());
    after.type('');
    after.snapshot([exchange('a')]);
    assert.equal(after.input.value, '');
    assert.equal(reloaded(after).input.value, '');
  });

  it('begins anew where another version has left its state', () => {
    const page = first();
    const state = { conversationId: 'c2', draft: 'a' } as PanelPage['state'];
    const after = new PanelPage(state, page.storage);
    pages.push(after);
    after.snapshot([exchange('a')], { conversationId: 'c2' });
    assert.deepEqual([after.input.value, after.state], ['', { conversationId: 'c2' }]);
  });
});

describe('a panel that replaces another panel', () => {
  it('takes over the unsent text of that panel', () => {
    const more = { prompt: 'Explain', content: 'the code' };
    const page = PanelPage.restored({});
    new UnsentStore(
      () => page.storage,
      () => startOfTime,
    ).save('gone', {
      draft: 'Explain',
      prefilled: [{ text: 'Explain', more }],
      pending: ['Hi'],
    });
    page.snapshot();
    page.receive({ type: 'adopt', conversationId: 'gone' });
    assert.deepEqual([page.input.value, page.kept.pending], ['Explain', ['Hi']]);
    page.key('Enter');
    assert.deepEqual(page.posted, [{ type: 'send', prompt: 'Explain', more }]);
    page.dispose();
  });
});

describe('the prompt history of a page', () => {
  it('is empty when it was cleared in another page', () => {
    const page = new PanelPage();
    page.snapshot([exchange('a')], { promptHistory: ['secret'] });
    page.receive({ type: 'promptHistory', promptHistory: [], deleted: [] });
    page.key('ArrowUp');
    assert.equal(page.input.value, '');
    page.dispose();
  });
});
