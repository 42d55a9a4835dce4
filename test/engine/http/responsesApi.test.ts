import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { ChunkReader } from '../../../src/engine/http/chunkReader';
import { propertyRuns } from '../../support/propertyRuns';

const delta = (text: string): object => ({ type: 'response.output_text.delta', output_index: 0, delta: text });
const message = (text: string): object => ({ type: 'message', content: [{ type: 'output_text', text }] });

type ReceivedDelta = readonly [type: string, value?: unknown];

function deltasOf(events: readonly object[]): readonly ReceivedDelta[] {
  const deltas: ReceivedDelta[] = [];
  const reader = new ChunkReader({ onDelta: (delta) => deltas.push(Object.values(delta) as unknown as ReceivedDelta) });
  for (const event of events) assert.equal(reader.read(JSON.stringify(event)), true);
  return deltas;
}

/** Streams, and the deltas that are read from them. */
const streams = JSON.parse(readFileSync(join(__dirname, 'responses.json'), 'utf8')) as readonly {
  readonly name: string;
  readonly events: readonly object[];
  readonly deltas: readonly ReceivedDelta[];
}[];

describe('reader of Responses API events', () => {
  for (const { name, events, deltas } of streams) {
    it(name, () => assert.deepEqual(deltasOf(events), deltas));
  }

  it('does not repeat a text that several events contain', () => {
    const parts = fc.array(fc.constantFrom('a', 'ab', '\n', '"', '好', 'sheep '), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(parts, fc.nat(8), fc.subarray([0, 1, 2, 3]), (texts, deltas, repeats) => {
        const text = texts.join('');
        const complete = [
          { type: 'response.output_text.done', output_index: 0, content_index: 0, text },
          { type: 'response.content_part.done', output_index: 0, part: { type: 'output_text', text } },
          { type: 'response.output_item.done', output_index: 0, item: message(text) },
          { type: 'response.completed', response: { output: [{ type: 'reasoning', summary: [] }, message(text)] } },
        ];
        // Without the complete text, all deltas must arrive.
        const received = repeats.length === 0 ? texts : texts.slice(0, deltas);
        const events = [...received.map(delta), ...repeats.flatMap((index) => complete[index] ?? [])];
        const joined = deltasOf(events).flatMap(([type, value]) => (type === 'text' ? [String(value)] : []));
        assert.equal(joined.join(''), text);
      }),
      { numRuns: propertyRuns },
    );
  });

  it('never throws an error, whatever the event contains', () => {
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
