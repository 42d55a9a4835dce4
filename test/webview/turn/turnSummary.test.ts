import assert from 'node:assert/strict';
import { markInterrupted } from '../../../src/engine/state/turnState';
import { initialTurn, reduceTurn } from '../../../src/shared/protocol';
import { ev } from '../panel/support/events';
import { exchange, PanelPage } from '../panel/support/panelPage';

describe('end of a turn', () => {
  let page: PanelPage;
  beforeEach(() => {
    page = new PanelPage();
    page.snapshot([exchange('a')]);
  });
  afterEach(() => page.dispose());

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

  it('offers *Restart answer* after a stop only if it is the latest turn', () => {
    const stopped = [ev.attempt(), ev.text('Hi'), ev.stopped('Hi')].reduce(reduceTurn, initialTurn);
    page.snapshot([exchange('a', { state: stopped }), exchange('b', { state: stopped })]);
    assert.ok(page.one('button', 'Restart answer'));
    assert.equal(page.root.querySelectorAll('.outcome').length, 2);
  });
});

describe('footer of an answer', () => {
  let page: PanelPage;
  beforeEach(() => {
    page = new PanelPage();
    page.snapshot([exchange('a')]);
  });
  afterEach(() => page.dispose());

  const waitFirst = ev.waiting({ at: 0, attempt: 1 });
  for (const [name, earlierEvents, details, usage] of [
    ['only the tokens of an answer without retries', [], ['12 tokens in, 12.3K out']],
    ['the price of an answer', [], ['12 tokens in, 12.3K out', '$1.25'], { cost: 1.25 }],
    ['no tokens if the gateway reports none', [], [], { promptTokens: 0, completionTokens: 0 }],
    [
      'the tokens and the duration of an answer after a wait',
      [waitFirst],
      ['12 tokens in, 12.3K out', 'first token 1.8 s, total 3 s'],
    ],
  ] as const) {
    it(`shows ${name}`, () => {
      const events = [...earlierEvents, ev.attempt({ at: 1000 }), ev.text('Hi', 1800), { ...ev.usage(), ...usage }];
      page.events('a', ...events, ev.done('Hi', { at: 3000 }));
      const shown = [...page.root.querySelectorAll('.turn-footer span')].map((detail) => detail.textContent);
      assert.deepEqual(shown, details);
    });
  }

  it('adds up the tokens of all segments of an answer that the user has continued', () => {
    const stopped = [ev.attempt(), ev.text('Hel'), ev.usage(), ev.stopped('Hel')].reduce(reduceTurn, initialTurn);
    page.snapshot([exchange('a', { state: { ...initialTurn, text: 'Hel', previousSegments: [stopped] } })]);
    page.events('a', ev.attempt(), ev.text('lo'), ev.usage(), ev.done('Hello'));
    assert.equal(page.root.querySelector('.turn-footer span')?.textContent, '24 tokens in, 24.7K out');
  });

  it('copies the Markdown of the complete answer and confirms this for a moment', () => {
    page.events('a', ev.attempt(), ev.text('**Hi**'), ev.done('**Hi**'));
    page.click('Copy');
    assert.deepEqual(page.posted, [{ type: 'copy', text: '**Hi**' }]);
    assert.equal(page.announced, 'Copied');
    assert.equal(page.one('button', 'Copy').dataset['copied'], 'Copied');
    page.clock.advance(1500);
    assert.equal(page.one('button', 'Copy').dataset['copied'], undefined);
    page.click('Copy');
    page.snapshot([]);
    assert.equal(page.clock.pending, 0);
  });

  it('posts a `copyRequest` message when *Get code* is clicked', () => {
    page.events('a', ev.attempt(), ev.text('Hi'), ev.done('Hi'));
    page.click('Get code…');
    assert.deepEqual(page.posted, [{ type: 'copyRequest', exchangeId: 'a' }]);
    assert.equal(page.one('button', 'Get code…').title, 'This request as cURL, Python, or Node.js');
  });
});
