import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { readFinishReason, type Delta, type Finish, type ToolCallPart } from '../../../src/engine/http/deltas';
import { readChunk, ToolCallNumbers, toolCallParts } from '../../../src/engine/http/dialect';
import { collectDeltas, type ReceivedDelta } from '../../support/deltaCollector';
import { propertyRuns } from '../../support/propertyRuns';
import { recordings } from '../../support/recordings';

function deltasOf(chunk: unknown): readonly ReceivedDelta[] {
  const { deltas, sink } = collectDeltas();
  assert.equal(readChunk(JSON.stringify(chunk), sink), true);
  return deltas;
}

/** Chunks and what is read from them. Each line of the file is a chunk. */
const chunks = readFileSync(join(__dirname, 'chunks.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { name: string; chunk: unknown; deltas: readonly ReceivedDelta[] });

describe('reading of a chunk', () => {
  for (const { name, chunk, deltas } of chunks) {
    it(`reads ${name}`, () => assert.deepEqual(deltasOf(chunk), deltas));
  }

  for (const { name, lines, text, reasoning } of recordings) {
    it(`reads text, reasoning, usage and finish reason of the recording ${name}`, () => {
      const { deltas, sink } = collectDeltas();
      for (const line of lines) assert.equal(readChunk(line, sink), true);
      const joined = (wanted: Delta['type']): string =>
        deltas.flatMap(([type, value]) => (type === wanted ? [String(value)] : [])).join('');
      assert.equal(joined('text'), text);
      assert.equal(joined('reasoning'), reasoning);
      assert.ok(text.length > 0);
      const finishes = deltas.filter(([type]) => type === 'finish').map(([, value]) => value);
      assert.deepEqual(finishes, [{ type: 'complete', reason: name === 'deepseek-text' ? 'length' : 'stop' }]);
      assert.ok(deltas.some(([type]) => type === 'usage'));
      assert.ok(!deltas.some(([type]) => type === 'error'));
    });
  }

  for (const data of ['', 'null', '[]', '3', '"text"', '[DONE]', '{"choices":', '[1]', 'undefined']) {
    it(`rejects the chunk ${JSON.stringify(data)} and emits no delta`, () => {
      const { deltas, sink } = collectDeltas();
      assert.equal(readChunk(data, sink), false);
      assert.deepEqual(deltas, []);
    });
  }

  it('never throws an error, whatever JSON the gateway sends', () => {
    const fieldName = fc.constantFrom(
      'content',
      'reasoning',
      'reasoning_content',
      'refusal',
      'thinking',
      'text',
      'type',
      'index',
      'tool_calls',
      'function_call',
    );
    const fields = fc.dictionary(fieldName, fc.jsonValue());
    const unusualChunk = fc.record({
      choices: fc.oneof(
        fc.jsonValue(),
        fc.array(fc.record({ delta: fc.oneof(fc.jsonValue(), fields), finish_reason: fc.jsonValue() })),
      ),
      usage: fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom('prompt_tokens', 'total_tokens'), fc.jsonValue())),
      error: fc.option(fc.jsonValue()),
    });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          unusualChunk.map((chunk) => JSON.stringify(chunk)),
        ),
        (data) => {
          const { deltas, sink } = collectDeltas();
          readChunk(data, sink);
          for (const [type, value] of deltas) {
            if (type === 'text' || type === 'reasoning') assert.ok(typeof value === 'string' && value !== '');
            if (type === 'toolCall')
              assert.ok(Object.values(value as object).some((field) => field !== '' && field !== 0));
            if (type === 'usage') assert.ok(Object.values(value as object).every((count) => Number.isFinite(count)));
          }
        },
      ),
      { numRuns: propertyRuns },
    );
  });
});

const part = (fields: Partial<ToolCallPart>): ToolCallPart => ({
  index: 0,
  id: '',
  name: '',
  arguments: '',
  ...fields,
});

