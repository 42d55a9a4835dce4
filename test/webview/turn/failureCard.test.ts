import assert from 'node:assert/strict';
import type { FailedEvent, StreamEvent } from '../../../src/engine/events';
import { faultAdvice } from '../../../src/host/ui/faultAdvice';
import type { FaultKind } from '../../../src/shared/protocol';
import { ev } from '../panel/support/events';
import { exchange, PanelPage } from '../panel/support/panelPage';

describe('failure card', () => {
  let page: PanelPage;
  beforeEach(() => {
    page = new PanelPage();
    page.snapshot([exchange('a')]);
  });
  afterEach(() => page.dispose());

  const route = (): string | undefined => page.one('alert').querySelector('.provenance')?.textContent;

  it('names the route of the failure only if there are several routes', () => {
    page.events('a', ev.attempt({ origin: 'https://api.example' }), ev.failed());
    assert.equal(route(), undefined);
    page.snapshot([exchange('a')]);
    page.events('a', ev.attempt({ origin: 'https://api.example' }), ev.failed({ actions: ['switchRoute'] }));
    assert.equal(route(), 'Route: api.example');
    page.snapshot([exchange('a')]);
    page.events('a', ev.route(), ev.attempt({ origin: 'https://backup.example' }), ev.failed());
    assert.equal(route(), 'Route: backup.example');
  });

  it('does not name the route again if its message does', () => {
    const message = 'backup.example is not accepting connections.';
    page.events('a', ev.route(), ev.attempt({ origin: 'https://backup.example' }), ev.failed({ message }));
    assert.equal(route(), undefined);
  });

  for (const [actions, buttons] of [
    [
      ['retryNow', 'switchModel', 'details', 'switchRoute'],
      ['Retry now', 'Switch model', 'Switch route', 'Details'],
    ],
    [
      ['retryNow', 'switchModel', 'checkUrl', 'switchRoute'],
      ['Retry now', 'Switch model', 'Switch route', 'Check URL', 'Details'],
    ],
    [
      ['retryNow', 'checkUrl', 'switchRoute'],
      ['Retry now', 'Check URL', 'Switch route', 'Details'],
    ],
  ] as const) {
    it(`has its buttons in the order ${buttons.join(', ')}`, () => {
      page.events('a', ev.attempt(), ev.failed({ actions }));
      const shown = [...page.one('alert').querySelectorAll('.actions button')].map(({ textContent }) => textContent);
      assert.deepEqual(shown, buttons);
    });
  }
});

describe('failure card of a model that the gateway does not have', () => {
  let page: PanelPage;
  beforeEach(() => (page = new PanelPage()));
  afterEach(() => page.dispose());

  const failed = ev.failed({ kind: 'model', actions: ['switchModel', 'details'] });
  const fail = (): void => {
    page.snapshot([exchange('a')]);
    page.events('a', ev.attempt(), failed);
  };
  const buttons = (): readonly HTMLElement[] => [...page.one('alert').querySelectorAll<HTMLElement>('.actions button')];
  const offer = (...models: readonly string[]): void =>
    page.receive({ type: 'nearestModels', exchangeId: 'a', models });

  it('offers the nearest models before *Switch model*, the nearest most prominently', () => {
    fail();
    assert.deepEqual(page.posted, [{ type: 'findModels', exchangeId: 'a' }]);
    const details = page.one('button', 'Details');
    details.focus();
    for (let repetition = 0; repetition < 2; repetition++) {
      offer('claude-sonnet-4-6', 'claude-sonnet-4-5');
      assert.deepEqual(
        buttons().map(({ textContent, className }) => `${textContent}: ${className}`),
        [
          'claude-sonnet-4-6: button model-choice primary',
          'claude-sonnet-4-5: button model-choice secondary',
          'Switch model: button secondary',
          'Details: button quiet',
        ],
      );
    }
    assert.equal(document.activeElement, details);
    assert.equal(page.one('button', 'claude-sonnet-4-5').title, 'Retry with claude-sonnet-4-5');
  });

  it('retries with the model whose button is clicked', () => {
    fail();
    offer('b');
    page.click('b');
    assert.deepEqual(page.posted.at(-1), { type: 'switchModel', exchangeId: 'a', model: 'b' });
  });

  it('announces only itself, not the models that are added later', () => {
    fail();
    offer('b');
    assert.equal(page.one('button', 'b').parentElement?.getAttribute('aria-live'), 'off');
  });

  it('asks for no models after other faults or in a window that only reads', () => {
    page.snapshot([exchange('a')]);
    page.events('a', ev.attempt(), ev.failed({ kind: 'overloaded', actions: ['switchModel'] }));
    page.snapshot([exchange('a')], { readOnly: true });
    page.events('a', ev.attempt(), failed);
    assert.deepEqual(page.posted, []);
  });
});

