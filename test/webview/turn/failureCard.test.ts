import assert from 'node:assert/strict';
import type { FailedEvent, StreamEvent } from '../../../src/engine/events/events';
import { faultTable } from '../../../src/engine/faults/faultTable';
import { faultAdvice } from '../../../src/host/ui/faultAdvice';
import { type FaultKind, initialTurn, reduceTurn } from '../../../src/shared/protocol';
import { ev } from '../panel/support/events';
import { exchange, usePage, type PanelPage } from '../panel/support/panelPage';
import { rowsOf, valuesOf } from '../../support/valuesOf';
import { refOf } from '../../support/gatewayRef';

let page: PanelPage;
const fail = (fields: Partial<FailedEvent> = {}, ...earlierEvents: readonly StreamEvent[]): void => {
  page.snapshot([exchange('a')]);
  page.events('a', ...(earlierEvents.length > 0 ? earlierEvents : [ev.attempt()]), ev.failed(fields));
};
const buttons = (): readonly HTMLElement[] => [...page.one('alert').querySelectorAll<HTMLElement>('.actions > button')];

describe('failure card', () => {
  usePage((opened) => (page = opened));

  it('names the gateway that failed if the turn has switched gateways', () => {
    fail({}, ev.gateway(), ev.attempt({ gateway: refOf('https://backup.example') }));
    assert.equal(page.one('alert').querySelector('.provenance')?.textContent, 'Gateway: backup.example');
  });

  it('loses its buttons when a later turn fails without a request', () => {
    const limited = ev.failed({ kind: 'rate-limit', message: 'Rate limited.', actions: ['retryNow'] });
    const state = reduceTurn(initialTurn, limited);
    page.snapshot([exchange('a', { state }), exchange('b', { state })]);
    const cards = [...page.root.querySelectorAll('.failure-card')];
    assert.deepEqual(
      cards.map((card) => [card.classList.contains('past'), card.querySelectorAll('.actions button').length]),
      [
        [true, 0],
        [false, 1],
      ],
    );
  });

  it('shows the first two actions as buttons and the others in a menu', () => {
    fail({ actions: ['openBilling', 'switchModel', 'networkSettings', 'moreRoom', 'switchGateway'] });
    assert.deepEqual(
      buttons().map(({ textContent, className }) => `${textContent}: ${className}`),
      ['Open billing: button primary', 'Switch model: button secondary', ': button quiet icon-button'],
    );
    for (const button of buttons()) button.click();
    const items = page.all('menuitem').slice(0, 3);
    assert.deepEqual(valuesOf(items, 'textContent'), [
      'Proxy and certificate settings',
      'Retry with more room',
      'Switch gateway',
    ]);
    for (const item of items) item.click();
    const actions = page.posted.map((message) => message.type === 'action' && message.action);
    assert.deepEqual(actions, ['openBilling', 'switchModel', 'networkSettings', 'moreRoom', 'switchGateway']);
  });

  it('adds the actions of the answer to its menu', () => {
    fail({ actions: ['openBilling', 'switchModel', 'retryNow'] });
    page.click('More actions');
    const captions = ['Retry now', 'Copy request as code…', 'Export…', 'Branch from here', 'Delete turn'];
    assert.deepEqual(valuesOf(page.all('menuitem'), 'textContent'), captions);
  });

  it('names the next gateway in its first button if that button switches the gateway', () => {
    const next = { nextGateway: { id: 'https://openrouter.ai/api/v1', label: 'OpenRouter' } };
    fail({ kind: 'rate-limit', actions: ['switchGateway', 'retryNow'], ...next });
    assert.deepEqual([buttons()[0]?.textContent, buttons()[0]?.className], ['Use OpenRouter', 'button primary']);
    page.click('Use OpenRouter');
    assert.deepEqual(page.posted.at(-1), { type: 'action', answerId: 'a', action: 'switchGateway' });
    fail({ kind: 'rate-limit', actions: ['retryNow', 'switchGateway'], ...next });
    assert.equal(buttons()[1]?.textContent, 'Switch gateway');
  });

  it('shows *Retry now* in its menu if its first button is *Set API key*', () => {
    fail({ kind: 'auth', actions: faultTable.keyRejected.actions });
    assert.deepEqual([page.all('button', 'Retry now'), buttons()[0]?.className], [[], 'button primary']);
    page.click('More actions');
    assert.equal(page.all('menuitem')[0]?.textContent, 'Retry now');
  });

  it('does not highlight *Retry now* if the same request would fail again', () => {
    const { kind, actions } = faultTable.requestRejected;
    fail({ kind, actions });
    assert.deepEqual(
      buttons().map(({ textContent, className }) => `${textContent}: ${className}`),
      ['Retry now: button secondary'],
    );
  });

  it('has a highlighted button that names the fallback model', () => {
    const actions = ['continueWithFallback', 'restart', 'continue', 'switchModel'] as const;
    fail({ actions, fallbackModel: 'qwen', text: 'Hel' }, ev.attempt(), ev.text('Hel'));
    assert.deepEqual([buttons()[0]?.textContent, buttons()[0]?.className], ['Continue with qwen', 'button primary']);
    page.click('Continue with qwen');
    assert.deepEqual(page.posted, [{ type: 'action', answerId: 'a', action: 'continueWithFallback' }]);
  });

  it('loses its buttons when another turn has started', () => {
    fail();
    page.add('b');
    page.events('b', ev.attempt(), ev.failed({ message: 'Again.' }));
    assert.equal(page.one('alert').querySelector('p')?.textContent, 'Again.');
    const old = page.all('article', 'Assistant')[0]!;
    assert.equal(old.querySelector('.failure-card p')?.textContent, 'The model is overloaded.');
    assert.equal(old.querySelector('.failure-card summary')?.textContent, 'Details');
    assert.deepEqual([...old.querySelectorAll('.actions button')], []);
  });

  it('is removed when the turn is retried', () => {
    fail();
    page.update('a');
    assert.deepEqual(page.all('alert'), []);
    assert.ok(page.one('button', 'Stop'));
  });
});

