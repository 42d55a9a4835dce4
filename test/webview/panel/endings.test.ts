import assert from 'node:assert/strict';
import type { FailedEvent } from '../../../src/protocol';
import { initialTurn, reduce } from '../../../src/protocol';
import { ev } from './support/events';
import { exchange, PanelPage } from './support/panelPage';

describe('the failure card', () => {
  let page: PanelPage;
  beforeEach(() => (page = new PanelPage()));
  afterEach(() => page.dispose());

  const fail = (more: Partial<FailedEvent> = {}): void => {
    page.snapshot([exchange('a')]);
    page.events('a', ev.attempt(), ev.failed(more));
  };

  it('has the actions that are given, in their order, and posts them', () => {
    fail({ actions: ['openBilling', 'switchModel', 'networkSettings', 'newConversation'] });
    const buttons = [...page.one('alert').querySelectorAll('button')];
    assert.deepEqual(
      buttons.map((button) => button.textContent),
      ['Open billing', 'Switch model', 'Proxy and certificate settings', 'New conversation'],
    );
    for (const button of buttons) button.click();
    assert.deepEqual(
      page.posted.map((message) => message.type === 'action' && message.action),
      ['openBilling', 'switchModel', 'networkSettings', 'newConversation'],
    );
  });

  it('opens its details itself', () => {
    fail({ detail: '<b>no</b>', status: 529, requestId: 'req_7' });
    const details = page.one('alert').querySelector('details')!;
    page.click('Details');
    assert.equal(details.open, true);
    assert.deepEqual(
      [...details.querySelectorAll('p')].map((line) => line.textContent),
      ['<b>no</b>', 'Status 529', 'Request id req_7'],
    );
    assert.deepEqual(page.posted, []);
  });

  it('has no Details when there are none', () => {
    fail({ status: undefined, requestId: undefined });
    assert.deepEqual(page.all('button', 'Details'), []);
    assert.equal(page.one('alert').querySelector('details'), null);
  });

  it('is text alone once another turn has begun', () => {
    fail();
    page.receive({ type: 'exchange', exchange: exchange('b') });
    page.events('b', ev.attempt(), ev.failed({ message: 'Again.' }));
    assert.equal(page.one('alert').querySelector('p')?.textContent, 'Again.');
    assert.ok(page.one('button', 'Retry now'));
    const old = page.all('article', 'Assistant')[0]!;
    assert.equal(old.querySelector('.failure-card p')?.textContent, 'The model is overloaded.');
    assert.deepEqual([...old.querySelectorAll('button')], []);
  });

  it('goes when the turn is tried again', () => {
    fail();
    page.receive({ type: 'exchange', exchange: exchange('a') });
    assert.deepEqual(page.all('alert'), []);
    assert.ok(page.one('button', 'Stop'));
  });
});

describe('after the end', () => {
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
  const quietLine = (): string | undefined => page.root.querySelector('.timeline summary')?.textContent;

  it('a bumpy success says so in one line that opens into the timeline', () => {
    page.events('a', ...retried, ev.done('Hi', { at: 44_000 }));
    assert.equal(quietLine(), 'Answered after 3 attempts, 41 s of waiting');
    const timeline = page.root.querySelector('.timeline')!;
    assert.equal(timeline.hasAttribute('open'), false);
    assert.deepEqual(
      [...timeline.querySelectorAll('li')].map((line) => [...line.children].map((part) => part.textContent)),
      [
        ['+0 s', 'Attempt 1 with gpt-4o'],
        ['+0.5 s', 'Waiting: Rate limited.'],
        ['+21 s', 'Attempt 2 with gpt-4o'],
        ['+1.1 s', 'Status 200'],
        ['+21 s', 'Waiting: Rate limited.'],
        ['+42 s', 'Attempt 3 with gpt-4o'],
        ['+43 s', 'First token'],
        ['+44 s', 'End'],
      ],
    );
  });

  it('a success without waiting counts the attempts alone', () => {
    page.events('a', ev.attempt(), ev.attempt({ attempt: 2, why: 'replay' }), ev.text('Hi'), ev.done('Hi'));
    assert.equal(quietLine(), 'Answered after 2 attempts');
  });

  it('a success that had to wait before its first attempt says the time alone', () => {
    page.events('a', ev.waiting({ at: 0, attempt: 1 }), ev.attempt({ at: 3000 }), ev.text('Hi'), ev.done('Hi'));
    assert.equal(quietLine(), 'Answered after 3 s of waiting');
  });

  it('a smooth success has no timeline', () => {
    page.events('a', ev.attempt(), ev.text('Hi'), ev.done('Hi'));
    assert.equal(quietLine(), undefined);
  });

  it('a failure after several attempts has its timeline', () => {
    page.events('a', ...retried, ev.failed());
    assert.equal(quietLine(), 'Timeline');
  });

  for (const [how, words] of [
    ['prefill', 'Went on where it had stopped'],
    ['continue', 'Went on where it had stopped'],
    ['restart', 'Started again'],
  ] as const) {
    it(`the timeline says how an answer went on: ${how}`, () => {
      const again = ev.attempt({ attempt: 2, why: 'resume', how });
      page.events('a', ev.attempt(), ev.text('Hi'), ev.cut(), again, ev.resumed({ how }), ev.done('Hi'));
      const lines = [...page.root.querySelectorAll('.timeline li')].map((line) => line.lastChild?.textContent);
      assert.deepEqual(lines.slice(-2), [words, 'End']);
    });
  }

  it('the footer tells tokens and times', () => {
    page.events('a', ev.attempt({ at: 1000 }), ev.text('Hi', 1800), ev.usage(), ev.done('Hi', { at: 3000 }));
    assert.deepEqual(
      [...page.root.querySelectorAll('.turn-footer span')].map((fact) => fact.textContent),
      ['12 tokens in, 12.3K out', 'first token 0.8 s, total 2 s'],
    );
  });

  it('Copy posts the Markdown of the whole answer, and says so for a moment', () => {
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
    it(`Copy posts what there is of a ${name} answer`, () => {
      page.events('a', ev.attempt(), ev.text('Hi'), end);
      page.click('Copy');
      assert.deepEqual(page.posted, [{ type: 'copy', text: 'Hi' }]);
    });
  }

  it('there is no Copy without an answer', () => {
    page.events('a', ev.attempt(), ev.failed());
    assert.deepEqual(page.all('button', 'Copy'), []);
  });

  it('only the latest stopped turn offers to go on', () => {
    const stopped = [ev.attempt(), ev.text('Hi'), ev.stopped('Hi')].reduce(reduce, initialTurn);
    page.snapshot([exchange('a', { state: stopped }), exchange('b', { state: stopped })]);
    assert.ok(page.one('button', 'Restart answer'));
    assert.equal(page.root.querySelectorAll('.outcome').length, 2);
  });
});
