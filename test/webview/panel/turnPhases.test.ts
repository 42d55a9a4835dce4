import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events/events';
import { markInterrupted, type TurnPhase } from '../../../src/engine/state/turnState';
import { reduceTurn, initialTurn } from '../../../src/shared/protocol';
import { ev } from './support/events';
import { answer, connected, exchange, usePage, type PanelPage } from './support/panelPage';

/** Texts and buttons that the page shows for a turn. A field is absent if the page shows nothing of its kind. */
interface ShownTurn {
  readonly phase: TurnPhase;
  readonly answer?: string;
  readonly progress?: string;
  /** Names of the visible buttons, except the permanent buttons and the summary, which consists of durations. */
  readonly buttons: string;
  /** Roles of the visible cards and of their parts. */
  readonly cards?: string;
}

interface Row extends ShownTurn {
  readonly events?: readonly StreamEvent[];
}

const start = ev.attempt();
const cut = [start, ev.text('Hel'), ev.cut()];
const resume = ev.attempt({ attempt: 2, why: 'resume' });
const restart = ev.attempt({ attempt: 2, why: 'resume', how: 'restart' });
const restarting = 'Restarting the answer… The current text stays until the new answer is longer.';
const waitButtons = 'Retry now, Stop, Switch model';
const tokenLimit = ev.done('Hel', { finishReason: 'length' });
const breaker = ev.waiting({ reason: 'breaker', actions: ['retryNow', 'tryAnyway', 'switchModel'] });
const partialFailure = ev.failed({ text: 'Hel', actions: ['setApiKey', 'continue', 'restart'] });
const goOn = 'Answer actions, Continue, Copy, Restart answer';
const rows: Readonly<Record<string, Row>> = {
  'before the first attempt': { phase: 'connecting', progress: 'Connecting…', buttons: 'Stop' },
  connecting: { phase: 'connecting', progress: 'Connecting…', buttons: 'Stop', events: [start] },
  'waiting for the model': {
    phase: 'connecting',
    progress: 'Waiting for the model…',
    buttons: 'Stop',
    events: [start, ev.headers()],
  },
  reasoning: { phase: 'streaming', buttons: 'Stop', events: [start, ev.reasoning('hm')] },
  streaming: { phase: 'streaming', answer: 'Hello', buttons: 'Stop', events: [start, ev.text('Hel'), ev.text('lo')] },
  waiting: { phase: 'waiting', buttons: waitButtons, cards: 'status timer', events: [start, ev.waiting()] },
  'waiting after the stream broke': {
    phase: 'waiting',
    answer: 'Hel',
    buttons: waitButtons,
    cards: 'status timer',
    events: [...cut, ev.waiting()],
  },
  'waiting for a circuit breaker': {
    phase: 'waiting',
    buttons: `More actions, ${waitButtons}`,
    cards: 'status timer',
    events: [start, breaker],
  },
  offline: {
    phase: 'offline',
    buttons: 'Retry now, Send when online, Stop, Switch model',
    cards: 'status timer',
    events: [start, ev.offline()],
  },
  'stream broken, not retried yet': { phase: 'streaming', answer: 'Hel', buttons: 'Stop', events: [...cut] },
  'resuming after the stream broke': {
    phase: 'resuming',
    answer: 'Hel',
    progress: 'Getting the rest of the answer…',
    buttons: 'Stop',
    events: [...cut, resume],
  },
  restarting: { phase: 'resuming', answer: 'Hel', progress: restarting, buttons: 'Stop', events: [...cut, restart] },
  'resumed after the stream broke': {
    phase: 'streaming',
    answer: 'Hello',
    buttons: 'Stop',
    events: [...cut, ev.resumed(), ev.text('lo')],
  },
  'replaced by a restarted answer': {
    phase: 'streaming',
    answer: 'Howdy',
    buttons: 'Stop',
    events: [...cut, ev.replaced('Howdy')],
  },
  done: {
    phase: 'done',
    answer: 'Hello',
    buttons: 'Answer actions, Copy, More ways to regenerate, Regenerate',
    events: [start, ev.text('Hello'), ev.done('Hello')],
  },
  'done at the token limit': {
    phase: 'done',
    answer: 'Hel',
    buttons: goOn,
    events: [start, ev.text('Hel'), tokenLimit],
  },
  stopped: { phase: 'stopped', answer: 'Hel', buttons: goOn, events: [start, ev.text('Hel'), ev.stopped('Hel')] },
  'waiting briefly': {
    phase: 'waiting',
    progress: 'Rate limited · retrying…',
    buttons: 'Stop',
    events: [start, ev.waiting({ delayMs: 400 })],
  },
  'stopped before the prompt was sent': {
    phase: 'stopped',
    buttons: 'Answer actions, Edit prompt, Send now',
    events: [ev.stopped('')],
  },
  'stopped before any text': {
    phase: 'stopped',
    buttons: 'Answer actions, Restart answer',
    events: [start, ev.stopped('')],
  },
  failed: {
    phase: 'failed',
    buttons: 'Answer actions, Retry now, Switch model',
    cards: 'alert',
    events: [start, ev.failed()],
  },
  'failed with a partial answer': {
    phase: 'failed',
    answer: 'Hel',
    buttons: 'Answer actions, Continue, Copy, More actions, Set API key',
    cards: 'alert',
    events: [...cut, partialFailure],
  },
};

