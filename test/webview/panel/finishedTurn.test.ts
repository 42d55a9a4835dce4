import assert from 'node:assert/strict';
import type { FailedEvent, StreamEvent } from '../../../src/engine/events';
import { markInterrupted } from '../../../src/engine/state/turnState';
import { initialTurn, reduceTurn } from '../../../src/shared/protocol';
import { ev } from './support/events';
import { exchange, PanelPage, startOfTime } from './support/panelPage';

describe('failure card', () => {
  let page: PanelPage;
  beforeEach(() => (page = new PanelPage()));
  afterEach(() => page.dispose());

  const fail = (fields: Partial<FailedEvent> = {}): void => {
    page.snapshot([exchange('a')]);
    page.events('a', ev.attempt(), ev.failed(fields));
  };

  it('has a button for each action of the `failed` event, in the same order, and each button posts its action', () => {
    fail({ actions: ['openBilling', 'switchModel', 'networkSettings', 'newConversation'] });
    const buttons = [...page.one('alert').querySelectorAll<HTMLElement>('.actions button')];
    assert.deepEqual(
      buttons.map((button) => button.textContent),
      ['Open billing', 'Switch model', 'Proxy and certificate settings', 'New conversation', 'Details'],
    );
    for (const button of buttons) button.click();
    assert.deepEqual(
      page.posted.map((message) => message.type === 'action' && message.action),
      ['openBilling', 'switchModel', 'networkSettings', 'newConversation'],
    );
  });

  it('highlights at most three buttons, and never *Details*', () => {
    fail({ actions: ['details', 'continue', 'restart', 'retryNow', 'switchModel'] });
    assert.deepEqual(
      [...page.one('alert').querySelectorAll('.actions button')].map((button) => [
        button.textContent,
        button.className,
      ]),
      [
        ['Continue', 'button primary'],
        ['Restart answer', 'button secondary'],
        ['Retry now', 'button secondary'],
        ['Switch model', 'button quiet'],
        ['Details', 'button quiet'],
      ],
    );
  });

  it('loses its buttons when another turn has started', () => {
    fail();
    page.receive({ type: 'exchange', exchange: exchange('b') });
    page.events('b', ev.attempt(), ev.failed({ message: 'Again.' }));
    assert.equal(page.one('alert').querySelector('p')?.textContent, 'Again.');
    assert.ok(page.one('button', 'Retry now'));
    const old = page.all('article', 'Assistant')[0]!;
    assert.equal(old.querySelector('.failure-card p')?.textContent, 'The model is overloaded.');
    assert.deepEqual([...old.querySelectorAll('button')], []);
  });

  it('is removed when the turn is retried', () => {
    fail();
    page.receive({ type: 'exchange', exchange: exchange('a') });
    assert.deepEqual(page.all('alert'), []);
    assert.ok(page.one('button', 'Stop'));
  });
});

