import assert from 'node:assert/strict';
import type { DraftContext, PanelState, ToHost } from '../../../src/protocol';
import { createDraftShelf } from '../../../src/webview/draftShelf';
import { exchange, PanelPage, startOfTime } from './support/panelPage';
import { MemoryStorage } from './support/memoryStorage';

const file = (id: string): DraftContext => ({ id, kind: 'file', label: id, characters: 1, truncated: false });

const day = 24 * 60 * 60 * 1000;

describe('what was being written in a page that nobody can ask any more', () => {
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

  it('is in the next page of the conversation', () => {
    const page = first();
    page.type('half a thought');
    assert.equal(next(page).input.value, 'half a thought');
  });

  it('is not in a page of another one', () => {
    const page = first();
    page.type('half a thought');
    assert.equal(next(page, 'c2').input.value, '');
  });

  it('is there when it was sent and the host has not taken it', () => {
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
    it(`is something if it is ${name} alone`, () => {
      const page = first();
      write(page);
      const after = next(page);
      assert.deepEqual(
        [after.input.value !== '', after.root.querySelector('.prompt-editor') !== null, after.posted.length > 0],
        Object.keys(only).map((each) => each === name),
      );
    });
  }

  it('keeps its context until the host has answered, whoever goes away meanwhile', () => {
    const page = first();
    page.receive({ type: 'context', items: [file('file:a')], unread: ['problems:b'] });
    const ids = ['file:a', 'problems:b'];
    for (let after = next(page), times = 0; times < 3; times++, after = next(after)) {
      assert.deepEqual(after.posted, [{ type: 'restoreContext', ids }]);
    }
    const last = next(page);
    last.receive({ type: 'context', items: [file('file:a')] });
    assert.deepEqual(last.state?.context, ['file:a']);
  });

  it('does not ask for context that the host has', () => {
    const page = first();
    page.receive({ type: 'context', items: [file('file:a')] });
    const after = open(page.storage);
    after.snapshot([exchange('a')], { context: [file('file:a')] });
    assert.deepEqual(after.posted, []);
  });

  it('is what waits for a key, if it is no more than its words', () => {
    const page = first();
    page.receive({ type: 'compose', text: 'Why?' });
    assert.equal(next(page).input.value, 'Why?');
  });

  it('is what waits for a key with the code it is about, unless it has been changed', () => {
    const code = { prompt: 'Explain a.ts:1-9', content: 'in full' };
    const page = first();
    page.receive({ type: 'compose', text: code.prompt, more: code });
    const closed = next(next(page));
    assert.deepEqual([closed.input.value, closed.state?.more], [code.prompt, code]);
    assert.deepEqual(closed.posted, [{ type: 'composed', kept: true, more: code }]);
    closed.type('Explain it to me');
    const changed = next(closed);
    assert.deepEqual([changed.input.value, changed.state?.more], ['Explain it to me', undefined]);
  });

  for (const words of ['Explain a.ts:1-9', 'Explain a.ts:1-9 Briefly.']) {
    it(`is “${words}” that was sent and that nobody has taken, with its code`, () => {
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

  it('waits for its conversation: before that it is nobody’s', () => {
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

  it('is forgotten after a day', () => {
    const storage = new MemoryStorage();
    const shelf = (at: number) => createDraftShelf(storage, () => at);
    shelf(startOfTime).put({ conversationId: 'c1', at: startOfTime, draft: 'a' });
    assert.equal(shelf(startOfTime + day).of('c1')?.draft, 'a');
    assert.equal(shelf(startOfTime + day + 1).of('c1'), undefined);
  });

  it('leaves the rest of the storage alone, and clears away what it can’t read', () => {
    const storage = new MemoryStorage();
    storage.setItem('other', '{');
    storage.setItem('holysheep.draft.c1', '{');
    storage.setItem('holysheep.draft.c2', '{"at":1}');
    for (const more of [{}, { at: 'now' }, { at: startOfTime, edits: 'no' }, { at: startOfTime, context: 5 }]) {
      storage.setItem(
        `holysheep.draft.${storage.length}`,
        JSON.stringify({ conversationId: 'c3', draft: 'a', ...more }),
      );
    }
    assert.equal(createDraftShelf(storage, () => startOfTime).of('c1'), undefined);
    assert.deepEqual([...storage.items.keys()], ['other']);
  });

  it('is as it was before where the storage is full', () => {
    const storage = new MemoryStorage();
    const shelf = createDraftShelf(storage, () => startOfTime);
    shelf.put({ conversationId: 'c1', draft: 'a' });
    storage.limit = 0;
    shelf.put({ conversationId: 'c1', draft: 'ab' });
    assert.equal(shelf.of('c1')?.draft, 'a');
  });
});

describe('a draft that VS Code and the shelf both have', () => {
  const pages: PanelPage[] = [];
  afterEach(() => {
    for (const page of pages.splice(0)) page.dispose();
  });
  const open = (state?: PanelState, storage = new MemoryStorage()): PanelPage => {
    pages.pop()?.dispose();
    const page = new PanelPage(state, storage);
    pages.push(page);
    return page;
  };
  /** With what VS Code has written to disk before more was done; then the window is killed. */
  const first = (): { readonly page: PanelPage; readonly saved: PanelState | undefined } => {
    const page = open();
    page.snapshot([exchange('a')]);
    page.type('a long thou');
    page.clock.advance(1);
    return { page, saved: page.state };
  };

  it('is the later one where the window was killed before VS Code had written it', () => {
    const { page, saved } = first();
    page.type('a long thought');
    const after = open(saved, page.storage);
    assert.equal(after.input.value, 'a long thought');
    after.snapshot([exchange('a')]);
    assert.equal(after.input.value, 'a long thought');
  });

  it('is nothing where the later word is that it was sent and taken', () => {
    const { page, saved } = first();
    page.key('Enter');
    page.receive({ type: 'exchange', exchange: exchange('b', { prompt: 'a long thou' }) });
    const after = open(saved, page.storage);
    after.snapshot([exchange('a'), exchange('b', { prompt: 'a long thou' })]);
    assert.equal(after.input.value, '');
  });

  it('takes the place of the context that the host has from VS Code', () => {
    const { page } = first();
    page.receive({ type: 'context', items: [file('file:a')] });
    const saved = page.state;
    page.clock.advance(1);
    page.receive({ type: 'context', items: [] });
    const asks = (state: PanelState | undefined): readonly ToHost[] => {
      const after = open(state, page.storage);
      after.snapshot([exchange('a')], { context: [file('file:a')] });
      return after.posted;
    };
    assert.deepEqual(asks(saved), [{ type: 'restoreContext', ids: [] }]);
    assert.deepEqual(asks({ conversationId: 'c1', at: startOfTime + 2, draft: '' }), []);
  });

  it('is VS Code’s where the shelf was full', () => {
    const { page } = first();
    page.storage.limit = 0;
    page.type('a long thought');
    const after = open(page.state, page.storage);
    after.snapshot([exchange('a')]);
    assert.equal(after.input.value, 'a long thought');
  });

  it('is what was written in this page before the conversation was there', () => {
    const { page, saved } = first();
    page.type('a long thought');
    const after = open(saved, page.storage);
    after.clock.advance(2);
    after.type('');
    after.snapshot([exchange('a')]);
    assert.equal(after.input.value, '');
    assert.equal(open(saved, after.storage).input.value, '');
  });

  it('is not taken from a state that another version has left', () => {
    const broken = { conversationId: 'c1', draft: 'a', edits: 'no' } as unknown as PanelState;
    const page = open(broken);
    page.snapshot([exchange('a')]);
    assert.equal(page.input.value, '');
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
