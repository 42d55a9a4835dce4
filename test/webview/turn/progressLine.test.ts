import assert from 'node:assert/strict';
import { initialTurn, reduceTurn } from '../../../src/shared/protocol';
import { ev } from '../panel/support/events';
import { exchange, PanelPage } from '../panel/support/panelPage';

describe('progress line', () => {
  let page: PanelPage;
  beforeEach(() => {
    page = new PanelPage();
    page.snapshot([exchange('a')]);
  });
  afterEach(() => page.dispose());

  const progress = (): string => page.part('progress')?.textContent ?? '';
  const quiet = [ev.attempt(), ev.text('Hel', 1000), ev.quiet()];

  it('counts the seconds in which the gateway sends nothing', () => {
    page.events('a', ...quiet);
    const lines = [progress()];
    for (let second = 0; second < 2; second++) {
      page.clock.advance(1000);
      lines.push(progress());
    }
    assert.deepEqual(lines, [
      'Last token 10 s ago, still connected',
      'Last token 11 s ago, still connected',
      'Last token 12 s ago, still connected',
    ]);
  });

  it('continues to count the seconds after a reload', () => {
    page.clock.advance(5000);
    page.snapshot([exchange('a', { state: quiet.reduce(reduceTurn, initialTurn) })]);
    assert.equal(progress(), 'Last token 15 s ago, still connected');
  });

  it('names the route of the turn as soon as the turn knows it, and the gateway in the settings before', () => {
    const hosts = [progress()];
    page.events('a', ev.attempt({ origin: 'https://first.example' }));
    hosts.push(progress());
    page.events('a', ev.route({ from: 'https://first.example', to: 'http://localhost:8080' }));
    hosts.push(progress());
    assert.deepEqual(hosts, [
      'Connecting to api.example…',
      'Connecting to first.example…',
      'Connecting to localhost:8080…',
    ]);
  });

  const ends = {
    'the next token': () => page.events('a', ev.text('lo', 12_000)),
    'a wait': () => page.events('a', ev.waiting()),
    'the stop of the turn': () => page.events('a', ev.stopped('Hel')),
    'a retry of the turn': () => page.receive({ type: 'exchange', exchange: exchange('a') }),
  };
  for (const [name, end] of Object.entries(ends)) {
    it(`stops counting at ${name}`, () => {
      page.events('a', ...quiet);
      end();
      const text = progress();
      page.clock.advance(5000);
      assert.equal(progress(), text);
    });
  }
});
