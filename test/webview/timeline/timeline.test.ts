import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events';
import { markInterrupted } from '../../../src/engine/state/turnState';
import { describePart } from '../../../src/shared/describeLedger';
import { initialTurn, reduceTurn } from '../../../src/shared/protocol';
import { createSpans } from '../../../src/webview/timeline/timelineSpans';
import { englishWords } from '../../support/englishWords';
import { ev } from '../panel/support/events';
import { exchange, PanelPage, startOfTime } from '../panel/support/panelPage';

/** Returns the texts about all attempts and waits of a turn. */
const texts = (...events: readonly StreamEvent[]): readonly string[] =>
  createSpans(events.reduce(reduceTurn, initialTurn)).parts.map((part) => describePart(englishWords, part).join(' · '));

const second = (fields: Parameters<typeof ev.attempt>[0] = {}): StreamEvent =>
  ev.attempt({ attempt: 2, at: 5250, why: 'retry', ...fields });
const resumedBy = (how: 'prefill' | 'continue' | 'restart'): readonly StreamEvent[] => [
  ev.text('Hi'),
  ev.cut(),
  second({ why: 'resume', how }),
  ev.resumed({ how, resumePoint: 1204, trimmed: 1 }),
];
const usage = { ms: 60, bytes: 0, promptTokens: 1, completionTokens: 2 };

describe('text about an attempt', () => {
  const resumed =
    'Requested the rest of the answer · Resumed at character 1,204 · Removed 1 character that the model repeated';
  const rows: Readonly<Record<string, readonly StreamEvent[]>> = {
    '': [second({ why: 'resume' })],
    Retried: [second()],
    'Retried manually': [second({ why: 'retry-now' })],
    'Retried immediately': [second({ why: 'replay' })],
    'Retried with a corrected request': [second({ why: 'repair' })],
    'Model switched': [second({ why: 'switch' })],
    [resumed]: resumedBy('continue'),
    [`${resumed} `]: resumedBy('prefill'),
    Restarted: resumedBy('restart'),
    'Model switched · Requested the rest of the answer · Continued the answer of gpt-4o at character 1,204': [
      ev.text('Hi'),
      second({ model: 'qwen', why: 'switch', how: 'continue' }),
      ev.resumed({ resumePoint: 1204 }),
    ],
    'Status 500 · Request ID req_1': [{ ...ev.headers(500), requestId: 'req_1' } as StreamEvent],
    'Status 429 · Failed after 0.5 s: rate limited': [
      ev.headers(429),
      ev.ended({ how: 'rate-limit', ms: 500, bytes: 0 }),
    ],
    'First token after 0.8 s · Finished after 12 s · 2.4K bytes · 312 tokens': [
      ev.ended({ ms: 12_000, firstTokenMs: 800, bytes: 2400, tokens: 312 }),
    ],
    'Stopped after 1.9 s': [ev.ended({ how: 'stopped', bytes: 0 })],
    'Abandoned after 1.9 s': [ev.ended({ how: 'abandoned', bytes: 0 })],
    'Finished after 0.1 s · 1 token in · 2 out': [ev.ended(usage)],
    'Finished after 0.1 s': [ev.ended({ ...usage, tokens: 0, promptTokens: 0, completionTokens: 0 })],
    'Finished after 0.1 s · 1,240 tokens in (1,000 cached) · 312 out (200 reasoning) · $0.0042': [
      ev.ended({
        ...usage,
        promptTokens: 1240,
        completionTokens: 312,
        cachedTokens: 1000,
        reasoningTokens: 200,
        cost: 0.0042,
      }),
    ],
  };
  for (const [details, events] of Object.entries(rows)) {
    it(`contains its details: ${details || 'none'}`, () => {
      const [, ...found] = texts(ev.attempt(), ...events)
        .at(-1)!
        .split(' · ');
      assert.equal(found.join(' · '), details.trimEnd());
    });
  }
});

