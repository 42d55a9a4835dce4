import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { markInterrupted } from '../../../src/engine/state/turnState';
import { initialTurn, reduceTurn } from '../../../src/shared/protocol';
import { ev } from '../panel/support/events';
import { exchange, usePage, type PanelPage } from '../panel/support/panelPage';

describe('end of a turn', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened), [exchange('a')]);

  const interrupted = 'Interrupted: VS Code closed, reloaded, or crashed, or another window took over.';
  for (const [name, sentence] of [
    ['stopped', 'Stopped.'],
    ['interrupted', interrupted],
  ] as const) {
    for (const [arrived, message] of [
      [[], sentence],
      [[ev.text('Hi')], `${sentence} The partial answer was kept.`],
      [[ev.reasoning('Hm')], `${sentence} The partial answer was kept.`],
    ] as const) {
      it(`shows “${message}” if the turn was ${name} after receiving ${arrived[0]?.type ?? 'nothing'}`, () => {
        const running = [ev.attempt(), ...arrived].reduce(reduceTurn, initialTurn);
        page.snapshot([exchange('a', { state: name === 'interrupted' ? markInterrupted(running) : running })]);
        if (name === 'stopped') {
          page.events('a', ev.stopped(running.text));
          assert.equal(page.announced, message);
        }
        assert.equal(page.root.querySelector('.outcome p')?.textContent, message);
      });
    }
  }

  it('offers *Restart answer* only for the latest turn', () => {
    const stopped = [ev.attempt(), ev.text('Hi'), ev.stopped('Hi')].reduce(reduceTurn, initialTurn);
    page.snapshot([exchange('a', { state: stopped }), exchange('b', { state: stopped })]);
    assert.ok(page.one('button', 'Restart answer'));
    assert.equal(page.root.querySelectorAll('.outcome').length, 2);
  });
});

