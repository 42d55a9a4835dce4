import assert from 'node:assert/strict';
import { ev } from './support/events';
import { connected, exchange, usePage, type PanelPage } from './support/panelPage';

describe('page around the conversation', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened));

  const keyless = { ...connected, hasKey: false };

  it('opens the model selection with the button that names the model and the gateway', () => {
    page.snapshot();
    page.click('Model: gpt-4o at api.example');
    assert.deepEqual(page.posted, [{ type: 'selectModel', prompt: '' }]);
    page.receive({ type: 'connection', connection: { ...connected, model: 'deepseek-v3' }, suggestions: [] });
    assert.ok(page.one('button', 'Model: deepseek-v3 at api.example'));
  });

  const suggestions = [{ kind: 'scenario', id: 'demo-429', label: 'Rate limit' }] as const;

  it('suggests prompts only while the conversation is empty', () => {
    page.snapshot([], { suggestions });
    page.click('Rate limit');
    assert.deepEqual(page.posted, [{ type: 'askSuggestion', kind: 'scenario', id: 'demo-429' }]);
    page.add('a');
    assert.deepEqual(page.all('button', 'Rate limit'), []);
    page.snapshot([], { suggestions });
    assert.ok(page.one('button', 'Rate limit'));
  });

  it('keeps the focus on a suggested prompt when the model changes', () => {
    page.snapshot([], { suggestions });
    page.one('button', 'Rate limit').focus();
    page.receive({ type: 'connection', connection: { ...connected, model: 'deepseek-v3' }, suggestions });
    assert.equal(page.window.document.activeElement, page.one('button', 'Rate limit'));
  });

  it('moves the focus from a removed suggested prompt to the composer', () => {
    page.snapshot([], { suggestions });
    page.one('button', 'Rate limit').focus();
    page.receive({
      type: 'connection',
      connection: connected,
      suggestions: [{ kind: 'scenario', id: 'slow', label: 'Slow' }],
    });
    assert.deepEqual([page.all('button', 'Rate limit').length, page.all('button', 'Slow').length], [0, 1]);
    assert.equal(page.window.document.activeElement, page.input);
  });

  it('lists recent conversations with their time, and opens the history with *Show all…*', () => {
    page.snapshot([], { suggestions: [{ kind: 'conversation', id: 'c2', label: 'Overload me', time: '3:01 PM' }] });
    page.click('Overload me 3:01 PM');
    page.click('Show all…');
    assert.deepEqual(page.posted, [{ type: 'askSuggestion', kind: 'conversation', id: 'c2' }, { type: 'openHistory' }]);
  });

  it('offers to set an API key, to add a gateway or to open the demo if there is no key', () => {
    page.snapshot([], { connection: keyless });
    assert.match(page.one('log').textContent, /No API key for api\.example/);
    page.click('Set API key');
    page.click('Add gateway');
    page.click('Offline demo');
    assert.deepEqual(page.posted, [{ type: 'setApiKey' }, { type: 'addGateway' }, { type: 'openTour' }]);
    page.one('button', 'Set API key').focus();
    page.receive({ type: 'connection', connection: connected, suggestions: [] });
    assert.equal(page.window.document.activeElement, page.input);
  });

  it('shows only one button that sets an API key', () => {
    page.snapshot([exchange('a')], { connection: keyless });
    assert.ok(page.one('button', 'Set API key'));
    assert.equal(page.one('log').querySelector('.notice'), null);
    page.events('a', ev.attempt(), ev.failed({ kind: 'auth', actions: ['setApiKey'] }));
    assert.ok(page.one('alert').contains(page.one('button', 'Set API key')));
    page.add('b');
    assert.equal(page.one('log').contains(page.one('button', 'Set API key')), false);
  });

  it('announces the start, the waits and the end of a turn', () => {
    page.snapshot([exchange('a')]);
    const announcements = [
      ev.attempt(),
      ev.waiting(),
      ev.attempt({ attempt: 2, why: 'retry' }),
      ev.text('Hi'),
      ev.done('Hi'),
    ].map((event) => {
      page.events('a', event);
      return page.announced;
    });
    assert.deepEqual(announcements, [
      'Waiting for the answer',
      'Rate limited. Retrying in 4 s',
      'Rate limited. Retrying in 4 s',
      'Rate limited. Retrying in 4 s',
      'Answer complete',
    ]);
    assert.equal(page.root.querySelector('[aria-live="polite"]')?.hasAttribute('role'), false);
  });
});
