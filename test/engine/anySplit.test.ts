import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ChunkReader } from '../../src/engine/http/chunkReader';
import { readChunk } from '../../src/engine/http/dialect';
import { BodyReader } from '../../src/engine/http/responseBody';
import { collectDeltas, type ReceivedDelta } from '../support/deltaCollector';
import { pieces } from '../support/pieces';
import { propertyRuns } from '../support/propertyRuns';
import { recordings } from '../support/recordings';

interface SentEvent {
  readonly data: string;
  readonly name: string | undefined;
}

interface ReadStream {
  readonly events: readonly SentEvent[];
  readonly deltas: readonly ReceivedDelta[];
}

/** The bytes of a stream and the events in it. */
interface Stream {
  readonly bytes: Uint8Array;
  readonly sent: readonly SentEvent[];
}

/** @param usesEnvelopes whether events are read in place by their envelopes, as in an attempt */
async function read(parts: readonly Uint8Array[], usesEnvelopes: boolean): Promise<ReadStream> {
  const { deltas, sink } = collectDeltas();
  const reader = new ChunkReader({ onDelta: sink });
  const events: SentEvent[] = [];
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
      controller.close();
    },
  });
  let bytes = 0;
  const response = new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  const onTooLong = () => assert.fail('endless');
  const bodySink = { onBytes: (count: number) => (bytes += count), onTooLong, isDone: () => false };
  await new BodyReader(response, bodySink, {
    onEvent: (data, name) => {
      events.push({ data, name });
      reader.read(data);
    },
    ...(usesEnvelopes && { readEventInPlace: (text, from) => reader.readEventInPlace(text, from) }),
    onTooLong,
  }).read();
  assert.equal(
    bytes,
    parts.reduce((sum, part) => sum + part.length, 0),
  );
  return { events, deltas };
}

/** Parses each event separately. */
function expected(sent: readonly SentEvent[]): ReadStream {
  const { deltas, sink } = collectDeltas();
  for (const { data } of sent) readChunk(data, sink);
  return { events: sent, deltas };
}

type Newline = '\n' | '\r' | '\r\n';

/**
 * Joins lines with the given line ends. After a CR, an empty line does not end in LF, because CR LF is a single line
 * end.
 */
function printed(lines: readonly string[], newlines: readonly Newline[], bom: string): Uint8Array {
  let text = bom;
  lines.forEach((line, index) => {
    const newline = newlines[index % newlines.length] ?? '\n';
    text += line + (line === '' && newline === '\n' && text.endsWith('\r') ? '\r' : newline);
  });
  return new TextEncoder().encode(text);
}

const text = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(' a', 'b', ' token', '羊', '🐑', 'é', '\n', '"', '\\', '') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
);
const delta = fc.oneof(
  { weight: 6, arbitrary: text.map((content) => ({ content })) },
  { weight: 2, arbitrary: text.map((reasoning) => ({ content: null, reasoning_content: reasoning })) },
  {
    weight: 1,
    arbitrary: text.map((json) => ({ tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: json } }] })),
  },
);
/** Chunks that mostly have the same fields, like those of a provider. */
const chunk = fc
  .record({
    delta,
    finish: fc.option(fc.constant('stop'), { freq: 9 }),
    usage: fc.option(fc.constant({ prompt_tokens: 1, completion_tokens: 2 }), { freq: 9 }),
    pad: fc.option(fc.constantFrom('x', 'yz')),
    created: fc.constantFrom(1, 1, 1, 2),
  })
  .map(({ delta, finish, usage, pad, created }) => ({
    created,
    choices: [{ index: 0, delta, finish_reason: finish }],
    usage,
    ...(pad === null ? {} : { obfuscation: pad }),
  }));
const data = fc.oneof(
  { weight: 9, arbitrary: chunk.map((json) => JSON.stringify(json)) },
  // JSON on several lines is still one event.
  { weight: 1, arbitrary: chunk.map((json) => JSON.stringify(json, null, 1)) },
  { weight: 1, arbitrary: fc.constantFrom('[DONE]', '{"error":{"code":429}}', 'junk') },
);
const noise = fc.constantFrom(': keep-alive', ':', 'id: 7', 'retry: 10', 'x: y');
const block = fc
  .record({
    before: fc.array(noise, { maxLength: 2 }),
    name: fc.option(fc.constantFrom('error', 'message'), { freq: 9 }),
    data,
    space: fc.constantFrom(' ', ' ', ' ', ''),
  })
  .map(({ before, name, data, space }) => ({
    sent: { data, name: name ?? undefined },
    lines: [
      ...before,
      ...(name === null ? [] : [`event: ${name}`]),
      // A parser drops one space after the colon, so data that begins with a space needs another one.
      ...data.split('\n').map((line) => `data:${line.startsWith(' ') ? ' ' : space}${line}`),
      '',
    ],
  }));
const newlines = fc.oneof(
  fc.constantFrom<readonly Newline[]>(['\n'], ['\r\n'], ['\r']),
  fc.array(fc.constantFrom<Newline>('\n', '\r', '\r\n'), { minLength: 1, maxLength: 7 }),
);
const generated: fc.Arbitrary<Stream> = fc
  .tuple(fc.array(block, { minLength: 1, maxLength: 12 }), newlines, fc.constantFrom('', '', '\uFEFF'))
  .map(([blocks, ends, bom]) => ({
    bytes: printed(
      blocks.flatMap(({ lines }) => lines),
      ends,
      bom,
    ),
    sent: blocks.map(({ sent }) => sent),
  }));

const recorded: fc.Arbitrary<Stream> = fc
  .tuple(fc.constantFrom(...recordings), fc.nat(), newlines)
  .map(([{ lines }, from, ends]) => {
    const excerpt = lines.slice(from % lines.length).slice(0, 12);
    return {
      bytes: printed(
        excerpt.flatMap((line) => [`data: ${line}`, '']),
        ends,
        '',
      ),
      sent: excerpt.map((line) => ({ data: line, name: undefined })),
    };
  });

const cuts = fc.oneof(
  fc.array(fc.nat(6000), { maxLength: 30 }),
  // These offsets make pieces of a single byte.
  fc.constant(Array.from({ length: 6000 }, (_, index) => index)),
);

describe('reading of a stream in pieces', () => {
  for (const [name, streams] of [
    ['generated', generated],
    ['recorded', recorded],
  ] as const) {
    it(`gives the same events and deltas however a ${name} stream is split`, async () => {
      await fc.assert(
        fc.asyncProperty(streams, cuts, async ({ bytes, sent }, cutOffsets) => {
          const parts = pieces(bytes, cutOffsets);
          assert.deepEqual(await read(parts, false), expected(sent));
          assert.deepEqual((await read(parts, true)).deltas, expected(sent).deltas);
        }),
        { numRuns: propertyRuns },
      );
    }).timeout(120_000);
  }
});