// While a card has a *Stop* button, the stop button of the composer is named *End the answer*.
const permanentButtons = [
  'Model: gpt-4o at api.example',
  'Send',
  'More options',
  'End the answer',
  'Edit',
  'Copy prompt',
  'Attach context',
];

describe('page that shows turns', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened));

  const assertShows = ({ phase, answer = '', progress = '', buttons, cards = '' }: ShownTurn): void => {
    const names = page.buttons().filter((name) => !permanentButtons.includes(name) && !/\sm?s\b|\d retry/.test(name));
    const visibleCards = ['status', 'timer', 'alert'].filter((role) => page.all(role).length > 0);
    assert.deepEqual(
      [page.one('article', 'Assistant').dataset['state'], page.part('answer')?.textContent],
      [phase, answer],
    );
    assert.deepEqual(
      [page.part('progress')?.textContent, names.sort().join(', '), visibleCards.join(' ')],
      [progress, buttons, cards],
    );
  };

  for (const [name, row] of Object.entries(rows)) {
    const { events = [] } = row;
    const ways: Readonly<Record<string, () => void>> = {
      'when the events arrive one by one': () => {
        page.snapshot([exchange('a')]);
        for (const event of events) page.events('a', event);
      },
      'when the events arrive in one batch': () => {
        page.snapshot([exchange('a')]);
        page.events('a', ...events);
      },
      'from a snapshot': () => page.snapshot([exchange('a', { state: events.reduce(reduceTurn, initialTurn) })]),
    };
    for (const [way, show] of Object.entries(ways)) {
      it(`shows the turn state “${name}” ${way}`, () => {
        show();
        assertShows(row);
      });
    }
  }

  it('shows an interrupted turn with *Continue* and *Restart answer*', () => {
    const state = markInterrupted([start, ev.text('Hel')].reduce(reduceTurn, initialTurn));
    page.snapshot([exchange('a', { state })]);
    assertShows({ phase: 'interrupted', answer: 'Hel', buttons: goOn });
    page.click('Restart answer');
    page.click('Continue');
    assert.deepEqual(page.posted, [
      { type: 'action', answerId: 'a', action: 'restart' },
      { type: 'action', answerId: 'a', action: 'continue' },
    ]);
  });

  it('contains one log, one text field, and an article for each prompt and each answer', () => {
    page.snapshot([exchange('a', { state: [start, ev.done('Hi')].reduce(reduceTurn, initialTurn) }), exchange('b')]);
    assert.equal(page.one('log', 'Conversation').getAttribute('aria-live'), 'off');
    assert.ok(page.one('textbox', 'Prompt'));
    const names = page.all('article').map((article) => article.getAttribute('aria-label'));
    assert.deepEqual(names, ['You', 'Assistant', 'You', 'Assistant']);
  });

  it('says that a queued turn starts after the current answer', () => {
    page.snapshot([exchange('a'), exchange('b', { isQueued: true })]);
    page.events('a', start, ev.waiting());
    const queued = page.all('article', 'Assistant')[1];
    assert.equal(queued?.dataset['state'], 'connecting');
    assert.equal(queued.hasAttribute('data-queued'), true);
    assert.equal(page.part('progress')?.textContent, 'Starts after the current answer');
    assert.ok(page.one('button', 'Stop'));
    assert.ok(page.one('button', 'Retry now'));
  });

  it('shows the model to which an unsent prompt would go', () => {
    page.snapshot([exchange('a'), exchange('b', { isQueued: true, state: initialTurn })]);
    const models = (): (string | undefined)[] =>
      page.all('article', 'Assistant').map((article) => article.querySelector('.turn-name')?.textContent);
    assert.equal(models()[1], connected.model);
    page.receive({ type: 'connection', connection: { ...connected, model: 'other' }, suggestions: [] });
    page.update('b', { state: markInterrupted(initialTurn) });
    assert.equal(models()[1], 'other');
    page.update('b', { model: 'chosen', state: markInterrupted(initialTurn) });
    assert.equal(models()[1], 'chosen');
  });

  it('shows no model for an unsent prompt that is followed by other turns', () => {
    page.snapshot([exchange('a', { state: markInterrupted(initialTurn) }), exchange('b')]);
    page.events('b', start);
    assert.equal(page.all('article', 'Assistant')[0]?.querySelector('.turn-name')?.textContent, '');
  });

  it('says that a queued turn starts after the summary while a summary is being written', () => {
    const summary = { answer: answer('s', { state: reduceTurn(initialTurn, start) }), turns: 1 };
    page.snapshot([exchange('a'), summary, exchange('b', { isQueued: true })]);
    const progress = (): (string | undefined)[] =>
      page.all('article', 'Assistant').map((article) => article.querySelector('[data-part="progress"]')?.textContent);
    assert.equal(progress()[1], 'Starts after the summary');
    page.events('s', ev.text('In short'), ev.done('In short'));
    assert.equal(progress().at(-1), 'Starts after the current answer');
  });

  it('offers *Continue* for an interrupted answer until the next turn starts', () => {
    const answered = markInterrupted([start, ev.text('Hel')].reduce(reduceTurn, initialTurn));
    const notStarted = markInterrupted(initialTurn);
    page.snapshot([exchange('a', { state: answered }), exchange('b', { state: notStarted })]);
    const offeredActions = (): (string | undefined)[] =>
      page.all('article', 'Assistant').map((article) => {
        const names = [...article.querySelectorAll('.outcome button')].map(({ textContent }) => textContent);
        return names.join(', ');
      });
    assert.deepEqual(offeredActions(), ['Continue, Restart answer', 'Send now, Edit prompt']);
    page.update('b', { isQueued: true });
    assert.deepEqual(offeredActions(), ['Continue, Restart answer', '']);
    page.events('b', start);
    assert.deepEqual(offeredActions(), ['', '']);
  });

  it('shows the reasoning of the model in a closed section', () => {
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

  it('shows only the reasoning of the last attempt', () => {
    page.snapshot([exchange('a')]);
    const retry = ev.attempt({ attempt: 2, why: 'retry' });
    page.events(
      'a',
      start,
      ev.reasoning('Let me see'),
      ev.cut(),
      retry,
      ev.reasoning('Let ', 2),
      ev.reasoning('us', 2),
    );
    page.part('reasoning')!.setAttribute('open', '');
    assert.equal(page.part('reasoning')!.querySelector('.reasoning-text')?.textContent, 'Let us');
  });

  it('lets the user apply the code of an answer', () => {
    page.snapshot([exchange('a')]);
    assert.equal(page.part('answer')?.hasAttribute('data-can-apply'), true);
  });

  it('shows the code of an attachment as text in a closed section', () => {
    const code = '<img src=x onerror=alert(1)>';
    page.snapshot([
      exchange('a', { attachments: [{ kind: 'selection', label: 'src/app.ts:10-24', languageId: 'html', code }] }),
    ]);
    const details = page.one('article', 'You').querySelector('details')!;
    assert.equal(details.hasAttribute('open'), false);
    assert.equal(details.querySelector('.attachment-label')?.textContent, 'src/app.ts:10-24');
    assert.equal(details.querySelector('code')?.textContent, code);
    assert.equal(details.querySelector('img'), null);
  });
});

