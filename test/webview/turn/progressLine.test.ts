import assert from 'node:assert/strict';
import { initialTurn, reduceTurn } from '../../../src/shared/protocol';
import { ev } from '../panel/support/events';
import { exchange, startOfTime, usePage, type PanelPage } from '../panel/support/panelPage';

describe('progress line', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened), [exchange('a')]);

  const progress = (): string => page.part('progress')?.textContent ?? '';
  const silent = [ev.attempt(), ev.text('Hel', 2000)];

  /** Returns the text of the progress line now and after each of the next seconds. */
  const linesFor = (seconds: number): readonly string[] => {
    const lines = [progress()];
    for (let second = 0; second < seconds; second++) {
      page.clock.advance(1000);
      lines.push(progress());
    }
    return lines;
  };

  it('counts the seconds without data from the third second on', () => {
    page.events('a', ...silent);
    page.clock.advance(1000);
    assert.deepEqual(linesFor(4), ['', '', '', 'No data for 3 s', 'No data for 4 s']);
  });

  it('counts the seconds until the first data of an attempt', () => {
    page.events('a', ev.attempt());
    assert.deepEqual(linesFor(3), ['Connecting…', 'Connecting…', 'Connecting…', 'Waiting for the model… 3 s']);
    page.events('a', ev.headers());
    assert.equal(progress(), 'Waiting for the model… 3 s');
  });

  describe('for an attempt that starts 300 ms after a full second', () => {
    const time = startOfTime + 300;
    beforeEach(() => page.clock.advance(300));
    /** Returns the text of the progress line one millisecond before the given time has passed, and when it has passed. */
    const linesAround = (ms: number): readonly string[] =>
      [ms - 1, 1].map((step) => {
        page.clock.advance(step);
        return progress();
      });

    it('shows the elapsed time exactly three seconds after the start of the attempt', () => {
      page.events('a', ev.attempt({ time }));
      assert.deepEqual(linesAround(3000), ['Connecting…', 'Waiting for the model… 3 s']);
      assert.deepEqual(linesAround(1000), ['Waiting for the model… 3 s', 'Waiting for the model… 4 s']);
    });

    it('shows the time without data exactly three seconds after the last data', () => {
      page.events('a', ev.attempt({ time }));
      page.clock.advance(1234);
      page.events('a', ev.text('Hel', 2234));
      assert.deepEqual(linesAround(3000), ['', 'No data for 3 s']);
    });

    it('offers another gateway exactly five seconds after the start of the attempt', () => {
      page.events('a', ev.attempt({ time, hasOtherGateway: true }));
      assert.deepEqual(linesAround(5000), ['Waiting for the model… 4 s', 'No response (5 s), may be billed']);
      assert.equal(page.all('button', 'Switch gateway').length, 1);
    });
  });

  it('counts the seconds until a resumed attempt continues the answer', () => {
    page.events('a', ...silent, ev.cut(), ev.attempt({ attempt: 2, why: 'resume', at: 2000 }));
    page.clock.advance(5000);
    assert.equal(progress(), 'Getting the rest of the answer… (5 s)');
  });

  it('continues to count the seconds after a reload', () => {
    page.clock.advance(16_000);
    page.snapshot([exchange('a', { state: silent.reduce(reduceTurn, initialTurn) })]);
    assert.equal(progress(), 'No data for 15 s');
  });

  it('makes the renderer show all received text when it starts to count the seconds', () => {
    page.events('a', ...silent);
    page.clock.advance(3000);
    assert.ok(!page.renderCalls.includes('pause'));
    page.clock.advance(1000);
    assert.equal(page.renderCalls.at(-1), 'pause');
  });

  describe('for a slow response', () => {
    const offered = (): number => page.all('button', 'Switch gateway').length;
    const offer = 'No response yet. The request may already have been billed. You can switch to another gateway.';

    it('offers the gateway switch after five seconds without response headers', () => {
      page.events('a', ev.attempt({ hasOtherGateway: true }));
      assert.equal(linesFor(4).at(-1), 'Waiting for the model… 4 s');
      assert.deepEqual([offered(), page.announced === offer], [0, false]);
      page.clock.advance(1000);
      assert.deepEqual([progress(), page.announced], ['No response (5 s), may be billed', offer]);
      page.click('Switch gateway');
      assert.deepEqual(page.posted.at(-1), { type: 'action', answerId: 'a', action: 'switchGateway' });
    });

    for (const { name, events } of [
      { name: 'the headers have arrived', events: [ev.attempt({ hasOtherGateway: true }), ev.headers()] },
      { name: 'there is no other gateway', events: [ev.attempt()] },
    ] as const) {
      it(`does not offer the gateway switch if ${name}`, () => {
        page.events('a', ...events);
        page.clock.advance(6000);
        assert.deepEqual([progress(), offered()], ['Waiting for the model… 6 s', 0]);
      });
    }

    it('withdraws the offer of the gateway switch when the headers arrive', () => {
      page.events('a', ev.attempt({ hasOtherGateway: true }));
      page.clock.advance(5000);
      page.events('a', ev.headers());
      assert.equal(offered(), 0);
    });
  });

  it('counts no seconds for a queued turn', () => {
    page.snapshot([exchange('a', { isQueued: true })]);
    assert.deepEqual([progress(), page.clock.pending], ['Starts after the current answer', 0]);
  });

  const ends = {
    'the next token': () => page.events('a', ev.text('lo', 6000)),
    'a wait': () => page.events('a', ev.waiting()),
    'the stop of the turn': () => page.events('a', ev.stopped('Hel')),
    'a retry of the turn': () => page.update('a'),
  };
  for (const [name, end] of Object.entries(ends)) {
    it(`stops counting at ${name}`, () => {
      page.events('a', ...silent);
      page.clock.advance(5000);
      end();
      const text = progress();
      page.clock.advance(2000);
      assert.equal(progress(), text);
    });
  }
});
