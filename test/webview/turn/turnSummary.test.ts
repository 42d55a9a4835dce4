import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events';
import type { FaultKind } from '../../../src/shared/protocol';
import { initialTurn } from '../../../src/shared/protocol';
import { ev } from '../panel/support/events';
import { exchange, PanelPage } from '../panel/support/panelPage';

const start = ev.attempt();
const again = ev.attempt({ attempt: 2, why: 'resume', how: 'continue' });

describe('beside the answer', () => {
  let page: PanelPage;
  beforeEach(() => {
    page = new PanelPage();
    page.snapshot([exchange('a')]);
  });
  afterEach(() => page.dispose());

  const seam = (): string => page.part('seam')?.textContent ?? '';
  const toolCalls = (): string[] => [...page.root.querySelectorAll('.tool-call')].map((line) => line.textContent);

  const cutOnce = [start, ev.text('Hel'), ev.cut(), again, ev.resumed(), ev.text('lo')];
  const seams: Readonly<Record<string, readonly [events: readonly StreamEvent[], words: string]>> = {
    'of one piece': [[start, ev.text('Hello')], ''],
    'cut, and not gone on yet': [[start, ev.text('Hel'), ev.cut(), again], ''],
    'cut once': [cutOnce, 'Connection lost. Resumed after 3 characters.'],
    'gone on by hand': [[start, ev.resumed(), ev.text('lo')], 'The answer was resumed where it stopped.'],
    'cut twice': [
      [...cutOnce, ev.cut(), again, ev.resumed({ seam: 5 })],
      'The answer was cut off 2 times and resumed each time.',
    ],
    'cut, then gone on by hand': [
      [start, ev.text('Hel'), ev.cut(), again, ev.resumed(), ev.stopped('Hel'), start, ev.resumed(), ev.text('lo')],
      'Connection lost. Resumed after 3 characters.',
    ],
    'gone on by hand twice': [
      [start, ev.resumed(), ev.stopped('Hel'), start, ev.resumed({ seam: 5 })],
      'The answer was resumed where it stopped.',
    ],
    'gone on by hand, then cut twice': [
      [start, ev.resumed(), ...cutOnce.slice(1), ev.cut(), again, ev.resumed({ seam: 5 })],
      'The answer was cut off 2 times and resumed each time.',
    ],
    'cut and written anew': [[...cutOnce, ev.cut(), ev.resumed({ how: 'restart' }), ev.replaced('Howdy')], ''],
  };
  for (const [name, [events, words]] of Object.entries(seams)) {
    it(`says of an answer that was ${name}: "${words}"`, () => {
      page.events('a', ...events);
      assert.equal(seam(), words);
    });
  }

  it('says so outside the answer, which is the model’s alone, and goes on saying so at the end', () => {
    page.events('a', ...cutOnce, ev.done('Hello'));
    assert.equal(page.part('answer')?.textContent, 'Hello');
    assert.equal(page.part('answer')?.contains(page.part('seam')!), false);
    assert.equal(seam(), 'Connection lost. Resumed after 3 characters.');
  });

  it('says no more of the seams of an answer that starts anew', () => {
    page.events('a', ...cutOnce, ev.stopped('Hello'));
    page.receive({ type: 'exchange', exchange: exchange('a', { state: { ...initialTurn, text: 'Hello' } }) });
    assert.equal(seam(), '');
  });

  const switched = (reason: 'user' | FaultKind, from = 'gpt-4o', to = 'qwen'): StreamEvent => ({
    type: 'model',
    attempt: 1,
    at: 1300,
    from,
    to,
    reason,
  });
  const switches: Readonly<Record<string, readonly [events: readonly StreamEvent[], words: string]>> = {
    'the model that was asked': [[start, ev.text('Hi')], ''],
    'another, as the first was overloaded': [
      [start, switched('overloaded')],
      'gpt-4o was overloaded; switched to qwen.',
    ],
    'another, before a breaker': [[switched('breaker')], 'gpt-4o kept failing; switched to qwen.'],
    'another, for any other fault': [[start, switched('server')], 'gpt-4o kept failing; switched to qwen.'],
    'another, by hand': [[start, switched('user')], 'Switched from gpt-4o to qwen.'],
    'the third': [
      [start, switched('overloaded'), switched('user', 'qwen', 'glm')],
      'gpt-4o was overloaded; switched to qwen. Switched from qwen to glm.',
    ],
    none: [[start, switched('overloaded'), ev.failed()], ''],
    'another, in part': [
      [start, switched('overloaded'), ev.text('Hi'), ev.failed({ text: 'Hi' })],
      'gpt-4o was overloaded; switched to qwen.',
    ],
  };
  for (const [name, [events, words]] of Object.entries(switches)) {
    it(`says of an answer by ${name}: "${words}"`, () => {
      page.events('a', ...events);
      assert.equal(page.part('switch')?.textContent, words);
    });
  }

  it('names each tool that the model wants to call, as soon as its name is there', () => {
    page.events('a', start, ev.toolCall({ index: 0 }));
    assert.deepEqual(toolCalls(), []);
    page.events('a', ev.toolCall({ index: 0, name: 'readFile' }), ev.toolCall({ index: 1, name: '<b>' }));
    assert.deepEqual(toolCalls(), ['Tool call requested: readFile', 'Tool call requested: <b>']);
    page.events('a', ev.toolCall({ index: 0, arguments: '{}' }), ev.done(''));
    assert.deepEqual(toolCalls(), ['Tool call requested: readFile', 'Tool call requested: <b>']);
  });

  it('forgets the calls of an attempt whose place another takes', () => {
    page.events('a', start, ev.toolCall({ name: 'readFile' }), ev.cut(), ev.attempt({ attempt: 2, why: 'resume' }));
    assert.deepEqual(toolCalls(), []);
  });

  it('says nothing of what an attempt has cost', () => {
    page.events('a', start, ev.text('Hello'));
    const before = page.one('log').outerHTML;
    page.events('a', ev.ended());
    assert.equal(page.one('log').outerHTML, before);
  });
});
