import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events';
import type { FaultKind } from '../../../src/shared/protocol';
import { initialTurn } from '../../../src/shared/protocol';
import { ev } from '../panel/support/events';
import { exchange, PanelPage } from '../panel/support/panelPage';

const start = ev.attempt();
const resumeAttempt = ev.attempt({ attempt: 2, why: 'resume', how: 'continue' });

describe('article of an answer', () => {
  let page: PanelPage;
  beforeEach(() => {
    page = new PanelPage();
    page.snapshot([exchange('a')]);
  });
  afterEach(() => page.dispose());

  const resumePoint = (): string => page.part('resumed')?.textContent ?? '';
  const toolCalls = (): string[] => [...page.root.querySelectorAll('.tool-call')].map((line) => line.textContent);

  const brokenOnce = [start, ev.text('Hel'), ev.cut(), resumeAttempt, ev.resumed(), ev.text('lo')];
  const resumePoints: Readonly<Record<string, readonly [events: readonly StreamEvent[], note: string]>> = {
    'whose stream did not break': [[start, ev.text('Hello')], ''],
    'whose stream broke and that is not resumed yet': [[start, ev.text('Hel'), ev.cut(), resumeAttempt], ''],
    'whose stream broke once': [brokenOnce, 'Connection lost. Resumed after 3 characters.'],
    'that the user continued': [[start, ev.resumed(), ev.text('lo')], 'The answer was resumed where it stopped.'],
    'whose stream broke twice': [
      [...brokenOnce, ev.cut(), resumeAttempt, ev.resumed({ resumePoint: 5 })],
      'The answer was cut off 2 times and resumed each time.',
    ],
    'whose stream broke and that the user then continued': [
      [
        start,
        ev.text('Hel'),
        ev.cut(),
        resumeAttempt,
        ev.resumed(),
        ev.stopped('Hel'),
        start,
        ev.resumed(),
        ev.text('lo'),
      ],
      'Connection lost. Resumed after 3 characters.',
    ],
    'that the user continued twice': [
      [start, ev.resumed(), ev.stopped('Hel'), start, ev.resumed({ resumePoint: 5 })],
      'The answer was resumed where it stopped.',
    ],
    'that the user continued and whose stream then broke twice': [
      [start, ev.resumed(), ...brokenOnce.slice(1), ev.cut(), resumeAttempt, ev.resumed({ resumePoint: 5 })],
      'The answer was cut off 2 times and resumed each time.',
    ],
    'that was restarted after its stream broke': [
      [...brokenOnce, ev.cut(), ev.resumed({ how: 'restart' }), ev.replaced('Howdy')],
      '',
    ],
  };
  for (const [name, [events, note]] of Object.entries(resumePoints)) {
    it(`shows ${note ? `“${note}”` : 'no note'} below an answer ${name}`, () => {
      page.events('a', ...events);
      assert.equal(resumePoint(), note);
    });
  }

  it('shows that the answer was resumed, outside the text of the answer, even after the turn has ended', () => {
    page.events('a', ...brokenOnce, ev.done('Hello'));
    assert.equal(page.part('answer')?.textContent, 'Hello');
    assert.equal(page.part('answer')?.contains(page.part('resumed')!), false);
    assert.equal(resumePoint(), 'Connection lost. Resumed after 3 characters.');
  });

  it('no longer mentions the resume after the answer was restarted', () => {
    page.events('a', ...brokenOnce, ev.stopped('Hello'));
    page.receive({ type: 'exchange', exchange: exchange('a', { state: { ...initialTurn, text: 'Hello' } }) });
    assert.equal(resumePoint(), '');
  });

  const switched = (reason: 'user' | FaultKind, from = 'gpt-4o', to = 'qwen'): StreamEvent => ({
    type: 'model',
    attempt: 1,
    at: 1300,
    from,
    to,
    reason,
  });
  const continuedBy = (reason: 'user' | FaultKind): readonly StreamEvent[] => [
    start,
    ev.text('Hel'),
    ev.cut(),
    switched(reason),
    ev.attempt({ attempt: 2, model: 'qwen', why: 'switch', how: 'continue' }),
    ev.resumed({ resumePoint: 1204 }),
  ];
  for (const [reason, note] of [
    ['overloaded', 'gpt-4o was overloaded. qwen continued after 1,204 characters.'],
    ['connection', 'gpt-4o kept failing. qwen continued after 1,204 characters.'],
    ['user', 'The answer of gpt-4o was continued by qwen after 1,204 characters.'],
  ] as const) {
    it(`shows “${note}” below an answer that another model continued, and announces that`, () => {
      page.events('a', ...continuedBy(reason));
      assert.deepEqual([resumePoint(), page.part('switch')?.textContent, page.announced], [note, '', note]);
    });
  }

  it('shows both kinds of resume points below an answer that two models wrote', () => {
    const resumedFirst = [...brokenOnce, ...continuedBy('overloaded').slice(2)];
    page.events('a', ...resumedFirst, ev.text('lo'), ev.done('Hello'));
    assert.equal(
      resumePoint(),
      'Connection lost. Resumed after 3 characters. gpt-4o was overloaded. qwen continued after 1,204 characters.',
    );
  });

  it('shows the switch to another model until that model continues the answer', () => {
    page.events('a', ...continuedBy('overloaded').slice(0, 5));
    assert.deepEqual(
      [resumePoint(), page.part('switch')?.textContent],
      ['', 'gpt-4o was overloaded. Switched to qwen.'],
    );
  });

  const switches: Readonly<Record<string, readonly [events: readonly StreamEvent[], note: string]>> = {
    'an answer by the requested model': [[start, ev.text('Hi')], ''],
    'an answer by another model after an overload': [
      [start, switched('overloaded')],
      'gpt-4o was overloaded. Switched to qwen.',
    ],
    'an answer by another model because of the circuit breaker': [
      [switched('breaker')],
      'gpt-4o kept failing. Switched to qwen.',
    ],
    'an answer by another model after another fault': [
      [start, switched('server')],
      'gpt-4o kept failing. Switched to qwen.',
    ],
    'an answer by another model that the user chose': [[start, switched('user')], 'Switched from gpt-4o to qwen.'],
    'an answer by a third model': [
      [start, switched('overloaded'), switched('user', 'qwen', 'glm')],
      'gpt-4o was overloaded. Switched to qwen. Switched from qwen to glm.',
    ],
    'a turn that failed without an answer after a switch': [[start, switched('overloaded'), ev.failed()], ''],
    'an answer by another model that failed before the end': [
      [start, switched('overloaded'), ev.text('Hi'), ev.failed({ text: 'Hi' })],
      'gpt-4o was overloaded. Switched to qwen.',
    ],
  };
  for (const [name, [events, note]] of Object.entries(switches)) {
    it(`shows ${note ? `“${note}”` : 'no note'} below ${name}`, () => {
      page.events('a', ...events);
      assert.equal(page.part('switch')?.textContent, note);
    });
  }

  it('lists each requested tool call once its name has arrived', () => {
    page.events('a', start, ev.toolCall({ index: 0 }));
    assert.deepEqual(toolCalls(), []);
    page.events('a', ev.toolCall({ index: 0, name: 'readFile' }), ev.toolCall({ index: 1, name: '<b>' }));
    assert.deepEqual(toolCalls(), ['Tool call requested: readFile', 'Tool call requested: <b>']);
    page.events('a', ev.toolCall({ index: 0, arguments: '{}' }), ev.done(''));
    assert.deepEqual(toolCalls(), ['Tool call requested: readFile', 'Tool call requested: <b>']);
  });

  it('removes the tool calls of a failed attempt when another attempt starts', () => {
    page.events('a', start, ev.toolCall({ name: 'readFile' }), ev.cut(), ev.attempt({ attempt: 2, why: 'resume' }));
    assert.deepEqual(toolCalls(), []);
  });

  it('does not change when an attempt ends', () => {
    page.events('a', start, ev.text('Hello'));
    const before = page.one('log').outerHTML;
    page.events('a', ev.ended());
    assert.equal(page.one('log').outerHTML, before);
  });
});
