import assert from 'node:assert/strict';
import type { ShownExchange } from '../../../src/shared/exchanges';
import { initialTurn, reduceTurn, type TurnState } from '../../../src/shared/protocol';
import { ev } from './support/events';
import { exchange, usePage, type PanelPage } from './support/panelPage';
import { sliceChars } from './support/plainMarkdown';

const done = (text: string): TurnState => [ev.attempt(), ev.text(text), ev.done(text)].reduce(reduceTurn, initialTurn);
const long = 'word '.repeat(sliceChars);

describe('page that draws a conversation', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened));
  beforeEach(() => {
    page.clock.deferredCalls = [];
  });

  const article = (index = -1): HTMLElement => page.all('article', 'Assistant').at(index)!;
  const state = (index = -1): string | undefined => article(index).dataset['state'];
  const runAll = (): void => {
    while (page.clock.deferredCalls?.length) page.clock.runNext();
  };

  it('shows a turn as running until all text of its answer is on screen', () => {
    page.snapshot([exchange('a')]);
    page.events('a', ev.attempt(), ev.text(long));
    page.events('a', ev.done(long));
    assert.equal(state(), 'streaming');
    assert.equal(article().getAttribute('aria-busy'), 'true');
    assert.deepEqual(page.all('button', 'Regenerate'), []);
    runAll();
    assert.equal(state(), 'done');
    assert.equal(article().hasAttribute('aria-busy'), false);
    assert.equal(page.part('answer')?.textContent, long);
    assert.ok(page.one('button', 'Regenerate'));
  });

  it('shows a restarted turn as running, even if its earlier text was not yet completely on screen', () => {
    page.snapshot([exchange('a')]);
    page.events('a', ev.attempt(), ev.text(long), ev.stopped(long));
    page.update('a', { state: { ...initialTurn, text: long } });
    runAll();
    assert.equal(state(), 'connecting');
  });

  it('does not show a turn as done before its answer is drawn', () => {
    page.snapshot([exchange('a', { state: done(long) })]);
    assert.equal(state(), undefined);
    assert.equal(article().getAttribute('aria-busy'), 'true');
    runAll();
    assert.equal(state(), 'done');
  });

  const many = ['a', 'b', 'c', 'd'].map((id): ShownExchange => exchange(id, { state: done(`answer ${id}`) }));
  const drawn = (): string[] =>
    page
      .all('article', 'Assistant')
      .filter((article) => article.dataset['state'])
      .map((article) => article.querySelector('[data-part="answer"]')!.textContent);

  it('draws all prompts first, and the answers from the newest to the oldest', () => {
    page.clock.tickCostMs = 10;
    page.snapshot(many);
    assert.deepEqual(
      page.all('article', 'You').map((article) => article.querySelector('[data-part="prompt"]')?.textContent),
      ['prompt a', 'prompt b', 'prompt c', 'prompt d'],
    );
    assert.deepEqual(drawn(), ['answer d']);
    while (drawn().length === 1) page.clock.runNext();
    assert.deepEqual(drawn(), ['answer c', 'answer d']);
    runAll();
    assert.equal(drawn().length, 4);
  });

  /** Dispatches the event of a browser that is about to render an exchange. */
  const comeIntoView = (index: number): void => {
    const event = new page.window.Event('contentvisibilityautostatechange', { bubbles: true });
    page.root.querySelectorAll('.exchange')[index]!.dispatchEvent(Object.assign(event, { skipped: false }));
  };

  it('draws an answer in view before it draws the answers that are out of view', () => {
    page.clock.tickCostMs = 10;
    page.snapshot(many);
    comeIntoView(0);
    runAll();
    const appended = page.renderCalls.filter((call) => call.startsWith('append'));
    assert.deepEqual(
      appended,
      ['d', 'a', 'c', 'b'].map((id) => `append answer ${id}`),
    );
  });

  it('draws several short answers out of view in one idle period', () => {
    page.snapshot([...many, exchange('e')]);
    page.clock.runIdle();
    assert.equal(drawn().length, 5);
  });

  it('draws a turn immediately when an event of that turn arrives', () => {
    page.clock.tickCostMs = 10;
    page.snapshot(many);
    page.add('e', { isQueued: true });
    page.events('e', ev.attempt(), ev.text('Hi'));
    assert.equal(state(), 'streaming');
    runAll();
    assert.equal(page.part('answer')?.textContent, 'Hi');
  });

  it('does not draw the turns of a conversation that is no longer shown', () => {
    page.clock.tickCostMs = 10;
    page.snapshot(many);
    page.snapshot([exchange('z', { state: done('other') })]);
    runAll();
    assert.deepEqual(drawn(), ['other']);
    assert.equal(page.renderCalls.includes('append answer a'), false);
  });
});