describe('text about a wait', () => {
  const rows: Readonly<Record<string, StreamEvent>> = {
    'Waited 5.3 s: rate limited · The gateway said to wait 5 s (retry-after) · plus a random delay of 0.3 s':
      ev.waiting({
        ...{ source: 'server', delayMs: 5250, hintMs: 5000, hintFrom: 'retry-after', jitterMs: 250 },
      }),
    'Waited 5.3 s: rate limited · The gateway said to wait 5 s': ev.waiting({
      ...{ source: 'server', delayMs: 5000, hintMs: 4990, jitterMs: 10 },
    }),
    'Waited 5.3 s: overloaded · Backoff of 4.1 s · including 2.1 s of jitter': ev.waiting({
      ...{ reason: 'overloaded', jitterMs: 2100 },
    }),
    'Waited 5.3 s: rate limited · Caused by another request in this window · Backoff of 4.1 s': ev.waiting({
      told: 'request',
    }),
    'Waited 5.3 s: paused after repeated failures · Caused by a request in another window · Backoff of 4.1 s':
      ev.waiting({
        ...{ told: 'window', reason: 'breaker' },
      }),
    'Waited 5.3 s: offline': ev.offline(),
  };
  for (const [text, event] of Object.entries(rows)) {
    it(`states its reason and where its delay comes from: ${text}`, () =>
      assert.equal(texts(ev.attempt({ at: 0 }), { ...event, at: 0 }, second())[1], text));
  }

  it('is left out for a very short wait, but not for a wait after the last attempt', () => {
    const events = [
      ev.attempt(),
      ev.waiting({ at: 1000 }),
      ev.attempt({ attempt: 2, at: 1020 }),
      ev.waiting({ at: 1030 }),
    ];
    assert.deepEqual(
      texts(...events, { ...ev.stopped(''), at: 3030 }).map((text) => text.split(' · ')[0]),
      ['Attempt 1 with gpt-4o', 'Attempt 2 with gpt-4o', 'Waited 2 s: rate limited'],
    );
  });
});

describe('route in the text about an attempt', () => {
  const [api, backup] = ['https://api.example', 'https://backup.example'];
  const refused = ev.ended({ at: 500, how: 'dns', ms: 500, bytes: 0 });
  const refusedBy = (fields: object): readonly StreamEvent[] => [
    ev.attempt({ at: 0, origin: api, ...fields }),
    refused,
  ];
  const switched = (fields: Parameters<typeof ev.attempt>[0] = {}): StreamEvent =>
    second({ at: 500, why: 'switch', origin: backup, ...fields });

  it('is named if the turn has used several routes, with its path if these have the same host', () => {
    assert.deepEqual(texts(...refusedBy({}), ev.route(), switched()), [
      'Attempt 1 with gpt-4o · Route: api.example · Failed after 0.5 s: host not found',
      'Attempt 2 with gpt-4o · Route switched · Route: backup.example',
    ]);
    const [a, b] = [`${api}/a/v1`, `${api}/b/v1`];
    const sameHost = ev.route({ to: api, fromUrl: a, toUrl: b });
    assert.deepEqual(texts(...refusedBy({ baseUrl: a }), sameHost, switched({ origin: api, baseUrl: b })), [
      'Attempt 1 with gpt-4o · Route: api.example/a/v1 · Failed after 0.5 s: host not found',
      'Attempt 2 with gpt-4o · Route switched · Route: api.example/b/v1',
    ]);
    assert.deepEqual(texts(...refusedBy({}), switched({ why: 'retry', origin: api })), [
      'Attempt 1 with gpt-4o · Failed after 0.5 s: host not found',
      'Attempt 2 with gpt-4o · Retried',
    ]);
  });

  it('is distinguished from a switch to another model', () => {
    const [third, fourth] = [
      switched({ attempt: 3, at: 900, model: 'qwen' }),
      switched({ attempt: 4, at: 950, model: 'glm', origin: api }),
    ];
    assert.deepEqual(
      texts(...refusedBy({}), ev.route(), switched(), third, fourth).map((text) => text.split(' · ')[1]),
      ['Route: api.example', 'Route switched', 'Model switched', 'Model switched'],
    );
  });
});

