import assert from 'node:assert/strict';
import { ev } from './support/events';
import { connected, exchange, PanelPage } from './support/panelPage';

describe('around the conversation', () => {
  let page: PanelPage;
  beforeEach(() => (page = new PanelPage()));
  afterEach(() => page.dispose());

  const keyless = { ...connected, hasKey: false };

  it('names the model and the host that answer, and offers another', () => {
    page.snapshot();
    page.click('Model: gpt-4o api.example');
    assert.deepEqual(page.posted, [{ type: 'selectModel' }]);
    page.receive({ type: 'connection', connection: { ...connected, model: 'deepseek-v3' }, suggestions: [] });
    assert.ok(page.one('button', 'Model: deepseek-v3 api.example'));
  });

  it('offers prompts in an empty conversation, and none in another', () => {
    const suggestions = [{ id: 'demo-429', label: 'Rate limit' }];
    page.snapshot([], { suggestions });
    page.click('Rate limit');
    assert.deepEqual(page.posted, [{ type: 'askSuggestion', id: 'demo-429' }]);
    page.receive({ type: 'exchange', exchange: exchange('a') });
    assert.deepEqual(page.all('button', 'Rate limit'), []);
    page.snapshot([], { suggestions });
    assert.ok(page.one('button', 'Rate limit'));
  });

  it('leaves the focus on an offer that is still the same', () => {
    const suggestions = [{ id: 'demo-429', label: 'Rate limit' }];
    page.snapshot([], { suggestions });
    page.one('button', 'Rate limit').focus();
    page.receive({ type: 'connection', connection: { ...connected, model: 'deepseek-v3' }, suggestions });
    assert.equal(page.window.document.activeElement, page.one('button', 'Rate limit'));
    page.receive({ type: 'connection', connection: connected, suggestions: [{ id: 'slow', label: 'Slow' }] });
    assert.deepEqual([page.all('button', 'Rate limit').length, page.all('button', 'Slow').length], [0, 1]);
  });

  it('offers earlier conversations in an empty one', () => {
    page.snapshot();
    page.click('History');
    assert.deepEqual(page.posted, [{ type: 'openHistory' }]);
  });

  it('asks for a key once, with the demo as the other way', () => {
    page.snapshot([], { connection: keyless });
    assert.match(page.one('log').textContent, /No API key for api\.example/);
    page.click('Set API key');
    page.click('Open the offline demo');
    assert.deepEqual(page.posted, [{ type: 'setApiKey' }, { type: 'openDemo' }]);
  });

  it('asks for a key once beside a conversation', () => {
    page.snapshot([exchange('a')], { connection: keyless });
    assert.ok(page.one('button', 'Set API key'));
    assert.equal(page.one('log').querySelector('.notice'), null);
    page.events('a', ev.attempt(), ev.failed({ kind: 'auth', actions: ['setApiKey'] }));
    assert.ok(page.one('alert').contains(page.one('button', 'Set API key')));
    page.receive({ type: 'exchange', exchange: exchange('b') });
    assert.equal(page.one('log').contains(page.one('button', 'Set API key')), false);
  });

  it('does not ask for a key that is there', () => {
    page.snapshot([], { connection: keyless });
    page.receive({ type: 'connection', connection: connected, suggestions: [] });
    assert.deepEqual(page.all('button', 'Set API key'), []);
  });

  it('says that the demo answers, and leaves it', () => {
    page.snapshot([], { connection: { ...keyless, demo: true } });
    assert.deepEqual(page.all('button', 'Set API key'), []);
    page.click('Leave the demo');
    assert.deepEqual(page.posted, [{ type: 'leaveDemo' }]);
  });

  it('says to a screen reader what starts, waits and ends, and not the words', () => {
    page.snapshot([exchange('a')]);
    const said = [
      ev.attempt(),
      ev.waiting(),
      ev.attempt({ attempt: 2, why: 'retry' }),
      ev.text('Hi'),
      ev.done('Hi'),
    ].map((event) => {
      page.events('a', event);
      return page.announced;
    });
    assert.deepEqual(said, [
      'Waiting for the answer',
      'Rate limited. Retrying in 4.1 s',
      'Rate limited. Retrying in 4.1 s',
      'Rate limited. Retrying in 4.1 s',
      'Answer complete',
    ]);
    assert.equal(page.root.querySelector('[aria-live="polite"]')?.hasAttribute('role'), false);
  });

  it('says that a turn starts also when it goes on with an answer, and how a network that is away ends the wait', () => {
    page.snapshot([exchange('a')]);
    page.events('a', ev.attempt({ why: 'resume', how: 'continue' }));
    assert.equal(page.announced, 'Waiting for the answer');
    page.events('a', ev.offline());
    assert.equal(page.announced, 'You appear to be offline. Resumes automatically when the network is back');
  });

  const goingOn = [
    ['continue', 'Connection lost. Getting the rest of the answer…'],
    ['prefill', 'Connection lost. Getting the rest of the answer…'],
    ['restart', 'Connection lost. Restarting the answer. The current text stays until the new answer is longer.'],
    [undefined, 'Connection lost. Waiting for the answer'],
  ] as const;
  for (const [how, words] of goingOn) {
    it(`says once why an answer broke off and what is done (${how ?? 'asked again'}), and that it goes on`, () => {
      page.snapshot([exchange('a')]);
      const heard = [
        ev.attempt(),
        ev.text('Hi'),
        ev.cut(),
        ev.attempt({ attempt: 2, why: 'resume', how }),
        ev.attempt({ attempt: 3, why: 'resume', how }),
        ev.resumed(),
      ].map((event) => {
        page.events('a', event);
        return page.announced;
      });
      const started = 'Waiting for the answer';
      assert.deepEqual(heard, [started, started, started, words, words, 'Answer resumed']);
    });
  }

  it('leaves it to the wait to say why an answer broke off', () => {
    page.snapshot([exchange('a')]);
    page.events('a', ev.attempt(), ev.text('Hi'), ev.cut(), ev.waiting());
    const wait = page.announced;
    page.events('a', ev.attempt({ attempt: 2, why: 'resume', how: 'continue' }));
    assert.equal(page.announced, wait);
    page.events('a', ev.resumed());
    assert.equal(page.announced, 'Answer resumed');
  });

  it('says nothing of what is replayed', () => {
    page.snapshot([exchange('a')]);
    assert.equal(page.announced, '');
  });
});