describe('details of the failure card', () => {
  let page: PanelPage;
  beforeEach(() => (page = new PanelPage()));
  afterEach(() => page.dispose());

  const fail = (fields: Partial<FailedEvent>, ...earlierEvents: readonly StreamEvent[]): void => {
    page.snapshot([exchange('a')]);
    page.events('a', ...earlierEvents, ev.failed(fields));
  };
  const details = (): HTMLDetailsElement => page.one('alert').querySelector('details')!;
  /** Returns the lines under each heading. */
  const sections = (): Readonly<Record<string, readonly string[]>> => {
    const linesByHeading: Record<string, string[]> = {};
    let lines: string[] = [];
    for (const { tagName, textContent, children } of details().querySelectorAll('dl > *')) {
      if (tagName === 'DT') linesByHeading[textContent] = lines = [];
      else if (children[0]?.tagName === 'OL') lines.push(...[...children[0].children].map((step) => step.textContent));
      else lines.push(textContent);
    }
    return linesByHeading;
  };

  for (const [kind, { cause, remedy, page: name }] of Object.entries(faultAdvice)) {
    it(`state the cause of the fault ${kind} and what to do, and link to the documentation of the fault`, () => {
      fail({ kind: kind as FaultKind, actions: [] }, ev.attempt());
      page.click('Details');
      assert.deepEqual([sections()['Cause'], sections()['What to do']], [[cause], [remedy]]);
      const link = details().querySelector('a')!;
      link.click();
      const href = `https://github.com/holysheep-ai/holysheep-prompt/blob/main/docs/troubleshooting/${name}.md`;
      assert.equal(link.title, href);
      assert.deepEqual(page.posted, [{ type: 'openLink', href }]);
    });
  }

  it('follow a primary button that names the fallback model that may continue the answer', () => {
    const actions = ['continueWithFallback', 'restart', 'continue', 'switchModel'] as const;
    fail({ actions, fallbackModel: 'qwen', text: 'Hel' }, ev.attempt(), ev.text('Hel'));
    const [first, ...others] = page.one('alert').querySelectorAll('.actions button');
    assert.deepEqual([first?.textContent, first?.classList.contains('primary')], ['Continue with qwen', true]);
    assert.equal(others.at(-1)?.textContent, 'Details');
    page.click('Continue with qwen');
    assert.deepEqual(page.posted, [{ type: 'action', exchangeId: 'a', action: 'continueWithFallback' }]);
  });

  it('are opened and closed with *Details* and are not a live region', () => {
    fail({ actions: ['retryNow'] }, ev.attempt());
    const button = page.one('button', 'Details');
    assert.equal(details().open, false);
    assert.equal(details().getAttribute('aria-live'), 'off');
    button.click();
    assert.equal(details().open, true);
    assert.equal(button.getAttribute('aria-expanded'), 'true');
    button.click();
    assert.equal(details().open, false);
    assert.deepEqual(page.posted, []);
  });

  it('show the status, the request id, and the message of the provider as plain text', () => {
    fail({ detail: '<b>no</b>', status: 529, requestId: 'req_7' }, ev.attempt());
    page.click('Details');
    assert.deepEqual(sections()['Provider message'], ['<b>no</b>']);
    const lines = [...details().querySelectorAll('p')].map((line) => line.firstChild?.textContent);
    assert.deepEqual(lines.slice(0, 2), ['Status 529', 'Request ID req_7']);
    page.click('Copy request ID');
    assert.deepEqual(page.posted, [{ type: 'copy', text: 'req_7' }]);
  });

  it('list the attempts and waits before the failure, with the source of each wait', () => {
    const server = ev.waiting({ at: 1500, source: 'server', delayMs: 20_000, hintMs: 20_000, hintFrom: 'retry-after' });
    fail(
      { kind: 'rate-limit', status: 429, at: 22_000 },
      ev.attempt(),
      ev.headers(429),
      ev.ended({ how: 'rate-limit', ms: 500, at: 1500 }),
      server,
      ev.attempt({ attempt: 2, why: 'retry', at: 21_500 }),
      ev.headers(503),
      ev.ended({ attempt: 2, how: 'overloaded', ms: 500, at: 22_000 }),
    );
    assert.deepEqual(sections()['Actions taken'], [
      '2 attempts · 20 s waiting · 21 s total',
      'Attempt 1 with gpt-4o · Status 429 · rate limited',
      'Waited 20 s: rate limited · The gateway said to wait 20 s (retry-after)',
      'Attempt 2 with gpt-4o · Status 503 · overloaded',
    ]);
  });

  it('name the route of each attempt if the turn has used several routes', () => {
    fail(
      {},
      ev.attempt({ origin: 'https://api.example' }),
      ev.ended({ how: 'dns' }),
      ev.route(),
      ev.attempt({ attempt: 2, why: 'switch', origin: 'https://backup.example' }),
      ev.ended({ attempt: 2, how: 'timeout' }),
    );
    assert.deepEqual(sections()['Actions taken']?.slice(1), [
      'Attempt 1 with gpt-4o · Route: api.example · host not found',
      'Attempt 2 with gpt-4o · Route: backup.example · timed out',
    ]);
  });

  it('explain why a permanent fault was not retried', () => {
    fail({ kind: 'auth' }, ev.attempt());
    assert.equal(sections()['Actions taken']?.at(-1), 'No further retry: the same request would fail again.');
  });

  for (const kind of ['rate-limit', 'credit'] as const) {
    it(`explain only that the retry-after exceeds the maximum in the settings: ${kind}`, () => {
      const ended = ev.ended({ how: kind });
      fail({ kind, status: 429, resetsAt: 3_600_000, beyondMaxHint: true }, ev.attempt(), ev.headers(429), ended);
      const explanation =
        'The gateway said to wait longer than holysheep.retry.maxHintMs allows, so the request was not retried.';
      const [, step, ...remaining] = sections()['Actions taken'] ?? [];
      assert.match(step ?? '', /^Attempt 1 /);
      assert.deepEqual(remaining, [explanation]);
    });
  }

  it('state that no request was sent if the turn failed before its first attempt', () => {
    fail({ kind: 'auth', status: undefined, requestId: undefined });
    assert.deepEqual(sections()['Actions taken'], ['No request was sent.']);
  });

  it('state that the partial answer was kept if there is one', () => {
    fail({ kind: 'connection', text: 'Hel' }, ev.attempt(), ev.text('Hel'));
    assert.equal(sections()['Actions taken']?.at(-1), 'The partial answer was kept.');
    assert.equal(page.part('answer')?.textContent, 'Hel');
  });

  it('stay on the card of an earlier failure, but without buttons', () => {
    fail({}, ev.attempt());
    page.receive({ type: 'exchange', exchange: exchange('b') });
    const old = page.all('article', 'Assistant')[0]!;
    assert.equal(old.querySelector('.failure-card summary')?.textContent, 'Details');
    assert.deepEqual([...old.querySelectorAll('button')], []);
  });
});