describe('similar models in a failure card', () => {
  usePage((opened) => (page = opened));

  const failed = { kind: 'model', actions: ['switchModel'] } as const;
  const offer = (...models: readonly string[]): void => page.receive({ type: 'reply', request: 1, value: models });

  it('are offered before *Switch model* if the gateway does not have the requested model', () => {
    fail(failed);
    assert.deepEqual(page.posted, [{ type: 'findModels', answerId: 'a', request: 1 }]);
    page.one('button', 'Switch model').focus();
    for (let repetition = 0; repetition < 2; repetition++) offer('claude-sonnet-4-6', 'claude-sonnet-4-5');
    assert.deepEqual(rowsOf(buttons(), 'textContent', 'title'), [
      ['claude-sonnet-4-6', 'Retry with claude-sonnet-4-6'],
      ['claude-sonnet-4-5', 'Retry with claude-sonnet-4-5'],
      ['Switch model', ''],
    ]);
    assert.equal(buttons()[0]?.parentElement?.getAttribute('aria-live'), 'off');
    assert.equal(document.activeElement, page.one('button', 'Switch model'));
    page.click('claude-sonnet-4-5');
    assert.deepEqual(page.posted.at(-1), { type: 'switchModel', answerId: 'a', model: 'claude-sonnet-4-5' });
  });

  it('are not requested if the request failed for a reason other than a missing model', () => {
    fail({ kind: 'overloaded', actions: ['switchModel'] });
    assert.deepEqual(page.posted, []);
  });

  it('are not requested on a read-only page', () => {
    page.snapshot([exchange('a')], { readOnly: true });
    page.events('a', ev.attempt(), ev.failed(failed));
    assert.deepEqual(page.posted, []);
  });
});

