import assert from 'node:assert/strict';
import { initialTurn, type TurnState } from '../../../src/shared/protocol';
import { exchange, PanelPage } from './support/panelPage';

const state: TurnState = { ...initialTurn, phase: 'interrupted', model: 'm', text: 'half an answer', attempts: 1 };
const exchanges = [exchange('e1', { state, versions: ['e0', 'e1'] })];

describe('a conversation that another window writes', () => {
  let page: PanelPage;
  beforeEach(() => (page = new PanelPage()));
  afterEach(() => page.dispose());

  const buttons = (): (string | null)[] =>
    page.all('button').map((each) => each.getAttribute('aria-label') ?? each.textContent);

  it('offers nothing that would change it', () => {
    page.snapshot(exchanges, { readOnly: true });
    for (const name of ['Continue', 'Restart answer', 'Previous version', 'Edit', 'Send']) {
      assert.ok(!buttons().includes(name), name);
    }
    assert.ok(buttons().includes('Copy prompt'));
    assert.deepEqual(page.all('textbox', 'Prompt'), []);
    assert.match(page.root.textContent, /This conversation is open in another window\./);
  });

  it('is asked for once by *Open Here*', () => {
    page.snapshot(exchanges, { readOnly: true });
    const before = page.posted.length;
    page.click('Open Here');
    page.one('button', 'Open Here').click();
    assert.deepEqual(page.posted.slice(before), [{ type: 'openHere' }]);
  });

  it('offers everything again once this window writes it', () => {
    page.snapshot(exchanges, { readOnly: true });
    page.snapshot(exchanges);
    for (const name of ['Continue', 'Previous version', 'Edit']) assert.ok(buttons().includes(name), name);
    assert.equal(page.all('textbox', 'Prompt').length, 1);
    assert.ok(!buttons().includes('Open Here'));
  });

  it('keeps the draft and an edit that had been begun', () => {
    page.snapshot(exchanges);
    page.click('Edit');
    const editor = page.one('textbox', 'Edit your message') as HTMLTextAreaElement;
    editor.value = 'other words';
    editor.dispatchEvent(new page.window.Event('input', { bubbles: true }));
    page.type('half a thought');
    page.snapshot(exchanges, { readOnly: true });
    assert.deepEqual(page.all('textbox'), []);
    page.snapshot(exchanges);
    const values = page.all('textbox').map((each) => (each as HTMLTextAreaElement).value);
    assert.deepEqual(values.toSorted(), ['half a thought', 'other words']);
  });
});
