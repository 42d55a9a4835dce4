import assert from 'node:assert/strict';
import { ev } from './support/events';
import { exchange, PanelPage, startOfTime } from './support/panelPage';

describe('the wait card', () => {
  let page: PanelPage;
  beforeEach(() => {
    page = new PanelPage();
    page.snapshot([exchange('a')]);
    page.events('a', ev.attempt());
  });
  afterEach(() => page.dispose());

  const countdown = (): string => page.one('timer').textContent;

  it('counts down to the wall-clock time', () => {
    page.events('a', ev.waiting({ until: startOfTime + 4100 }));
    const seen = [countdown()];
    for (let second = 0; second < 5; second++) {
      page.clock.advance(1000);
      seen.push(countdown());
    }
    assert.deepEqual(seen, ['4 s', '3 s', '2 s', '1 s', '0 s', '0 s']);
  });

  it('says the time that is left after a sleep', () => {
    page.events('a', ev.waiting({ until: startOfTime + 60_000, delayMs: 60_000 }));
    page.clock.jump(50_000);
    assert.equal(countdown(), '10 s');
  });

  it('empties its bar with the time', () => {
    page.events('a', ev.waiting({ until: startOfTime + 4000, delayMs: 4000 }));
    const bar = page.one('status').querySelector<HTMLElement>('.wait-bar-left')!;
    assert.equal(bar.style.transform, 'scaleX(1)');
    page.clock.advance(3000);
    assert.equal(bar.style.transform, 'scaleX(0.25)');
  });

  const ends = {
    'the next attempt': () => page.events('a', ev.attempt({ attempt: 2, why: 'retry' })),
    'a stop': () => page.events('a', ev.stopped('')),
    'a failure': () => page.events('a', ev.failed()),
    'another conversation': () => page.snapshot([]),
  };
  for (const [name, end] of Object.entries(ends)) {
    it(`goes, and its timer with it, at ${name}`, () => {
      page.events('a', ev.waiting());
      assert.equal(page.clock.pending, 1);
      end();
      assert.deepEqual(page.all('status'), []);
      assert.equal(page.clock.pending, 0);
    });
  }

  it('is one card with one timer when a wait follows a wait', () => {
    page.events('a', ev.waiting());
    page.events('a', ev.waiting({ until: startOfTime + 9000, delayMs: 9000 }));
    assert.equal(countdown(), '9 s');
    assert.equal(page.clock.pending, 1);
  });

  it('is not built again by what does not concern it', () => {
    page.events('a', ev.waiting());
    const card = page.one('status');
    page.events('a', ev.usage());
    assert.equal(page.one('status'), card);
  });

  const provenance = {
    'the server': [
      ev.waiting({ source: 'server', hintMs: 37_000, delayMs: 37_900 }),
      'The server asked for 37 s · attempt 2 of 6',
    ],
    'the server, and what we add': [
      ev.waiting({ source: 'server', hintMs: 37_000, delayMs: 39_000 }),
      'The server asked for 37 s, plus 2 s of margin · attempt 2 of 6',
    ],
    'the server, without the hint': [
      ev.waiting({ source: 'server', delayMs: 38_200 }),
      'The server asked for 38 s · attempt 2 of 6',
    ],
    'our backoff': [ev.waiting(), 'Backoff 4.1 s, attempt 2 of 6'],
  } as const;
  for (const [name, [event, text]] of Object.entries(provenance)) {
    it(`says where the delay comes from: ${name}`, () => {
      page.events('a', event);
      assert.equal(page.one('status').querySelector('.provenance')?.textContent, text);
    });
  }

  it('shows status and request id behind Details, and no Details without them', () => {
    page.events('a', ev.waiting());
    assert.equal(page.one('status').querySelector('details'), null);
    page.events('a', ev.waiting({ status: 429, requestId: 'req_1' }));
    const details = page.one('status').querySelector('details')!;
    assert.deepEqual(
      [...details.children].map((line) => line.textContent),
      ['Details', 'Status 429', 'Request id req_1'],
    );
  });

  it('posts what its buttons say', () => {
    page.events('a', ev.waiting());
    for (const name of ['Retry now', 'Stop', 'Switch model']) page.click(name);
    assert.deepEqual(page.posted, [
      { type: 'action', exchangeId: 'a', action: 'retryNow' },
      { type: 'stop' },
      { type: 'action', exchangeId: 'a', action: 'switchModel' },
    ]);
  });

  it('gives the keyboard focus it had to the composer', () => {
    page.events('a', ev.waiting());
    page.one('button', 'Retry now').focus();
    page.events('a', ev.attempt({ attempt: 2, why: 'retry-now' }));
    assert.equal(page.window.document.activeElement, page.input);
  });
});
