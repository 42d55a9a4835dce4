import assert from 'node:assert/strict';
import type { EffortView } from '../../../src/shared/protocol';
import { connected, usePage, type PanelPage } from '../panel/support/panelPage';

describe('reasoning effort button', () => {
  const levels = ['default', 'low', 'medium', 'high'] as const;
  let page: PanelPage;
  usePage((opened) => (page = opened), []);

  const show = (effort: EffortView, model = 'gpt-5'): void =>
    page.receive({ type: 'connection', connection: { ...connected, model, effort }, suggestions: [] });
  const button = (): HTMLElement => page.one('button', 'Reasoning effort');
  const shown = (): readonly unknown[] => [
    button().textContent,
    button().title,
    button().getAttribute('aria-description'),
  ];

  it('shows no text for *Model default*', () => {
    show({ level: 'default', levels });
    assert.deepEqual(shown(), ['', 'Reasoning effort for gpt-5: Model default', 'Model default']);
    show({ level: 'high', levels });
    assert.deepEqual(shown(), ['High', 'Reasoning effort for gpt-5: High', 'High']);
  });

  it('shows the level that is sent in place of a refused level', () => {
    show({ level: 'high', levels, sent: 'medium' });
    assert.deepEqual(shown(), ['High → Medium', 'Reasoning effort for gpt-5: High → Medium', 'High → Medium']);
    button().click();
    const details = page.all('menuitemradio').map((item) => item.getAttribute('aria-description'));
    assert.deepEqual(details.slice(2), ['Balances speed and thoroughness', 'Not accepted by api.example']);
  });

  it('is hidden for a model without a reasoning effort', () => {
    page.receive({ type: 'connection', connection: connected, suggestions: [] });
    assert.ok(!page.buttons().includes('Reasoning effort'));
  });

  it('is placed after the model button', () => {
    show({ level: 'high', levels });
    const names = page.buttons();
    assert.equal(names[names.indexOf('Reasoning effort') - 1], 'Model: gpt-5 at api.example');
  });

  it('opens a menu with the levels of the model', () => {
    show({ level: 'medium', levels });
    button().click();
    const items = page.all('menuitemradio');
    assert.deepEqual(
      items.map(({ ariaLabel, ariaChecked }) => `${ariaLabel}${ariaChecked === 'true' ? ' ✓' : ''}`),
      ['Model default', 'Low', 'Medium ✓', 'High'],
    );
    assert.equal(items[0]?.getAttribute('aria-description'), "Don't send a reasoning effort. The model decides.");
    assert.equal(page.window.document.activeElement, items[2]);
  });

  it('applies and announces the level that the user chooses', () => {
    show({ level: 'medium', levels });
    button().click();
    page.one('menuitemradio', 'High').click();
    assert.deepEqual(page.posted, [{ type: 'selectEffort', model: 'gpt-5', level: 'high' }]);
    assert.equal(page.announced, 'Reasoning effort for gpt-5: High');
  });

  it('applies the chosen level to the model whose menu was opened, even if the model has changed since', () => {
    show({ level: 'medium', levels });
    button().click();
    show({ level: 'high', levels: ['default', 'none', 'high'] }, 'deepseek-v3');
    page.one('menuitemradio', 'Low').click();
    assert.deepEqual(page.posted, [{ type: 'selectEffort', model: 'gpt-5', level: 'low' }]);
    assert.equal(page.announced, 'Reasoning effort for gpt-5: Low');
  });

  it('offers *Off* and *On* for a model without levels', () => {
    show({ level: 'high', levels: ['default', 'none', 'high'], isToggle: true });
    button().click();
    assert.deepEqual(
      [button().textContent, ...page.all('menuitemradio').map(({ ariaLabel }) => ariaLabel)],
      ['On', 'Model default', 'Off', 'On'],
    );
  });
});
