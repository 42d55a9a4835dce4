import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createParser } from 'eventsource-parser';
import fc from 'fast-check';
import {
  boundedText,
  errorBodyLimits,
  BodyReader,
  StreamDecoder,
  type BodyEnd,
} from '../../../src/engine/http/responseBody';
import { EventScanner } from '../../../src/engine/http/eventScanner';
import { pieces, textPieces } from '../../support/pieces';
import { propertyRuns } from '../../support/propertyRuns';
import { settle, VirtualClock } from '../../support/virtualClock';

interface ReadResult {
  readonly events: readonly string[];
  readonly end: BodyEnd | undefined;
  readonly bytes: number;
}

/** Reads a body that arrives in the given pieces. */
async function read(pieces: readonly Uint8Array[], contentType = 'text/event-stream'): Promise<ReadResult> {
  const unread = pieces.values();
  // Enqueues a piece only when it is read, because Node.js takes quadratic time for a long queue.
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const { done, value } = unread.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
  const events: string[] = [];
  let bytes = 0;
  let isTooLong = false;
  const response = new Response(stream, { headers: contentType ? { 'content-type': contentType } : {} });
  const sink = {
    onBytes: (count: number) => (bytes += count),
    onEvent: (data: string, name?: string) => events.push(name === undefined ? data : `${name}: ${data}`),
    onTooLong: () => (isTooLong = true),
    isDone: () => isTooLong,
  };
  const end = await new BodyReader(response, sink, sink).read();
  return { events, end, bytes };
}

function splitBytes(bytes: Uint8Array, size: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}

const lines = [
  ': keep-alive',
  '',
  'data: {"a":"héllo 羊 🐑"}',
  '',
  ': OPENROUTER PROCESSING',
  '',
  'event: error',
  'data: {"b":1}',
  '',
  'id: 7',
  'retry: 10',
  'data: first line',
  'data: second line',
  '',
  'data:no space',
  '',
  'data: [DONE] ',
  '',
  '',
];
const expected = ['{"a":"héllo 羊 🐑"}', 'error: {"b":1}', 'first line\nsecond line', 'no space', '[DONE] '];

describe('reading of server-sent events', () => {
  for (const [name, newline] of [
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ] as const) {
    for (const bom of ['', '\uFEFF']) {
      const bytes = new TextEncoder().encode(bom + lines.join(newline));
      for (const size of [1, 2, 3, 5, 7, 16, 64, 1000]) {
        it(`reads events with ${name}${bom && ' and a byte order mark'} in ${size}-byte pieces`, async () => {
          assert.deepEqual((await read(splitBytes(bytes, size))).events, expected);
        });
      }
    }
  }

  it('reads the last event even if the blank line after it is missing', async () => {
    assert.deepEqual((await read([new TextEncoder().encode('data: {"a":1}')])).events, ['{"a":1}']);
  });

  it('reads events in GB 18030, where an ASCII byte can be part of another character', async () => {
    const bytes = Buffer.from('data: \x81\x30\x81\x31\n\n', 'latin1');
    assert.deepEqual((await read(splitBytes(bytes, 2), 'text/event-stream; charset=gb18030')).events, ['\u0081']);
  });

  it('reads an event when the stream ends in the middle of a character', async () => {
    const bytes = new TextEncoder().encode('data: a羊').subarray(0, 8);
    assert.deepEqual((await read([bytes])).events, ['a\uFFFD']);
  });

  it('rejects an event that is longer than 8 MB', async () => {
    const block = new TextEncoder().encode('x'.repeat(1024 * 1024));
    const result = await read([new TextEncoder().encode('data: '), ...Array.from({ length: 9 }, () => block)]);
    assert.deepEqual([result.events, result.end], [[], undefined]);
    const line = new TextEncoder().encode(`data: ${'x'.repeat(1024 * 1024)}\n`);
    const lines = await read(Array.from({ length: 9 }, () => line));
    assert.deepEqual([lines.events, lines.end], [[], undefined]);
  });
});

