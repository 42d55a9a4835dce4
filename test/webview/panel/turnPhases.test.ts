import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events';
import type { TurnPhase } from '../../../src/engine/state/turnState';
import { markInterrupted } from '../../../src/engine/state/turnState';
import { reduceTurn, initialTurn } from '../../../src/shared/protocol';
import { ev } from './support/events';
import { exchange, PanelPage } from './support/panelPage';

interface Row {
  readonly events: readonly StreamEvent[];
  readonly phase: TurnPhase;
  readonly answer: string;
  readonly progress: string;
  /** Names of the visible buttons, except the permanent ones. */
  readonly buttons: readonly string[];
  readonly cards: readonly ('status' | 'alert' | 'timer')[];
}

const start = ev.attempt();
const regenerateButtons = ['Regenerate', 'Regenerate with another model…'];
const waitButtons = ['Retry now', 'Stop', 'Switch model'];
const rows: Readonly<Record<string, Row>> = {
  'before the first attempt': row([], 'connecting', '', 'Connecting to api.example…', ['Stop']),
  connecting: row([start, ev.headers()], 'connecting', '', 'Connecting to api.example…', ['Stop']),
  'connecting and quiet': row([start, ev.quiet()], 'connecting', '', 'Still waiting for the first token (10 s)', [
    'Stop',
  ]),
  reasoning: row([start, ev.reasoning('hm')], 'streaming', '', '', ['Stop']),
  streaming: row([start, ev.text('Hel'), ev.text('lo')], 'streaming', 'Hello', '', ['Stop']),
  'streaming and quiet': row(
    [start, ev.text('Hel'), ev.quiet()],
    'streaming',
    'Hel',
    'Last token 10 s ago, still connected',
    ['Stop'],
  ),
  waiting: row([start, ev.waiting()], 'waiting', '', '', waitButtons, ['status', 'timer']),
  'stream broken, not retried yet': row([start, ev.text('Hel'), ev.cut()], 'streaming', 'Hel', '', ['Stop']),
  'waiting after the stream broke': row(
    [start, ev.text('Hel'), ev.cut(), ev.waiting()],
    'waiting',
    'Hel',
    '',
    waitButtons,
    ['status', 'timer'],
  ),
  'waiting with a further action': row(
    [start, ev.waiting({ actions: ['retryNow', 'checkUrl', 'details'] })],
    'waiting',
    '',
    '',
    [...waitButtons, 'Check URL'],
    ['status', 'timer'],
  ),
  'waiting for a circuit breaker': row(
    [start, ev.waiting({ reason: 'breaker', actions: ['retryNow', 'tryAnyway', 'switchModel'] })],
    'waiting',
    '',
    '',
    [...waitButtons, 'Try anyway'],
    ['status', 'timer'],
  ),
  offline: row([start, ev.offline()], 'offline', '', '', ['Send when online', ...waitButtons], ['status', 'timer']),
  'resuming after the stream broke': row(
    [start, ev.text('Hel'), ev.cut(), ev.attempt({ attempt: 2, why: 'resume' })],
    'resuming',
    'Hel',
    'Getting the rest of the answer…',
    ['Stop'],
  ),
  'resuming and quiet': row(
    [start, ev.text('Hel'), ev.cut(), ev.attempt({ attempt: 2, why: 'resume' }), ev.quiet()],
    'resuming',
    'Hel',
    'Still waiting for the rest of the answer (10 s)',
    ['Stop'],
  ),
  'restarting and quiet': row(
    [start, ev.text('Hel'), ev.cut(), ev.attempt({ attempt: 2, why: 'resume', how: 'restart' }), ev.quiet()],
    'resuming',
    'Hel',
    'Still waiting for the new answer (10 s). The current text stays until the new answer is longer.',
    ['Stop'],
  ),
  restarting: row(
    [start, ev.text('Hel'), ev.cut(), ev.attempt({ attempt: 2, why: 'resume', how: 'restart' })],
    'resuming',
    'Hel',
    'Restarting the answer. The current text stays until the new answer is longer.',
    ['Stop'],
  ),
  'resumed after the stream broke': row(
    [start, ev.text('Hel'), ev.cut(), ev.resumed(), ev.text('lo')],
    'streaming',
    'Hello',
    '',
    ['Stop'],
  ),
  'replaced by a restarted answer': row(
    [start, ev.text('Hel'), ev.cut(), ev.replaced('Howdy')],
    'streaming',
    'Howdy',
    '',
    ['Stop'],
  ),
  done: row([start, ev.text('Hello'), ev.done('Hello')], 'done', 'Hello', '', [
    'Copy',
    'Get code…',
    ...regenerateButtons,
  ]),
  'done at the token limit': row(
    [start, ev.text('Hel'), ev.done('Hel', { finishReason: 'length' })],
    'done',
    'Hel',
    '',
    ['Continue', 'Restart answer', 'Copy', 'Get code…'],
  ),
  stopped: row([start, ev.text('Hel'), ev.stopped('Hel')], 'stopped', 'Hel', '', [
    'Continue',
    'Restart answer',
    'Copy',
    'Get code…',
  ]),
  'stopped before any text': row([start, ev.stopped('')], 'stopped', '', '', ['Restart answer']),
  failed: row([start, ev.failed()], 'failed', '', '', ['Retry now', 'Switch model', 'Details'], ['alert']),
  'failed with a partial answer': row(
    [start, ev.text('Hel'), ev.cut(), ev.failed({ text: 'Hel', actions: ['setApiKey', 'continue', 'restart'] })],
    'failed',
    'Hel',
    '',
    ['Continue', 'Restart answer', 'Set API key', 'Details', 'Copy', 'Get code…'],
    ['alert'],
  ),
};

