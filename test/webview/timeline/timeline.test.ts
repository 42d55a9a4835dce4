import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events/events';
import { markInterrupted } from '../../../src/engine/state/turnState';
import { initialTurn, reduceTurn, type TurnState } from '../../../src/shared/protocol';
import type { PageContext } from '../../../src/webview/pageContext';
import { detailsOf, titleOf } from '../../../src/webview/timeline/partTexts';
import { createTimeline, type Timeline } from '../../../src/webview/timeline/timeline';
import { createSpans, type TurnSpans } from '../../../src/webview/timeline/timelineSpans';
import { englishWords } from '../../support/englishWords';
import { ev } from '../panel/support/events';
import { startOfTime, usePage, type PanelPage } from '../panel/support/panelPage';
import { refOf } from '../../support/gatewayRef';

const spansOf = (events: readonly StreamEvent[]): TurnSpans => createSpans(events.reduce(reduceTurn, initialTurn));

/** Returns the texts about all attempts and waits of a turn. */
const texts = (...events: readonly StreamEvent[]): readonly string[] =>
  spansOf(events).parts.map((part) => [titleOf(englishWords, part), ...detailsOf(englishWords, part)].join(' · '));

const second = (fields: Parameters<typeof ev.attempt>[0] = {}): StreamEvent =>
  ev.attempt({ attempt: 2, at: 5250, why: 'retry', ...fields });
const resumedBy = (how: 'prefill' | 'continue' | 'restart'): readonly StreamEvent[] => [
  ev.text('Hi'),
  ev.cut(),
  second({ why: 'resume', how }),
  ev.resumed({ how, resumePoint: 1204, trimmed: 1 }),
];
const usage = { ms: 60, bytes: 0, promptTokens: 1, completionTokens: 2 };
const cached = { ...usage, promptTokens: 1000, cachedTokens: 829 };

describe('timeline text about an attempt', () => {
  const rows: Readonly<Record<string, readonly StreamEvent[]>> = {
    '': [second({ why: 'resume' })],
    Retried: [second()],
    'Retried manually': [second({ why: 'retry-now' })],
    'Retried immediately': [second({ why: 'replay' })],
    'Retried with a corrected request': [second({ why: 'repair' })],
    'Retried with a corrected request · Not supported by the gateway: cache_control, top_p': [
      second({ why: 'repair', unsupportedParameters: 'cache_control, top_p' }),
    ],
    'Model switched': [second({ why: 'switch' })],
    'Requested the rest of the answer': [second({ why: 'resume', how: 'continue' })],
    'Continued the answer': resumedBy('continue'),
    'Continued the answer ': resumedBy('prefill'),
    'Restarted the answer': resumedBy('restart'),
    'Model switched · Continued the answer from gpt-4o': [
      ev.text('Hi'),
      second({ model: 'qwen', why: 'switch', how: 'continue' }),
      ev.resumed({ resumePoint: 1204 }),
    ],
    'Request ID req_1': [{ ...ev.headers(500), requestId: 'req_1' } as StreamEvent],
    'rate limited': [ev.headers(429), ev.ended({ how: 'rate-limit', ms: 500, bytes: 0 })],
    stopped: [ev.ended({ how: 'stopped', bytes: 0 })],
    abandoned: [ev.ended({ how: 'abandoned', bytes: 0 })],
    'Retried · finished · Reasoning effort: High · Reasoning tokens: 200': [
      second({ effort: 'high' }),
      ev.ended({ ...usage, attempt: 2, reasoningTokens: 200 }),
    ],
    'finished · ≈\u00a0$0.0042': [ev.ended({ ...usage, estimatedCost: 0.0042 })],
    'finished · $0.00': [ev.ended({ ...usage, cost: 0 })],
    finished: [ev.ended({ ...usage, estimatedCost: 0 })],
    'finished · 82% of the prompt from cache · Reasoning tokens: 200 · $0.0042 · saved ≈\u00a0$0.12': [
      ev.ended({ ...cached, cacheSaving: 0.12, reasoningTokens: 200, cost: 0.0042 }),
    ],
    'finished · 82% of the prompt from cache · saved ≈\u00a0¥0.12': [
      ev.ended({ ...cached, cacheSaving: 0.12, currency: 'CNY' }),
    ],
    'finished · 82% of the prompt from cache': [ev.ended({ ...cached, cacheSaving: -0.12 })],
    'finished · 100% of the prompt from cache': [ev.ended({ ...cached, cachedTokens: 2000 })],
    'finished ': [ev.ended({ ...cached, cachedTokens: 9 })],
  };
  for (const [details, events] of Object.entries(rows)) {
    it(`contains the details of the attempt: ${details || 'none'}`, () => {
      const [, ...found] = texts(ev.attempt(), ...events)
        .at(-1)!
        .split(' · ');
      assert.equal(found.join(' · '), details.trimEnd());
    });
  }
});