describe('turn in the panel', () => {
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
  const summaryLine = (): string | undefined => page.root.querySelector('.timeline summary')?.textContent;

  const timeline = (): HTMLDetailsElement => page.root.querySelector<HTMLDetailsElement>('.timeline')!;
  const open = (): void => {
    timeline().open = true;
    timeline().dispatchEvent(new page.window.Event('toggle'));
  };

  /** Returns `[time, title, details]` for each row of the timeline. */
  const rows = (): (string | undefined)[][] => {
    open();
    return [...timeline().querySelectorAll('li')].map((line) => [
      line.querySelector('.timeline-at')?.textContent,
      line.querySelector('p')?.textContent,
      line.querySelector('.timeline-details')?.textContent,
    ]);
  };

  it('summarizes retries and waits in one line that opens the timeline', () => {
    page.events('a', ...retried, ev.done('Hi', { at: 44_000 }));
    assert.equal(summaryLine(), 'Answered after 3 attempts and 41 s of waiting');
    assert.equal(timeline().open, false);
    assert.deepEqual(rows(), [
      ['+0 s', 'Attempt 1 with gpt-4o', undefined],
      ['+0.5 s', 'Waited 20 s: rate limited', 'Backoff 4.1 s'],
      ['+21 s', 'Attempt 2 with gpt-4o', 'Retried · Status 200'],
      ['+21 s', 'Waited 21 s: rate limited', 'Backoff 4.1 s'],
      ['+42 s', 'Attempt 3 with gpt-4o', 'Retried'],
    ]);
  });

  it('shows the outcome and the size of every attempt in the timeline', () => {
    const limited = ev.ended({ how: 'rate-limit', ms: 500, bytes: 0 });
    const finished = ev.ended({ ms: 12_000, firstTokenMs: 800, bytes: 2400, tokens: 312 });
    page.events('a', ev.attempt({ at: 0 }), ev.headers(429), limited, ev.waiting({ at: 500 }));
    page.events('a', ev.attempt({ at: 5500, attempt: 2, why: 'retry' }), ev.headers(), ev.text('Hi'), finished);
    page.events('a', ev.done('Hi'));
    const details = rows().map((row) => row[2]);
    assert.equal(details[0], 'Status 429 · Failed after 0.5 s: rate limited');
    assert.equal(
      details[2],
      'Retried · Status 200 · First token after 0.8 s · Finished after 12 s · 2.4K bytes · 312 tokens',
    );
  });

  for (const [name, usage, details] of [
    [
      'cached tokens, reasoning tokens and the price',
      { promptTokens: 1240, completionTokens: 312, cachedTokens: 1000, reasoningTokens: 200, cost: 0.0042 },
      '1,240 tokens in (1,000 cached) · 312 out (200 reasoning) · $0.0042',
    ],
    ['the tokens without those that are not reported', { promptTokens: 1, completionTokens: 2 }, '1 token in · 2 out'],
    ['no tokens if the gateway reports none', { tokens: 0, promptTokens: 0, completionTokens: 0 }, ''],
  ] as const) {
    it(`shows in the timeline ${name}`, () => {
      page.events('a', ev.attempt({ at: 0 }), ev.headers(), ev.text('Hi'), ev.ended({ ms: 60, bytes: 0, ...usage }));
      page.events('a', ev.done('Hi'));
      assert.equal(rows()[0]?.[2]?.split(' · ').slice(2).join(' · '), details);
    });
  }

  it('shows request ids as tooltips in the timeline', () => {
    const named = { ...ev.headers(500), requestId: 'req_1' } as const;
    page.events('a', ev.attempt(), named, ev.attempt({ attempt: 2, why: 'retry' }), ev.headers(), ev.done('Hi'));
    open();
    const titles = [...timeline().querySelectorAll('li')].map((line) => line.querySelector('[title]'));
    assert.deepEqual(
      titles.map((status) => [status?.textContent, status?.getAttribute('title')]),
      [
        ['Status 500', 'Request ID req_1'],
        [undefined, undefined],
      ],
    );
  });

  for (const [outcome, text] of [
    ['finished', 'Finished after 1.9 s'],
    ['stopped', 'Stopped after 1.9 s'],
    ['abandoned', 'Abandoned after 1.9 s'],
    ['connection', 'Failed after 1.9 s: connection failed'],
  ] as const) {
    it(`shows the outcome of an attempt in the timeline: ${outcome}`, () => {
      page.events('a', ev.attempt(), ev.attempt({ attempt: 2 }), ev.ended({ how: outcome, bytes: 0 }), ev.done('Hi'));
      assert.equal(rows().at(-1)?.[2], text);
    });
  }

  for (const [trigger, text] of [
    ['retry', 'Retried'],
    ['retry-now', 'Retried manually'],
    ['replay', 'Retried immediately'],
    ['repair', 'Retried with a corrected request'],
    ['switch', 'Model switched'],
    ['resume', undefined],
  ] as const) {
    it(`shows the trigger of an attempt in the timeline: ${trigger}`, () => {
      page.events('a', ev.attempt(), ev.attempt({ attempt: 2, why: trigger }), ev.done('Hi'));
      assert.equal(rows().at(-1)?.[2], text);
    });
  }

  const waits: Readonly<Record<string, readonly [event: StreamEvent, title: string, details: string | undefined]>> = {
    'a retry-after with its header': [
      ev.waiting({ source: 'server', delayMs: 5250, hintMs: 5000, hintFrom: 'retry-after', jitterMs: 250 }),
      'Waited 5.3 s: rate limited',
      'The gateway said to wait 5 s (retry-after) · plus a random delay of 0.3 s',
    ],
    'a retry-after without a header': [
      ev.waiting({ source: 'server', delayMs: 5000, hintMs: 4990, jitterMs: 10 }),
      'Waited 5.3 s: rate limited',
      'The gateway said to wait 5 s',
    ],
    'a backoff with jitter': [
      ev.waiting({ reason: 'overloaded', delayMs: 4100, jitterMs: 2100 }),
      'Waited 5.3 s: overloaded',
      'Backoff 4.1 s, including 2.1 s of jitter',
    ],
    'another request': [
      ev.waiting({ told: 'request' }),
      'Waited 5.3 s: rate limited',
      'Caused by another request in this window · Backoff 4.1 s',
    ],
    'another window': [
      ev.waiting({ told: 'window', reason: 'breaker' }),
      'Waited 5.3 s: paused after repeated failures',
      'Caused by a request in another window · Backoff 4.1 s',
    ],
    'no network': [ev.offline(), 'Waited 5.3 s: offline', undefined],
  };
  for (const [name, [event, title, details]] of Object.entries(waits)) {
    it(`shows the source of a wait in the timeline: ${name}`, () => {
      const [first, second] = [ev.attempt({ at: 0 }), ev.attempt({ attempt: 2, why: 'retry', at: 5250 })];
      page.events('a', first, { ...event, at: 0 }, second, ev.done('Hi'));
      assert.deepEqual(rows()[1], ['+0 s', title, details]);
    });
  }

  it('leaves very short waits out of the timeline and includes waits after the last attempt', () => {
    const long = ev.waiting({ attempt: 3, at: 1030 });
    page.events('a', ev.attempt(), ev.waiting({ at: 1000 }), ev.attempt({ attempt: 2, at: 1020 }), long);
    page.events('a', { ...ev.stopped(''), at: 3030 });
    assert.deepEqual(
      rows().map((row) => row[1]),
      ['Attempt 1 with gpt-4o', 'Attempt 2 with gpt-4o', 'Waited 2 s: rate limited'],
    );
  });

  it('shows the reason of a wait during which the window was closed', () => {
    const state = markInterrupted([...retried.slice(0, 3), ev.waiting({ at: 21_000 })].reduce(reduceTurn, initialTurn));
    page.snapshot([exchange('a', { state })]);
    assert.equal(rows().at(-1)?.[1], 'Waiting: rate limited');
  });

  it('mentions only the wait in its summary if the first attempt succeeded after a wait', () => {
    page.events('a', ev.waiting({ at: 0, attempt: 1 }), ev.attempt({ at: 3000 }), ev.text('Hi'), ev.done('Hi'));
    assert.equal(summaryLine(), 'Answered after waiting 3 s');
    assert.deepEqual(
      rows().map(([at]) => at),
      ['+0 s', '+3 s'],
    );
  });

  it('includes the wait before the first attempt in the times of the timeline', () => {
    const model = { type: 'model', attempt: 1, at: 0, from: 'a', to: 'gpt-4o', reason: 'breaker' } as const;
    const nextAttempt = ev.attempt({ attempt: 2, why: 'retry', at: 4000 });
    page.events('a', model, ev.attempt({ at: 3000 }), nextAttempt, ev.text('Hi', 5000), ev.done('Hi', { at: 6000 }));
    assert.deepEqual(
      rows().map(([at]) => at),
      ['+3 s', '+4 s'],
    );
    assert.equal(page.root.querySelector('.turn-footer span')?.textContent, 'first token 5 s, total 6 s');
  });

  const messages = {
    stopped: ['Stopped.', 'Stopped. The partial answer was kept.'],
    interrupted: [
      'Interrupted: VS Code closed, reloaded, or crashed.',
      'Interrupted: VS Code closed, reloaded, or crashed. The partial answer was kept.',
    ],
  } as const;
  for (const [name, [withoutText, withText]] of Object.entries(messages)) {
    for (const [arrived, message] of [
      [[], withoutText],
      [[ev.text('Hi')], withText],
      [[ev.reasoning('Hm')], withText],
    ] as const) {
      it(`shows “${message}” if it was ${name} after receiving ${arrived[0]?.type ?? 'nothing'}`, () => {
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

  it('shows the duration as the caption of the timeline if it succeeded without retries', () => {
    page.events('a', ev.attempt({ at: 1000 }), ev.text('Hi', 1800), ev.done('Hi', { at: 3000 }));
    assert.equal(summaryLine(), 'first token 0.8 s, total 2 s');
    assert.deepEqual(rows(), [['+0 s', 'Attempt 1 with gpt-4o', undefined]]);
  });

  it('has no timeline if it made no attempt', () => {
    page.events('a', ev.stopped(''));
    assert.equal(summaryLine(), undefined);
  });

  it('updates an open timeline once a second while the turn is running, and keeps the timeline open at the end', () => {
    page.events('a', ev.attempt({ at: 1000, time: startOfTime }));
    assert.equal(summaryLine(), undefined);
    page.events('a', ev.waiting({ at: 1000, until: startOfTime + 9000, delayMs: 9000 }));
    assert.equal(summaryLine(), 'Timeline so far');
    assert.equal(rows().length, 2);
    const totals = (): string | undefined => timeline().querySelector('.timeline-totals')?.textContent;
    page.clock.advance(1000);
    assert.equal(totals(), '1 attempt · 1 s waiting · 1 s total');
    page.events('a', ev.attempt({ attempt: 2, at: 3000, time: startOfTime + 2000 }), ev.text('Hi', 3500));
    assert.equal(totals(), '1 attempt · 1 s waiting · 1 s total');
    page.clock.advance(3000);
    assert.equal(totals(), '2 attempts · 2 s waiting · 4 s total');
    page.events('a', ev.done('Hi', { at: 5000 }));
    assert.equal(totals(), '2 attempts · 2 s waiting · 4 s total');
    assert.equal(timeline().open, true);
    assert.equal(page.clock.pending, 0);
  });

  it('moves the focus from the timeline to the composer when the turn restarts', () => {
    page.events('a', ...retried, ev.done('Hi', { at: 44_000 }));
    timeline().querySelector('summary')!.focus();
    page.receive({ type: 'exchange', exchange: exchange('a') });
    assert.equal(page.window.document.activeElement, page.input);
  });

  it('shows the attempts of all segments of an answer that the user has continued', () => {
    const first = [ev.attempt({ at: 1000 }), ev.text('Hel', 2000), ev.usage(), { ...ev.stopped('Hel'), at: 5000 }];
    const stopped = first.reduce(reduceTurn, initialTurn);
    page.snapshot([exchange('a', { state: { ...initialTurn, text: 'Hel', previousSegments: [stopped] } })]);
    page.events('a', ev.attempt({ at: 90_000 }), ev.text('lo', 91_000), ev.usage(), ev.done('Hello', { at: 93_000 }));
    assert.equal(summaryLine(), 'Answered after 2 attempts');
    assert.deepEqual(rows(), [
      ['+0 s', 'Attempt 1 with gpt-4o', undefined],
      ['+4 s', 'Attempt 2 with gpt-4o', undefined],
    ]);
    assert.deepEqual(
      [...page.root.querySelectorAll('.turn-footer span')].map((detail) => detail.textContent),
      ['24 tokens in, 24.7K out', 'first token 1 s, total 7 s'],
    );
  });

  it('describes the timeline chart with an accessible name and a title for each bar', () => {
    page.events('a', ...retried, ev.done('Hi', { at: 44_000 }));
    open();
    const chart = page.one('img');
    assert.equal(chart.getAttribute('aria-label'), 'Timeline over 44 s: 3 attempts, 41 s waiting');
    assert.deepEqual(
      [...chart.querySelectorAll('g > title')].map((title) => title.textContent),
      [
        'Attempt 1 with gpt-4o',
        'Waited 20 s: rate limited',
        'Attempt 2 with gpt-4o · Retried · Status 200',
        'Waited 21 s: rate limited',
        'Attempt 3 with gpt-4o · Retried',
      ],
    );
    assert.equal(timeline().querySelectorAll('[style]').length, 0);
  });

  for (const [method, text] of [
    [
      'prefill',
      'Requested the rest of the answer · Resumed at character 1,204 · Removed 1 character that the model repeated',
    ],
    [
      'continue',
      'Requested the rest of the answer · Resumed at character 1,204 · Removed 1 character that the model repeated',
    ],
    ['restart', 'Restarted'],
  ] as const) {
    it(`shows in the timeline how an answer was resumed: ${method}`, () => {
      const nextAttempt = ev.attempt({ attempt: 2, why: 'resume', how: method });
      page.events(
        'a',
        ev.attempt(),
        ev.text('Hi'),
        ev.cut(),
        nextAttempt,
        ev.resumed({ how: method, resumePoint: 1204, trimmed: 1 }),
        ev.done('Hi'),
      );
      assert.equal(rows().at(-1)?.[2], text);
    });
  }

  it('shows in the timeline which model continued the answer of another model', () => {
    page.events(
      'a',
      ev.attempt(),
      ev.text('Hi'),
      ev.attempt({ attempt: 2, model: 'qwen', why: 'switch', how: 'continue' }),
      ev.resumed({ resumePoint: 1204 }),
      ev.done('Hi'),
    );
    assert.equal(
      rows().at(-1)?.[2],
      'Model switched · Requested the rest of the answer · Continued the answer of gpt-4o at character 1,204',
    );
  });

  for (const [name, moreEvents, details, usage] of [
    ['only the tokens of an answer without retries', [], ['12 tokens in, 12.3K out']],
    ['the price of an answer', [], ['12 tokens in, 12.3K out', '$1.25'], { cost: 1.25 }],
    ['no tokens if the gateway reports none', [], [], { promptTokens: 0, completionTokens: 0 }],
    [
      'the tokens and the duration of an answer with retries',
      [ev.attempt({ attempt: 2 })],
      ['12 tokens in, 12.3K out', 'first token 0.8 s, total 2 s'],
    ],
  ] as const) {
    it(`shows in the footer ${name}`, () => {
      page.events(
        'a',
        ev.attempt({ at: 1000 }),
        ...moreEvents,
        ev.text('Hi', 1800),
        { ...ev.usage(), ...usage },
        ev.done('Hi', { at: 3000 }),
      );
      assert.deepEqual(
        [...page.root.querySelectorAll('.turn-footer span')].map((detail) => detail.textContent),
        details,
      );
    });
  }

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

  const partial = { stopped: ev.stopped('Hi'), failed: ev.failed({ text: 'Hi' }) };
  for (const [name, end] of Object.entries(partial)) {
    it(`copies the partial answer of a ${name} turn`, () => {
      page.events('a', ev.attempt(), ev.text('Hi'), end);
      page.click('Copy');
      assert.deepEqual(page.posted, [{ type: 'copy', text: 'Hi' }]);
    });
  }

  it('posts a `copyRequest` message when *Get code* is clicked', () => {
    page.events('a', ev.attempt(), ev.text('Hi'), ev.done('Hi'));
    page.click('Get code…');
    assert.deepEqual(page.posted, [{ type: 'copyRequest', exchangeId: 'a' }]);
    assert.equal(page.one('button', 'Get code…').title, 'This request as cURL, Python, or Node.js');
  });

  it('has no *Copy* button without an answer', () => {
    page.events('a', ev.attempt(), ev.failed());
    assert.deepEqual(page.all('button', 'Copy'), []);
  });

  it('offers *Restart answer* after a stop only if it is the latest turn', () => {
    const stopped = [ev.attempt(), ev.text('Hi'), ev.stopped('Hi')].reduce(reduceTurn, initialTurn);
    page.snapshot([exchange('a', { state: stopped }), exchange('b', { state: stopped })]);
    assert.ok(page.one('button', 'Restart answer'));
    assert.equal(page.root.querySelectorAll('.outcome').length, 2);
  });
});
