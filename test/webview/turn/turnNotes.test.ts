import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events/events';
import {
  announceCutPrompt,
  describeModelSwitches,
  describeResumePoints,
  describeGatewaySwitches,
} from '../../../src/shared/describe';
import { initialTurn, reduceTurn, type FaultKind, type TurnState } from '../../../src/shared/protocol';
import { englishWords } from '../../support/englishWords';
import { ev } from '../panel/support/events';
import { exchange, usePage, type PanelPage } from '../panel/support/panelPage';
import { refOf } from '../../support/gatewayRef';
import { stateForRerun } from '../../../src/host/journal/exchange';

type Reason = 'user' | FaultKind;

/** The note after events of a turn. If it is missing, there must be no note. */
interface NoteRow {
  readonly note?: string;
  readonly events: readonly StreamEvent[];
}

const { strings } = englishWords;
const after = (events: readonly StreamEvent[]): TurnState => events.reduce(reduceTurn, initialTurn);
const start = ev.attempt();

describe('note about the reasoning effort', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened));
  const refused = ev.attempt({ attempt: 2, effort: 'medium', refusedEffort: 'high' });
  const unsupported = ev.attempt({ attempt: 3, refusedEffort: 'high' });
  const text = "The gateway doesn't accept the reasoning effort High.";

  for (const { name, events, note } of [
    { name: 'was accepted', events: [ev.attempt({ effort: 'high' })], note: '' },
    { name: 'was replaced', events: [start, refused], note: `${text} The request was sent with Medium.` },
    {
      name: 'was refused in an earlier turn of the selected model',
      events: [ev.attempt({ effort: 'medium', refusedEffort: 'high' }), refused],
      note: '',
    },
    {
      name: 'was refused in an earlier turn of a model that is not selected',
      events: [ev.attempt({ model: 'qwen', effort: 'medium', refusedEffort: 'high' })],
      note: `${text} The request was sent with Medium.`,
    },
    {
      name: 'was refused altogether',
      events: [start, refused, unsupported],
      note: `${text} The request was sent without a reasoning effort.`,
    },
    {
      name: 'was accepted by the gateway that answered',
      events: [start, refused, ev.attempt({ attempt: 3, effort: 'high' })],
      note: '',
    },
  ] as const) {
    it(`${note ? 'says what was sent' : 'is left out'} if the effort ${name}`, () => {
      page.snapshot([exchange('e')]);
      page.events('e', ...events, ev.text('Hi'));
      const shown = (): string | undefined => page.root.querySelector('[data-part="effort"]')?.textContent;
      assert.equal(shown(), '');
      page.events('e', ev.done('Hi'));
      assert.equal(shown(), note);
    });
  }
});

describe('note about the gateway of an answer', () => {
  const gateway = (from: string, to: string, reason: Reason = 'dns'): StreamEvent =>
    ev.gateway({ from: refOf(`https://${from}.example`), to: refOf(`https://${to}.example`), reason });
  const toBackup = gateway('api', 'backup');
  const notReached = (reason: string): string =>
    `Sent to backup.example, because api.example couldn't be reached (${reason}).`;

  const rows: Readonly<Record<string, NoteRow>> = {
    'a host that is not found': { note: notReached('host not found'), events: [toBackup] },
    'a timeout': { note: notReached('timed out'), events: [gateway('api', 'backup', 'timeout')] },
    'an untrusted certificate': {
      note: notReached('certificate not trusted'),
      events: [gateway('api', 'backup', 'tls')],
    },
    'a refused connection': {
      note: notReached('connection refused'),
      events: [ev.gateway({ reason: 'connection', row: 'connectionRefused' })],
    },
    'a connection that was reset': {
      note: notReached('connection reset'),
      events: [ev.gateway({ reason: 'connection', row: 'connectionReset' })],
    },
    'a lost connection': {
      note: notReached('connection lost'),
      events: [ev.gateway({ reason: 'connection', row: 'connectionLost' })],
    },
    'a fault of the gateway': {
      note: 'Sent to backup.example, because api.example failed (gateway error).',
      events: [gateway('api', 'backup', 'gateway')],
    },
    'a switch by the user': { note: 'Switched to backup.example.', events: [gateway('api', 'backup', 'user')] },
    'a switch to a gateway with a port': {
      note: 'Switched to localhost:8080.',
      events: [ev.gateway({ to: refOf('http://localhost:8080'), reason: 'user' })],
    },
    'several switches': {
      note: "Sent to b1.example, because api.example couldn't be reached (host not found). Switched to b2.example.",
      events: [gateway('api', 'b1'), gateway('b1', 'b2', 'user')],
    },
    'a return to the first gateway': { events: [gateway('api', 'b1'), gateway('b1', 'b2'), gateway('b2', 'api')] },
    'a return to an earlier gateway': {
      note: 'Switched to b1.example. Switched to b3.example.',
      events: [gateway('api', 'b1', 'user'), gateway('b1', 'b2'), gateway('b2', 'b1'), gateway('b1', 'b3', 'user')],
    },
    'a failure without an answer': { events: [toBackup, ev.failed()] },
    'a failure after part of the answer': {
      note: notReached('host not found'),
      events: [toBackup, ev.text('Hi'), ev.failed({ text: 'Hi' })],
    },
  };
  for (const [name, { note = '', events }] of Object.entries(rows)) {
    it(`is ${note ? `“${note}”` : 'empty'} after ${name}`, () =>
      assert.equal(describeGatewaySwitches(strings, after([start, ...events])), note));
  }
});

