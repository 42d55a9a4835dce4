import assert from 'node:assert/strict';
import { ToolCallNumbers, toolCallParts, type ToolCallPart } from '../../../src/engine/http/dialect';

const part = (fields: Partial<ToolCallPart>): ToolCallPart => ({
  index: 0,
  id: '',
  name: '',
  arguments: '',
  ...fields,
});

/** More than can be printed without running out of stack, and no more than one event may bring. */
const deep = JSON.parse(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`) as unknown;

const deltas: readonly (readonly [name: string, delta: Record<string, unknown>, parts: readonly ToolCallPart[]])[] = [
  ['no calls', { content: 'Hi' }, []],
  [
    'the beginning of a call',
    { tool_calls: [{ index: 2, id: 'c1', type: 'function', function: { name: 'read', arguments: '' } }] },
    [part({ index: 2, id: 'c1', name: 'read' })],
  ],
  [
    'more of its arguments',
    { tool_calls: [{ index: 2, function: { arguments: '{"a' } }] },
    [part({ index: 2, arguments: '{"a' })],
  ],
  [
    'several calls',
    {
      tool_calls: [
        { index: 1, id: 'c2' },
        { index: 0, id: 'c1' },
      ],
    },
    [part({ index: 1, id: 'c2' }), part({ id: 'c1' })],
  ],
  [
    'calls without an index, by their position',
    { tool_calls: [{ id: 'c1' }, null, { id: 'c3' }] },
    [part({ id: 'c1' }), part({ index: 2, id: 'c3' })],
  ],
  [
    'an index of nonsense, by its position',
    { tool_calls: ['1', -1, 0.5, null].map((index) => ({ index, id: 'c' })) },
    [0, 1, 2, 3].map((index) => part({ index, id: 'c' })),
  ],
  [
    'arguments as an object',
    { tool_calls: [{ function: { name: 'read', arguments: { path: 'a', lines: [1, 2] } } }] },
    [part({ name: 'read', arguments: '{"path":"a","lines":[1,2]}' })],
  ],
  ['arguments as an empty object', { tool_calls: [{ function: { arguments: {} } }] }, [part({ arguments: '{}' })]],
  [
    'arguments too deep to print',
    { tool_calls: [{ id: 'c1', function: { name: 'read', arguments: deep } }] },
    [part({ id: 'c1', name: 'read' })],
  ],
  [
    'an id, a name and arguments of wrong types',
    { tool_calls: [{ id: 1, function: { name: null, arguments: 3 } }, { id: [], function: 'read' }, {}] },
    [],
  ],
  ['calls of a wrong type', { tool_calls: { index: 0, id: 'c1' } }, []],
  ['an empty list', { tool_calls: [] }, []],
  [
    'the older function call',
    { function_call: { name: 'read', arguments: '{}' } },
    [part({ name: 'read', arguments: '{}' })],
  ],
  [
    'the same call in the old and the new way, once',
    { tool_calls: [{ id: 'c1' }], function_call: { name: 'read' } },
    [part({ id: 'c1' })],
  ],
  [
    'a function call next to no list',
    { tool_calls: null, function_call: { arguments: '{' } },
    [part({ arguments: '{' })],
  ],
  ['a function call of a wrong type', { function_call: 'read' }, []],
];

describe('the tool calls of a delta', () => {
  for (const [name, delta, parts] of deltas) {
    it(`are read out of ${name}`, () => assert.deepEqual(toolCallParts(delta), parts));
  }
});

describe('the numbers of tool calls', () => {
  const numbersOf = (...parts: readonly Partial<ToolCallPart>[]): readonly (number | undefined)[] => {
    const numbers = new ToolCallNumbers();
    return parts.map((fields) => numbers.numberPart(part(fields))?.index);
  };

  it('are the indices of the server when every call has its own index', () => {
    assert.deepEqual(numbersOf({ index: 0, id: 'a' }, { index: 1, id: 'b' }, { index: 0 }, { index: 1 }), [0, 1, 0, 1]);
  });

  it('start a new call when a new id and name come at an index in use', () => {
    assert.deepEqual(numbersOf({ id: 'a', name: 'x' }, {}, { id: 'b', name: 'x' }, {}), [0, 0, 1, 1]);
  });

  it('take an id that is repeated for the same call', () => {
    assert.deepEqual(numbersOf({ id: 'a', name: 'x' }, { id: 'a', name: 'x' }, { id: 'b', name: 'y' }), [0, 0, 1]);
  });

  it('take an id that comes after the first piece for the same call', () => {
    assert.deepEqual(numbersOf({ name: 'read' }, { id: 'a' }, {}), [0, 0, 0]);
  });

  it('take a new id without a name for the same call', () => {
    assert.deepEqual(numbersOf({ id: 'a', name: 'x' }, { id: 'b' }, { id: 'c' }), [0, 0, 0]);
  });

  it('stop at the 128th call, and still accept deltas of earlier calls', () => {
    const numbers = new ToolCallNumbers();
    for (let index = 0; index < 128; index++) assert.equal(numbers.numberPart(part({ index }))?.index, index);
    assert.equal(numbers.numberPart(part({ index: 128 })), undefined);
    assert.equal(numbers.numberPart(part({ index: 127 }))?.index, 127);
    assert.equal(numbers.numberPart(part({ index: 127, id: 'another', name: 'x' }))?.index, 127);
  });

  it('are unique and below 128, whatever indices the server sends', () => {
    const some = [500, 9999, 127, 127, 126].map((index, at) => ({ index, id: `c${at}`, name: 'read' }));
    assert.deepEqual(numbersOf(...some, { index: 500 }, { index: 127 }), [0, 1, 127, 2, 126, 0, 2]);
    const many = Array.from({ length: 128 }, (_, at) => ({ index: 9999 - at, id: `c${at}`, name: 'read' }));
    assert.deepEqual(new Set(numbersOf(...many)), new Set(Array.from({ length: 128 }, (_, at) => at)));
  });

  it('never give the number of a new call to a later index', () => {
    assert.deepEqual(
      numbersOf({ id: 'a', name: 'x' }, { id: 'b', name: 'x' }, { index: 1, id: 'c', name: 'y' }, { index: 1 }),
      [0, 1, 2, 2],
    );
  });
});
