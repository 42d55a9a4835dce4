import assert from 'node:assert/strict';
import { initialTurn, type TurnState } from '../../../src/shared/protocol';
import type { Unsent } from '../../../src/shared/unsent';
import { UnsentStore } from '../../../src/webview/state/unsentStore';
import { connected, exchange, startOfTime, usePage, type PanelPage } from './support/panelPage';

const state: TurnState = { ...initialTurn, phase: 'interrupted', model: 'm', text: 'half an answer', attempts: 1 };
const exchanges = [exchange('e1', { state, versions: ['e0', 'e1'] })];

describe('page of a conversation that is open in another window', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened));

  const buttons = (): (string | null)[] =>
    page.all('button').map((button) => button.getAttribute('aria-label') ?? button.textContent);

  it('has no buttons that change the conversation', () => {
    page.snapshot(exchanges, { readOnly: true });
    for (const name of ['Continue', 'Restart answer', 'Previous version', 'Edit', 'Send']) {
      assert.ok(!buttons().includes(name), name);
    }
    assert.ok(buttons().includes('Copy prompt'));
    assert.deepEqual(page.all('textbox', 'Prompt'), []);
    assert.match(page.root.textContent, /This conversation is open in another window\./);
  });

  it('shows *Open here* again if the conversation could not be opened in this window', () => {
    page.snapshot(exchanges, { readOnly: true });
    page.click('Open here');
    assert.deepEqual(page.posted, [{ type: 'openHere' }]);
    page.receive({ type: 'connection', connection: connected, suggestions: [] });
    assert.ok(!buttons().includes('Open here'));
    page.snapshot(exchanges, { readOnly: true });
    const before = page.posted.length;
    page.click('Open here');
    assert.deepEqual(page.posted.slice(before), [{ type: 'openHere' }]);
  });

  it('restores its draft and its open edit after the user has pressed *Open here*', () => {
    page.snapshot(exchanges);
    page.click('Edit');
    const editor = page.one('textbox', 'Edit your prompt') as HTMLTextAreaElement;
    editor.value = 'other words';
    editor.dispatchEvent(new page.window.Event('input', { bubbles: true }));
    page.type('half a thought');
    page.snapshot(exchanges, { readOnly: true });
    page.path(...exchanges);
    assert.deepEqual(page.all('textbox'), []);
    page.snapshot(exchanges);
    const values = page.all('textbox').map((textbox) => (textbox as HTMLTextAreaElement).value);
    assert.deepEqual(values.toSorted(), ['half a thought', 'other words']);
  });

  /** Stores unsent text, as the page of the other window does. */
  const saveElsewhere = (unsent: Unsent): void => {
    const store = new UnsentStore(
      () => page.storage,
      () => startOfTime,
    );
    store.save('c1', { ...unsent, at: startOfTime });
  };
  const prompts = (): string[] =>
    page.all('textbox', 'Prompt').map((textbox) => (textbox as HTMLTextAreaElement).value);

  it('does not overwrite the draft of the other window', () => {
    saveElsewhere({ draft: 'half' });
    page.snapshot(exchanges, { readOnly: true });
    saveElsewhere({ draft: 'half a thought' });
    page.receive({ type: 'context', items: [] });
    page.snapshot(exchanges, { readOnly: true });
    assert.equal(page.stored.draft, 'half a thought');
  });

  it('restores the draft of the other window when the conversation becomes writable', () => {
    saveElsewhere({ draft: 'half' });
    page.snapshot(exchanges, { readOnly: true });
    saveElsewhere({
      draft: 'half a thought',
      context: ['file:a'],
      edits: [{ id: 'exchange-e1', text: 'other words' }],
    });
    page.snapshot(exchanges);
    assert.deepEqual(prompts(), ['half a thought']);
    assert.equal((page.one('textbox', 'Edit your prompt') as HTMLTextAreaElement).value, 'other words');
    assert.deepEqual(page.posted, [{ type: 'restoreContext', ids: ['file:a'] }]);
  });

  it('does not restore a draft that was sent in the other window', () => {
    page.snapshot(exchanges);
    page.click('Edit');
    page.type('a thought');
    page.snapshot(exchanges, { readOnly: true });
    saveElsewhere({ draft: '' });
    page.snapshot(exchanges);
    assert.deepEqual(prompts(), ['']);
    assert.deepEqual(page.all('textbox', 'Edit your prompt'), []);
  });

  it('restores its draft from the copy of the host if the storage is full', () => {
    page.storage.maxValueLength = 0;
    page.snapshot(exchanges);
    page.type('half a thought');
    page.snapshot(exchanges, { readOnly: true });
    page.snapshot(exchanges, { unsent: page.copy });
    assert.deepEqual(prompts(), ['half a thought']);
  });

  it('moves the focus from the composer to *Open here* when the page becomes read-only', () => {
    page.snapshot(exchanges);
    page.input.focus();
    page.snapshot(exchanges, { readOnly: true });
    const openHere = page.one('button', 'Open here');
    assert.equal(page.window.document.activeElement, openHere);
    assert.equal(page.announced, 'This conversation is open in another window.');
    openHere.click();
    assert.ok(page.one('log').contains(page.window.document.activeElement));
  });

  it('moves the focus to *Open here*, instead of stopping the turn, when Escape is pressed', () => {
    page.snapshot([exchange('e1', { state: { ...state, phase: 'streaming' } })], { readOnly: true });
    const before = page.posted.length;
    const log = page.one('log');
    log.focus();
    page.key('Escape', {}, log);
    assert.equal(page.window.document.activeElement, page.one('button', 'Open here'));
    assert.deepEqual(page.posted.slice(before), []);
  });
});
