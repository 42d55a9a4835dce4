import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  readChunk,
  readFinishReason,
  ToolCallNumbers,
  toolCallParts,
  type Delta,
  type Finish,
  type ToolCallPart,
} from '../../../src/engine/http/dialect';
import { listen, type Said } from '../../support/deltaListener';
import { propertyRuns } from '../../support/propertyRuns';
import { recordings } from '../../support/recordings';

function saidBy(chunk: unknown): readonly Said[] {
  const { said, sink } = listen();
  assert.equal(readChunk(JSON.stringify(chunk), sink), true);
  return said;
}

const delta = (fields: unknown): unknown => ({ choices: [{ index: 0, delta: fields, finish_reason: null }] });
const usage = { promptTokens: 16, completionTokens: 300, totalTokens: 316 };
const counted = { prompt_tokens: 16, completion_tokens: 300, total_tokens: 316 };

const chunks: readonly (readonly [name: string, chunk: unknown, said: readonly Said[]])[] = [
  ['text', delta({ content: 'Hi' }), [['text', 'Hi']]],
  ['a role and no text', delta({ role: 'assistant', content: '' }), []],
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
    'the same thought under both names, once',
    delta({ reasoning_content: 'We', reasoning: 'We' }),
    [['reasoning', 'We']],
  ],
  ['the thought next to an empty name', delta({ reasoning_content: '', reasoning: 'We' }), [['reasoning', 'We']]],
  [
    'a thought before the text it leads to',
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
    'the tool calls of a whole completion, before its end',
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
    'a finish',
    { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    [['finish', { type: 'complete', reason: 'stop' }]],
  ],
  [
    'a finish with its last text',
    { choices: [{ delta: { content: '.' }, finish_reason: 'length' }] },
    [
      ['text', '.'],
      ['finish', { type: 'complete', reason: 'length' }],
    ],
  ],
  ['an empty finish', { choices: [{ delta: {}, finish_reason: '' }] }, []],
  [
    'a whole completion',
    { choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }], usage: counted },
    [
      ['text', 'Hi'],
      ['finish', { type: 'complete', reason: 'stop' }],
      ['usage', usage],
    ],
  ],
  ['an old completion', { choices: [{ text: 'Hi', finish_reason: null }] }, [['text', 'Hi']]],
  ['a second choice', { choices: [{ index: 1, delta: { content: 'no' }, finish_reason: 'stop' }] }, []],
  [
    'the first choice behind a second',
    {
      choices: [
        { index: 1, delta: { content: 'no' } },
        { index: 0, delta: { content: 'yes' } },
      ],
    },
    [['text', 'yes']],
  ],
  ['usage without choices (OpenAI)', { choices: [], usage: counted }, [['usage', usage]]],
  ['null usage', { choices: [], usage: null }, []],
  ['usage of zeros', { choices: [], usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } }, []],
  ['usage without a total', { choices: [], usage: { prompt_tokens: 16, completion_tokens: 300 } }, [['usage', usage]]],
  ['usage in other words', { choices: [], usage: { input_tokens: 16, output_tokens: 300 } }, [['usage', usage]]],
  ['usage of Groq', { choices: [], x_groq: { usage: counted } }, [['usage', usage]]],
  [
    'usage in the choice (Moonshot)',
    { choices: [{ index: 0, delta: {}, finish_reason: 'stop', usage: counted }] },
    [
      ['finish', { type: 'complete', reason: 'stop' }],
      ['usage', usage],
    ],
  ],
  [
    'usage of nonsense',
    { choices: [], usage: { prompt_tokens: -1, completion_tokens: 'many', total_tokens: null } },
    [],
  ],
  ['an annotation of Azure', { choices: [{ index: 0, content_filter_results: {}, finish_reason: null }] }, []],
  ['choices [] and nothing else', { choices: [], prompt_filter_results: [] }, []],
  ['an error', { error: { message: 'no', code: 429 } }, [['error', { error: { message: 'no', code: 429 } }]]],
  ['an error in words', { error: 'no' }, [['error', { error: 'no' }]]],
  ['an error as a number', { error: 502 }, [['error', { error: 502 }]]],
  ['an error in a list (Gemini)', [{ error: { code: 429 } }], [['error', { error: { code: 429 } }]]],
  [
    'an error next to choices, and nothing but the error (OpenRouter)',
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
  ['an envelope without success', { success: false, message: 'no' }, [['error', { success: false, message: 'no' }]]],
  ['an envelope with `msg`', { code: 401, msg: 'no' }, [['error', { code: 401, msg: 'no' }]]],
  [
    'an envelope with `error_code` (Baidu)',
    { error_code: 18, error_msg: 'no' },
    [['error', { error_code: 18, error_msg: 'no' }]],
  ],
  ['a list of errors (Cloudflare)', { errors: [{ code: 7003 }] }, [['error', { errors: [{ code: 7003 }] }]]],
  [
    'a refusal in `base_resp` (MiniMax)',
    { choices: null, base_resp: { status_code: 1008, status_msg: 'no' } },
    [['error', { choices: null, base_resp: { status_code: 1008, status_msg: 'no' } }]],
  ],
  [
    'a `base_resp` of success',
    { choices: [{ delta: { content: 'Hi' } }], base_resp: { status_code: 0 } },
    [['text', 'Hi']],
  ],
  ['an envelope of success', { code: 0, message: 'Success' }, []],
  ['an envelope of success as an HTTP status', { code: '200', msg: 'ok' }, []],
  ['an empty list of errors', { errors: [], choices: [{ delta: { content: 'Hi' } }] }, [['text', 'Hi']]],
  [
    'reasoning that stands in its details alone (OpenRouter)',
    delta({ content: '', reasoning_details: [{ type: 'reasoning.text', text: 'Hm' }] }),
    [['reasoning', 'Hm']],
  ],
  ['a null error', { error: null, choices: [{ delta: { content: 'Hi' } }] }, [['text', 'Hi']]],
  ['an empty error', { error: {}, choices: [{ delta: { content: 'Hi' } }] }, [['text', 'Hi']]],
  ['a false error', { error: false, choices: [{ delta: { content: 'Hi' } }] }, [['text', 'Hi']]],
  ['no choices at all', {}, []],
  ['choices of a wrong type', { choices: { 0: { delta: { content: 'no' } } } }, []],
];