describe('details of the failure card', () => {
  usePage((opened) => (page = opened));

  const details = (): HTMLDetailsElement => page.one('alert').querySelector('details')!;
  /** Returns the lines of the details by the heading above them. */
  const sections = (): Readonly<Record<string, readonly string[]>> => {
    const linesByHeading: Record<string, string[]> = {};
    let lines: string[] = [];
    for (const { tagName, textContent } of details().querySelectorAll('dl > *')) {
      if (tagName === 'DT') linesByHeading[textContent] = lines = [];
      else lines.push(textContent);
    }
    return linesByHeading;
  };

  for (const [kind, { cause, remedy, page: name }] of Object.entries(faultAdvice)) {
    it(`explain the fault “${kind}” and link to its documentation`, () => {
      fail({ kind: kind as FaultKind, actions: [] });
      assert.deepEqual([sections()['Cause'], sections()['What to do']], [[cause], [remedy, 'Learn more']]);
      const link = details().querySelector('a')!;
      link.click();
      const href = `https://github.com/holysheep-ai/holysheep-prompt/blob/main/docs/troubleshooting/${name}.md`;
      assert.equal(link.title, href);
      assert.deepEqual(page.posted, [{ type: 'openLink', href }]);
    });
  }

  it('are closed at first', () => {
    fail();
    assert.deepEqual([details().open, details().getAttribute('aria-live')], [false, 'off']);
  });

  it('show the status, the request ID and the message of the provider', () => {
    fail({ detail: '<b>no</b>', status: 529, requestId: 'req_7' });
    details().open = true;
    assert.deepEqual(sections()['Provider message'], ['<b>no</b>']);
    const lines = [...details().querySelectorAll('p')].map((line) => line.firstChild?.textContent);
    assert.deepEqual(lines, ['Status 529', 'Request ID req_7']);
    page.click('Copy request ID');
    assert.deepEqual(page.posted, [{ type: 'copy', text: 'req_7' }]);
  });

  it('contain the timeline if a request was sent', () => {
    const open = (): string | undefined => {
      details().open = true;
      details().dispatchEvent(new page.window.Event('toggle'));
      return details().querySelector('.timeline-body')?.textContent;
    };
    fail({ kind: 'rate-limit' }, ev.attempt(), ev.waiting(), ev.attempt({ attempt: 2, why: 'retry', at: 5300 }));
    assert.match(open() ?? '', /gpt-4o.*rate limited/s);
    const earlier = [ev.attempt(), ev.stopped('')].reduce(reduceTurn, initialTurn);
    page.snapshot([exchange('a', { state: { ...initialTurn, previousSegments: [earlier] } })]);
    page.events('a', ev.failed({ attempt: 0 }));
    assert.match(open() ?? '', /gpt-4o/);
    page.snapshot([exchange('a')]);
    page.events('a', ev.failed({ attempt: 0 }));
    assert.equal(open(), undefined);
  });

  const lastLines: Readonly<
    Record<string, { readonly fields: Partial<FailedEvent>; readonly events?: readonly StreamEvent[] }>
  > = {
    'No further retry: the same request would fail again.': { fields: { kind: 'auth' } },
    'The gateway requested a longer wait than holysheep.retry.maxHintMs allows, so the request was not retried.': {
      fields: { kind: 'credit', beyondMaxHint: true },
    },
    'No request was sent.': { fields: { kind: 'auth' }, events: [ev.waiting()] },
    'The partial answer was kept.': {
      fields: { kind: 'connection', text: 'Hel' },
      events: [ev.attempt(), ev.text('Hel')],
    },
  };
  for (const [line, { fields, events = [] }] of Object.entries(lastLines)) {
    it(`end with the explanation “${line}”`, () => {
      fail(fields, ...events);
      assert.equal(sections()['Actions taken']?.at(-1), line);
    });
  }
});
