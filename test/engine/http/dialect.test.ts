import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Delta, ToolCallPart } from '../../../src/engine/http/deltas';
import { readChunk, ToolCallNumbers, toolCallParts } from '../../../src/engine/http/dialect';
import { readFinishReason, type Finish } from '../../../src/engine/http/finishReason';
import { collectDeltas, type ReceivedDelta } from '../../support/deltaCollector';
import { propertyRuns } from '../../support/propertyRuns';
import { recordings } from '../../support/recordings';

function deltasOf(chunk: unknown): readonly ReceivedDelta[] {
  const { deltas, sink } = collectDeltas();
  assert.equal(readChunk(JSON.stringify(chunk), sink), true);
  return deltas;
}

const delta = (fields: unknown): unknown => ({ choices: [{ index: 0, delta: fields, finish_reason: null }] });
const usage = { promptTokens: 16, completionTokens: 300, totalTokens: 316 };
const wireUsage = { prompt_tokens: 16, completion_tokens: 300, total_tokens: 316 };

const chunks: readonly (readonly [name: string, chunk: unknown, expected: readonly ReceivedDelta[]])[] = [
  ['text', delta({ content: 'Hi' }), [['text', 'Hi']]],
  ['a role without text', delta({ role: 'assistant', content: '' }), []],
  ['null content', delta({ content: null }), []],
  [
    'text parts',
    delta({ content: [{ type: 'text', text: 'a' }, 'b'] }),
    [
      ['text', 'a'],
      ['text', 'b'],
    ],
  ],
  [
    'thinking parts (Mistral)',
    delta({
      content: [
        { type: 'thinking', thinking: [{ type: 'text', text: 'Hm' }, 'm'] },
        { type: 'text', text: '4' },
      ],
    }),
    [
      ['reasoning', 'Hm'],
      ['reasoning', 'm'],
      ['text', '4'],
    ],
  ],
  ['a thinking part as text', delta({ content: [{ type: 'thinking', thinking: 'Hm' }] }), [['reasoning', 'Hm']]],
  ['a reasoning part', delta({ content: [{ type: 'reasoning', text: 'Hm' }] }), [['reasoning', 'Hm']]],
  ['parts of other kinds', delta({ content: [{ type: 'image_url', image_url: {} }, null, 3] }), []],
  ['reasoning_content', delta({ content: null, reasoning_content: 'We' }), [['reasoning', 'We']]],
  ['reasoning', delta({ reasoning: 'We' }), [['reasoning', 'We']]],
  [
    'the same reasoning in both fields only once',
    delta({ reasoning_content: 'We', reasoning: 'We' }),
    [['reasoning', 'We']],
  ],
  [
    'reasoning next to an empty reasoning_content',
    delta({ reasoning_content: '', reasoning: 'We' }),
    [['reasoning', 'We']],
  ],
  [
    'reasoning before text in the same delta',
    delta({ content: '4', reasoning: 'so' }),
    [
      ['reasoning', 'so'],
      ['text', '4'],
    ],
  ],
  ['a refusal', delta({ content: null, refusal: 'I can’t' }), [['text', 'I can’t']]],
  [
    'the parts of tool calls, after the text',
    delta({ content: 'Look', tool_calls: [{ index: 1, id: 'c2', function: { name: 'read', arguments: '{' } }] }),
    [
      ['text', 'Look'],
      ['toolCall', { index: 1, id: 'c2', name: 'read', arguments: '{' }],
    ],
  ],
  [
    'the tool calls of a complete completion before its finish reason',
    {
      choices: [
        {
          message: { content: null, tool_calls: [{ id: 'c1', function: { name: 'now', arguments: '{}' } }] },
          finish_reason: 'tool_calls',
        },
      ],
    },
    [
      ['toolCall', { index: 0, id: 'c1', name: 'now', arguments: '{}' }],
      ['finish', { type: 'complete', reason: 'tool_calls' }],
    ],
  ],
  [
    'a finish reason',
    { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    [['finish', { type: 'complete', reason: 'stop' }]],
  ],
  [
    'a finish reason with the last text',
    { choices: [{ delta: { content: '.' }, finish_reason: 'length' }] },
    [
      ['text', '.'],
      ['finish', { type: 'complete', reason: 'length' }],
    ],
  ],
  ['an empty finish reason', { choices: [{ delta: {}, finish_reason: '' }] }, []],
  [
    'a complete completion',
    { choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }], usage: wireUsage },
    [
      ['text', 'Hi'],
      ['finish', { type: 'complete', reason: 'stop' }],
      ['usage', usage],
    ],
  ],
  ['a completion of the older API', { choices: [{ text: 'Hi', finish_reason: null }] }, [['text', 'Hi']]],
  [
    'only the first choice, not the second',
    { choices: [{ index: 1, delta: { content: 'no' }, finish_reason: 'stop' }] },
    [],
  ],
  [
    'the first choice after the second',
    {
      choices: [
        { index: 1, delta: { content: 'no' } },
        { index: 0, delta: { content: 'yes' } },
      ],
    },
    [['text', 'yes']],
  ],
  ['usage without choices (OpenAI)', { choices: [], usage: wireUsage }, [['usage', usage]]],
  ['null usage', { choices: [], usage: null }, []],
  ['usage of zeros', { choices: [], usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } }, []],
  ['usage without a total', { choices: [], usage: { prompt_tokens: 16, completion_tokens: 300 } }, [['usage', usage]]],
  [
    'usage with other field names',
    { choices: [], usage: { input_tokens: 16, output_tokens: 300 } },
    [['usage', usage]],
  ],
  ['usage of Groq', { choices: [], x_groq: { usage: wireUsage } }, [['usage', usage]]],
  [
    'usage in the choice (Moonshot)',
    { choices: [{ index: 0, delta: {}, finish_reason: 'stop', usage: wireUsage }] },
    [
      ['finish', { type: 'complete', reason: 'stop' }],
      ['usage', usage],
    ],
  ],
  [
    'usage with invalid numbers',
    { choices: [], usage: { prompt_tokens: -1, completion_tokens: 'many', total_tokens: null } },
    [],
  ],
  ['an annotation of Azure', { choices: [{ index: 0, content_filter_results: {}, finish_reason: null }] }, []],
  ['empty choices', { choices: [], prompt_filter_results: [] }, []],
  ['an error', { error: { message: 'no', code: 429 } }, [['error', { error: { message: 'no', code: 429 } }]]],
  ['an error as text', { error: 'no' }, [['error', { error: 'no' }]]],
  ['an error as a number', { error: 502 }, [['error', { error: 502 }]]],
  ['an error in a list (Gemini)', [{ error: { code: 429 } }], [['error', { error: { code: 429 } }]]],
  [
    'only the error next to choices (OpenRouter)',
    { error: { code: 502 }, choices: [{ delta: { content: '' }, finish_reason: 'error' }] },
    [['error', { error: { code: 502 }, choices: [{ delta: { content: '' }, finish_reason: 'error' }] }]],
  ],
  [
    'an error object (vLLM)',
    { object: 'error', message: 'no', code: 400 },
    [['error', { object: 'error', message: 'no', code: 400 }]],
  ],
  [
    'an error type (Anthropic)',
    { type: 'error', error: { type: 'overloaded_error' } },
    [['error', { type: 'error', error: { type: 'overloaded_error' } }]],
  ],
  [
    'an envelope with a code',
    { code: 'InvalidApiKey', message: 'no' },
    [['error', { code: 'InvalidApiKey', message: 'no' }]],
  ],
  [
    'an envelope with `success: false`',
    { success: false, message: 'no' },
    [['error', { success: false, message: 'no' }]],
  ],
  ['an envelope with `msg`', { code: 401, msg: 'no' }, [['error', { code: 401, msg: 'no' }]]],
  [
    'an envelope with `error_code` (Baidu)',
    { error_code: 18, error_msg: 'no' },
    [['error', { error_code: 18, error_msg: 'no' }]],
  ],
  ['a list of errors (Cloudflare)', { errors: [{ code: 7003 }] }, [['error', { errors: [{ code: 7003 }] }]]],
  [
    'an error in `base_resp` (MiniMax)',
    { choices: null, base_resp: { status_code: 1008, status_msg: 'no' } },
    [['error', { choices: null, base_resp: { status_code: 1008, status_msg: 'no' } }]],
  ],
  [
    'a successful `base_resp`',
    { choices: [{ delta: { content: 'Hi' } }], base_resp: { status_code: 0 } },
    [['text', 'Hi']],
  ],
  ['a successful envelope', { code: 0, message: 'Success' }, []],
  ['a successful envelope with an HTTP status', { code: '200', msg: 'ok' }, []],
  ['an empty list of errors', { errors: [], choices: [{ delta: { content: 'Hi' } }] }, [['text', 'Hi']]],
  [
    'reasoning that is only in `reasoning_details` (OpenRouter)',
    delta({ content: '', reasoning_details: [{ type: 'reasoning.text', text: 'Hm' }] }),
    [['reasoning', 'Hm']],
  ],
  ['a null error', { error: null, choices: [{ delta: { content: 'Hi' } }] }, [['text', 'Hi']]],
  ['an empty error', { error: {}, choices: [{ delta: { content: 'Hi' } }] }, [['text', 'Hi']]],
  ['a false error', { error: false, choices: [{ delta: { content: 'Hi' } }] }, [['text', 'Hi']]],
  ['a chunk without choices', {}, []],
  ['choices of a wrong type', { choices: { 0: { delta: { content: 'no' } } } }, []],
];