describe('readChunk', () => {
  for (const [name, chunk, said] of chunks) {
    it(`hears ${name}`, () => assert.deepEqual(saidBy(chunk), said));
  }

  for (const { name, lines, text, reasoning } of recordings) {
    it(`hears all of the recorded stream ${name}, and its end`, () => {
      const { said, sink } = listen();
      for (const line of lines) assert.equal(readChunk(line, sink), true);
      const all = (kind: Delta['type']): string =>
        said.flatMap(([it, value]) => (it === kind ? [String(value)] : [])).join('');
      assert.equal(all('text'), text);
      assert.equal(all('reasoning'), reasoning);
      assert.ok(text.length > 0);
      assert.deepEqual(
        said.filter(([kind]) => kind === 'finish').map(([, value]) => value),
        [{ type: 'complete', reason: name === 'deepseek-text' ? 'length' : 'stop' }],
      );
      assert.ok(said.some(([kind]) => kind === 'usage'));
      assert.ok(!said.some(([kind]) => kind === 'error'));
    });
  }

  for (const junk of ['', 'null', '[]', '3', '"text"', '[DONE]', '{"choices":', '[1]', 'undefined']) {
    it(`has nothing to say to ${JSON.stringify(junk)}`, () => {
      const { said, sink } = listen();
      assert.equal(readChunk(junk, sink), false);
      assert.deepEqual(said, []);
    });
  }

  it('never throws, and says only what is not empty, whatever the JSON', () => {
    const name = fc.constantFrom(
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
    const fields = fc.dictionary(name, fc.jsonValue());
    const odd = fc.record({
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
          odd.map((chunk) => JSON.stringify(chunk)),
        ),
        (data) => {
          const { said, sink } = listen();
          readChunk(data, sink);
          for (const [kind, value] of said) {
            if (kind === 'text' || kind === 'reasoning') assert.ok(typeof value === 'string' && value !== '');
            if (kind === 'toolCall')
              assert.ok(Object.values(value as object).some((told) => told !== '' && told !== 0));
            if (kind === 'usage') assert.ok(Object.values(value as object).every((count) => Number.isFinite(count)));
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

const complete = (reason: string): Finish => ({ type: 'complete', reason });

const readings: readonly (readonly [finish: Finish | undefined, values: readonly unknown[]])[] = [
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

describe('the finish reason', () => {
  for (const [finish, values] of readings) {
    for (const value of values) {
      it(`is read from ${JSON.stringify(value)} as ${finish ? Object.values(finish).join(', ') : 'none'}`, () => {
        assert.deepEqual(readFinishReason(value), finish);
      });
    }
  }
});