describe('note about a prompt that is too long for the gateway', () => {
  const cut = ev.attempt({ model: 'qwen3:8b', cutAtTokens: 4096 });
  const note =
    'This prompt exceeds the context window of qwen3:8b (4,096 tokens). The gateway leaves out the beginning of the prompt.';
  let page: PanelPage;
  usePage((opened) => (page = opened), [exchange('a')]);
  const shown = (): string | undefined => page.part('cut-prompt')?.textContent;

  it('is announced when the turn starts', () => {
    page.events('a', cut);
    assert.equal(page.announced, `${note} Waiting for the answer`);
  });

  it('appears when the turn has ended', () => {
    page.events('a', cut);
    assert.equal(shown(), '');
    page.events('a', ev.text('Hi'), ev.done('Hi'));
    assert.equal(shown(), note);
  });

  it('is absent if the last attempt used another gateway', () => {
    page.events('a', cut, ev.attempt({ attempt: 2 }), ev.text('Hi'), ev.done('Hi'));
    assert.equal(shown(), '');
  });

  it('is absent if the turn has failed without an answer', () => {
    page.snapshot([exchange('a', { state: after([cut, ev.failed()]) })]);
    assert.equal(shown(), '');
  });

  it('is announced only once', () => {
    assert.deepEqual(
      [[cut], [cut, cut]].map((events) => announceCutPrompt(englishWords, after(events))),
      [note, ''],
    );
  });
});

describe('note about refused images', () => {
  const refused = after([start, ev.ended({ how: 'request', row: 'imagesRefused' }), ev.failed()]);
  let page: PanelPage;
  usePage((opened) => (page = opened));
  const shown = (state: TurnState): string | undefined => {
    page.snapshot([exchange('a', { state })]);
    return page.part('refused-images')?.textContent;
  };
  const answerOf = (model: string): TurnState =>
    [ev.attempt({ model }), ev.text('Hi'), ev.done('Hi')].reduce(reduceTurn, stateForRerun(refused, 'restart'));

  it('says that the answer was written without the images', () =>
    assert.equal(shown(answerOf('gpt-4o')), 'The images were not sent, because the gateway had refused them.'));

  it('is absent while there is no answer', () => assert.equal(shown(refused), ''));

  it('is absent if another model has answered', () => assert.equal(shown(answerOf('qwen')), ''));
});

const switched = (reason: Reason, from = 'gpt-4o', to = 'qwen'): StreamEvent => ({
  type: 'model',
  attempt: 1,
  at: 1300,
  from,
  to,
  reason,
});

