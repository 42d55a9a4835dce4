import assert from 'node:assert/strict';
import { readBody, type BodyEnd } from '../../../src/engine/http/responseBody';

interface Seen {
  readonly events: readonly string[];
  readonly end: BodyEnd | undefined;
  readonly bytes: number;
}

/** Reads a body that arrives in the given pieces. */
async function read(pieces: readonly Uint8Array[], contentType = 'text/event-stream'): Promise<Seen> {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  const events: string[] = [];
  let bytes = 0;
  let over = false;
  const end = await readBody(new Response(stream, { headers: contentType ? { 'content-type': contentType } : {} }), {
    bytes: (count) => (bytes += count),
    event: (data, name) => events.push(name === undefined ? data : `${name}: ${data}`),
    endless: () => (over = true),
    over: () => over,
  });
  return { events, end, bytes };
}

function split(bytes: Uint8Array, size: number): Uint8Array[] {
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

describe('server-sent events', () => {
  for (const [name, newline] of [
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ] as const) {
    for (const bom of ['', '\uFEFF']) {
      const bytes = new TextEncoder().encode(bom + lines.join(newline));
      for (const size of [1, 2, 3, 5, 7, 16, 64, 1000]) {
        it(`are the same with ${name}${bom && ' and a BOM'} in pieces of ${size} bytes`, async () => {
          assert.deepEqual((await read(split(bytes, size))).events, expected);
        });
      }
    }
  }

  it('are whole without the last blank line', async () => {
    assert.deepEqual((await read([new TextEncoder().encode('data: {"a":1}')])).events, ['{"a":1}']);
  });

  it('are whole without the rest of their last character', async () => {
    const bytes = new TextEncoder().encode('data: a羊').subarray(0, 8);
    assert.deepEqual((await read([bytes])).events, ['a\uFFFD']);
  });

  it('that never end are given up at 8 MB', async () => {
    const block = new TextEncoder().encode('x'.repeat(1024 * 1024));
    const seen = await read([new TextEncoder().encode('data: '), ...Array.from({ length: 9 }, () => block)]);
    assert.deepEqual([seen.events, seen.end], [[], undefined]);
  });
});

describe('a body', () => {
  const cases: readonly (readonly [type: string, text: string, end: BodyEnd, events: number])[] = [
    ['application/json; charset=utf-8', ' {"a":1} ', { kind: 'json', text: '{"a":1}' }, 0],
    ['text/html', '<html>', { kind: 'web-page', empty: true }, 0],
    ['', '<!doctype html>', { kind: 'web-page', empty: false }, 0],
    ['', '  {"a":1}', { kind: 'json', text: '{"a":1}' }, 0],
    ['text/plain', 'data: {"a":1}\n\n', { kind: 'stream', empty: false }, 1],
    ['application/octet-stream', ': ping\n\ndata: 1\n\n', { kind: 'stream', empty: false }, 1],
    ['text/plain', 'nope', { kind: 'unknown', text: 'nope' }, 0],
    ['text/event-stream', '', { kind: 'stream', empty: true }, 0],
    ['text/event-stream', '{"error":{}}', { kind: 'json', text: '{"error":{}}' }, 0],
    ['text/event-stream', 'x: y\ndata: 1\n\n', { kind: 'stream', empty: false }, 1],
    ['application/json', 'data: 1\n\n', { kind: 'stream', empty: false }, 1],
    ['', '\uFEFF{"a":1}', { kind: 'json', text: '{"a":1}' }, 0],
    ['application/json', 'nope', { kind: 'json', text: 'nope' }, 0],
  ];
  for (const [type, text, end, events] of cases) {
    for (const size of [1, 100]) {
      it(`of type "${type}" with ${JSON.stringify(text)} in pieces of ${size} is ${end.kind}`, async () => {
        const seen = await read(split(new TextEncoder().encode(text), size), type);
        assert.deepEqual(seen.end, end);
        assert.equal(seen.events.length, events);
        if (end.kind !== 'web-page') assert.equal(seen.bytes, Buffer.byteLength(text));
      });
    }
  }

  for (const unit of [' ', '\n', 'x']) {
    it(`of megabytes of ${JSON.stringify(unit)} in small pieces is read in linear time`, async function () {
      this.timeout(20_000);
      const text = unit.repeat(4_000_000);
      const { end, bytes } = await read(split(new TextEncoder().encode(text), 128), 'text/plain');
      assert.deepEqual(end, { kind: 'unknown', text: text.trim() });
      assert.equal(bytes, text.length);
    });
  }
});
