import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events';
import { initialTurn, reduceTurn } from '../../../src/shared/protocol';
import { ev } from '../panel/support/events';
import { exchange, PanelPage } from '../panel/support/panelPage';

const [api, backup] = ['https://api.example', 'https://backup.example'];
const refused: readonly StreamEvent[] = [
  ev.attempt({ at: 0, origin: api }),
  ev.ended({ at: 500, how: 'dns', ms: 500, bytes: 0 }),
];
const switched = (fields: Parameters<typeof ev.attempt>[0] = {}): StreamEvent =>
  ev.attempt({ attempt: 2, at: 500, why: 'switch', origin: backup, ...fields });

describe('timeline of a turn with several routes', () => {
  let page: PanelPage;
  beforeEach(() => {
    page = new PanelPage();
    page.snapshot([exchange('a')]);
  });
  afterEach(() => page.dispose());

  const open = (...events: readonly StreamEvent[]): HTMLDetailsElement => {
    page.events('a', ...events, ev.done('Hi', { at: 3000 }));
    const timeline = page.root.querySelector<HTMLDetailsElement>('details.timeline')!;
    timeline.open = true;
    timeline.dispatchEvent(new page.window.Event('toggle'));
    return timeline;
  };
  const details = (timeline: Element): (string | null)[] =>
    [...timeline.querySelectorAll('li')].map((row) => row.querySelector('.timeline-details')?.textContent ?? null);

  it('shows the route of each attempt', () => {
    const timeline = open(...refused, ev.route(), switched());
    assert.deepEqual(details(timeline), [
      'Route: api.example · Failed after 0.5 s: host not found',
      'Route switched · Route: backup.example',
    ]);
    const tooltips = [...timeline.querySelectorAll('svg title')].map(({ textContent }) => textContent);
    assert.equal(tooltips.at(-1), 'Attempt 2 with gpt-4o · Route switched · Route: backup.example');
  });

  it('tells two routes with the same host apart by their paths', () => {
    const [a, b] = [`${api}/a/v1`, `${api}/b/v1`];
    const timeline = open(
      ev.attempt({ at: 0, origin: api, baseUrl: a }),
      ev.ended({ at: 500, how: 'dns', ms: 500, bytes: 0 }),
      ev.route({ to: api, fromUrl: a, toUrl: b }),
      switched({ origin: api, baseUrl: b }),
    );
    assert.deepEqual(details(timeline), [
      'Route: api.example/a/v1 · Failed after 0.5 s: host not found',
      'Route switched · Route: api.example/b/v1',
    ]);
  });

  it('states the number of routes in its totals and in the accessible name of its chart', () => {
    const timeline = open(...refused, ev.route(), switched());
    assert.equal(timeline.querySelector('.timeline-totals')?.textContent, '2 attempts · 2 routes · 3 s total');
    assert.equal(
      timeline.querySelector('svg[role="img"]')?.getAttribute('aria-label'),
      'Timeline over 3 s: 2 attempts, 2 routes',
    );
  });

  it('distinguishes a switch to another model on the same route', () => {
    const timeline = open(
      ...refused,
      ev.route(),
      switched(),
      switched({ attempt: 3, at: 900, model: 'qwen' }),
      switched({ attempt: 4, at: 950, model: 'glm', origin: api }),
    );
    assert.deepEqual(
      details(timeline).map((row) => row?.split(' · ')[0]),
      ['Route: api.example', 'Route switched', 'Model switched', 'Model switched'],
    );
  });

  it('names no route if all attempts have used the same one', () => {
    const timeline = open(...refused, switched({ why: 'retry', origin: api }));
    assert.deepEqual(details(timeline), ['Failed after 0.5 s: host not found', 'Retried']);
    assert.equal(timeline.querySelector('.timeline-totals')?.textContent, '2 attempts · 3 s total');
  });

  it('shows the routes of all segments of an answer that the user has continued', () => {
    const stopped = [...refused, ev.stopped('')].reduce(reduceTurn, initialTurn);
    page.snapshot([exchange('a', { state: { ...initialTurn, previousSegments: [stopped] } })]);
    const timeline = open(ev.attempt({ at: 9000, origin: backup }), ev.text('Hi', 9500));
    assert.deepEqual(details(timeline), [
      'Route: api.example · Failed after 0.5 s: host not found',
      'Route: backup.example',
    ]);
  });
});