function row(
  events: readonly StreamEvent[],
  phase: TurnPhase,
  answer: string,
  progress: string,
  buttons: readonly string[],
  cards: Row['cards'] = [],
): Row {
  return { events, phase, answer, progress, buttons, cards };
}

const permanentButtons = ['Model: gpt-4o api.example', 'Send', 'Edit', 'Copy prompt', 'Attach context'];

describe('page that shows turns', () => {
  let page: PanelPage;
  beforeEach(() => (page = new PanelPage()));
  afterEach(() => page.dispose());

  const assertShows = ({ phase, answer, progress, buttons, cards }: Row): void => {
    assert.equal(page.one('article', 'Assistant').dataset['state'], phase);
    assert.equal(page.part('answer')?.textContent, answer);
    assert.equal(page.part('progress')?.textContent, progress);
    assert.deepEqual(
      page
        .buttons()
        .filter((name) => !permanentButtons.includes(name))
        .sort(),
      [...buttons].sort(),
    );
    const visibleCards = (['status', 'timer', 'alert'] as const).filter((role) => page.all(role).length > 0);
    assert.deepEqual(
      visibleCards,
      ['status', 'timer', 'alert'].filter((role) => cards.some((card) => card === role)),
    );
  };

  for (const [name, expected] of Object.entries(rows)) {
    it(`shows the turn state “${name}” when the events arrive one by one`, () => {
      page.snapshot([exchange('a')]);
      for (const event of expected.events) page.events('a', event);
      assertShows(expected);
    });
    it(`shows the turn state “${name}” when the events arrive in one batch`, () => {
      page.snapshot([exchange('a')]);
      page.events('a', ...expected.events);
      assertShows(expected);
    });
    it(`shows the turn state “${name}” of a snapshot`, () => {
      page.snapshot([exchange('a', { state: expected.events.reduce(reduceTurn, initialTurn) })]);
      assertShows(expected);
    });
  }

  it('shows an interrupted turn with *Continue* and *Restart answer*', () => {
    const state = markInterrupted([start, ev.text('Hel')].reduce(reduceTurn, initialTurn));
    page.snapshot([exchange('a', { state })]);
    assertShows(row([], 'interrupted', 'Hel', '', ['Continue', 'Restart answer', 'Copy', 'Get code…']));
    page.click('Restart answer');
    page.click('Continue');
    assert.deepEqual(page.posted, [
      { type: 'action', exchangeId: 'a', action: 'restart' },
      { type: 'action', exchangeId: 'a', action: 'continue' },
    ]);
  });

  it('has one element with the role log, one text field, and an article for each prompt and each answer', () => {
    page.snapshot([exchange('a', { state: [start, ev.done('Hi')].reduce(reduceTurn, initialTurn) }), exchange('b')]);
    assert.equal(page.one('log', 'Conversation').getAttribute('aria-live'), 'off');
    assert.ok(page.one('textbox', 'Prompt'));
    assert.deepEqual(
      page.all('article').map((article) => article.getAttribute('aria-label')),
      ['You', 'Assistant', 'You', 'Assistant'],
    );
  });

  it('says that a queued turn has not started, and keeps the *Stop* button of the running turn', () => {
    page.snapshot([exchange('a'), exchange('b', { queued: true })]);
    page.events('a', start, ev.waiting());
    const queued = page.all('article', 'Assistant')[1];
    assert.equal(queued?.dataset['state'], 'connecting');
    assert.equal(queued.hasAttribute('data-queued'), true);
    assert.equal(page.part('progress')?.textContent, 'Starts after the current answer');
    assert.ok(page.one('button', 'Stop'));
    assert.ok(page.one('button', 'Retry now'));
  });

  it('offers *Continue* for an interrupted answer until the next queued turn starts', () => {
    const answered = markInterrupted([start, ev.text('Hel')].reduce(reduceTurn, initialTurn));
    const notStarted = markInterrupted(initialTurn);
    page.snapshot([exchange('a', { state: answered }), exchange('b', { state: notStarted })]);
    const offeredActions = (): (string | undefined)[] =>
      page.all('article', 'Assistant').map((article) => {
        const names = [...article.querySelectorAll('.outcome button')].map(({ textContent }) => textContent);
        return names.join(', ');
      });
    assert.deepEqual(offeredActions(), ['Continue, Restart answer', 'Restart answer']);
    page.receive({ type: 'exchange', exchange: exchange('b', { queued: true }) });
    assert.deepEqual(offeredActions(), ['Continue, Restart answer', '']);
    page.events('b', start);
    assert.deepEqual(offeredActions(), ['', '']);
  });

  it('offers to cancel a queued prompt only until its turn starts', () => {
    page.snapshot([exchange('a'), exchange('b', { queued: true })]);
    page.click('Cancel this prompt');
    assert.deepEqual(page.posted, [{ type: 'stop', exchangeId: 'b' }]);
    page.events('b', start);
    assert.deepEqual(page.all('button', 'Cancel this prompt'), []);
  });

  it('shows the reasoning in a closed disclosure, and only if there is reasoning', () => {
    page.snapshot([exchange('a')]);
    page.events('a', start);
    assert.equal(page.part('reasoning'), undefined);
    page.events('a', ev.reasoning('Let me '), ev.reasoning('see'));
    const reasoning = page.part('reasoning')!;
    assert.equal(reasoning.hasAttribute('open'), false);
    assert.equal(reasoning.querySelector('summary')?.textContent, 'Thinking…');
    assert.equal(reasoning.querySelector('.reasoning-text')?.textContent, 'Let me see');
    page.events('a', ev.text('So'));
    assert.equal(reasoning.querySelector('summary')?.textContent, 'Reasoning');
  });

  const deliveries = {
    'when the events arrive one by one': (events: readonly StreamEvent[]) => {
      for (const event of events) page.events('a', event);
    },
    'when the events arrive in one batch': (events: readonly StreamEvent[]) => page.events('a', ...events),
  };
  for (const [name, send] of Object.entries(deliveries)) {
    it(`shows only the reasoning of the last attempt ${name}`, () => {
      page.snapshot([exchange('a')]);
      const retry = ev.attempt({ attempt: 2, why: 'retry' });
      send([start, ev.reasoning('Let me see'), ev.cut(), retry, ev.reasoning('Let ', 2), ev.reasoning('us see', 2)]);
      page.part('reasoning')!.setAttribute('open', '');
      assert.equal(page.part('reasoning')!.querySelector('.reasoning-text')?.textContent, 'Let us see');
    });
  }

  it('has a button that applies the code of an answer', () => {
    page.snapshot([exchange('a')]);
    assert.equal(page.part('answer')?.hasAttribute('data-can-apply'), true);
  });

  it('shows the code of an attachment as text in a closed disclosure', () => {
    const code = '<img src=x onerror=alert(1)>';
    page.snapshot([exchange('a', { attachments: [{ label: 'src/app.ts:10-24', languageId: 'html', code }] })]);
    const details = page.one('article', 'You').querySelector('details')!;
    assert.equal(details.hasAttribute('open'), false);
    assert.equal(details.querySelector('.attachment-label')?.textContent, 'src/app.ts:10-24');
    assert.equal(details.querySelector('code')?.textContent, code);
    assert.equal(details.querySelector('img'), null);
  });
});