describe('text of an answer', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened));

  it('is passed to the renderer in the parts in which it arrived', () => {
    page.snapshot([exchange('a')]);
    page.events('a', start, ev.text('one '), ev.text('two '));
    page.events('a', ev.text('three'), ev.done('one two three'));
    assert.deepEqual(page.renderCalls, ['append one ', 'append two ', 'append three', 'finish']);
  });

  it('is appended without access to the state of earlier turns', () => {
    let reads = 0;
    const state = new Proxy([start, ev.text('Old'), ev.done('Old')].reduce(reduceTurn, initialTurn), {
      get: (target, name) => {
        reads++;
        return Reflect.get(target, name) as unknown;
      },
    });
    page.snapshot([exchange('old', { state }), exchange('a')]);
    page.events('a', start, ev.text('Hel'));
    reads = 0;
    page.events('a', ev.text('lo'));
    assert.equal(reads, 0);
  });

  it('includes text that only the last event of the turn contains', () => {
    page.snapshot([exchange('a')]);
    page.events('a', start, ev.text('Hel'), ev.done('Hello'));
    assert.equal(page.part('answer')?.textContent, 'Hello');
  });

  it('remains in the same article when the user continues a stopped turn', () => {
    page.snapshot([exchange('a')]);
    page.events('a', start, ev.reasoning('hm'), ev.text('part'), ev.stopped('part'));
    const state = { ...initialTurn, text: 'part', reasoning: 'hm' };
    page.update('a', { state });
    assert.equal(page.one('article', 'Assistant').dataset['state'], 'connecting');
    page.events('a', start, ev.resumed({ resumePoint: 4 }), ev.text(' and rest'), ev.done('part and rest'));
    assert.equal(page.part('answer')?.textContent, 'part and rest');
    assert.equal(page.part('reasoning')?.querySelector('.reasoning-text')?.textContent, 'hm');
    assert.equal(page.all('article', 'Assistant').length, 1);
  });
});