describe('timeline', () => {
  let page: PanelPage;
  beforeEach(() => {
    page = new PanelPage();
    page.snapshot([exchange('a')]);
  });
  afterEach(() => page.dispose());

  const retried = [
    ev.attempt({ at: 0 }),
    ev.waiting({ at: 500 }),
    ev.attempt({ attempt: 2, why: 'retry', at: 20_500 }),
    ev.headers(),
    ev.waiting({ at: 21_000 }),
    ev.attempt({ attempt: 3, why: 'retry', at: 42_000 }),
    ev.text('Hi', 43_000),
  ];
  const done = ev.done('Hi', { at: 44_000 });
  const timeline = (): HTMLDetailsElement => page.root.querySelector<HTMLDetailsElement>('.timeline')!;
  const caption = (): string | undefined => page.root.querySelector('.timeline summary')?.textContent;
  const totals = (): string | undefined => timeline().querySelector('.timeline-totals')?.textContent;
  const open = (): void => {
    timeline().open = true;
    timeline().dispatchEvent(new page.window.Event('toggle'));
  };
  /** Returns `time title · details` for each row. */
  const rows = (): readonly string[] => {
    open();
    return [...timeline().querySelectorAll('li')].map((row) => {
      const [title, details] = row.querySelectorAll('p');
      const text = details ? `${title?.textContent} · ${details.textContent}` : title?.textContent;
      return `${row.querySelector('.timeline-at')?.textContent} ${text}`;
    });
  };

  it('has a row for each attempt and wait, and no elements before the user opens it', () => {
    page.events('a', ...retried, done);
    assert.deepEqual([timeline().open, timeline().querySelector('.timeline-body')!.childElementCount], [false, 0]);
    assert.deepEqual(rows(), [
      '+0 s Attempt 1 with gpt-4o',
      '+0.5 s Waited 20 s: rate limited · Backoff of 4.1 s',
      '+21 s Attempt 2 with gpt-4o · Retried · Status 200',
      '+21 s Waited 21 s: rate limited · Backoff of 4.1 s',
      '+42 s Attempt 3 with gpt-4o · Retried',
    ]);
  });

  const captions: Readonly<Record<string, readonly StreamEvent[]>> = {
    'Answered after 3 attempts and 41 s of waiting': [...retried, done],
    'Answered after 2 attempts': [
      ev.attempt(),
      ev.attempt({ attempt: 2, why: 'replay' }),
      ev.text('Hi'),
      ev.done('Hi'),
    ],
    'Answered after waiting 3 s': [
      ev.waiting({ at: 0, attempt: 1 }),
      ev.attempt({ at: 3000 }),
      ev.text('Hi'),
      ev.done('Hi'),
    ],
    'first token 0.8 s, total 2 s': [ev.attempt({ at: 1000 }), ev.text('Hi', 1800), ev.done('Hi', { at: 3000 })],
    Timeline: [...retried, ev.failed()],
    'Timeline so far': retried,
  };
  for (const [text, events] of Object.entries(captions)) {
    it(`has the caption “${text}”`, () => {
      page.events('a', ...events);
      assert.equal(caption(), text);
    });
  }

  it('is left out if the turn made no attempt', () => {
    page.events('a', ev.stopped(''));
    assert.equal(caption(), undefined);
  });

  it('shows the reason of a wait during which the window was closed', () => {
    const state = markInterrupted([...retried.slice(0, 3), ev.waiting({ at: 21_000 })].reduce(reduceTurn, initialTurn));
    page.snapshot([exchange('a', { state })]);
    assert.match(rows().at(-1)!, /Waiting: rate limited/);
  });

  it('is updated once a second while it is open and the turn is running, and stays open at the end', () => {
    page.events('a', ev.attempt({ at: 1000, time: startOfTime }));
    assert.equal(caption(), undefined);
    page.events('a', ev.waiting({ at: 1000, until: startOfTime + 9000, delayMs: 9000 }));
    assert.equal(rows().length, 2);
    page.clock.advance(1000);
    page.events('a', ev.attempt({ attempt: 2, at: 3000, time: startOfTime + 2000 }), ev.text('Hi', 3500));
    assert.equal(totals(), '1 attempt · 1 s waiting · 1 s total');
    page.clock.advance(3000);
    assert.equal(totals(), '2 attempts · 2 s waiting · 4 s total');
    page.events('a', ev.done('Hi', { at: 5000 }));
    assert.deepEqual([timeline().open, page.clock.pending], [true, 0]);
  });

  it('has a chart with an accessible name and a title for each bar', () => {
    const route = [ev.route(), ev.attempt({ attempt: 4, why: 'switch', at: 43_000, origin: 'https://backup.example' })];
    const [first, ...others] = retried;
    page.events('a', { ...first, origin: 'https://api.example' } as StreamEvent, ...others, ...route, done);
    open();
    const chart = page.one('img');
    assert.equal(totals(), '4 attempts · 2 routes · 41 s waiting · 44 s total');
    assert.equal(chart.getAttribute('aria-label'), 'Timeline: 4 attempts, 2 routes, 41 s waiting, 44 s total');
    assert.deepEqual(
      [...chart.querySelectorAll('g > title')].map((title) => title.textContent),
      [
        'Attempt 1 with gpt-4o',
        'Waited 20 s: rate limited',
        'Attempt 2 with gpt-4o',
        'Waited 21 s: rate limited',
        'Attempt 3 with gpt-4o',
        'Attempt 4 with gpt-4o',
      ],
    );
    // The content security policy forbids the attribute `style`.
    assert.equal(timeline().querySelectorAll('[style]').length, 0);
  });
});
