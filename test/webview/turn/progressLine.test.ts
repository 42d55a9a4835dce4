import assert from 'node:assert/strict';
import { initialTurn, reduce } from '../../../src/shared/protocol';
import { ev } from '../panel/support/events';
import { exchange, PanelPage } from '../panel/support/panelPage';

describe('the progress line', () => {
  let page: PanelPage;
  beforeEach(() => {
    page = new PanelPage();
    page.snapshot([exchange('a')]);
  });
  afterEach(() => page.dispose());

  const progress = (): string => page.part('progress')?.textContent ?? '';
  const quiet = [ev.attempt(), ev.text('Hel', 1000), ev.quiet()];

  it('counts the seconds of silence', () => {
    page.events('a', ...quiet);
    const seen = [progress()];
    for (let second = 0; second < 2; second++) {
      page.clock.advance(1000);
      seen.push(progress());
    }
    assert.deepEqual(seen, [
      'Last token 10 s ago; still connected',
      'Last token 11 s ago; still connected',
      'Last token 12 s ago; still connected',
    ]);
  });

  it('goes on counting after a reload, from the same moment', () => {
    page.clock.advance(5000);
    page.snapshot([exchange('a', { state: quiet.reduce(reduce, initialTurn) })]);
    assert.equal(progress(), 'Last token 15 s ago; still connected');
  });

  it('is no live region: nobody hears the seconds', () => {
    page.events('a', ...quiet);
    const heard = page.announced;
    page.clock.advance(3000);
    assert.equal(page.announced, heard);
    assert.equal(page.part('progress')?.closest('[aria-live]')?.getAttribute('aria-live'), 'off');
  });

  const ends = {
    'the next token': () => page.events('a', ev.text('lo', 12_000)),
    'a wait': () => page.events('a', ev.waiting()),
    'a stop': () => page.events('a', ev.stopped('Hel')),
    'the turn running again': () => page.receive({ type: 'exchange', exchange: exchange('a') }),
  };
  for (const [name, end] of Object.entries(ends)) {
    it(`stops counting with ${name}`, () => {
      page.events('a', ...quiet);
      end();
      const shown = progress();
      page.clock.advance(5000);
      assert.equal(progress(), shown);
    });
  }
});
