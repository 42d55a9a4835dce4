import assert from 'node:assert/strict';
import type { ExchangeView, TurnState } from '../../../src/shared/protocol';
import { initialTurn, reduce } from '../../../src/shared/protocol';
import { ev } from './support/events';
import { exchange, PanelPage } from './support/panelPage';
import { lengthy } from './support/plainMarkdown';

const done = (text: string): TurnState => [ev.attempt(), ev.text(text), ev.done(text)].reduce(reduce, initialTurn);
const long = 'word '.repeat(lengthy);

describe('what is shown of a turn', () => {
  let page: PanelPage;
  beforeEach(() => {
    page = new PanelPage();
    page.clock.held = [];
  });
  afterEach(() => page.dispose());

  const article = (index = -1): HTMLElement => page.all('article', 'Assistant').at(index)!;
  const state = (index = -1): string | undefined => article(index).dataset['state'];
  const runAll = (): void => {
    while (page.clock.held?.length) page.clock.runHeld();
  };

  it('is its end only when the last word of it is there', () => {
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

  it('is what goes on, when it goes on before the last word is there', () => {
    page.snapshot([exchange('a')]);
    page.events('a', ev.attempt(), ev.text(long), ev.stopped(long));
    page.receive({ type: 'exchange', exchange: exchange('a', { state: { ...initialTurn, text: long } }) });
    runAll();
    assert.equal(state(), 'connecting');
  });

  it('is nothing final before it is drawn', () => {
    page.snapshot([exchange('a', { state: done(long) })]);
    assert.equal(state(), undefined);
    assert.equal(article().getAttribute('aria-busy'), 'true');
    runAll();
    assert.equal(state(), 'done');
  });

  const many = ['a', 'b', 'c', 'd'].map((id): ExchangeView => exchange(id, { state: done(`answer ${id}`) }));
  const drawn = (): string[] =>
    page
      .all('article', 'Assistant')
      .filter((each) => each.dataset['state'])
      .map((each) => each.querySelector('[data-part="answer"]')!.textContent);

  it('begins with all prompts and the newest answer, and goes on upwards', () => {
    page.clock.costMs = 10;
    page.snapshot(many);
    assert.deepEqual(
      page.all('article', 'You').map((each) => each.querySelector('[data-part="prompt"]')?.textContent),
      ['prompt a', 'prompt b', 'prompt c', 'prompt d'],
    );
    assert.deepEqual(drawn(), ['answer d']);
    while (drawn().length === 1) page.clock.runHeld();
    assert.deepEqual(drawn(), ['answer c', 'answer d']);
    runAll();
    assert.equal(drawn().length, 4);
    assert.equal(page.outOfView.size, 0);
  });

  it('is drawn before the others when it comes into view', () => {
    page.clock.costMs = 10;
    page.snapshot(many);
    page.outOfView.get(article(0))!();
    runAll();
    assert.deepEqual(
      page.renderCalls.filter((call) => call.startsWith('append')),
      ['d', 'a', 'c', 'b'].map((id) => `append answer ${id}`),
    );
  });

  it('takes its turn while another turn runs, if nobody looks at it: one when there is nothing else to do', () => {
    page.snapshot([...many, exchange('e')]);
    assert.deepEqual(drawn(), ['']);
    const counts: number[] = [];
    const idle = (): void => {
      page.events('e', ev.text('Hi'));
      page.clock.runIdle();
      counts.push(drawn().length);
    };
    page.events('e', ev.attempt());
    for (let times = 0; times < 5; times++) idle();
    assert.deepEqual(counts, [2, 3, 4, 5, 5]);
  });

  it('is drawn with others at a time as soon as nothing runs', () => {
    page.snapshot([...many, exchange('e')]);
    page.clock.runIdle();
    assert.equal(drawn().length, 2);
    page.events('e', ev.attempt(), ev.text('Hi'), ev.done('Hi'));
    page.clock.runIdle();
    assert.equal(drawn().length, 5);
  });

  it('is drawn at once when something happens to it', () => {
    page.clock.costMs = 10;
    page.snapshot(many);
    page.receive({ type: 'exchange', exchange: exchange('e', { queued: true }) });
    page.events('e', ev.attempt(), ev.text('Hi'));
    assert.equal(state(), 'streaming');
    runAll();
    assert.equal(page.part('answer')?.textContent, 'Hi');
  });

  /** Five groups of ten turns at most. */
  const groups = Array.from({ length: 45 }, (_, n): ExchangeView => exchange(`e${n}`, { state: done('an answer') }));
  const resting = (): boolean[] => [...page.root.querySelectorAll('.turn-group')].map((each) => each.matches('.skippable'));

  const [awake, far] = [
    [false, false, false, false, false],
    [true, true, false, false, false],
  ];
  const show = (exchanges = groups): void => {
    page.snapshot(exchanges);
    runAll();
  };
  const isShown = (visibility: DocumentVisibilityState): void => {
    const { document } = page.window;
    Object.defineProperty(document, 'visibilityState', { value: visibility, configurable: true });
    document.dispatchEvent(new page.window.Event('visibilitychange'));
  };

  it('may rest far from view while an answer is being written, and wakes piece by piece', () => {
    show();
    page.receive({ type: 'exchange', exchange: exchange('e') });
    page.events('e', ev.attempt(), ev.text('Hi'));
    assert.deepEqual(resting(), far);
    page.events('e', ev.waiting());
    assert.deepEqual(resting(), [true, false, false, false, false]);
    runAll();
    assert.deepEqual(resting(), awake);
    page.events('e', ev.attempt({ attempt: 2 }), ev.text('Hi'));
    assert.deepEqual(resting(), far);
    page.events('e', ev.done('HiHi'));
    runAll();
    assert.deepEqual(resting(), awake);
  });

  it('goes on resting when the next answer begins before all of it is awake', () => {
    show();
    page.receive({ type: 'exchange', exchange: exchange('e') });
    page.events('e', ev.attempt(), ev.waiting(), ev.attempt({ attempt: 2 }));
    page.events('e', ev.waiting());
    page.events('e', ev.attempt({ attempt: 3 }));
    runAll();
    assert.deepEqual(resting(), far);
  });

  it('rests only when all of it has its height', () => {
    page.clock.costMs = 10;
    page.snapshot(groups);
    page.receive({ type: 'exchange', exchange: exchange('e') });
    page.events('e', ev.attempt(), ev.text('Hi'));
    assert.deepEqual(resting(), awake);
    runAll();
    assert.deepEqual(resting(), far);
  });

  it('does not rest among others of which one runs or is still to run', () => {
    show(groups.map((each, index) => (index === 15 ? exchange('r') : each)));
    page.events('r', ev.attempt(), ev.text('Hi'));
    assert.deepEqual(resting(), [true, false, false, false, false]);
  });

  it('does not rest near the end, also when what came after it is gone', () => {
    show();
    page.receive({ type: 'exchange', exchange: exchange('e') });
    page.events('e', ev.attempt(), ev.text('Hi'));
    page.receive({ type: 'path', exchanges: [...groups.slice(0, 35), exchange('f')] });
    assert.deepEqual(resting(), [true, false, false, false]);
  });

  it('does not rest in a window that is not shown', () => {
    show();
    isShown('hidden');
    page.receive({ type: 'exchange', exchange: exchange('e') });
    page.events('e', ev.attempt(), ev.text('Hi'));
    assert.deepEqual(resting(), awake);
  });

  for (const [when, hide] of [
    ['before it wakes', 0],
    ['while it wakes', 1],
  ] as const) {
    it(`is awake at once in a window that is hidden ${when}: there are no frames`, () => {
      show();
      page.receive({ type: 'exchange', exchange: exchange('e') });
      page.events('e', ev.attempt(), ev.text('Hi'));
      if (hide === 0) isShown('hidden');
      assert.deepEqual(resting(), far);
      page.events('e', ev.waiting());
      if (hide === 1) isShown('hidden');
      assert.deepEqual(resting(), awake);
    });
  }

  it('is no longer drawn when another conversation is shown', () => {
    page.clock.costMs = 10;
    page.snapshot(many);
    page.snapshot([exchange('z', { state: done('other') })]);
    runAll();
    assert.deepEqual(drawn(), ['other']);
    assert.equal(page.renderCalls.includes('append answer a'), false);
  });
});