describe('row below an answer', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened), [exchange('a')]);

  const openTimeline = '.turn-timeline:not([hidden]) .timeline-picture[role]';
  const summary = (): HTMLElement | null => page.root.querySelector('.turn-summary');
  const waitFirst = ev.waiting({ at: 0, attempt: 1 });
  const retried = [ev.attempt({ at: 0 }), ev.waiting({ at: 100 }), ev.attempt({ attempt: 2, why: 'retry', at: 1000 })];
  const noUsage = { promptTokens: 0, completionTokens: 0 };
  const start = ev.attempt();
  for (const { name, earlierEvents, short, full, usage } of [
    {
      name: 'the duration and the tokens of an answer without retries',
      earlierEvents: [start],
      short: '2 s · 12.3K tok',
      full: 'first token 800 ms · 2 s · 12 → 12.3K tok',
    },
    {
      name: 'its cost',
      earlierEvents: [start, ev.ended({ cost: 1.25 })],
      short: '2 s · $1.25 · 12.3K tok',
      full: 'first token 800 ms · 2 s · 12 → 12.3K tok · $1.25',
    },
    {
      name: 'the cost of all attempts as an estimate if the cost of one attempt is estimated',
      earlierEvents: [start, ev.ended({ cost: 0.25 }), ev.attempt({ at: 1000 }), ev.ended({ estimatedCost: 0.5 })],
      short: '2 s · ≈ $0.75 · 12.3K tok',
      full: 'first token 800 ms · 2 s · 12 → 12.3K tok · ≈\u00a0$0.75',
    },
    {
      name: 'no cost if the cost of one attempt is unknown',
      earlierEvents: [start, ev.ended({ cost: 0.25 }), ev.attempt({ at: 1000 }), ev.ended({ promptTokens: 9 })],
      short: '2 s · 12.3K tok',
      full: 'first token 800 ms · 2 s · 12 → 12.3K tok',
    },
    {
      name: 'a reported cost of zero',
      earlierEvents: [start, ev.ended({ cost: 0 })],
      short: '2 s · $0.00',
      full: 'first token 800 ms · 2 s · $0.00',
      usage: noUsage,
    },
    {
      name: 'no cost if the estimate is zero',
      earlierEvents: [start, ev.ended({ estimatedCost: 0 })],
      short: '2 s',
      full: 'first token 800 ms · 2 s',
      usage: noUsage,
    },
    {
      name: 'no tokens if the gateway reports none',
      earlierEvents: [start],
      short: '2 s',
      full: 'first token 800 ms · 2 s',
      usage: noUsage,
    },
    {
      name: 'the wait, and the time to the first token from the start of its attempt',
      earlierEvents: [waitFirst, start],
      short: '3 s · waited 1 s',
      full: 'waited 1 s · first token 800 ms · 3 s · 12 → 12.3K tok',
    },
    {
      name: 'the number of retries',
      earlierEvents: retried,
      short: '3 s · 1 retry',
      full: '2 attempts · waited 900 ms · first token 800 ms · 3 s · 12 → 12.3K tok',
    },
  ] as const) {
    it(`shows ${name}`, () => {
      const events = [...earlierEvents, ev.text('Hi', 1800), { ...ev.usage(), ...usage }];
      page.events('a', ...events, ev.done('Hi', { at: 3000 }));
      const shownShort = summary()!.querySelector('.short-text')!.textContent.replaceAll('\u00a0', ' ');
      assert.deepEqual([shownShort, summary()!.title], [short, `Timeline: ${full}`]);
    });
  }

  it('shows only the waiting time if it equals the duration of the turn', () => {
    page.events('a', waitFirst, ev.attempt({ at: 2880 }), { ...ev.stopped(''), at: 2900 });
    assert.equal(summary()!.title, 'Timeline: waited 2.9 s');
  });

  it('shows no figures of a prompt that was not sent', () => {
    page.events('a', waitFirst, { ...ev.stopped(''), at: 2900 });
    assert.equal(summary(), null);
  });

  it('hides the figures of the turn while text arrives', () => {
    page.events('a', ...retried);
    assert.equal(summary()?.title, 'Timeline: 2 attempts · waited 900 ms');
    page.events('a', ev.text('Hi', 1800));
    assert.equal(summary(), null);
  });

  it('adds up the tokens of all parts of an answer that the user has continued', () => {
    const stopped = [start, ev.text('Hel'), ev.usage(), ev.stopped('Hel')].reduce(reduceTurn, initialTurn);
    page.snapshot([exchange('a', { state: { ...initialTurn, text: 'Hel', previousSegments: [stopped] } })]);
    page.events('a', start, ev.text('lo'), ev.usage(), ev.done('Hello'));
    assert.match(summary()!.title, /^Timeline: 2 attempts · .* · 24 → 24\.7K tok$/);
    assert.match(summary()!.querySelector('.short-text')!.textContent, / ·\s24\.7K\stok$/);
  });

  it('keeps an opened timeline open after the turn has ended', () => {
    const isOpen = (): boolean => page.root.querySelector('.timeline-picture[role]') !== null;
    page.events('a', ...retried);
    assert.deepEqual([summary()!.textContent, isOpen()], ['2 attempts · waited 900 ms1 retry', false]);
    summary()!.click();
    page.events('a', ev.text('Hi', 1800));
    assert.deepEqual([summary()!.ariaExpanded, isOpen()], ['true', true]);
    page.events('a', ev.waiting());
    assert.deepEqual([summary(), isOpen()], [null, true]);
    assert.ok(page.one('status').querySelector('details')!.open);
    page.events('a', ev.attempt({ attempt: 3, why: 'retry', at: 1900 }), ev.done('Hi', { at: 3000 }));
    assert.deepEqual([summary()!.ariaExpanded, isOpen()], ['true', true]);
  });

  for (const [name, events] of Object.entries({
    'runs without a retry or a wait': [start, ev.text('Hi')],
    'has failed': [start, ev.text('Hi'), ev.failed({ text: 'Hi' })],
    'made no attempt': [ev.stopped('')],
  })) {
    it(`has no summary if the turn ${name}`, () => {
      page.events('a', ...events);
      assert.equal(summary(), null);
    });
  }

  it('opens and closes the timeline with a click', () => {
    page.events('a', start, ev.text('Hi'), ev.done('Hi'));
    const isOpen = (): unknown[] => [summary()!.ariaExpanded, page.root.querySelectorAll(openTimeline).length];
    assert.deepEqual(isOpen(), ['false', 0]);
    summary()!.click();
    assert.deepEqual(isOpen(), ['true', 1]);
    page.add('b');
    assert.deepEqual(isOpen(), ['true', 1]);
    summary()!.click();
    assert.deepEqual(isOpen(), ['false', 0]);
  });

  it('copies the Markdown of the complete answer', () => {
    page.events('a', start, ev.text('**Hi**'), ev.done('**Hi**'));
    const isMarked = (): boolean => page.one('button', 'Copy').hasAttribute('data-copied');
    mock.timers.enable({ apis: ['setTimeout'] });
    page.click('Copy');
    assert.deepEqual(page.posted, [{ type: 'copy', text: '**Hi**' }]);
    assert.equal(page.announced, 'Copied');
    assert.ok(isMarked());
    mock.timers.tick(1500);
    assert.ok(!isMarked());
    mock.timers.reset();
  });

  it('copies the request as code', () => {
    page.events('a', start, ev.text('Hi'), ev.done('Hi'));
    page.click('Answer actions');
    page.one('menuitem', 'Copy request as code…').click();
    assert.deepEqual(page.posted, [{ type: 'copyRequest', answerId: 'a' }]);
  });
});

describe('head of an answer', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened), [exchange('a')]);

  const head = (): HTMLElement => page.root.querySelector('.turn-head')!;
  const badges = (): (string | null)[] => [...head().querySelectorAll('.badge')].map(({ textContent }) => textContent);
  const switchModel = (reason: 'overloaded' | 'user') =>
    ({ type: 'model', attempt: 1, at: 1300, from: 'gpt-4o', to: 'qwen', reason }) as const;

  it('names the model', () => {
    page.events('a', ev.attempt());
    assert.equal(head().textContent, 'gpt-4o');
  });

  it('has a spinner only while the turn is running', () => {
    const spinners = (): number => page.root.querySelectorAll('.turn[data-state][aria-busy]:not([data-queued])').length;
    page.events('a', ev.attempt());
    assert.equal(spinners(), 1);
    page.events('a', ev.text('Hi'), ev.done('Hi'));
    assert.equal(spinners(), 0);
    page.add('b', { isQueued: true });
    assert.equal(spinners(), 0);
  });

  for (const { name, shown, event } of [
    { name: 'a fallback model', shown: ['fallback'], event: switchModel('overloaded') },
    { name: 'a model that the user chose', shown: [], event: switchModel('user') },
    { name: 'a backup gateway', shown: ['backup'], event: ev.gateway() },
  ] as const) {
    it(`has ${shown.length === 0 ? 'no badge' : `the badge “${shown.join()}”`} for ${name}`, () => {
      page.events('a', ev.attempt(), event, ev.text('Hi'));
      assert.deepEqual(badges(), shown);
    });
  }
});