describe('reading of a body', () => {
  const longError = `{"error":"${'x'.repeat(70)}"}`;
  const cases: readonly {
    readonly type: string;
    readonly text: string;
    readonly end: BodyEnd;
    readonly events: number;
  }[] = [
    { type: 'application/json; charset=utf-8', text: ' {"a":1} ', end: { kind: 'json', text: '{"a":1}' }, events: 0 },
    { type: 'text/html', text: '<html>', end: { kind: 'web-page' }, events: 0 },
    { type: '', text: '<!doctype html>', end: { kind: 'web-page' }, events: 0 },
    { type: '', text: '  {"a":1}', end: { kind: 'json', text: '{"a":1}' }, events: 0 },
    { type: 'text/plain', text: 'data: {"a":1}\n\n', end: { kind: 'stream' }, events: 1 },
    { type: 'application/octet-stream', text: ': ping\n\ndata: 1\n\n', end: { kind: 'stream' }, events: 1 },
    { type: 'text/plain', text: 'nope', end: { kind: 'unknown', text: 'nope' }, events: 0 },
    { type: 'text/event-stream', text: '', end: { kind: 'stream' }, events: 0 },
    { type: 'text/event-stream', text: longError, end: { kind: 'json', text: longError }, events: 0 },
    { type: 'text/event-stream', text: 'x: y\ndata: 1\n\n', end: { kind: 'stream' }, events: 1 },
    { type: 'application/json', text: 'data: 1\n\n', end: { kind: 'stream' }, events: 1 },
    { type: '', text: '\uFEFF{"a":1}', end: { kind: 'json', text: '{"a":1}' }, events: 0 },
    { type: 'application/json', text: 'nope', end: { kind: 'json', text: 'nope' }, events: 0 },
  ];
  for (const { type, text, end, events } of cases) {
    for (const size of [1, 100]) {
      it(`detects the kind ${end.kind} of the body ${JSON.stringify(text)} with the content type "${type}" in ${size}-byte pieces`, async () => {
        const result = await read(splitBytes(new TextEncoder().encode(text), size), type);
        assert.deepEqual(result.end, end);
        assert.equal(result.events.length, events);
        if (end.kind !== 'web-page') assert.equal(result.bytes, Buffer.byteLength(text));
      });
    }
  }

  for (const unit of [' ', '\n', 'x']) {
    it(`takes linear time for megabytes of ${JSON.stringify(unit)} in small pieces`, async function () {
      this.timeout(20_000);
      const text = unit.repeat(4_000_000);
      const { end, bytes } = await read(splitBytes(new TextEncoder().encode(text), 128), 'text/plain');
      assert.deepEqual(end, { kind: 'unknown', text: text.trim() });
      assert.equal(bytes, text.length);
    });
  }
});

/** Returns the events that a scanner reads from the pieces. */
function scannedEvents(pieces: readonly string[]): readonly string[] {
  const read: string[] = [];
  const scanner = new EventScanner({
    onEvent: (data, name) => read.push(`${name ?? 'message'} ${data}`),
    onTooLong: () => assert.fail('too long'),
  });
  for (const piece of pieces) scanner.push(piece);
  return read;
}