describe('timeline text about an attempt that is followed by a wait', () => {
  it('contains the message of the provider', () => {
    const [text] = texts(
      ev.attempt(),
      ev.ended({ how: 'rate-limit', ms: 500, bytes: 0 }),
      ev.waiting({ detail: 'Model busy, retry later' }),
      second(),
    );
    assert.match(text!, /rate limited · Model busy, retry later/);
  });

  it('leaves out a provider message that belongs to another request', () => {
    const [text] = texts(
      ev.attempt(),
      ev.ended({ how: 'rate-limit', ms: 500, bytes: 0 }),
      ev.waiting({ told: 'request', detail: 'Model busy, retry later' }),
      second(),
    );
    assert.doesNotMatch(text!, /Model busy/);
  });
});

describe('timeline text about a wait', () => {
  const rows: Readonly<Record<string, StreamEvent>> = {
    'Waited 5.3 s: rate limited · The gateway said to wait 5 s': ev.waiting({
      source: 'server',
      delayMs: 5250,
      hintMs: 5000,
      jitterMs: 250,
    }),
    'Waited 5.3 s: rate limited · The gateway said to wait 60 s · plus a random delay of 2 s': ev.waiting({
      source: 'server',
      delayMs: 62_000,
      hintMs: 60_000,
      jitterMs: 2000,
    }),
    'Waited 5.3 s before the retry: overloaded': ev.waiting({ reason: 'overloaded', jitterMs: 2100 }),
    'Waited 5.3 s before the retry: connection lost': ev.waiting({ reason: 'connection', row: 'connectionLost' }),
    'Waited 5.3 s: rate limited · Caused by another request in this window · Delay of 4.1 s': ev.waiting({
      told: 'request',
    }),
    'Waited 5.3 s: paused after repeated failures · Caused by a request from another window or from before a reload · Delay of 4.1 s':
      ev.waiting({
        told: 'window',
        reason: 'breaker',
      }),
    'Waited 5.3 s: offline': ev.offline(),
  };
  for (const [text, event] of Object.entries(rows)) {
    it(`names the reason of the wait and the source of the delay: ${text}`, () =>
      assert.equal(texts(ev.attempt({ at: 0 }), { ...event, at: 0 }, second())[1], text));
  }

  it('is left out for a wait of only 20 ms', () => {
    const events = [
      ev.attempt(),
      ev.waiting({ at: 1000 }),
      ev.attempt({ attempt: 2, at: 1020 }),
      ev.waiting({ at: 1030 }),
    ];
    assert.deepEqual(
      texts(...events, { ...ev.stopped(''), at: 3030 }).map((text) => text.split(' · ')[0]),
      ['Attempt 1 with gpt-4o', 'Attempt 2 with gpt-4o', 'Waited 2 s before the retry: rate limited'],
    );
  });
});

