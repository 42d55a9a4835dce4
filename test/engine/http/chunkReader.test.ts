import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ChunkReader } from '../../../src/engine/http/chunkReader';
import { readChunk } from '../../../src/engine/http/dialect';
import { listen, type Said } from '../../support/deltaListener';
import { propertyRuns } from '../../support/propertyRuns';
import { recordings } from '../../support/recordings';

interface Read {
  readonly said: readonly Said[];
  readonly readable: readonly boolean[];
  /** The events that were parsed, by their position. */
  readonly parsed: readonly number[];
}

function read(events: readonly string[]): Read {
  const { said, sink } = listen();
  const reader = new ChunkReader(sink);
  const readable: boolean[] = [];
  const parsed: number[] = [];
  const parse = JSON.parse;
  JSON.parse = (text: string): unknown => {
    parsed.push(readable.length);
    return parse(text) as unknown;
  };
  try {
    for (const event of events) readable.push(reader.read(event));
  } finally {
    JSON.parse = parse;
  }
  return { said, readable, parsed };
}

/** What the parser alone says. */
function readEach(events: readonly string[]): Omit<Read, 'parsed'> {
  const { said, sink } = listen();
  return { readable: events.map((event) => readChunk(event, sink)), said };
}

function assertSame(events: readonly string[]): void {
  const { said, readable } = read(events);
  assert.deepEqual({ readable, said }, readEach(events));
}

const event = (text: string, more = ''): string =>
  `{"id":"a","choices":[{"index":0,"delta":{"content":"${text}"},"finish_reason":null}]${more}}`;

/** `parsed`: the positions of those that have to be parsed. */
const streams: readonly (readonly [name: string, events: readonly string[], parsed: readonly number[]])[] = [
  ['the third event that differs in its text alone', ['a', 'b', 'c', 'd'].map((text) => event(text)), [0, 1]],
  ['no event while the text is the same', ['a', 'a', 'a', 'b', 'c'].map((text) => event(text)), [0, 1, 2, 3]],
  ['no text with an escape', ['a', 'b', '\\n', 'c', '\\"', 'd'].map((text) => event(text)), [0, 1, 2, 4]],
  ['no empty text', ['a', 'b', '', 'c'].map((text) => event(text)), [0, 1, 2]],
  ['no text that JSON does not allow', ['a', 'b', 'c\n', 'd'].map((text) => event(text)), [0, 1, 2]],
  [
    'text that looks like other places',
    [':', ',', 'a', 'id', 'choices', 'content', ':'].map((text) => event(text)),
    [0, 1],
  ],
  ['text of any script', ['羊', '🐑', 'é', '\u2028'].map((text) => event(text)), [0, 1]],
  [
    'text in a new frame, once that is known',
    [event('a'), event('b'), ...['c', 'd', 'e'].map((text) => event(text, ',"created":2'))],
    [0, 1, 2, 3],
  ],
  ['no event that is longer than the frame', [event('a'), event('b'), `${event('c')} `, event('d')], [0, 1, 2, 3]],
  [
    'what comes after usage, in the old frame',
    [event('a'), event('b'), event('c', ',"usage":{"total_tokens":3}'), event('d')],
    [0, 1, 2],
  ],
  [
    'reasoning',
    ['a', 'b', 'c'].map((text) => `{"choices":[{"delta":{"content":null,"reasoning_content":"${text}"}}]}`),
    [0, 1],
  ],
  [
    'text with a padding of any length (OpenAI)',
    ['xy', 'z', '', 'zzz'].map((pad, n) => event(`t${n}`, `,"obfuscation":"${pad}"`)),
    [0, 1],
  ],
  [
    'no padding with an escape, nor what comes after another one',
    [
      ...['xy', 'z', '\\n'].map((pad, n) => event(`t${n}`, `,"obfuscation":"${pad}"`)),
      event('t3', ',"obfuscation":"x","error":"no"'),
    ],
    [0, 1, 2, 3],
  ],
  [
    'no tool calls',
    ['a', 'b', 'c'].map((text) => `{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"${text}"}}]}}]}`),
    [0, 1, 2],
  ],
  [
    'no text of two parts',
    ['a', 'b', 'c'].map((text) => `{"choices":[{"delta":{"content":["${text}","x"]}}]}`),
    [0, 1, 2],
  ],
  [
    'no text after another one',
    ['a', 'b', 'c'].map((text) => `{"choices":[{"delta":{"content":["x","${text}"]}}]}`),
    [0, 1, 2],
  ],
  ['no text before a finish', ['a', 'b', 'c'].map((text) => event(text).replace('null', '"stop"')), [0, 1, 2]],
];