describe('text of an answer', () => {
  let page: PanelPage;
  beforeEach(() => (page = new PanelPage()));
  afterEach(() => page.dispose());

  it('is passed to the renderer part by part, never as a complete text', () => {
    page.snapshot([exchange('a')]);
    page.events('a', start, ev.text('one '), ev.text('two '));
    page.events('a', ev.text('three'), ev.done('one two three'));
    assert.deepEqual(page.renderCalls, ['append one ', 'append two ', 'append three', 'finish']);
  });

  it('is replaced when the restarted answer has become longer than the previous text', () => {
    page.snapshot([exchange('a')]);
    page.events('a', start, ev.text('old'), ev.replaced('new'));
    assert.deepEqual(page.renderCalls, ['append old', 'replace new']);
  });

  it('includes text that only the terminal event contains', () => {
    page.snapshot([exchange('a')]);
    page.events('a', start, ev.text('Hel'), ev.done('Hello'));
    assert.equal(page.part('answer')?.textContent, 'Hello');
  });

  it('is extended in the same article when the user continues a stopped turn', () => {
    page.snapshot([exchange('a')]);
    page.events('a', start, ev.reasoning('hm'), ev.text('part'), ev.stopped('part'));
    const state = { ...initialTurn, text: 'part', reasoning: 'hm' };
    page.receive({ type: 'exchange', exchange: exchange('a', { state }) });
    assert.equal(page.one('article', 'Assistant').dataset['state'], 'connecting');
    page.events('a', start, ev.resumed({ resumePoint: 4 }), ev.text(' and rest'), ev.done('part and rest'));
    assert.equal(page.part('answer')?.textContent, 'part and rest');
    assert.equal(page.part('reasoning')?.querySelector('.reasoning-text')?.textContent, 'hm');
    assert.equal(page.all('article', 'Assistant').length, 1);
  });

  it('stays on screen after a restart until the new answer is longer', () => {
    page.snapshot([exchange('a')]);
    page.events('a', start, ev.text('part'), ev.stopped('part'));
    page.receive({ type: 'exchange', exchange: exchange('a', { state: { ...initialTurn, text: 'part' } }) });
    assert.equal(page.part('answer')?.textContent, 'part');
    page.events('a', start, ev.replaced('a new answer'), ev.done('a new answer'));
    assert.equal(page.part('answer')?.textContent, 'a new answer');
    assert.equal(page.root.querySelectorAll('[data-part="answer"]').length, 1);
  });
});
