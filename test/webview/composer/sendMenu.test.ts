import assert from 'node:assert/strict';
import { exchange, usePage, type PanelPage } from '../panel/support/panelPage';

describe('menu beside *Send*', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened), []);

  const compared = ['claude-sonnet-4', 'gpt-4o'];
  const arrow = (): HTMLButtonElement => page.one('button', 'More options') as HTMLButtonElement;
  const items = (): string[] => page.all('menuitem').map(({ textContent }) => textContent);
  const choose = (item: string): void => {
    arrow().click();
    page.one('menuitem', item).click();
  };

  it('is disabled while the text field is empty', () => {
    assert.equal(arrow().disabled, true);
    page.type('Why?');
    assert.equal(arrow().disabled, false);
  });

  it('sends the draft', () => {
    page.type('Why?');
    choose('Send (Enter)');
    assert.deepEqual([page.posted, page.input.value], [[{ type: 'send', prompt: 'Why?' }], '']);
  });

  it('lets the user choose the models of a comparison, and keeps the draft until the prompt is sent', () => {
    page.type(' Why? ');
    choose('Compare models…');
    assert.deepEqual([page.posted, page.input.value], [[{ type: 'comparePrompt', prompt: 'Why?' }], ' Why? ']);
    page.receive({ type: 'promptMoved', prompt: 'Why?' });
    assert.equal(page.input.value, '');
  });

  it('sends the draft to the models of the last comparison', () => {
    page.receive({ type: 'recentModels', used: [], compared });
    page.type('Why?');
    choose('Compare claude-sonnet-4 · gpt-4o');
    assert.deepEqual(page.posted, [{ type: 'comparePrompt', prompt: 'Why?', models: compared }]);
  });

  it('offers no last comparison if there is none', () => {
    page.type('Why?');
    arrow().click();
    assert.deepEqual(items(), ['Send (Enter)', 'Compare models…']);
  });

  it('is hidden together with *Send* while an answer is running and the text field is empty', () => {
    page.snapshot([exchange('a')]);
    assert.deepEqual(page.all('button', 'More options'), []);
    page.type('And?');
    arrow().click();
    assert.equal(items()[0], 'Send after this answer');
  });

  it('sends code that belongs to a prefilled prompt to all models of a comparison', () => {
    page.receive({ type: 'prefill', text: 'Explain', more: { content: 'code' } });
    choose('Compare models…');
    assert.deepEqual(page.posted, [{ type: 'comparePrompt', prompt: 'Explain', more: { content: 'code' } }]);
  });
});

describe('draft', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened), []);

  it('is sent to the host when a command of the host compares models', () => {
    page.type(' Why? ');
    page.receive({ type: 'compareDraft', models: ['a', 'b'] });
    assert.deepEqual(page.posted, [{ type: 'comparePrompt', prompt: 'Why?', models: ['a', 'b'] }]);
  });
});