/** Streams with bare lines and the events in them. Each line of the file is a stream. */
const streams = readFileSync(join(__dirname, 'bareLines.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { name: string; stream: string; events: readonly string[] });

describe('scanner of server-sent events and bare lines (JSON without `data:`)', () => {
  for (const { name, stream, events } of streams) {
    it(`${name}, in one piece and in several`, () => {
      assert.deepEqual(scannedEvents([stream]), events);
      for (const size of [1, 2, 3]) assert.deepEqual(scannedEvents(textPieces(stream, size)), events);
    });
  }

  it('recognizes a bare line after an empty piece of the stream', () => {
    assert.deepEqual(scannedEvents([': c\n', '', '{"e":1}\n']), ['message {"e":1}']);
  });

  it('reads the same events as eventsource-parser if the stream has no bare lines', () => {
    const line = fc.constantFrom(
      'data: a',
      'data:',
      'data',
      'data:  b',
      ': c',
      '',
      '',
      'event: x',
      'event',
      'id: 1',
      'x: y',
      ' ',
    );
    const end = fc.constantFrom('\n', '\r', '\r\n');
    fc.assert(
      fc.property(fc.array(fc.tuple(line, end), { maxLength: 12 }), fc.nat(9), (lines, size) => {
        const stream = lines.flat().join('');
        const expected: string[] = [];
        const parser = createParser({ onEvent: ({ data, event }) => expected.push(`${event ?? 'message'} ${data}`) });
        parser.feed(stream);
        assert.deepEqual(scannedEvents(textPieces(stream, size + 1)), expected);
      }),
      { numRuns: propertyRuns },
    );
  });

  /** Scans a stream with a fast path that reads every event except `a`. */
  const scanWithFastPath = (stream: string) => {
    const framed: string[] = [];
    const events: string[] = [];
    const scanner = new EventScanner({
      onEvent: (data, name) => events.push(`${name ?? 'message'} ${data}`),
      readEventInPlace: (text, from) => {
        const data = text.slice(from, text.indexOf('\n', from));
        if (data === 'a') return -1;
        framed.push(data);
        return from + data.length + 2;
      },
      onTooLong: () => assert.fail('too long'),
    });
    scanner.push(stream);
    return { framed, events };
  };

  it('falls back to the slow path if the fast path refuses an event', () => {
    const expected = { framed: ['d'], events: ['message a'] };
    assert.deepEqual(scanWithFastPath('event: x\ndata: d\n\ndata: a\n\n'), expected);
  });

  it('reads an event of several lines without the fast path', () => {
    assert.deepEqual(scanWithFastPath('data: a\ndata: b\n\n'), { framed: [], events: ['message a\nb'] });
  });

  it('reads an event named "error" without the fast path', () => {
    assert.deepEqual(scanWithFastPath('event: error\ndata: c\n\n'), { framed: [], events: ['error c'] });
  });

  it('reads the same events however the stream is split into pieces', () => {
    const line = fc.constantFrom('data: a', '{"e":1}', 'error: no', 'event: error', 'er', '', ': c');
    fc.assert(
      fc.property(fc.array(line, { maxLength: 10 }), fc.constantFrom('\n', '\r\n'), fc.nat(6), (lines, end, size) => {
        const stream = lines.map((content) => content + end).join('');
        const pieces = textPieces(stream, size + 1);
        assert.deepEqual(scannedEvents(pieces), scannedEvents([stream]));
      }),
      { numRuns: propertyRuns },
    );
  });
});

interface Source {
  readonly body: ReadableStream<Uint8Array>;
  readonly push: (bytes: Uint8Array | string) => void;
  readonly close: () => void;
  readonly fail: (error: Error) => void;
  readonly canceled: () => boolean;
}

function source(): Source {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  let canceled = false;
  const body = new ReadableStream<Uint8Array>({
    start: (it) => void (controller = it),
    cancel: () => void (canceled = true),
  });
  return {
    body,
    push: (bytes) => controller.enqueue(typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes),
    close: () => controller.close(),
    fail: (error) => controller.error(error),
    canceled: () => canceled,
  };
}

const replyOf = (body: ReadableStream<Uint8Array> | null, contentType = 'application/json') => ({
  body,
  headers: new Headers({ 'content-type': contentType }),
});

describe('reading of an error body', () => {
  it('reads a short body completely', async () => {
    const clock = new VirtualClock();
    const { body, push, close } = source();
    for (const byte of new TextEncoder().encode('余额不足 🐑')) push(Uint8Array.of(byte));
    close();
    assert.equal(await boundedText(replyOf(body), clock), '余额不足 🐑');
    assert.equal(clock.pending, 0);
  });

  it('returns an empty text when the response has no body', async () => {
    assert.equal(await boundedText(replyOf(null), new VirtualClock()), '');
  });

  it('stops at the byte limit, and cancels the rest of the body', async () => {
    const clock = new VirtualClock();
    const { body, push, canceled } = source();
    for (const piece of ['abcd', 'efgh', 'ijkl']) push(piece);
    assert.equal(await boundedText(replyOf(body), clock, { bytes: 8, ms: 1000 }), 'abcdefgh');
    assert.equal(canceled(), true);
    assert.equal(clock.pending, 0);
  });

  it('stops at the time limit, and cancels the rest of the body', async () => {
    const clock = new VirtualClock();
    const { body, push, canceled } = source();
    let text: string | undefined;
    void boundedText(replyOf(body), clock, { bytes: 100, ms: 1000 }).then((it) => (text = it));
    push('slow');
    await clock.advance(999);
    assert.deepEqual([text, canceled()], [undefined, false]);
    await clock.advance(1);
    assert.deepEqual([text, canceled()], ['slow', true]);
  });

  it('returns the text that arrived before the connection broke', async () => {
    const clock = new VirtualClock();
    const { body, push, fail } = source();
    const text = boundedText(replyOf(body), clock);
    push('half of a sen');
    await settle();
    fail(new Error('terminated'));
    assert.equal(await text, 'half of a sen');
    assert.equal(clock.pending, 0);
  });

  it('uses the default limits when the caller sets none', async () => {
    const clock = new VirtualClock();
    const { body, push } = source();
    for (let kilobyte = 0; kilobyte < 70; kilobyte++) push('x'.repeat(1024));
    assert.equal((await boundedText(replyOf(body), clock)).length, errorBodyLimits.bytes);
    let isRead = false;
    void boundedText(replyOf(source().body), clock).then(() => (isRead = true));
    await clock.advance(errorBodyLimits.ms);
    assert.equal(isRead, true);
  });
});

function decode(parts: readonly Uint8Array[]): string {
  const decoder = new StreamDecoder();
  return parts.map((part) => decoder.decode(part)).join('') + decoder.end();
}

/** Complete characters of every length, byte order marks, and invalid bytes. */
const bytes = fc
  .array(
    fc.oneof(
      fc.constantFrom('a', '\n', 'é', '羊', '🐑', '\uFEFF').map((text) => new TextEncoder().encode(text)),
      fc.uint8Array({ maxLength: 3 }),
    ),
    { maxLength: 30 },
  )
  .map((parts) => new Uint8Array(parts.flatMap((part) => [...part])));

describe('decoding of a UTF-8 stream', () => {
  it('returns the same text however the stream is split into pieces', () => {
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(90)), (all, cuts) => {
        assert.equal(decode(pieces(all, cuts)), new TextDecoder('utf-8', { ignoreBOM: true }).decode(all));
      }),
      { numRuns: propertyRuns },
    );
  });

  it('keeps byte order marks when each piece ends with a complete character', () => {
    const part = new TextEncoder().encode('\uFEFFa');
    assert.equal(decode([part, part]), '\uFEFFa\uFEFFa');
  });

  it('ends with a replacement character if the last character is incomplete', () => {
    assert.equal(decode([new TextEncoder().encode('a羊').subarray(0, 3)]), 'a\uFFFD');
  });
});
