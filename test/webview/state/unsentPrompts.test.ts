import assert from 'node:assert/strict';
import type { ExchangeView, PanelState } from '../../../src/shared/protocol';
import { MemoryStorage } from '../panel/support/memoryStorage';
import { exchange, PanelPage } from '../panel/support/panelPage';

const asked = (id: string, prompt: string): ExchangeView => exchange(id, { prompt });

describe('a prompt that was sent and that the host has not taken', () => {
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
  const first = (exchanges: readonly ExchangeView[] = [exchange('a')]): PanelPage => {
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
  const recalled = (page: PanelPage): string => {
    page.type('');
    page.key('ArrowUp');
    return page.input.value;
  };

  /** With what VS Code has kept, and without. */
  const ways: Readonly<Record<string, (page: PanelPage) => PanelPage>> = {
    'a panel that was hidden': ({ state, storage }) => open(state, storage),
    'a panel that is new': ({ storage }) => open(undefined, storage),
  };
  for (const [name, next] of Object.entries(ways)) {
    describe(`in ${name}`, () => {
      it('comes back', () => {
        const page = first();
        send(page, 'one');
        const after = next(page);
        after.snapshot([exchange('a')]);
        assert.equal(after.input.value, 'one');
        assert.deepEqual(after.kept.pending, []);
      });

      it('comes back with the others of its kind', () => {
        const page = first();
        send(page, 'one', 'two');
        const after = next(page);
        after.snapshot([exchange('a')]);
        assert.equal(after.input.value, 'one\n\ntwo');
      });

      it('is one arrow up away from what is being written, and in the page after that', () => {
        const page = first();
        send(page, 'one');
        page.type('next');
        const after = next(page);
        after.snapshot([exchange('a')]);
        assert.equal(after.input.value, 'next');
        assert.equal(recalled(after), 'one');
        after.type('');
        const last = next(after);
        last.snapshot([exchange('a')]);
        assert.equal(last.input.value, 'one');
      });

      it('does not come back when it was taken meanwhile', () => {
        const page = first();
        send(page, 'one', 'two');
        const after = next(page);
        after.snapshot([exchange('a'), asked('b', 'one')]);
        assert.equal(after.input.value, 'two');
      });

      it('comes back where the same words were taken before', () => {
        const page = first([asked('a', 'go on')]);
        send(page, 'go on');
        const after = next(page);
        after.snapshot([asked('a', 'go on')]);
        assert.equal(after.input.value, 'go on');
      });

      it('comes back as often as it was not taken', () => {
        const page = first([asked('a', 'go on')]);
        send(page, 'go on', 'go on', 'go on');
        page.receive({ type: 'exchange', exchange: asked('b', 'go on') });
        const after = next(page);
        after.snapshot([asked('a', 'go on'), asked('b', 'go on'), asked('c', 'go on')]);
        assert.equal(after.input.value, 'go on');
      });

      it('comes back where it was an edited prompt', () => {
        const page = first();
        resend(page, 'in other words');
        const after = next(page);
        after.snapshot([exchange('a')]);
        assert.equal(after.input.value, 'in other words');
      });

      it('does not come back where the edited prompt stands in the place of the other', () => {
        const page = first([exchange('a'), exchange('b')]);
        resend(page, 'in other words');
        const after = next(page);
        after.snapshot([asked('a2', 'in other words')]);
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

  it('is let go of by its own exchange, not by another', () => {
    const page = first();
    send(page, 'one', 'two');
    page.receive({ type: 'exchange', exchange: asked('b', 'three') });
    assert.deepEqual(page.kept.pending, ['one', 'two']);
    page.receive({ type: 'exchange', exchange: asked('c', 'two') });
    assert.deepEqual(page.kept.pending, ['one']);
  });

  it('is let go of by the exchange that takes the place of the one that was edited', () => {
    const page = first();
    resend(page, 'in other words');
    assert.deepEqual(page.kept.pending, ['in other words']);
    page.receive({ type: 'path', exchanges: [asked('a2', 'in other words')] });
    assert.deepEqual(page.kept.pending, []);
  });

  it('is let go of when the host gives it back until there is a key', () => {
    const page = first();
    send(page, 'one');
    page.receive({ type: 'compose', text: 'one' });
    assert.deepEqual([page.kept.draft, page.kept.pending], ['one', []]);
  });

  it('leaves the same words alone that are being written', () => {
    const page = first();
    send(page, 'one');
    page.type('one');
    page.receive({ type: 'exchange', exchange: asked('b', 'one') });
    assert.equal(page.input.value, 'one');
  });

  it('leaves the composer when the host has taken it after all, and leaves the others there', () => {
    const page = first();
    send(page, 'one', 'two');
    const after = open(page.state, page.storage);
    after.snapshot([exchange('a')]);
    after.receive({ type: 'exchange', exchange: asked('b', 'one') });
    assert.equal(after.input.value, 'two');
    after.receive({ type: 'exchange', exchange: asked('c', 'two') });
    assert.equal(after.input.value, '');
  });

  it('is no longer offered once it has been sent again', () => {
    const page = first();
    send(page, 'one');
    page.type('next');
    const after = open(page.state, page.storage);
    after.snapshot([exchange('a')]);
    assert.equal(recalled(after), 'one');
    after.key('Enter');
    assert.deepEqual(after.kept.pending, ['one']);
  });

  it('is kept when it was sent before the conversation was there', () => {
    const page = first([asked('a', 'one')]);
    const after = open(page.state, page.storage);
    send(after, 'one');
    assert.deepEqual([after.kept.pending, after.kept.seen], [['one'], 'a']);
    after.snapshot([asked('a', 'one')]);
    assert.equal(after.input.value, 'one');
  });

  it('is in the blank conversation that takes the place of one that was never written', () => {
    const page = first([]);
    send(page, 'one');
    const after = open(page.state, page.storage);
    after.snapshot([], { conversationId: 'c2' });
    assert.equal(after.input.value, 'one');
  });
});
