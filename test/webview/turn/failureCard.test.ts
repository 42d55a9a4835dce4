import assert from 'node:assert/strict';
import type { FailedEvent, StreamEvent } from '../../../src/engine/events';
import { faultAdvice } from '../../../src/host/panel/faultAdvice';
import type { FaultKind } from '../../../src/shared/protocol';
import { ev } from '../panel/support/events';
import { exchange, PanelPage } from '../panel/support/panelPage';

describe('the details of a failure', () => {
  let page: PanelPage;
  beforeEach(() => (page = new PanelPage()));
  afterEach(() => page.dispose());

  const fail = (more: Partial<FailedEvent>, ...before: readonly StreamEvent[]): void => {
    page.snapshot([exchange('a')]);
    page.events('a', ...before, ev.failed(more));
  };
  const details = (): HTMLDetailsElement => page.one('alert').querySelector('details')!;
  /** What stands under each heading. */
  const parts = (): Readonly<Record<string, readonly string[]>> => {
    const found: Record<string, string[]> = {};
    let under: string[] = [];
    for (const { tagName, textContent, children } of details().querySelectorAll('dl > *')) {
      if (tagName === 'DT') found[textContent] = under = [];
      else if (children[0]?.tagName === 'OL') under.push(...[...children[0].children].map((step) => step.textContent));
      else under.push(textContent);
    }
    return found;
  };

  for (const [kind, { cause, remedy, page: name }] of Object.entries(faultAdvice)) {
    it(`say of ${kind} what causes it and what to do, and have the page about it`, () => {
      fail({ kind: kind as FaultKind, actions: [] }, ev.attempt());
      page.click('Details');
      assert.deepEqual([parts()['Cause'], parts()['What to do']], [[cause], [remedy]]);
      const link = details().querySelector('a')!;
      link.click();
      const href = `https://github.com/holysheep-ai/holysheep-prompt/blob/main/docs/troubleshooting/${name}.md`;
      assert.equal(link.title, href);
      assert.deepEqual(page.posted, [{ type: 'openLink', href }]);
    });
  }

  it('are opened and closed by their button, and read to nobody who has not opened them', () => {
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

  it('have the words of the provider as they are, status and request id', () => {
    fail({ detail: '<b>no</b>', status: 529, requestId: 'req_7' }, ev.attempt());
    page.click('Details');
    assert.deepEqual(parts()['Provider message'], ['<b>no</b>']);
    const lines = [...details().querySelectorAll('p')].map((line) => line.firstChild?.textContent);
    assert.deepEqual(lines.slice(0, 2), ['Status 529', 'Request ID req_7']);
    page.click('Copy request ID');
    assert.deepEqual(page.posted, [{ type: 'copy', text: 'req_7' }]);
  });

  it('tell each attempt and each wait before it, and where the wait came from', () => {
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
    assert.deepEqual(parts()['What was done'], [
      '2 attempts · 20 s waiting · 21 s total',
      'Attempt 1 with gpt-4o · Status 429 · rate limited',
      'Waited 20 s: rate limited · The gateway asked for a wait of 20 s (retry-after)',
      'Attempt 2 with gpt-4o · Status 503 · overloaded',
    ]);
  });

  it('say why what would fail again was not tried again', () => {
    fail({ kind: 'auth' }, ev.attempt());
    assert.equal(parts()['What was done']?.at(-1), 'Not retried: the same request would fail again.');
  });

  for (const kind of ['rate-limit', 'credit'] as const) {
    it(`say of ${kind} that the server asked for longer than the settings wait, and nothing else`, () => {
      const ended = ev.ended({ how: kind });
      fail({ kind, status: 429, resetsAt: 3_600_000, beyondMaxHint: true }, ev.attempt(), ev.headers(429), ended);
      const why =
        'The gateway asked for a longer wait than holysheep.retry.maxHintMs allows, so the request was not retried.';
      const [, step, ...rest] = parts()['What was done'] ?? [];
      assert.match(step ?? '', /^Attempt 1 /);
      assert.deepEqual(rest, [why]);
    });
  }

  it('say that nothing was sent', () => {
    fail({ kind: 'auth', status: undefined, requestId: undefined });
    assert.deepEqual(parts()['What was done'], ['No request was sent.']);
  });

  it('say that what had arrived is kept', () => {
    fail({ kind: 'connection', text: 'Hel' }, ev.attempt(), ev.text('Hel'));
    assert.equal(parts()['What was done']?.at(-1), 'The partial answer was kept.');
    assert.equal(page.part('answer')?.textContent, 'Hel');
  });

  it('stay with a failure of the past, without a button', () => {
    fail({}, ev.attempt());
    page.receive({ type: 'exchange', exchange: exchange('b') });
    const old = page.all('article', 'Assistant')[0]!;
    assert.equal(old.querySelector('.failure-card summary')?.textContent, 'Details');
    assert.deepEqual([...old.querySelectorAll('button')], []);
  });
});
