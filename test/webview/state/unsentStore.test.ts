import assert from 'node:assert/strict';
import type { ShownExchange, ShownItem } from '../../../src/shared/exchanges';
import type { DraftContext } from '../../../src/shared/protocol';
import { UnsentStore } from '../../../src/webview/state/unsentStore';
import { MemoryStorage } from '../panel/support/memoryStorage';
import { exchange, PanelPage, startOfTime } from '../panel/support/panelPage';

const file = (id: string): DraftContext => ({
  id,
  kind: 'file',
  label: id,
  characters: 1,
  lines: 1,
  truncated: false,
});
const exchangeOf = (id: string, prompt: string): ShownExchange => exchange(id, { prompt });
const storeIn = (storage: MemoryStorage, at = startOfTime): UnsentStore =>
  new UnsentStore(
    () => storage,
    () => at,
  );

const week = 7 * 24 * 60 * 60 * 1000;

const open = (
  storage = new MemoryStorage(),
  exchanges: readonly ShownItem[] = [exchange('a')],
  fields: Parameters<PanelPage['snapshot']>[1] = {},
): PanelPage => {
  const page = new PanelPage(storage);
  page.snapshot(exchanges, fields);
  return page;
};
/** Closes the page and opens the next page of a conversation. */
const next = ({ storage }: PanelPage, ...snapshot: Parameters<PanelPage['snapshot']>): PanelPage => {
  PanelPage.closeAll();
  return open(storage, ...snapshot);
};
const send = (page: PanelPage, ...prompts: readonly string[]): void => {
  for (const prompt of prompts) {
    page.type(prompt);
    page.key('Enter');
  }
};
const recall = (page: PanelPage): string => {
  page.type('');
  page.key('ArrowUp');
  return page.input.value;
};

describe('sent prompt that the host has yet to confirm', () => {
  afterEach(() => PanelPage.closeAll());

  const resend = (page: PanelPage, prompt: string): void => {
    page.all('button', 'Edit')[0]!.click();
    const editor = page.root.querySelector<HTMLTextAreaElement>('.prompt-editor textarea')!;
    editor.value = prompt;
    editor.dispatchEvent(new page.window.Event('input', { bubbles: true }));
    page.click('Resend');
  };

  const sent = {
    'is restored after a reload': { prompts: ['one'], received: [], draft: 'one' },
    'is restored together with other unconfirmed prompts': {
      prompts: ['one', 'two'],
      received: [],
      draft: 'one\n\ntwo',
    },
    'is not restored if the host has received it in the meantime': {
      prompts: ['one', 'two'],
      received: ['one'],
      draft: 'two',
    },
    'is restored even if the host already received an earlier prompt with the same text': {
      prompts: ['prompt a'],
      received: [],
      draft: 'prompt a',
    },
  };
  for (const [behavior, { prompts, received, draft }] of Object.entries(sent)) {
    it(behavior, () => {
      const page = open();
      send(page, ...prompts);
      const after = next(page, [exchange('a'), ...received.map((prompt) => exchangeOf(`of ${prompt}`, prompt))]);
      assert.deepEqual([after.input.value, after.stored.pending], [draft, []]);
    });
  }

  it('is added to the prompt history after a reload if there is a draft', () => {
    const page = open();
    send(page, 'one');
    page.type('next');
    const after = next(page);
    assert.equal(after.input.value, 'next');
    assert.equal(recall(after), 'one');
  });

  it('becomes the draft when the conversation is opened later and has no other draft', () => {
    const page = open();
    send(page, 'one');
    page.type('next');
    const after = next(page);
    after.type('');
    assert.equal(next(after).input.value, 'one');
  });

  it('is restored after a reload if it was an edited prompt', () => {
    const page = open();
    resend(page, 'in other words');
    assert.equal(next(page, [exchange('a')]).input.value, 'in other words');
  });

  it('is not restored after a reload if the conversation contains the edited prompt', () => {
    const page = open();
    resend(page, 'in other words');
    assert.equal(next(page, [exchangeOf('a2', 'in other words')]).input.value, '');
  });

  it('remains stored until the host reports an exchange with the same text', () => {
    const page = open();
    send(page, 'one', 'two');
    page.receive({ type: 'exchange', exchange: exchangeOf('b', 'three') });
    assert.deepEqual(page.stored.pending, ['one', 'two']);
    page.receive({ type: 'exchange', exchange: exchangeOf('c', 'two') });
    assert.deepEqual(page.stored.pending, ['one']);
  });

  it('becomes the draft when the host sends the prompt back', () => {
    const page = open();
    send(page, 'one');
    page.receive({ type: 'prefill', text: 'one' });
    assert.deepEqual([page.stored.draft, page.stored.pending], ['one', []]);
  });

  it('can be confirmed without removing a draft with the same text', () => {
    const page = open();
    send(page, 'one');
    page.type('one');
    page.receive({ type: 'exchange', exchange: exchangeOf('b', 'one') });
    assert.equal(page.input.value, 'one');
  });

  it('remains stored twice if it was sent twice, until the host has confirmed both', () => {
    const page = open();
    send(page, 'continue', 'continue');
    page.type('continue');
    const stored = [page.stored.pending];
    for (const id of ['b', 'c', 'd']) {
      page.receive({ type: 'exchange', exchange: exchangeOf(id, 'continue') });
      stored.push(page.stored.pending);
    }
    assert.deepEqual([stored, page.input.value], [[['continue', 'continue'], ['continue'], [], []], 'continue']);
  });

  it('is restored once if it was sent twice but received once', () => {
    const page = open();
    send(page, 'continue', 'continue');
    assert.equal(next(page, [exchange('a'), exchangeOf('b', 'continue')]).input.value, 'continue');
  });

  it('is removed from the composer when the host confirms the restored prompt', () => {
    const page = open();
    send(page, 'one');
    const after = next(page);
    assert.equal(after.input.value, 'one');
    after.receive({ type: 'exchange', exchange: exchangeOf('b', 'one') });
    assert.equal(after.input.value, '');
  });
});