describe('note about the model of an answer', () => {
  const overload = 'gpt-4o was overloaded. Switched to qwen.';
  const rows: Readonly<Record<string, NoteRow>> = {
    'an answer without a switch': { events: [ev.text('Hi')] },
    'an overload': { note: overload, events: [switched('overloaded')] },
    'a switch because the gateway lacks the model': {
      note: "gpt-4o isn't available at this gateway. Switched to qwen.",
      events: [switched('model')],
    },
    'a switch because of the circuit breaker': {
      note: 'gpt-4o kept failing. Switched to qwen.',
      events: [switched('breaker')],
    },
    'a choice of the user': { note: 'Switched from gpt-4o to qwen.', events: [switched('user')] },
    'two switches': {
      note: `${overload} Switched from qwen to glm.`,
      events: [switched('overloaded'), switched('user', 'qwen', 'glm')],
    },
    'a failure without an answer': { events: [switched('overloaded'), ev.failed()] },
    'a failure after part of the answer': {
      note: overload,
      events: [switched('overloaded'), ev.text('Hi'), ev.failed({ text: 'Hi' })],
    },
  };
  for (const [name, { note = '', events }] of Object.entries(rows)) {
    it(`is ${note ? `“${note}”` : 'empty'} after ${name}`, () =>
      assert.equal(describeModelSwitches(strings, after([start, ...events])), note));
  }
});

const resume = ev.attempt({ attempt: 2, why: 'resume', how: 'continue' });
const brokenOnce = [ev.text('Hel'), ev.cut(), resume, ev.resumed(), ev.text('lo')];
const continuedBy = (reason: Reason): readonly StreamEvent[] => [
  ev.text('Hel'),
  ev.cut(),
  switched(reason),
  ev.attempt({ attempt: 2, model: 'qwen', why: 'switch', how: 'continue' }),
  ev.resumed({ resumePoint: 1204 }),
];

describe('note about the continuation of an answer', () => {
  const once = 'Connection lost. The answer was continued.';
  const byUser = 'The answer was resumed where it stopped.';
  const twice = 'The answer was cut off 2 times and resumed each time.';
  const overload = 'gpt-4o was overloaded. qwen continued the answer.';
  const breaksAgain = [ev.cut(), resume, ev.resumed({ resumePoint: 5 })];
  const rows: Readonly<Record<string, NoteRow>> = {
    'an answer without a break': { events: [ev.text('Hello')] },
    'a break that is not resumed yet': { events: [ev.text('Hel'), ev.cut(), resume] },
    'one break': { note: once, events: [...brokenOnce] },
    'two breaks': { note: twice, events: [...brokenOnce, ...breaksAgain] },
    'a continuation by the user': { note: byUser, events: [ev.resumed(), ev.text('lo')] },
    'two continuations by the user': {
      note: byUser,
      events: [ev.resumed(), ev.stopped('Hel'), start, ev.resumed({ resumePoint: 5 })],
    },
    'a break and a continuation by the user': {
      note: once,
      events: [...brokenOnce, ev.stopped('Hel'), start, ev.resumed()],
    },
    'a continuation by the user and two breaks': { note: twice, events: [ev.resumed(), ...brokenOnce, ...breaksAgain] },
    'a restart': { events: [...brokenOnce, ev.cut(), ev.resumed({ how: 'restart' }), ev.replaced('Howdy')] },
    'a continuation by another model after an overload': { note: overload, events: [...continuedBy('overloaded')] },
    'a continuation by another model after other faults': {
      note: 'gpt-4o kept failing. qwen continued the answer.',
      events: [...continuedBy('server')],
    },
    'a continuation by another model when the gateway did not respond': {
      note: "gpt-4o didn't respond. qwen continued the answer.",
      events: [...continuedBy('connection')],
    },
    'a continuation by a model that the user chose': {
      note: 'qwen continued the answer from gpt-4o.',
      events: [...continuedBy('user')],
    },
    'a break and a continuation by another model': {
      note: `${once} ${overload}`,
      events: [...brokenOnce, ...continuedBy('overloaded').slice(1)],
    },
  };
  for (const [name, { note = '', events }] of Object.entries(rows)) {
    it(`is ${note ? `“${note}”` : 'empty'} after ${name}`, () =>
      assert.equal(describeResumePoints(englishWords, after([start, ...events]).resumePoints), note));
  }
});

