import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ChunkReader } from '../../../src/engine/http/chunkReader';
import { collectDeltas, type ReceivedDelta } from '../../support/deltaCollector';
import { propertyRuns } from '../../support/propertyRuns';

const delta = (text: string): object => ({ type: 'response.output_text.delta', output_index: 0, delta: text });
const message = (text: string): object => ({ type: 'message', content: [{ type: 'output_text', text }] });
const ended = (status: string, fields: object = {}): object => ({
  type: `response.${status}`,
  response: { object: 'response', status, output: [], ...fields },
});

function deltasOf(events: readonly object[]): readonly ReceivedDelta[] {
  const { deltas, sink } = collectDeltas();
  const reader = new ChunkReader(sink);
  for (const event of events) assert.equal(reader.read(JSON.stringify(event)), true);
  return deltas;
}

function joined(deltas: readonly ReceivedDelta[], wanted: 'text' | 'reasoning'): string {
  return deltas.flatMap(([type, value]) => (type === wanted ? [String(value)] : [])).join('');
}

describe('events of the Responses API', () => {
  it('passes on a text once, in whatever events it comes', () => {
    const parts = fc.array(fc.constantFrom('a', 'ab', '\n', '"', '好', 'sheep '), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(parts, fc.nat(8), fc.subarray([0, 1, 2, 3]), (texts, deltas, repeats) => {
        const text = texts.join('');
        const complete = [
          { type: 'response.output_text.done', output_index: 0, content_index: 0, text },
          { type: 'response.content_part.done', output_index: 0, part: { type: 'output_text', text } },
          { type: 'response.output_item.done', output_index: 0, item: message(text) },
          ended('completed', { output: [{ type: 'reasoning', summary: [] }, message(text)] }),
        ];
        // Without the complete text, all deltas must arrive.
        const received = repeats.length === 0 ? texts : texts.slice(0, deltas);
        const events = [...received.map(delta), ...repeats.flatMap((index) => complete[index] ?? [])];
        assert.equal(joined(deltasOf(events), 'text'), text);
      }),
      { numRuns: propertyRuns },
    );
  });

  it('ignores the answer in events if it has come in ordinary chunks', () => {
    const chunk = (content: string): object => ({ choices: [{ index: 0, delta: { content } }] });
    const chunks = ['Hello ', 'wor', 'ld'].map(chunk);
    const finished = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };
    const usage = { input_tokens: 3, output_tokens: 2 };
    const events = [
      ...chunks,
      delta('Hello world'),
      finished,
      ended('completed', { output: [message('Hello world')], usage }),
    ];
    assert.equal(joined(deltasOf(events), 'text'), 'Hello world');
    assert.ok(deltasOf(events).some(([type]) => type === 'usage'));
  });

  it('separates texts by the ids of their items if the events have no positions', () => {
    const done = (id: string, text: string): object => ({ type: 'response.output_text.done', item_id: id, text });
    assert.equal(joined(deltasOf([done('a', 'one '), done('b', 'two')]), 'text'), 'one two');
  });

  it('reads events that have an empty list of choices', () => {
    assert.equal(joined(deltasOf([{ ...delta('one'), choices: [] }]), 'text'), 'one');
  });

  it('separates the texts of several parts', () => {
    const at = (index: number, text: string): object => ({ ...delta(text), output_index: index });
    const output = [message('one '), message('two')];
    assert.equal(
      joined(deltasOf([at(1, 'one '), at(2, 't'), at(2, 'wo'), ended('completed', { output })]), 'text'),
      'one two',
    );
  });

  it('reads reasoning from summaries and from texts', () => {
    const summary = { type: 'response.reasoning_summary_text.delta', summary_index: 0, delta: 'so ' };
    const text = { type: 'response.reasoning_text.delta', content_index: 0, delta: 'what' };
    assert.equal(joined(deltasOf([summary, text]), 'reasoning'), 'so what');
  });

  it('reads a tool call once', () => {
    const call = { type: 'function_call', call_id: 'c1', name: 'get', arguments: '{"a":1}' };
    const events = [
      { type: 'response.output_item.added', output_index: 3, item: { ...call, arguments: '' } },
      { type: 'response.function_call_arguments.delta', output_index: 3, delta: '{"a"' },
      { type: 'response.function_call_arguments.delta', output_index: 3, delta: ':1}' },
      { type: 'response.function_call_arguments.done', output_index: 3, arguments: '{"a":1}' },
      { type: 'response.output_item.done', output_index: 3, item: call },
      ended('completed', { output: [call] }),
    ];
    const parts = deltasOf(events).flatMap(([type, part]) => (type === 'toolCall' ? [part] : []));
    assert.deepEqual(parts, [
      { index: 0, id: 'c1', name: 'get', arguments: '' },
      { index: 0, id: '', name: '', arguments: '{"a"' },
      { index: 0, id: '', name: '', arguments: ':1}' },
    ]);
    assert.deepEqual(deltasOf(events).at(-1), ['finish', { type: 'complete', reason: 'tool_calls' }]);
    assert.deepEqual(deltasOf(events.slice(-1))[0], [
      'toolCall',
      { index: 0, id: 'c1', name: 'get', arguments: '{"a":1}' },
    ]);
  });

  for (const [name, event, finish] of [
    ['completed', ended('completed'), { type: 'complete', reason: 'stop' }],
    [
      'a limit of tokens',
      ended('incomplete', { incomplete_details: { reason: 'max_output_tokens' } }),
      { type: 'complete', reason: 'length' },
    ],
    [
      'a content filter',
      ended('incomplete', { incomplete_details: { reason: 'content_filter' } }),
      { type: 'filtered' },
    ],
    ['incomplete without a reason', ended('incomplete', { incomplete_details: null }), { type: 'cut' }],
    ['failed without an error', ended('failed', { error: null }), { type: 'cut' }],
    ['cancelled', ended('cancelled'), { type: 'cut' }],
  ] as const) {
    it(`reads the end of a response: ${name}`, () => assert.deepEqual(deltasOf([event]), [['finish', finish]]));
  }

  it('reads the error of a failed response', () => {
    const failed = ended('failed', { error: { code: 'server_error', message: 'no' } });
    assert.deepEqual(deltasOf([failed]), [['error', failed]]);
  });

  it('reports no finish reason while the response is in progress', () => {
    assert.deepEqual(
      deltasOf([ended('created', { status: 'in_progress' }), ended('in_progress'), ended('queued')]),
      [],
    );
  });

  it('never throws, whatever the event', () => {
    const type = fc.constantFrom('output_text.delta', 'output_text.done', 'output_item.done', 'completed', 'created');
    const value = fc.oneof(fc.jsonValue(), fc.constant({ content: [null, { text: 3 }], output: [{}, null] }));
    const event = fc.record(
      {
        type: type.map((name) => `response.${name}`),
        delta: value,
        text: value,
        item: value,
        part: value,
        response: value,
      },
      { requiredKeys: ['type'] },
    );
    fc.assert(
      fc.property(fc.array(event), (events) => void deltasOf(events)),
      { numRuns: propertyRuns },
    );
  });
});
