import assert from 'node:assert/strict';
import type { ExchangeSnapshot, PanelState } from '../../../src/shared/protocol';
import { MemoryStorage } from '../panel/support/memoryStorage';
import { exchange, PanelPage } from '../panel/support/panelPage';

const exchangeOf = (id: string, prompt: string): ExchangeSnapshot => exchange(id, { prompt });

describe('sent prompt that the host has not confirmed', () => {
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
  const first = (exchanges: readonly ExchangeSnapshot[] = [exchange('a')]): PanelPage => {
    const page = open();
    page.snapshot(exchanges);
    return page;
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

  const nextPages: Readonly<Record<string, (page: PanelPage) => PanelPage>> = {
    'a restored panel': ({ state, storage }) => open(state, storage),
    'a new panel': ({ storage }) => open(undefined, storage),
  };
  for (const [name, next] of Object.entries(nextPages)) {
    describe(`in ${name}`, () => {
      it('is restored', () => {
        const page = first();
        send(page, 'one');
        const after = next(page);
        after.snapshot([exchange('a')]);
        assert.equal(after.input.value, 'one');
        assert.deepEqual(after.stored.pending, []);
      });

      it('is restored together with other unconfirmed prompts', () => {
        const page = first();
        send(page, 'one', 'two');
        const after = next(page);
        after.snapshot([exchange('a')]);
        assert.equal(after.input.value, 'one\n\ntwo');
      });

      it('is added to the prompt history if there is a draft, and becomes the draft the next time the conversation is opened without a draft', () => {
        const page = first();
        send(page, 'one');
        page.type('next');
        const after = next(page);
        after.snapshot([exchange('a')]);
        assert.equal(after.input.value, 'next');
        assert.equal(recall(after), 'one');
        after.type('');
        const last = next(after);
        last.snapshot([exchange('a')]);
        assert.equal(last.input.value, 'one');
      });

      it('is not restored when the host has received it in the meantime', () => {
        const page = first();
        send(page, 'one', 'two');
        const after = next(page);
        after.snapshot([exchange('a'), exchangeOf('b', 'one')]);
        assert.equal(after.input.value, 'two');
      });

      it('is restored even if the host already received an earlier prompt with the same text', () => {
        const page = first([exchangeOf('a', 'go on')]);
        send(page, 'go on');
        const after = next(page);
        after.snapshot([exchangeOf('a', 'go on')]);
        assert.equal(after.input.value, 'go on');
      });

      it('is restored once if it was sent three times and the host has received two of the three', () => {
        const page = first([exchangeOf('a', 'go on')]);
        send(page, 'go on', 'go on', 'go on');
        page.receive({ type: 'exchange', exchange: exchangeOf('b', 'go on') });
        const after = next(page);
        after.snapshot([exchangeOf('a', 'go on'), exchangeOf('b', 'go on'), exchangeOf('c', 'go on')]);
        assert.equal(after.input.value, 'go on');
      });

      it('is restored when it is the new text of an edited prompt', () => {
        const page = first();
        resend(page, 'in other words');
        const after = next(page);
        after.snapshot([exchange('a')]);
        assert.equal(after.input.value, 'in other words');
      });

      it('is not restored when it is the new text of an edited prompt and the host has received it', () => {
        const page = first([exchange('a'), exchange('b')]);
        resend(page, 'in other words');
        const after = next(page);
        after.snapshot([exchangeOf('a2', 'in other words')]);
        assert.equal(after.input.value, '');
      });
    });
  }

  const resend = (page: PanelPage, prompt: string): void => {
    page.all('button', 'Edit')[0]!.click();
    const editor = page.root.querySelector<HTMLTextAreaElement>('.prompt-editor textarea')!;
    editor.value = prompt;
    editor.dispatchEvent(new page.window.Event('input', { bubbles: true }));
    page.click('Resend');
  };

  it('is confirmed by the exchange with the same prompt, not by another exchange', () => {
    const page = first();
    send(page, 'one', 'two');
    page.receive({ type: 'exchange', exchange: exchangeOf('b', 'three') });
    assert.deepEqual(page.stored.pending, ['one', 'two']);
    page.receive({ type: 'exchange', exchange: exchangeOf('c', 'two') });
    assert.deepEqual(page.stored.pending, ['one']);
  });

  it('is confirmed by the new exchange if it is the new text of an edited prompt', () => {
    const page = first();
    resend(page, 'in other words');
    assert.deepEqual(page.stored.pending, ['in other words']);
    page.receive({ type: 'path', exchanges: [exchangeOf('a2', 'in other words')] });
    assert.deepEqual(page.stored.pending, []);
  });

  it('is no longer pending when the host returns it as a prefilled prompt', () => {
    const page = first();
    send(page, 'one');
    page.receive({ type: 'prefill', text: 'one' });
    assert.deepEqual([page.stored.draft, page.stored.pending], ['one', []]);
  });

  it('leaves a draft with the same text in the composer when the host confirms the prompt', () => {
    const page = first();
    send(page, 'one');
    page.type('one');
    page.receive({ type: 'exchange', exchange: exchangeOf('b', 'one') });
    assert.equal(page.input.value, 'one');
  });

  it('is removed from the restored draft when the host confirms it late, while other prompts stay in the draft', () => {
    const page = first();
    send(page, 'one', 'two');
    const after = open(page.state, page.storage);
    after.snapshot([exchange('a')]);
    after.receive({ type: 'exchange', exchange: exchangeOf('b', 'one') });
    assert.equal(after.input.value, 'two');
    after.receive({ type: 'exchange', exchange: exchangeOf('c', 'two') });
    assert.equal(after.input.value, '');
  });

  it('is pending only once when the user sends it again', () => {
    const page = first();
    send(page, 'one');
    page.type('next');
    const after = open(page.state, page.storage);
    after.snapshot([exchange('a')]);
    assert.equal(recall(after), 'one');
    after.key('Enter');
    assert.deepEqual(after.stored.pending, ['one']);
  });

  it('is restored if it was sent before the first snapshot of a page and that snapshot has no exchange for it', () => {
    const page = first([exchangeOf('a', 'one')]);
    const after = open(page.state, page.storage);
    send(after, 'one');
    assert.deepEqual([after.stored.pending, after.stored.seen], [['one'], 'a']);
    after.snapshot([exchangeOf('a', 'one')]);
    assert.equal(after.input.value, 'one');
  });

  it('is restored in the blank conversation that replaces an unsaved conversation', () => {
    const page = first([]);
    send(page, 'one');
    const after = open(page.state, page.storage);
    after.snapshot([], { conversationId: 'c2' });
    assert.equal(after.input.value, 'one');
  });
});