describe('gateway of an attempt in the timeline', () => {
  const [api, backup] = ['https://api.example', 'https://backup.example'];
  const refused = ev.ended({ at: 500, how: 'dns', ms: 500, bytes: 0 });
  const refusedBy: readonly StreamEvent[] = [ev.attempt({ at: 0, gateway: refOf(api) }), refused];
  const switched = (fields: Parameters<typeof ev.attempt>[0] = {}): StreamEvent =>
    second({ at: 500, why: 'switch', gateway: refOf(backup), ...fields });
  const labels = (...events: readonly StreamEvent[]): readonly (string | undefined)[] =>
    spansOf(events).parts.map((part) => (part.kind === 'attempt' ? part.gateway : undefined));

  it('is named if the turn has used several gateways', () => {
    assert.deepEqual(labels(...refusedBy, ev.gateway(), switched()), ['api.example', 'backup.example']);
    assert.deepEqual(labels(...refusedBy, switched({ why: 'retry', gateway: refOf(api) })), [undefined, undefined]);
  });

  it('is marked “Model switched” instead of “Gateway switched” if the model changes', () => {
    const [third, fourth] = [
      switched({ attempt: 3, at: 900, model: 'qwen' }),
      switched({ attempt: 4, at: 950, model: 'glm', gateway: refOf(api) }),
    ];
    assert.deepEqual(
      texts(...refusedBy, ev.gateway(), switched(), third, fourth).map((text) => text.split(' · ')[1]),
      ['host not found', 'Gateway switched', 'Model switched', 'Model switched'],
    );
  });
});

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