describe('readChunk', () => {
  for (const [name, chunk, expected] of chunks) {
    it(`reads ${name}`, () => assert.deepEqual(deltasOf(chunk), expected));
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
      assert.deepEqual(
        deltas.filter(([type]) => type === 'finish').map(([, value]) => value),
        [{ type: 'complete', reason: name === 'deepseek-text' ? 'length' : 'stop' }],
      );
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

  it('never throws and never returns an empty delta, whatever the JSON', () => {
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

const toolCallDeltas: readonly (readonly [
  name: string,
  delta: Record<string, unknown>,
  parts: readonly ToolCallPart[],
])[] = [
  ['no calls', { content: 'Hi' }, []],
  [
    'the first part of a call',
    { tool_calls: [{ index: 2, id: 'c1', type: 'function', function: { name: 'read', arguments: '' } }] },
    [part({ index: 2, id: 'c1', name: 'read' })],
  ],
  [
    'further arguments of a call',
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
    'calls without an index, which get their position as index',
    { tool_calls: [{ id: 'c1' }, null, { id: 'c3' }] },
    [part({ id: 'c1' }), part({ index: 2, id: 'c3' })],
  ],
  [
    'calls with an invalid index, which get their position as index',
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
    'arguments that are nested too deeply, which become empty',
    { tool_calls: [{ id: 'c1', function: { name: 'read', arguments: deeplyNested } }] },
    [part({ id: 'c1', name: 'read' })],
  ],
  [
    'an ID, a name and arguments of wrong types',
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
    'the same call in the older and the current field only once',
    { tool_calls: [{ id: 'c1' }], function_call: { name: 'read' } },
    [part({ id: 'c1' })],
  ],
  [
    'the older function call next to null tool calls',
    { tool_calls: null, function_call: { arguments: '{' } },
    [part({ arguments: '{' })],
  ],
  ['a function call of a wrong type', { function_call: 'read' }, []],
];

describe('toolCallParts', () => {
  for (const [name, delta, parts] of toolCallDeltas) {
    it(`reads ${name}`, () => assert.deepEqual(toolCallParts(delta), parts));
  }
});

describe('numbering of tool calls', () => {
  const numbersOf = (...parts: readonly Partial<ToolCallPart>[]): readonly (number | undefined)[] => {
    const numbers = new ToolCallNumbers();
    return parts.map((fields) => numbers.numberPart(part(fields))?.index);
  };

  it('uses the index that the gateway sends when every call has a different index', () => {
    assert.deepEqual(numbersOf({ index: 0, id: 'a' }, { index: 1, id: 'b' }, { index: 0 }, { index: 1 }), [0, 1, 0, 1]);
  });

  it('starts a new call when a new ID and a name arrive at an index in use', () => {
    assert.deepEqual(numbersOf({ id: 'a', name: 'x' }, {}, { id: 'b', name: 'x' }, {}), [0, 0, 1, 1]);
  });

  it('continues the call when its ID is repeated', () => {
    assert.deepEqual(numbersOf({ id: 'a', name: 'x' }, { id: 'a', name: 'x' }, { id: 'b', name: 'y' }), [0, 0, 1]);
  });

  it('continues the call when its ID arrives after the first part', () => {
    assert.deepEqual(numbersOf({ name: 'read' }, { id: 'a' }, {}), [0, 0, 0]);
  });

  it('continues the call when a new ID arrives without a name', () => {
    assert.deepEqual(numbersOf({ id: 'a', name: 'x' }, { id: 'b' }, { id: 'c' }), [0, 0, 0]);
  });

  it('refuses calls after the 128th, but accepts further parts of previous calls', () => {
    const numbers = new ToolCallNumbers();
    for (let index = 0; index < 128; index++) assert.equal(numbers.numberPart(part({ index }))?.index, index);
    assert.equal(numbers.numberPart(part({ index: 128 })), undefined);
    assert.equal(numbers.numberPart(part({ index: 127 }))?.index, 127);
    assert.equal(numbers.numberPart(part({ index: 127, id: 'another', name: 'x' }))?.index, 127);
  });

  it('returns unique numbers below 128, whatever indices the gateway sends', () => {
    const calls = [500, 9999, 127, 127, 126].map((index, at) => ({ index, id: `c${at}`, name: 'read' }));
    assert.deepEqual(numbersOf(...calls, { index: 500 }, { index: 127 }), [0, 1, 127, 2, 126, 0, 2]);
    const manyCalls = Array.from({ length: 128 }, (_, at) => ({ index: 9999 - at, id: `c${at}`, name: 'read' }));
    assert.deepEqual(new Set(numbersOf(...manyCalls)), new Set(Array.from({ length: 128 }, (_, at) => at)));
  });

  it('does not give a number that is in use to a later call with that index', () => {
    assert.deepEqual(
      numbersOf({ id: 'a', name: 'x' }, { id: 'b', name: 'x' }, { index: 1, id: 'c', name: 'y' }, { index: 1 }),
      [0, 1, 2, 2],
    );
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
      ...['content_filter', 'content_filter: RECITATION', 'sensitive', 'SAFETY', 'RECITATION', 'PROHIBITED_CONTENT'],
      ...['refusal', 'guardrail_intervened'],
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
