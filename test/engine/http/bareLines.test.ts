import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createParser } from 'eventsource-parser';
import { BareLines } from '../../../src/engine/http/bareLines';
import { textPieces } from '../../support/pieces';
import { propertyRuns } from '../../support/propertyRuns';

/** The events that a parser reads from the converted pieces. */
function events(pieces: readonly string[]): readonly string[] {
  const read: string[] = [];
  const parser = createParser({ onEvent: ({ data, event }) => read.push(`${event ?? 'message'} ${data}`) });
  const lines = new BareLines();
  for (const piece of [...pieces, '\n\n']) parser.feed(lines.convert(piece));
  return read;
}

const streams: readonly (readonly [name: string, stream: string, events: readonly string[]])[] = [
  [
    'leaves a stream without bare lines as it is',
    'event: error\ndata: a\n\n: c\n\ndata: {"b":1}\n\n',
    ['error a', 'message {"b":1}'],
  ],
  ['makes an event of a bare line of JSON', ': PING\n\n{"error":1}', ['message {"error":1}']],
  ['makes an event of the first line', '{"error":1}\n', ['message {"error":1}']],
  ['makes an event of each of several lines', '{"a":1}\n{"b":2}\n', ['message {"a":1}', 'message {"b":2}']],
  ['ends the event before a bare line', 'data: a\n{"error":1}\n\n', ['message a', 'message {"error":1}']],
  [
    'ends the event of a bare line with the line',
    '{"error":1}\ndata: [DONE]\n\n',
    ['message {"error":1}', 'message [DONE]'],
  ],
  [
    'makes one event of JSON on several lines',
    ': PING\n\n{\n  "error": {\n    "code": 429\n  }\n}\n\n',
    ['message {\n  "error": {\n    "code": 429\n  }\n}'],
  ],
  ['makes an event of a bare list', '[{"error":1}]\n', ['message [{"error":1}]']],
  ['names the event of an `error` field', 'error: {"message":"no"}\n\n', ['error {"message":"no"}']],
  [
    'reads lines that end with CR LF',
    ': PING\r\n\r\n{"error":1}\r\ndata: a\r\n\r\n',
    ['message {"error":1}', 'message a'],
  ],
];

describe('bare lines of a stream', () => {
  for (const [name, stream, expected] of streams) {
    it(`${name}, in one piece and character by character`, () => {
      assert.deepEqual(events([stream]), expected);
      assert.deepEqual(events(textPieces(stream, 1)), expected);
    });
  }

  it('are the same events however the stream is split', () => {
    const line = fc.constantFrom('data: a', '{"e":1}', 'error: no', 'event: error', 'er', '', ': c');
    fc.assert(
      fc.property(fc.array(line, { maxLength: 10 }), fc.constantFrom('\n', '\r\n'), fc.nat(6), (lines, end, size) => {
        const stream = lines.map((each) => each + end).join('');
        const pieces = textPieces(stream, size + 1);
        assert.deepEqual(events(pieces), events([stream]));
      }),
      { numRuns: propertyRuns },
    );
  });
});