describe('unsent text', () => {
  afterEach(() => PanelPage.closeAll());

  const parts: Readonly<Record<string, (page: PanelPage) => void>> = {
    'a draft': (page) => page.type('half a thought'),
    'an open prompt editor': (page) => page.click('Edit'),
    'a context item': (page) => page.receive({ type: 'context', items: [file('file:a')] }),
  };
  for (const [name, write] of Object.entries(parts)) {
    it(`is restored only in its own conversation if it consists of ${name}`, () => {
      const page = open();
      write(page);
      const partsOf = (after: PanelPage): readonly boolean[] => [
        after.input.value !== '',
        after.root.querySelector('.prompt-editor') !== null,
        after.posted.some(({ type }) => type === 'restoreContext'),
      ];
      assert.deepEqual(
        partsOf(next(page)),
        Object.keys(parts).map((part) => part === name),
      );
      assert.deepEqual(partsOf(next(page, [exchange('a')], { conversationId: 'c2' })), [false, false, false]);
    });
  }

  it('includes the unfinished edit of a prompt on a hidden branch', () => {
    const page = open();
    const editors = (): (string | undefined)[] =>
      page.all('textbox', 'Edit your prompt').map((editor) => (editor as HTMLTextAreaElement).value);
    page.click('Edit');
    page.path(exchange('b'));
    assert.deepEqual([editors(), page.stored.edits], [[], [{ id: 'exchange-a', text: 'prompt a' }]]);
    page.path(exchange('a'));
    assert.deepEqual([editors(), page.stored.edits], [['prompt a'], [{ id: 'exchange-a', text: 'prompt a' }]]);
  });

  it('includes the unfinished edit of a prompt while another version of the answer is shown', () => {
    const page = open();
    page.click('Edit');
    page.path({ ...exchange('b'), id: 'exchange-a' });
    const editor = page.one('textbox', 'Edit your prompt') as HTMLTextAreaElement;
    assert.deepEqual([editor.value, page.stored.edits], ['prompt a', [{ id: 'exchange-a', text: 'prompt a' }]]);
  });

  it('keeps its context items through several reloads until the host has read them', () => {
    const page = open();
    page.receive({ type: 'context', items: [file('file:a')], unread: ['problems:b'] });
    const ids = ['file:a', 'problems:b'];
    for (let after = next(page), times = 0; times < 3; times++, after = next(after)) {
      assert.deepEqual(after.posted, [{ type: 'restoreContext', ids }]);
    }
    const last = next(page);
    last.receive({ type: 'context', items: [file('file:a')] });
    assert.deepEqual(last.stored.context, ['file:a']);
  });

  it('is restored without requesting context items that the host already has', () => {
    const page = open();
    page.receive({ type: 'context', items: [file('file:a')] });
    assert.deepEqual(next(page, [exchange('a')], { context: [file('file:a')] }).posted, []);
  });

  it('includes the code of a prefilled prompt while the draft contains the prompt', () => {
    const code = { prompt: 'Explain a.ts:1-9', content: 'in full' };
    const page = open();
    page.receive({ type: 'prefill', text: code.prompt, more: code });
    const after = next(next(page));
    assert.deepEqual(after.input.value, code.prompt);
    after.type('Explain it to me');
    assert.deepEqual(after.stored.prefilled, []);
    after.type('Explain a.ts:1-9, briefly');
    const last = next(after);
    last.key('Enter');
    assert.deepEqual(last.posted, [{ type: 'send', prompt: 'Explain a.ts:1-9, briefly', more: code }]);
  });

  it('includes the code of a sent prompt until the host confirms the prompt', () => {
    const code = { prompt: 'Explain a.ts:1-9', content: 'in full' };
    const page = open();
    page.receive({ type: 'prefill', text: code.prompt, more: code });
    send(page, 'Explain a.ts:1-9 Briefly.');
    const restored = next(next(page));
    assert.equal(restored.input.value, 'Explain a.ts:1-9 Briefly.');
    restored.key('Enter');
    assert.deepEqual(restored.posted.at(-1), { type: 'send', prompt: 'Explain a.ts:1-9 Briefly.', more: code });
  });

  it('cannot be entered before the page has received the conversation', () => {
    const page = new PanelPage();
    assert.deepEqual(page.all('textbox'), []);
    assert.equal(page.storage.length, 0);
    page.snapshot();
    assert.equal(page.all('textbox').length, 1);
  });

  for (const [when, report] of [
    [
      'a snapshot lists the deleted conversation',
      (page: PanelPage) => page.snapshot([], { conversationId: 'c2', deleted: ['c1'] }),
    ],
    [
      'the host reports the deleted conversation later',
      (page: PanelPage) => page.receive({ type: 'promptHistory', promptHistory: [], deleted: ['c1'] }),
    ],
  ] as const) {
    it(`is deleted by the page of another conversation if ${when}`, () => {
      const page = open();
      page.type('half a thought');
      report(open(page.storage, [], { conversationId: 'c2' }));
      assert.deepEqual([...page.storage.items.keys()], ['holysheep.draft.c2']);
    });
  }

  it('expires after a week', () => {
    const storage = new MemoryStorage();
    storeIn(storage).save('c1', { draft: 'a', at: startOfTime });
    assert.equal(storeIn(storage, startOfTime + week).load('c1')?.draft, 'a');
    assert.equal(storeIn(storage, startOfTime + week + 1).load('c1'), undefined);
    assert.equal(storage.length, 0);
  });

  it('is removed from the storage if it is invalid', () => {
    const storage = new MemoryStorage();
    const record = { at: startOfTime, draft: 'a' };
    storage.setItem('other', '{');
    storage.setItem('holysheep.draft.c1', '{');
    const invalidFields = [
      { context: 5 },
      { context: [1] },
      { pending: 'a' },
      { unfolded: [1] },
      { seen: 1 },
      { at: 'now' },
      { prefilled: 'a' },
      { prefilled: [{ more: {} }] },
      { prefilled: [{ text: 'a', more: 'yes' }] },
      { edits: 'no' },
      { edits: [null] },
      { edits: [{ id: 'e' }] },
      { draft: 1 },
      { place: 'end' },
      { place: { answerId: 'e' } },
      { place: { offset: 1 } },
    ].map((fields) => ({ ...record, ...fields }));
    for (const [index, invalid] of [null, 'a', { at: 1 }, { draft: 'a' }, ...invalidFields].entries()) {
      storage.setItem(`holysheep.draft.${index}`, JSON.stringify(invalid));
    }
    assert.equal(storeIn(storage).load('c1'), undefined);
    assert.deepEqual([...storage.items.keys()], ['other']);
  });

  it('keeps its last stored version if the storage is full', () => {
    const storage = new MemoryStorage();
    const store = storeIn(storage);
    store.save('c1', { draft: 'a', at: startOfTime });
    storage.maxValueLength = 0;
    store.save('c1', { draft: 'ab', at: startOfTime });
    assert.equal(store.load('c1')?.draft, 'a');
  });

  it('causes no error if the browser denies access to the storage', () => {
    const denied = (): never => {
      throw new DOMException('Access is denied.', 'SecurityError');
    };
    const store = new UnsentStore(denied, () => startOfTime);
    store.save('c1', { draft: 'a', at: startOfTime });
    store.remove(['c2']);
    assert.equal(store.load('c1'), undefined);
  });
});