describe('notes below an answer', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened), [exchange('a')]);

  const notes = (): readonly (string | undefined)[] =>
    ['resumed', 'switch', 'gateway'].map((part) => page.part(part)?.textContent);

  it('are outside the text of the answer', () => {
    page.events('a', start, ...brokenOnce, ev.done('Hello'));
    assert.equal(page.part('answer')?.textContent, 'Hello');
    assert.deepEqual(notes(), ['Connection lost. The answer was continued.', '', undefined]);
  });

  it('appear only after the turn has ended', () => {
    page.events('a', start, ...continuedBy('overloaded'), ev.gateway({ reason: 'user' }));
    const note = 'gpt-4o was overloaded. qwen continued the answer.';
    assert.deepEqual([...notes(), page.announced], ['', '', undefined, note]);
    page.events('a', ev.stopped('Hel'));
    assert.deepEqual(notes(), [note, '', 'Switched to backup.example.']);
  });

  describe('after the user has switched the gateway', () => {
    const answered = [ev.attempt({ at: 1600, gateway: refOf('https://backup.example') }), ev.text('Hi'), ev.done('Hi')];
    const byUser = ev.gateway({ reason: 'user' });
    const noteAfter = (state: TurnState): string | undefined => {
      const previous = after([ev.gateway(), ...answered]);
      page.snapshot([exchange('a', { state: previous }), exchange('b', { state })]);
      return [...page.root.querySelectorAll('.assistant')].at(-1)?.querySelector('[data-part="gateway"]')?.textContent;
    };
    const note = 'Switched to backup.example.';

    it('name the gateway if the turn waited for its first attempt', () =>
      assert.equal(noteAfter(after([ev.waiting(), byUser, ...answered])), note));

    it('name the gateway if the turn had already failed at another gateway', () => {
      const failed = stateForRerun(after([start, ev.failed()]), 'continue');
      assert.equal(noteAfter([byUser, ...answered].reduce(reduceTurn, failed)), note);
    });

    it('do not name the gateway below later answers', () =>
      assert.equal(noteAfter(after([byUser, ...answered])), undefined));
  });

  it('name a backup gateway below each answer if the gateway before it failed', () => {
    const failed = [
      ev.gateway(),
      ev.attempt({ gateway: refOf('https://backup.example') }),
      ev.text('Hi'),
      ev.done('Hi'),
    ];
    page.snapshot(['a', 'b'].map((id) => exchange(id, { state: after(failed) })));
    assert.equal(page.root.querySelectorAll('[data-part="gateway"]').length, 2);
  });

  it('name the new model if the turn has switched models before any text arrived', () => {
    page.events('a', start, switched('overloaded'), ev.text('Hi'), ev.done('Hi'));
    assert.deepEqual(notes(), ['', 'gpt-4o was overloaded. Switched to qwen.', undefined]);
  });
});

describe('tool calls below an answer', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened), [exchange('a')]);

  const toolCalls = (): string[] => [...page.root.querySelectorAll('.tool-call')].map((line) => line.textContent);

  it('are listed as soon as their names have arrived', () => {
    page.events('a', start, ev.toolCall({ index: 0 }));
    assert.deepEqual(toolCalls(), []);
    page.events('a', ev.toolCall({ index: 0, name: 'readFile' }), ev.toolCall({ index: 1, name: '<b>' }));
    page.events('a', ev.toolCall({ index: 0, arguments: '{}' }), ev.done(''));
    assert.deepEqual(toolCalls(), ['Tool call requested: readFile', 'Tool call requested: <b>']);
  });
});

describe('button that removes a backup gateway', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened), [exchange('a')]);

  const offered = (): readonly HTMLElement[] => page.all('button', "Don't use this gateway");
  const origin = 'https://backup.example';

  it('appears below an answer that came from the backup gateway because of a fault', () => {
    page.events('a', ev.gateway(), ev.attempt({ gateway: refOf(origin) }), ev.text('Hi'));
    assert.deepEqual(offered(), []);
    page.events('a', ev.done('Hi'));
    const [remove] = offered();
    remove!.focus();
    remove!.click();
    assert.deepEqual(page.posted, [{ type: 'removeBackup', gateway: origin }]);
    assert.deepEqual([offered(), page.window.document.activeElement], [[], page.input]);
  });

  it('is left out if the user has chosen the backup gateway', () => {
    const chosen = [start, ev.gateway({ reason: 'user' }), ev.text('Hi'), ev.done('Hi')];
    page.snapshot([exchange('a', { state: after(chosen) })]);
    assert.deepEqual(offered(), []);
  });

  it('is left out below an answer that is not the latest', () => {
    page.snapshot([
      exchange('a', { state: after([ev.gateway(), start, ev.text('Hi'), ev.done('Hi')]) }),
      exchange('b'),
    ]);
    page.events('b', start);
    assert.deepEqual(offered(), []);
  });
});