/** With holes for A and B; in some of them A is not what is said, or B is more than decoration. */
const frames = [
  '{"choices":[{"delta":{"content":"A"}}]}',
  '{"id":"B","choices":[{"delta":{"content":"A"}}]}',
  '{"choices":[{"delta":{"content":"A"}}],"obfuscation":"B"}',
  '{"obfuscation":"B","choices":[{"delta":{"content":"A"}}]}',
  '{"choices":[{"delta":{"content":"A"},"x":"\\"obfuscation\\":\\"B"}]}',
  '{"choices":[{"delta":{"content":"A"}}],"obfuscation":"x","error":"B"}',
  '{"choices":[{"delta":{"content":"A","obfuscation":"x","content":"B"}}]}',
  '{"choices":[{"delta":{"content":"A"}}],"obfuscation":"B","usage":{"total_tokens":1}}',
  '{"choices":[{"delta":{"role":"A","content":"B"}}]}',
  '{"choices":[{"delta":{"content":"B","x":"A"}}]}',
  '{"choices":[{"delta":{"content":"A","content":"B"}}]}',
  '{"choices":[{"delta":{"content":"A","refusal":"B"}}]}',
  '{"choices":[{"delta":{"reasoning_content":"A","reasoning":"B"}}]}',
  '{"choices":[{"delta":{"reasoning":"A","content":"B"}}]}',
  '{"choices":[{"delta":{"content":"A"},"finish_reason":"B"}]}',
  '{"choices":[{"delta":{"content":["A","B"]}}]}',
  '{"choices":[{"delta":{"content":[{"type":"B","text":"A"}]}}]}',
  '{"choices":[{"delta":{"content":[{"type":"thinking","thinking":"A"}]}}]}',
  '{"choices":[{"delta":{"content":null,"tool_calls":[{"id":"A","function":{"name":"B"}}]}}]}',
  '{"choices":[{"text":"A"}],"object":"B"}',
  '{"choices":[{"delta":{"content":"A"}}],"error":"B"}',
  '{"code":"B","message":"A"}',
  '[{"choices":[{"delta":{"content":"A"}}]}]',
];
const strings = [
  '',
  'a',
  'b',
  ' ',
  ':',
  ',',
  'stop',
  'error',
  'thinking',
  'content',
  '羊',
  '\\n',
  '\\"',
  '"',
  '\n',
  '\\',
];
const string = fc.constantFrom(...strings);

/** Few frames and few decorations in each stream, so that events repeat themselves as they do in real ones. */
const stream = fc
  .tuple(
    fc.array(fc.constantFrom(...frames), { minLength: 1, maxLength: 2 }),
    fc.array(string, { minLength: 1, maxLength: 2 }),
  )
  .chain(([some, decorations]) =>
    fc.array(
      fc
        .tuple(fc.constantFrom(...some), string, fc.constantFrom(...decorations))
        .map(([frame, a, b]) => frame.replace('A', () => a).replace('B', () => b)),
      { maxLength: 20 },
    ),
  );

describe('the events of a stream', () => {
  for (const [name, events, parsed] of streams) {
    it(`tell without parsing: ${name}`, () => {
      assert.deepEqual(read(events).parsed, parsed);
      assertSame(events);
    });
  }

  for (const { name, lines } of recordings) {
    it(`say the same as the parser alone, recorded as ${name}`, () => assertSame(lines));
  }

  for (const name of ['openai-text', 'deepseek-text']) {
    it(`are seldom parsed, recorded as ${name}`, () => {
      const lines = recordings.find((recording) => recording.name === name)!.lines;
      assert.ok(read(lines).parsed.length < lines.length / 10);
    });
  }

  it('say the same as the parser alone, whatever frames they have', () => {
    fc.assert(fc.property(stream, assertSame), { numRuns: propertyRuns });
  });

  it('are parsed from then on where each one has a frame of its own', () => {
    const own = Array.from({ length: 20 }, (_, n) => event(`t${n}`, `,"created":${n}`));
    const alike = ['a', 'b', 'c'].map((text) => event(text));
    assert.equal(read([...own, ...alike]).parsed.length, 23);
    assert.equal(read([...own.slice(0, 10), ...alike]).parsed.length, 12);
  });

  it('are not given up for a frame that changes now and then', () => {
    const events = Array.from({ length: 90 }, (_, n) => event(`t${n}`, `,"created":${Math.floor(n / 3)}`));
    assert.equal(read(events).parsed.length, 60);
  });
});

describe('an answer that the gateway begins anew in the stream', () => {
  const chunk = (id: string, content: string, role?: string): string =>
    JSON.stringify({ id, choices: [{ index: 0, delta: { ...(role && { role }), content }, finish_reason: null }] });

  const restartsOf = (...events: readonly string[]): number =>
    read(events).said.filter(([kind]) => kind === 'restartInStream').length;

  it('is noticed by a new id and a new role', () => {
    const events = [chunk('a', '', 'assistant'), chunk('a', 'x'), chunk('b', '', 'assistant'), chunk('b', 'y')];
    assert.equal(restartsOf(...events), 1);
    assert.deepEqual(read(events).said, [
      ['text', 'x'],
      ['restartInStream', undefined],
      ['text', 'y'],
    ]);
  });

  it('is not assumed when every chunk has its own id and a role', () => {
    assert.equal(
      restartsOf(chunk('a', 'x', 'assistant'), chunk('b', 'y', 'assistant'), chunk('c', 'z', 'assistant')),
      0,
    );
  });

  it('is noticed by a new id where every chunk names the role', () => {
    const events = [chunk('a', 'x', 'assistant'), chunk('a', 'y', 'assistant'), chunk('b', 'z', 'assistant')];
    assert.equal(restartsOf(...events), 1);
  });

  it('is not assumed when every chunk has its own id', () => {
    assert.equal(restartsOf(chunk('a', 'x', 'assistant'), chunk('b', 'y'), chunk('c', 'z')), 0);
  });

  it('is not assumed when the role is repeated under the same id', () => {
    assert.equal(restartsOf(chunk('a', 'x', 'assistant'), chunk('a', 'y'), chunk('a', 'z', 'assistant')), 0);
  });
});