/** JSON that is nested too deeply for `JSON.stringify`, although a single event may contain it. */
const deeplyNested = JSON.parse(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`) as unknown;

const toolCallDeltas: readonly {
  readonly name: string;
  readonly delta: Record<string, unknown>;
  readonly parts: readonly ToolCallPart[];
}[] = [
  { name: 'no calls', delta: { content: 'Hi' }, parts: [] },
  {
    name: 'the first part of a call',
    delta: { tool_calls: [{ index: 2, id: 'c1', type: 'function', function: { name: 'read', arguments: '' } }] },
    parts: [part({ index: 2, id: 'c1', name: 'read' })],
  },
  {
    name: 'further arguments of a call',
    delta: { tool_calls: [{ index: 2, function: { arguments: '{"a' } }] },
    parts: [part({ index: 2, arguments: '{"a' })],
  },
  {
    name: 'several calls',
    delta: {
      tool_calls: [
        { index: 1, id: 'c2' },
        { index: 0, id: 'c1' },
      ],
    },
    parts: [part({ index: 1, id: 'c2' }), part({ id: 'c1' })],
  },
  {
    name: 'calls without an index, which get their position as index',
    delta: { tool_calls: [{ id: 'c1' }, null, { id: 'c3' }] },
    parts: [part({ id: 'c1' }), part({ index: 2, id: 'c3' })],
  },
  {
    name: 'calls with an invalid index, which get their position as index',
    delta: { tool_calls: ['1', -1, null].map((index) => ({ index, id: 'c' })) },
    parts: [0, 1, 2].map((index) => part({ index, id: 'c' })),
  },
  {
    name: 'arguments as an object',
    delta: { tool_calls: [{ function: { name: 'read', arguments: { path: 'a', lines: [1, 2] } } }] },
    parts: [part({ name: 'read', arguments: '{"path":"a","lines":[1,2]}' })],
  },
  {
    name: 'arguments as an empty object',
    delta: { tool_calls: [{ function: { arguments: {} } }] },
    parts: [part({ arguments: '{}' })],
  },
  {
    name: 'arguments that are nested too deeply, which become empty',
    delta: { tool_calls: [{ id: 'c1', function: { name: 'read', arguments: deeplyNested } }] },
    parts: [part({ id: 'c1', name: 'read' })],
  },
  {
    name: 'an ID, a name and arguments of wrong types',
    delta: { tool_calls: [{ id: 1, function: { name: null, arguments: 3 } }, { id: [], function: 'read' }, {}] },
    parts: [],
  },
  { name: 'calls of a wrong type', delta: { tool_calls: { index: 0, id: 'c1' } }, parts: [] },
  { name: 'an empty list', delta: { tool_calls: [] }, parts: [] },
  {
    name: 'the older function call',
    delta: { function_call: { name: 'read', arguments: '{}' } },
    parts: [part({ name: 'read', arguments: '{}' })],
  },
  {
    name: 'the same call in the older and the current field only once',
    delta: { tool_calls: [{ id: 'c1' }], function_call: { name: 'read' } },
    parts: [part({ id: 'c1' })],
  },
  {
    name: 'the older function call next to null tool calls',
    delta: { tool_calls: null, function_call: { arguments: '{' } },
    parts: [part({ arguments: '{' })],
  },
  { name: 'a function call of a wrong type', delta: { function_call: 'read' }, parts: [] },
];

describe('reading of the parts of tool calls', () => {
  for (const { name, delta, parts } of toolCallDeltas) {
    it(`reads ${name}`, () => assert.deepEqual(toolCallParts(delta), parts));
  }
});

describe('numbering of tool calls', () => {
  const call = (id: string) => ({ id, name: 'x' });
  const numbersOf = (...parts: readonly Partial<ToolCallPart>[]): readonly (number | undefined)[] => {
    const numbers = new ToolCallNumbers();
    return parts.map((fields) => numbers.numberPart(part(fields))?.index);
  };

  for (const { name, parts, numbers } of [
    {
      name: 'counts the calls in the order in which they begin, whatever indexes the gateway sends',
      parts: [{ index: 9999 }, { index: 1, id: 'b' }, { index: 0.5 }, { index: 1 }, { index: 9999 }],
      numbers: [0, 1, 2, 1, 0],
    },
    {
      name: 'starts a new call when a new ID and a name arrive at an index in use',
      parts: [{ index: 5, id: 'a', name: 'x' }, { index: 5 }, { index: 5, id: 'b', name: 'x' }, { index: 5 }],
      numbers: [0, 0, 1, 1],
    },
    {
      name: 'continues the call when its ID is repeated',
      parts: [call('a'), call('a'), call('b')],
      numbers: [0, 0, 1],
    },
    {
      name: 'continues the call when only its name is repeated',
      parts: [call('a'), call(''), call('b')],
      numbers: [0, 0, 1],
    },
    {
      name: 'continues the call when its ID arrives after the first part',
      parts: [call(''), { id: 'a' }, call('b')],
      numbers: [0, 0, 1],
    },
    {
      name: 'continues the call when a new ID arrives without a name',
      parts: [call('a'), { id: 'b' }, { id: 'c' }],
      numbers: [0, 0, 0],
    },
    {
      name: 'does not give a number that is in use to a later call with that index',
      parts: [call('a'), call('b'), { index: 1, ...call('c') }, { index: 1 }],
      numbers: [0, 1, 2, 2],
    },
  ] as const)
    it(name, () => assert.deepEqual(numbersOf(...parts), numbers));

  for (const [areComplete, parts] of [
    [true, [{ arguments: '{"a' }, { arguments: '":1}' }, { index: 1 }, { index: 2, arguments: ' ' }]],
    [false, [{ arguments: '{' }, { index: 1, arguments: '{}' }]],
  ] as const)
    it(`reports that the arguments ${areComplete ? 'of all calls' : 'of a call'} are ${areComplete ? '' : 'not '}complete`, () => {
      const numbers = new ToolCallNumbers();
      for (const fields of parts) numbers.numberPart(part(fields));
      assert.equal(numbers.areComplete, areComplete);
    });

  it('refuses tool calls after the 128th, but accepts further parts of earlier calls', () => {
    const numbers = new ToolCallNumbers();
    for (let index = 0; index < 128; index++) assert.equal(numbers.numberPart(part({ index }))?.index, index);
    assert.equal(numbers.numberPart(part({ index: 128 })), undefined);
    assert.equal(numbers.numberPart(part({ index: 127 }))?.index, 127);
    assert.equal(numbers.numberPart(part({ index: 127, id: 'another', name: 'x' }))?.index, 127);
  });
});

const complete = (reason: string): Finish => ({ type: 'complete', reason });

const finishReasons: readonly (readonly [finish: Finish | undefined, values: readonly unknown[]])[] = [
  [undefined, [null, undefined, '', ' ', 'null', 'None', 3]],
  [complete('stop'), ['stop', 'STOP', 'end_turn', 'stop_sequence', 'eos']],
  [
    complete('length'),
    ['length', 'max_tokens', 'MAX_TOKENS', 'max_output_tokens', 'model_context_window_exceeded', 'model_length'],
  ],
  [complete('tool_calls'), ['tool_calls', 'tool_use', 'function_call']],
  [
    { type: 'filtered' },
    [
      'content_filter',
      'content_filter: RECITATION',
      'sensitive',
      'SAFETY',
      'RECITATION',
      'PROHIBITED_CONTENT',
      'refusal',
      'guardrail_intervened',
    ],
  ],
  [{ type: 'cut' }, ['error', 'abort', 'network_error', 'insufficient_system_resource']],
  [complete('function_call_filter: MALFORMED_FUNCTION_CALL'), ['function_call_filter: MALFORMED_FUNCTION_CALL']],
  [complete('pause'), ['pause']],
];

describe('reading of finish reasons', () => {
  for (const [finish, values] of finishReasons) {
    for (const value of values) {
      it(`reads ${JSON.stringify(value)} as ${finish ? Object.values(finish).join(' with the reason ') : 'no finish reason'}`, () => {
        assert.deepEqual(readFinishReason(value), finish);
      });
    }
  }
});
