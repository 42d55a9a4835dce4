import assert from 'node:assert/strict';
import type { ShownExchange } from '../../../src/shared/conversation';
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

  it('shows the end of a turn only when all of its text is on screen', () => {
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

  it('shows a restarted turn as running, even if its earlier text was not completely on screen', () => {
    page.snapshot([exchange('a')]);
    page.events('a', ev.attempt(), ev.text(long), ev.stopped(long));
    page.update('a', { state: { ...initialTurn, text: long } });
    runAll();
    assert.equal(state(), 'connecting');
  });

  it('shows no state of a turn before the turn is drawn', () => {
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

  it('draws all prompts and the newest answer first, then the other answers from the newest to the oldest', () => {
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
    assert.equal(page.outOfView.size, 0);
  });

  it('draws an answer that comes into view before all other answers', () => {
    page.clock.tickCostMs = 10;
    page.snapshot(many);
    page.outOfView.get(article(0))!();
    runAll();
    const appended = page.renderCalls.filter((call) => call.startsWith('append'));
    assert.deepEqual(
      appended,
      ['d', 'a', 'c', 'b'].map((id) => `append answer ${id}`),
    );
  });

  it('draws several answers out of view in one idle period while they take little time, even while a turn is running', () => {
    page.snapshot([...many, exchange('e')]);
    page.clock.runIdle();
    assert.equal(drawn().length, 5);
  });

  it('draws a turn immediately when it receives events', () => {
    page.clock.tickCostMs = 10;
    page.snapshot(many);
    page.add('e', { isQueued: true });
    page.events('e', ev.attempt(), ev.text('Hi'));
    assert.equal(state(), 'streaming');
    runAll();
    assert.equal(page.part('answer')?.textContent, 'Hi');
  });

  /** Enough exchanges for five groups of turns. */
  const groups = Array.from({ length: 45 }, (_, n): ShownExchange => exchange(`e${n}`, { state: done('an answer') }));
  const skippableGroups = (): boolean[] =>
    [...page.root.querySelectorAll('.exchange-group')].map((group) => group.matches('.skippable'));

  const [noneSkippable, distantSkippable] = [
    [false, false, false, false, false],
    [true, true, false, false, false],
  ];
  const show = (exchanges = groups): void => {
    page.snapshot(exchanges);
    runAll();
  };
  const setVisibility = (visibility: DocumentVisibilityState): void => {
    const { document } = page.window;
    Object.defineProperty(document, 'visibilityState', { value: visibility, configurable: true });
    document.dispatchEvent(new page.window.Event('visibilitychange'));
  };

  it('lets the browser skip rendering turns far from the end while an answer streams, and then renders them again group by group', () => {
    show();
    page.add('e');
    page.events('e', ev.attempt(), ev.text('Hi'));
    assert.deepEqual(skippableGroups(), distantSkippable);
    page.events('e', ev.waiting());
    assert.deepEqual(skippableGroups(), [true, false, false, false, false]);
    runAll();
    assert.deepEqual(skippableGroups(), noneSkippable);
    page.events('e', ev.attempt({ attempt: 2 }), ev.text('Hi'));
    assert.deepEqual(skippableGroups(), distantSkippable);
    page.events('e', ev.done('HiHi'));
    runAll();
    assert.deepEqual(skippableGroups(), noneSkippable);
  });

  it('lets the browser skip rendering turns far from the end only after all turns have been drawn', () => {
    page.clock.tickCostMs = 10;
    page.snapshot(groups);
    page.add('e');
    page.events('e', ev.attempt(), ev.text('Hi'));
    assert.deepEqual(skippableGroups(), noneSkippable);
    runAll();
    assert.deepEqual(skippableGroups(), distantSkippable);
  });

  it('always renders a group of turns with a running or queued turn', () => {
    show(groups.map((finished, index) => (index === 15 ? exchange('r') : finished)));
    page.events('r', ev.attempt(), ev.text('Hi'));
    assert.deepEqual(skippableGroups(), [true, false, false, false, false]);
  });

  it('always renders the last groups of turns, even after groups were removed', () => {
    show();
    page.add('e');
    page.events('e', ev.attempt(), ev.text('Hi'));
    page.path(...groups.slice(0, 35), exchange('f'));
    assert.deepEqual(skippableGroups(), [true, false, false, false]);
  });

  it('lets the browser skip no turns in a hidden window, and renders skipped turns at once when the window is hidden', () => {
    show();
    page.add('e');
    page.events('e', ev.attempt(), ev.text('Hi'));
    page.events('e', ev.waiting());
    setVisibility('hidden');
    assert.deepEqual(skippableGroups(), noneSkippable);
    page.events('e', ev.attempt({ attempt: 2 }), ev.text('Hi'));
    assert.deepEqual(skippableGroups(), noneSkippable);
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
