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
  /** Opens another page with the same storage, but without the state that VS Code keeps for a panel. */
  const next = (previous: PanelPage, conversationId = 'c1'): PanelPage => {
    pages.pop()?.dispose();
    const page = open(previous.storage);
    page.snapshot([exchange('a')], { conversationId });
    return page;
  };
  const first = (): PanelPage => {
    const page = open(new MemoryStorage());
    page.snapshot([exchange('a')]);
    return page;
  };

  it('is restored when its conversation is opened again', () => {
    const page = first();
    page.type('half a thought');
    assert.equal(next(page).input.value, 'half a thought');
  });

  it('is not restored in a page of another conversation', () => {
    const page = first();
    page.type('half a thought');
    assert.equal(next(page, 'c2').input.value, '');
  });

  it('is restored after it was sent but not confirmed by the host', () => {
    const page = first();
    page.type('a whole thought');
    page.key('Enter');
    assert.equal(next(page).input.value, 'a whole thought');
  });

  it('is not restored after the host has confirmed it', () => {
    const page = first();
    page.type('a whole thought');
    page.key('Enter');
    page.receive({ type: 'exchange', exchange: exchange('b', { prompt: 'a whole thought' }) });
    assert.equal(next(page).input.value, '');
  });

  it('is added to the prompt history when the reopened panel already has a draft', () => {
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

  it('becomes a pending prompt when the user types in the reopened panel before the page receives its first snapshot', () => {
    const page = first();
    page.type('half a thought');
    pages.pop()?.dispose();
    const after = open(page.storage);
    after.type('another');
    after.snapshot([exchange('a')]);
    assert.equal(after.stored.draft, 'another');
    assert.deepEqual(after.stored.pending, ['half a thought']);
  });

  it('is restored together with its context items and the open edit of a prompt', () => {
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

  const parts: Readonly<Record<string, (page: PanelPage) => void>> = {
    'a draft': (page) => page.type('half a thought'),
    'an open prompt editor': (page) => page.click('Edit'),
    'a context item': (page) =>
      page.receive({
        type: 'context',
        items: [file('file:a')],
      }),
  };
  for (const [name, write] of Object.entries(parts)) {
    it(`is restored if it consists only of ${name}`, () => {
      const page = first();
      write(page);
      const after = next(page);
      assert.deepEqual(
        [after.input.value !== '', after.root.querySelector('.prompt-editor') !== null, after.posted.length > 0],
        Object.keys(parts).map((part) => part === name),
      );
    });
  }

  it('includes the open edit of a prompt while another branch is shown', () => {
    const page = first();
    const editors = (): (string | undefined)[] =>
      page.all('textbox', 'Edit your prompt').map((editor) => (editor as HTMLTextAreaElement).value);
    page.click('Edit');
    page.receive({ type: 'path', exchanges: [exchange('b')] });
    assert.deepEqual(editors(), []);
    assert.deepEqual(page.stored.edits, [{ exchangeId: 'a', text: 'prompt a' }]);
    page.receive({ type: 'path', exchanges: [exchange('a')] });
    assert.deepEqual(editors(), ['prompt a']);
    assert.deepEqual(page.stored.edits, [{ exchangeId: 'a', text: 'prompt a' }]);
  });

  it('keeps its context items over several reloads until the host has read them', () => {
    const page = first();
    page.receive({ type: 'context', items: [file('file:a')], unread: ['problems:b'] });
    const ids = ['file:a', 'problems:b'];
    for (let after = next(page), times = 0; times < 3; times++, after = next(after)) {
      assert.deepEqual(after.posted, [{ type: 'restoreContext', ids }]);
    }
    const last = next(page);
    last.receive({ type: 'context', items: [file('file:a')] });
    assert.deepEqual(last.stored.context, ['file:a']);
  });

  it('is restored without a request for context items that the host already has', () => {
    const page = first();
    page.receive({ type: 'context', items: [file('file:a')] });
    const after = open(page.storage);
    after.snapshot([exchange('a')], { context: [file('file:a')] });
    assert.deepEqual(after.posted, []);
  });

  it('includes a prefilled prompt', () => {
    const page = first();
    page.receive({ type: 'prefill', text: 'Why?' });
    assert.equal(next(page).input.value, 'Why?');
  });

  it('includes the code of a prefilled prompt while the prompt is part of the draft', () => {
    const code = { prompt: 'Explain a.ts:1-9', content: 'in full' };
    const page = first();
    page.receive({ type: 'prefill', text: code.prompt, more: code });
    const closed = next(next(page));
    assert.deepEqual(closed.input.value, code.prompt);
    closed.type('Explain it to me');
    assert.deepEqual(closed.stored.prefilled, []);
    closed.type('Explain a.ts:1-9, briefly');
    const last = next(closed);
    last.key('Enter');
    assert.deepEqual(last.posted, [{ type: 'send', prompt: 'Explain a.ts:1-9, briefly', more: code }]);
  });

  for (const prompt of ['Explain a.ts:1-9', 'Explain a.ts:1-9 Briefly.']) {
    it(`includes the code of “${prompt}”, which was sent but not confirmed by the host`, () => {
      const code = { prompt: 'Explain a.ts:1-9', content: 'in full' };
      const page = first();
      page.receive({ type: 'prefill', text: code.prompt, more: code });
      page.type(prompt);
      page.key('Enter');
      const restored = next(next(page));
      assert.equal(restored.input.value, prompt);
      restored.key('Enter');
      assert.deepEqual(restored.posted.at(-1), { type: 'send', prompt, more: code });
    });
  }

  it('is stored only after the page has received its first snapshot', () => {
    const page = open(new MemoryStorage());
    page.type('half a thought');
    assert.equal(page.storage.length, 0);
    page.snapshot([exchange('a')]);
    assert.deepEqual([...page.storage.items.keys()], ['holysheep.draft.c1']);
    assert.equal(next(page).input.value, 'half a thought');
  });

  it('is deleted when the host reports the deletion of its conversation to the page of another conversation', () => {
    const page = first();
    page.type('half a thought');
    const other = open(page.storage);
    other.snapshot([exchange('a')], { conversationId: 'c2' });
    other.receive({ type: 'promptHistory', promptHistory: [], deleted: ['c1'] });
    assert.ok(!JSON.stringify([...page.storage.items]).includes('half a thought'));
  });

  it('is deleted when the first snapshot of another page lists its conversation as deleted', () => {
    const page = first();
    page.type('half a thought');
    const after = open(page.storage);
    after.snapshot([exchange('a')], { conversationId: 'c2', deleted: ['c1'] });
    assert.ok(!JSON.stringify([...page.storage.items]).includes('half a thought'));
  });

  it('is not stored again by the page of a deleted conversation', () => {
    const page = first();
    page.receive({ type: 'promptHistory', promptHistory: [], deleted: ['c1'] });
    page.type('half a thought');
    assert.deepEqual([...page.storage.items.keys()], []);
  });

  it('expires after a week', () => {
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

  it('is removed from the storage if it is invalid, while other items stay unchanged', () => {
    const storage = new MemoryStorage();
    const record = { at: startOfTime, draft: 'a' };
    storage.setItem('other', '{');
    storage.setItem('holysheep.draft.c1', '{');
    const invalidRecords = [
      ...[null, 'a', { at: 1 }, { draft: 'a' }, { ...record, at: 'now' }, { ...record, draft: 1 }],
      ...[{ context: 5 }, { context: [1] }, { pending: 'a' }, { unfolded: [1] }, { seen: 1 }],
      ...[{ prefilled: 'a' }, { prefilled: [{ more: {} }] }, { prefilled: [{ text: 'a', more: 'yes' }] }],
      ...[{ edits: 'no' }, { edits: [null] }, { edits: [{ exchangeId: 'e' }] }],
      ...[{ place: 'end' }, { place: { exchangeId: 'e' } }, { place: { offset: 1 } }],
    ].map((value) =>
      value && typeof value === 'object' && !('draft' in value || 'at' in value) ? { ...record, ...value } : value,
    );
    for (const [index, invalid] of invalidRecords.entries()) {
      storage.setItem(`holysheep.draft.${index}`, JSON.stringify(invalid));
    }
    assert.equal(
      new UnsentStore(
        () => storage,
        () => startOfTime,
      ).load('c1'),
      undefined,
    );
    assert.deepEqual([...storage.items.keys()], ['other']);
  });

  it('keeps its last stored state when the storage is full', () => {
    const storage = new MemoryStorage();
    const store = new UnsentStore(
      () => storage,
      () => startOfTime,
    );
    store.save('c1', { draft: 'a' });
    storage.maxValueLength = 0;
    store.save('c1', { draft: 'ab' });
    assert.equal(store.load('c1')?.draft, 'a');
  });

  it('is not stored, but causes no error, when the browser denies access to its storage', () => {
    const denied = (): never => {
      throw new DOMException('Access is denied.', 'SecurityError');
    };
    const store = new UnsentStore(denied, () => startOfTime);
    store.save('c1', { draft: 'a' });
    store.remove(['c2']);
    assert.equal(store.load('c1'), undefined);
  });
});

describe('restored panel', () => {
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

  it('shows the draft before the first snapshot', () => {
    const after = reloaded(first());
    assert.equal(after.input.value, 'a long thought');
    after.snapshot([exchange('a')]);
    assert.equal(after.input.value, 'a long thought');
  });

  it('does not restore a prompt that the host has received', () => {
    const page = first();
    page.key('Enter');
    page.receive({ type: 'exchange', exchange: exchange('b', { prompt: 'a long thought' }) });
    const after = reloaded(page);
    after.snapshot([exchange('a'), exchange('b', { prompt: 'a long thought' })]);
    assert.equal(after.input.value, '');
  });

  it('requests its stored context items before the first snapshot, so that the next prompt is sent with them', () => {
    const page = first();
    page.receive({ type: 'context', items: [file('file:a')] });
    const after = reloaded(page);
    after.key('Enter');
    assert.deepEqual(after.posted, [
      { type: 'restoreContext', ids: ['file:a'] },
      { type: 'send', prompt: 'a long thought' },
    ]);
  });

  it('does not restore a draft that the user deleted before the first snapshot', () => {
    const after = reloaded(first());
    after.type('');
    after.snapshot([exchange('a')]);
    assert.equal(after.input.value, '');
    assert.equal(reloaded(after).input.value, '');
  });

  it('starts without a draft when its state was stored by another version of the extension', () => {
    const page = first();
    const state = { conversationId: 'c2', draft: 'a' } as PanelPage['state'];
    const after = new PanelPage(state, page.storage);
    pages.push(after);
    after.snapshot([exchange('a')], { conversationId: 'c2' });
    assert.deepEqual([after.input.value, after.state], ['', { conversationId: 'c2' }]);
  });
});

describe('panel that replaces another panel', () => {
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
    assert.deepEqual([page.input.value, page.stored.pending], ['Explain', ['Hi']]);
    page.key('Enter');
    assert.deepEqual(page.posted, [{ type: 'send', prompt: 'Explain', more }]);
    page.dispose();
  });
});

describe('prompt history of a page', () => {
  it('is cleared when the user clears it in another page', () => {
    const page = new PanelPage();
    page.snapshot([exchange('a')], { promptHistory: ['secret'] });
    page.receive({ type: 'promptHistory', promptHistory: [], deleted: [] });
    page.key('ArrowUp');
    assert.equal(page.input.value, '');
    page.dispose();
  });
});
