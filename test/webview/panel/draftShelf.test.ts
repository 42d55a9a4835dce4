import assert from 'node:assert/strict';
import { createDraftShelf } from '../../../src/webview/draftShelf';
import { exchange, PanelPage, startOfTime } from './support/panelPage';
import { MemoryStorage } from './support/memoryStorage';

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
    assert.equal(page.storage.length, 0);
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
      items: [{ id: 'file:a', kind: 'file', label: 'a', characters: 1, truncated: false }],
    });
    page.click('Edit');
    const after = next(page);
    assert.deepEqual(after.posted, [{ type: 'attach', id: 'file:a' }]);
    assert.ok(after.root.querySelector('.prompt-editor'));
  });

  it('is forgotten after a week', () => {
    const storage = new MemoryStorage();
    const shelf = (at: number) => createDraftShelf(storage, () => at);
    shelf(startOfTime).put({ conversationId: 'c1', draft: 'a' });
    assert.equal(shelf(startOfTime + 7 * day).of('c1')?.draft, 'a');
    assert.equal(shelf(startOfTime + 7 * day + 1).of('c1'), undefined);
  });

  it('leaves the rest of the storage alone, and clears away what it can’t read', () => {
    const storage = new MemoryStorage();
    storage.setItem('other', '{');
    storage.setItem('holysheep.draft.c1', '{');
    storage.setItem('holysheep.draft.c2', '{"at":1}');
    const state = { conversationId: 'c3', draft: 'a', edits: 'no', context: 5 };
    storage.setItem('holysheep.draft.c3', JSON.stringify({ at: startOfTime, state }));
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