describe('timeline', () => {
  let page: PanelPage;
  let timeline: Timeline;
  let state: TurnState;
  usePage((opened) => (page = opened));
  beforeEach(() => {
    state = initialTurn;
    timeline = createTimeline({ ...englishWords, clock: page.clock } as unknown as PageContext, () => state);
    page.root.append(timeline.element);
  });

  const add = (...events: readonly StreamEvent[]): void => {
    state = events.reduce(reduceTurn, state);
    timeline.refresh();
  };
  const open = (...events: readonly StreamEvent[]): void => {
    add(...events);
    timeline.setOpen(true);
  };
  const textsOf = (selector: string): readonly (string | null)[] =>
    [...timeline.element.querySelectorAll(selector)].map(({ textContent }) => textContent);
  /** Returns the texts of the cells of each row. */
  const rows = (): readonly string[] =>
    [...timeline.element.querySelectorAll('tbody tr')].map((row) =>
      [...row.children].map(({ textContent }) => textContent).join(' | '),
    );
  const label = (): string | null | undefined =>
    timeline.element.querySelector('[role=img]')?.getAttribute('aria-label');
  const bar = (kind: string): string | null | undefined =>
    timeline.element.querySelector(`.timeline-frame .picture-${kind}`)?.getAttribute('width');
  const at = (part: number, tag: string): Element => timeline.element.querySelector(`${tag}[data-part="${part}"]`)!;
  const marked = (): readonly string[] =>
    [...timeline.element.querySelectorAll('[data-marked]')].map((target) => target.tagName);

  it('lists each attempt and each wait in a table after it is opened', () => {
    add(
      ...retried,
      ev.ended({ at: 44_000, ms: 2000, firstTokenMs: 40, promptTokens: 1240, completionTokens: 312 }),
      done,
    );
    assert.deepEqual(rows(), []);
    timeline.setOpen(true);
    assert.deepEqual(textsOf('thead th'), [
      'Attempt',
      'Start',
      'Model',
      'Status',
      'First token',
      'Duration',
      'Tokens',
      'Details',
    ]);
    assert.deepEqual(rows(), [
      '1 | +0 | gpt-4o |  |  |  |  | ',
      ' | +500 ms | Waited 20 s before the retry: rate limited',
      '2 | +21 s | gpt-4o | 200 |  |  |  | Retried',
      ' | +21 s | Waited 21 s before the retry: rate limited',
      '3 | +42 s | gpt-4o |  | 40 ms | 2 s | 1,240 → 312 | Retried · finished',
    ]);
  });

  for (const [duration, start] of [
    [82.6, 83.9],
    [76.4, 76.6],
    [76.6, 76.8],
  ] as const) {
    it(`rounds the start of a wait after ${start} ms like the duration ${duration} ms of the attempt before it`, () => {
      const failed = ev.ended({ at: 1000 + duration, how: 'rate-limit', ms: duration, bytes: 0 });
      open(ev.attempt({ at: 1000 }), failed, ev.waiting({ at: 1000 + start }), second({ at: 9000 }), done);
      const [attempt, wait] = rows();
      assert.match(attempt!, new RegExp(`\\| ${Math.round(duration)} ms \\|`));
      assert.match(wait!, new RegExp(`^ \\| \\+${Math.round(duration)} ms \\| Waited`));
    });
  }

  it('names the gateway of an attempt beside its model', () => {
    const failed = ev.ended({ at: 1500, how: 'dns', ms: 500, bytes: 0, tokens: 12 });
    open(ev.attempt({ gateway: refOf('https://a.example') }), failed, second({ gateway: refOf('https://b.example') }));
    assert.deepEqual(rows(), [
      '1 | +0 | gpt-4o · a.example |  |  | 500 ms | 12 | host not found',
      '2 | +4.3 s | gpt-4o · b.example |  |  |  |  | Retried',
    ]);
  });

  it('shows the reason for a wait during which the window was closed', () => {
    add(...retried.slice(0, 3), ev.waiting({ at: 21_000 }));
    state = markInterrupted(state);
    timeline.setOpen(true);
    assert.match(rows().at(-1)!, /Waiting: rate limited/);
  });

  it('is updated once per second while it is open and the turn is running', () => {
    open(ev.attempt({ at: 1000, time: startOfTime }));
    add(ev.waiting({ at: 1000, until: startOfTime + 9000, delayMs: 9000 }));
    page.clock.advance(1000);
    assert.deepEqual([label(), bar('wait')], ['Timeline: 1 attempt', '100%']);
    add(ev.attempt({ attempt: 2, at: 3000, time: startOfTime + 2000 }), ev.text('Hi', 3500));
    page.clock.advance(3000);
    assert.deepEqual([label(), bar('wait')], ['Timeline: 2 attempts · waited 2 s', '50%']);
    timeline.setOpen(false);
    assert.equal(page.clock.pending, 0);
    timeline.setOpen(true);
    add(ev.done('Hi', { at: 5000 }));
    assert.deepEqual([rows().length, page.clock.pending], [3, 0]);
  });

  it('highlights a bar of the chart together with its table row', () => {
    open(...retried, done);
    const send = (target: Element, type: string): void => {
      target.dispatchEvent(new page.window.Event(type, { bubbles: type !== 'pointerleave' }));
    };
    send(at(1, 'g').lastElementChild!, 'pointerover');
    assert.deepEqual(marked(), ['g', 'TR']);
    assert.ok(at(1, 'g').matches('[data-marked]') && at(1, 'tr').matches('[data-marked]'));
    send(at(2, 'tr').firstElementChild!, 'pointerover');
    assert.ok(at(2, 'g').matches('[data-marked]') && !at(1, 'tr').matches('[data-marked]'));
    send(timeline.element, 'pointerleave');
    assert.deepEqual(marked(), []);
  });

  it('has a legend that lists the kinds of bars in the chart', () => {
    open(ev.attempt(), ev.text('Hi', 1500), ev.done('Hi'));
    assert.deepEqual(textsOf('.timeline-legend span'), ['text', 'to first token']);
    state = initialTurn;
    add(
      ev.attempt(),
      ev.text('Hi', 1500),
      ev.text('Hi', 1600),
      ev.ended({ at: 9000, ms: 8000, firstTokenMs: 500, how: 'stalled' }),
      ev.waiting({ at: 9000 }),
      second({ at: 9900 }),
      ev.ended({ at: 12_000, ms: 2100, how: 'stopped' }),
      ev.stopped('Hi'),
    );
    const all = ['text', 'no data', 'wait', 'failed', 'stopped', 'to first token'];
    assert.deepEqual(textsOf('.timeline-legend span'), all);
  });

  it('has a title for each bar of its chart', () => {
    open(...retried, done);
    assert.deepEqual(textsOf('g > title'), [
      'Attempt 1 with gpt-4o',
      'Waited 20 s before the retry: rate limited',
      'Attempt 2 with gpt-4o',
      'Waited 21 s before the retry: rate limited',
      'Attempt 3 with gpt-4o',
    ]);
    assert.equal(textsOf('.timeline-picture text').includes('0'), true);
    // The content security policy forbids the attribute `style`.
    assert.equal(timeline.element.querySelectorAll('[style]').length, 0);
  });
});
