import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events/events';
import { ev } from '../panel/support/events';
import { exchange, startOfTime, usePage, type PanelPage } from '../panel/support/panelPage';
import { refOf } from '../../support/gatewayRef';

describe('wait card', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened), [exchange('a')]);
  beforeEach(() => page.events('a', ev.attempt()));

  const countdown = (): string => page.one('timer').textContent;

  it('counts down to the time at which the wait ends', () => {
    page.events('a', ev.waiting({ until: startOfTime + 4100 }));
    const countdowns = [countdown()];
    for (let second = 0; second < 5; second++) {
      page.clock.advance(1000);
      countdowns.push(countdown());
    }
    assert.deepEqual(countdowns, ['4 s', '3 s', '2 s', '1 s', '1 s', '1 s']);
  });

  it('shows the message of the provider in its details', () => {
    page.events('a', ev.waiting({ detail: '<b>Model</b> busy' }));
    const details = page.one('status').querySelector('.card-details dl');
    assert.deepEqual(
      Array.from(details?.children ?? [], ({ textContent }) => textContent),
      ['Provider message', '<b>Model</b> busy'],
    );
  });

  it('shows the correct remaining time after the computer has slept', () => {
    page.events('a', ev.waiting({ until: startOfTime + 60_000, delayMs: 60_000 }));
    page.clock.jump(50_000);
    assert.equal(countdown(), '10 s');
  });

  it('shows an estimated time while another request must finish first', () => {
    page.events('a', ev.waiting({ told: 'request', delayMs: 3000, until: startOfTime + 3000, estimated: true }));
    const line = (): string | null | undefined => page.one('status').querySelector('.card-timer')?.textContent;
    const lines = [line()];
    page.clock.advance(3000);
    lines.push(line());
    page.clock.advance(12_000);
    lines.push(line());
    assert.deepEqual(lines, ['Retrying in about 3 s', 'Retrying soon', 'Retrying soon']);
    assert.equal(
      page.one('status').querySelector('.provenance')?.textContent,
      'Caused by another request in this window · Waiting behind another request (estimated time) · attempt 2 of 6',
    );
    assert.equal(page.announced, 'Rate limited. Retrying in about 3 s');
  });

  it('empties its ring as the time passes', () => {
    page.events('a', ev.waiting({ until: startOfTime + 4000, delayMs: 4000 }));
    const ring = page.one('status').querySelector<SVGElement>('.ring-remaining')!;
    assert.equal(ring.style.strokeDashoffset, '0');
    page.clock.advance(3000);
    assert.equal(ring.style.strokeDashoffset, '0.75');
  });

  const announcements: readonly {
    readonly name: string;
    readonly wait: NonNullable<Parameters<typeof ev.waiting>[0]>;
    readonly expected: readonly string[];
  }[] = [
    {
      name: 'a wait of 37 s',
      wait: { delayMs: 37_000 },
      expected: ['Rate limited. Retrying in 37 s', 'Retrying in 5 s'],
    },
    {
      name: 'a wait of 15 s',
      wait: { delayMs: 15_000 },
      expected: ['Rate limited. Retrying in 15 s', 'Retrying in 5 s'],
    },
    { name: 'a wait of 14 s', wait: { delayMs: 14_000 }, expected: ['Rate limited. Retrying in 14 s'] },
    {
      name: 'a wait for the network',
      wait: { delayMs: 37_000, reason: 'offline' },
      expected: ['Rate limited. Resumes automatically when the network is back'],
    },
  ];
  for (const { name, wait, expected } of announcements) {
    it(`announces the start of a wait, and the last seconds of a long wait: ${name}`, () => {
      const { delayMs = 0 } = wait;
      page.events('a', ev.waiting({ ...wait, until: startOfTime + delayMs }));
      const announced = [page.announced];
      for (let second = 0; second < 40; second++) {
        page.clock.advance(1000);
        if (page.announced !== announced.at(-1)) announced.push(page.announced);
      }
      assert.deepEqual(announced, expected);
    });
  }

  it('announces nothing if the wait ends while the computer sleeps', () => {
    page.events('a', ev.waiting({ until: startOfTime + 60_000, delayMs: 60_000 }));
    const before = page.announced;
    page.clock.jump(90_000);
    assert.equal(page.announced, before);
  });

  const ends: Readonly<Record<string, readonly [end: () => void, timers: number]>> = {
    // Only the progress line still has a timer. It counts the seconds while the attempt waits for data.
    'the next attempt': [() => page.events('a', ev.attempt({ attempt: 2, why: 'retry' })), 1],
    'the stop of the turn': [() => page.events('a', ev.stopped('')), 0],
    'a failure': [() => page.events('a', ev.failed()), 0],
    'the change to another conversation': [() => page.snapshot([]), 0],
  };
  for (const [name, [end, timers]] of Object.entries(ends)) {
    it(`is removed together with its timer at ${name}`, () => {
      page.events('a', ev.waiting());
      assert.equal(page.clock.pending, 1);
      end();
      assert.deepEqual(page.all('status'), []);
      assert.equal(page.clock.pending, timers);
    });
  }

  it('is not shown for a wait of less than 3 s', () => {
    page.events('a', ev.waiting({ delayMs: 2999, until: startOfTime + 2999 }));
    assert.deepEqual([page.all('status'), page.part('progress')?.textContent], [[], 'Rate limited · retrying…']);
    assert.equal(page.announced, 'Waiting for the answer');
  });

  it('appears when a short wait is extended to 3 s', () => {
    const wait = (ms: number) => ev.waiting({ told: 'request', until: startOfTime + ms, delayMs: ms });
    page.events('a', wait(1000), wait(3000));
    const card = page.one('status');
    assert.equal(page.announced, 'Rate limited. Retrying in 3 s');
    page.events('a', wait(1000));
    assert.deepEqual([page.one('status'), page.part('progress')?.textContent], [card, '']);
  });

  const highlights: Readonly<Record<string, readonly [wait: Parameters<typeof ev.waiting>[0], buttonClass: string]>> = {
    'while the gateway has asked for the wait': [{ source: 'server', delayMs: 60_000 }, 'button secondary'],
    'during a short backoff': [{ delayMs: 10_000 }, 'button secondary'],
    'during a long backoff': [{ delayMs: 10_001 }, 'button primary'],
    'while the computer is offline': [{ delayMs: 15_000, reason: 'offline' }, 'button secondary'],
  };
  for (const [name, [wait, buttonClass]] of Object.entries(highlights)) {
    it(`highlights ${buttonClass === 'button primary' ? '*Retry now*' : 'no button'} ${name}`, () => {
      page.events('a', ev.waiting(wait));
      assert.equal(page.one('button', 'Retry now').className, buttonClass);
      assert.equal(page.one('status').querySelectorAll('.primary').length, buttonClass === 'button primary' ? 1 : 0);
    });
  }

  it('leaves an empty space in the answer until the turn ends', () => {
    const turn = page.all('article', 'Assistant')[0]!;
    const heightOf = () => (turn.querySelector('.card-details[open] .timeline-body') ? 400 : 120);
    Object.defineProperty(turn, 'offsetHeight', { get: heightOf });
    page.events('a', ev.waiting());
    page.one('status').querySelector('details')!.open = true;
    assert.equal(turn.style.minHeight, '');
    page.events('a', ev.attempt({ attempt: 2, why: 'retry' }), ev.text('Hel'));
    assert.equal(turn.style.minHeight, '120px');
    page.events('a', ev.done('Hel'));
    assert.equal(turn.style.minHeight, '');
  });

  const provenance = {
    'the gateway, with a margin': [
      ev.waiting({ source: 'server', hintMs: 37_000, delayMs: 39_000, jitterMs: 2000 }),
      'The gateway said to wait 37 s · plus a random delay of 2 s · attempt 2 of 6',
    ],
    'another window': [
      ev.waiting({ told: 'window' }),
      'Caused by a request from another window or from before a reload · Delay of 4.1 s · attempt 2 of 6',
    ],
    'the network': [ev.offline(), 'Resumes automatically when api.example is reachable again'],
  } as const;
  for (const [name, [event, text]] of Object.entries(provenance)) {
    it(`names the source of the delay: ${name}`, () => {
      page.events('a', event);
      assert.equal(page.one('status').querySelector('.provenance')?.textContent, text);
    });
  }

  const backupAttempt = ev.attempt({ attempt: 2, gateway: refOf('https://backup.example') });
  const gateways: Readonly<Record<string, readonly [events: readonly StreamEvent[], line: string]>> = {
    'names the gateway after a gateway switch': [
      [ev.gateway(), backupAttempt, ev.waiting()],
      'Delay of 4.1 s · attempt 2 of 6 · Gateway: backup.example',
    ],
    'names the gateway if the turn can switch to another gateway': [
      [ev.waiting({ actions: ['retryNow', 'switchGateway'] })],
      'Delay of 4.1 s · attempt 2 of 6 · Gateway: api.example',
    ],
    'does not repeat the name of a gateway that the message contains': [
      [ev.gateway(), backupAttempt, ev.waiting({ message: 'Rate limited by backup.example.' })],
      'Delay of 4.1 s · attempt 2 of 6',
    ],
    'names no gateway while the turn waits until any of several gateways can be reached': [
      [ev.gateway(), backupAttempt, ev.offline()],
      'Resumes automatically when the network is back',
    ],
  };
  for (const [title, [events, line]] of Object.entries(gateways)) {
    it(title, () => {
      page.events('a', ...events);
      assert.equal(page.one('status').querySelector('.provenance')?.textContent, line);
    });
  }

  it('names the new gateway when the same wait continues on another gateway', () => {
    const wait = ev.waiting({ actions: ['retryNow', 'switchGateway'] });
    page.events('a', wait);
    page.events('a', ev.gateway(), wait);
    assert.match(page.one('status').querySelector('.provenance')?.textContent ?? '', /Gateway: backup\.example$/);
  });

  const repeatedWaits = {
    'the queue moves': (until: number) => ev.waiting({ told: 'request', until: startOfTime + until, delayMs: until }),
    'the network is still offline': (until: number) =>
      ev.waiting({ reason: 'offline', until: startOfTime + until, delayMs: until }),
  };
  for (const [name, wait] of Object.entries(repeatedWaits)) {
    it(`is updated in place when ${name}`, () => {
      page.events('a', wait(4000));
      const card = page.one('status');
      const announced = page.root.querySelector('[aria-live="polite"] p');
      page.one('button', 'Retry now').focus();
      page.events('a', wait(9000));
      assert.deepEqual([countdown(), page.clock.pending], ['9 s', 1]);
      assert.equal(page.one('status'), card);
      assert.equal(page.window.document.activeElement, page.one('button', 'Retry now'));
      assert.equal(page.root.querySelector('[aria-live="polite"] p'), announced);
      page.clock.advance(1000);
      assert.equal(countdown(), '8 s');
    });
  }

  const changes: readonly Parameters<typeof ev.waiting>[0][] = [
    { reason: 'overloaded' },
    { told: 'window' },
    { attempt: 3 },
    { maxAttempts: 7 },
    { message: 'The model is overloaded.' },
    { status: 529 },
    { requestId: 'req_2' },
    { actions: ['retryNow'] },
  ];
  for (const change of changes) {
    it(`is replaced when a field of the wait changes: ${JSON.stringify(change)}`, () => {
      page.events('a', ev.waiting());
      const [card, announced] = [page.one('status'), page.root.querySelector('[aria-live="polite"] p')];
      page.events('a', ev.waiting(change));
      assert.notEqual(page.one('status'), card);
      assert.notEqual(page.root.querySelector('[aria-live="polite"] p'), announced);
    });
  }

  it('shows the status, the request ID and the timeline in its details', () => {
    const lines = (): readonly (string | null | undefined)[] =>
      [...page.one('status').querySelectorAll('.card-details > div > *')].map(
        (line) => line.className || line.firstChild?.textContent,
      );
    page.events('a', ev.waiting());
    assert.deepEqual(lines(), ['timeline-body']);
    page.events('a', ev.waiting({ status: 429, requestId: 'req_1' }));
    assert.deepEqual(lines(), ['Status 429', 'Request ID req_1', 'timeline-body']);
  });

  it('posts a message to the host for each of its buttons', () => {
    const actions = ['retryNow', 'continueWithFallback', 'tryAnyway', 'switchModel'] as const;
    page.events('a', ev.waiting({ reason: 'breaker', actions, fallbackModel: 'qwen' }));
    for (const name of ['Retry now', 'Stop', 'Continue with qwen', 'Switch model', 'More actions']) page.click(name);
    page.one('menuitem', 'Try anyway').click();
    assert.deepEqual(page.posted, [
      { type: 'action', answerId: 'a', action: 'retryNow' },
      { type: 'stop', answerId: 'a' },
      { type: 'action', answerId: 'a', action: 'continueWithFallback' },
      { type: 'action', answerId: 'a', action: 'switchModel' },
      { type: 'action', answerId: 'a', action: 'tryAnyway' },
    ]);
  });

  it('no longer highlights *Retry now* when the gateway has asked to wait', () => {
    page.events('a', ev.waiting({ delayMs: 11_000 }));
    page.events('a', ev.waiting({ delayMs: 11_000, source: 'server', hintMs: 11_000 }));
    const { className, title } = page.one('button', 'Retry now');
    assert.deepEqual(
      [className, title],
      ['button secondary', 'The gateway said to wait 11 s. It might refuse the request again.'],
    );
  });

  const tooltips: Readonly<Record<string, readonly [wait: Parameters<typeof ev.waiting>[0], tooltip: string]>> = {
    'has no tooltip during a backoff': [{}, ''],
    'says how long the gateway asked to wait': [
      { source: 'server', delayMs: 26_000, hintMs: 25_000 },
      'The gateway said to wait 25 s. It might refuse the request again.',
    ],
    'says that it sends one request if there is also *Try anyway*': [
      { reason: 'breaker', actions: ['retryNow', 'tryAnyway'] },
      'Sends one request now',
    ],
  };
  for (const [name, [wait, tooltip]] of Object.entries(tooltips)) {
    it(`has a button *Retry now* that ${name}`, () => {
      page.events('a', ev.waiting(wait));
      assert.equal(page.one('button', 'Retry now').title, tooltip);
    });
  }

  it('moves the focus from its buttons to the answer when it is removed', () => {
    page.events('a', ev.waiting());
    page.one('button', 'Retry now').focus();
    page.events('a', ev.attempt({ attempt: 2, why: 'retry-now' }));
    assert.equal(page.window.document.activeElement, page.one('article', 'Assistant'));
  });
});
