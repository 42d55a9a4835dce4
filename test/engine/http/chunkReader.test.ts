import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ChunkReader } from '../../../src/engine/http/chunkReader';
import { readChunk } from '../../../src/engine/http/dialect';
import { collectDeltas, type ReceivedDelta } from '../../support/deltaCollector';
import { propertyRuns } from '../../support/propertyRuns';
import { recordings } from '../../support/recordings';

interface ReadEvents {
  readonly deltas: readonly ReceivedDelta[];
  /** For each event, whether it is a JSON object. */
  readonly isReadable: readonly boolean[];
  /** The indices of the events that were parsed. */
  readonly parsed: readonly number[];
}

function read(events: readonly string[]): ReadEvents {
  const { deltas, sink } = collectDeltas();
  const reader = new ChunkReader({ onDelta: sink });
  const isReadable: boolean[] = [];
  const parsed: number[] = [];
  const parse = JSON.parse;
  JSON.parse = (text: string): unknown => {
    parsed.push(isReadable.length);
    return parse(text) as unknown;
  };
  try {
    for (const event of events) isReadable.push(reader.read(event));
  } finally {
    JSON.parse = parse;
  }
  return { deltas, isReadable, parsed };
}

/** Parses each event. */
function parseEach(events: readonly string[]): Omit<ReadEvents, 'parsed'> {
  const { deltas, sink } = collectDeltas();
  return { isReadable: events.map((event) => readChunk(event, sink)), deltas };
}

function assertSameAsParsed(events: readonly string[]): void {
  const { deltas, isReadable } = read(events);
  assert.deepEqual({ isReadable, deltas }, parseEach(events));
}

const event = (text: string, suffix = ''): string =>
  `{"id":"a","choices":[{"index":0,"delta":{"content":"${text}"},"finish_reason":null}]${suffix}}`;

/** Streams with the indices of the events that must be parsed. */
const streams: readonly {
  readonly name: string;
  readonly events: readonly string[];
  readonly parsed: readonly number[];
}[] = [
  {
    name: 'parses only the first two of a series of events that differ in nothing but their text',
    events: ['a', 'b', 'c', 'd'].map((text) => event(text)),
    parsed: [0, 1],
  },
  {
    name: 'parses every event as long as all texts are the same',
    events: ['a', 'a', 'a', 'b', 'c'].map((text) => event(text)),
    parsed: [0, 1, 2, 3],
  },
  {
    name: 'parses an event whose text has an escape',
    events: ['a', 'b', '\\n', 'c', '\\"', 'd'].map((text) => event(text)),
    parsed: [0, 1, 2, 4],
  },
  {
    name: 'parses an event whose text is empty',
    events: ['a', 'b', '', 'c'].map((text) => event(text)),
    parsed: [0, 1, 2],
  },
  {
    name: 'parses an event whose text is not valid JSON',
    events: ['a', 'b', 'c\n', 'd'].map((text) => event(text)),
    parsed: [0, 1, 2],
  },
  {
    name: 'does not parse later events whose text looks like other parts of the JSON',
    events: [':', ',', 'a', 'id', 'choices', 'content', ':'].map((text) => event(text)),
    parsed: [0, 1],
  },
  {
    name: 'parses only two events after the JSON around the text has changed',
    events: [event('a'), event('b'), ...['c', 'd', 'e'].map((text) => event(text, ',"created":2'))],
    parsed: [0, 1, 2, 3],
  },
  {
    name: 'parses an event with an additional space at its end',
    events: [event('a'), event('b'), `${event('c')} `, event('d')],
    parsed: [0, 1, 2, 3],
  },
  {
    name: 'parses an event with usage, but not the next event, which is like those before',
    events: [event('a'), event('b'), event('c', ',"usage":{"total_tokens":3}'), event('d')],
    parsed: [0, 1, 2],
  },
  {
    name: 'does not parse events with reasoning after the first two',
    events: ['a', 'b', 'c'].map((text) => `{"choices":[{"delta":{"content":null,"reasoning_content":"${text}"}}]}`),
    parsed: [0, 1],
  },
  {
    name: 'does not parse later events that also differ in the length of their padding (OpenAI)',
    events: ['xy', 'z', '', 'zzz'].map((pad, n) => event(`t${n}`, `,"obfuscation":"${pad}"`)),
    parsed: [0, 1],
  },
  {
    name: 'parses events whose padding has an escape or is followed by other fields',
    events: [
      ...['xy', 'z', '\\n'].map((pad, n) => event(`t${n}`, `,"obfuscation":"${pad}"`)),
      event('t3', ',"obfuscation":"x","error":"no"'),
    ],
    parsed: [0, 1, 2, 3],
  },
  {
    name: 'does not take the first of several lines for a complete event',
    events: [event('a'), event('b'), `${event('c')}\n\n${event('d')}`, event('e')],
    parsed: [0, 1, 2],
  },
  {
    name: 'parses all events with tool calls',
    events: ['a', 'b', 'c'].map(
      (text) => `{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"${text}"}}]}}]}`,
    ),
    parsed: [0, 1, 2],
  },
  {
    name: 'parses all events whose text has two parts',
    events: ['a', 'b', 'c'].map((text) => `{"choices":[{"delta":{"content":["${text}","x"]}}]}`),
    parsed: [0, 1, 2],
  },
  {
    name: 'parses all events with a finish reason',
    events: ['a', 'b', 'c'].map((text) => event(text).replace('null', '"stop"')),
    parsed: [0, 1, 2],
  },
];

/** Envelopes with placeholders A and B. In some of them, A is not the text of the event or B affects its meaning. */
const envelopes = [
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

/** Streams with few different envelopes and replacements of B, so that events repeat as in real streams. */
const stream = fc
  .tuple(
    fc.array(fc.constantFrom(...envelopes), { minLength: 1, maxLength: 2 }),
    fc.array(string, { minLength: 1, maxLength: 2 }),
  )
  .chain(([streamFrames, replacements]) =>
    fc.array(
      fc
        .tuple(fc.constantFrom(...streamFrames), string, fc.constantFrom(...replacements))
        .map(([envelope, a, b]) => envelope.replace('A', () => a).replace('B', () => b)),
      { maxLength: 20 },
    ),
  );

describe('chunk reader that avoids parsing JSON', () => {
  for (const { name, events, parsed } of streams) {
    it(name, () => {
      assert.deepEqual(read(events).parsed, parsed);
      assertSameAsParsed(events);
    });
  }

  for (const { name, lines } of recordings) {
    it(`returns the same deltas as a reader that parses every event of the recording ${name}`, () =>
      assertSameAsParsed(lines));
  }

  for (const name of ['openai-text', 'deepseek-text']) {
    it(`parses less than a tenth of the events of the recording ${name}`, () => {
      const lines = recordings.find((recording) => recording.name === name)!.lines;
      assert.ok(read(lines).parsed.length < lines.length / 10);
    });
  }

  it('returns the same deltas as a reader that parses every event', () => {
    fc.assert(fc.property(stream, assertSameAsParsed), { numRuns: propertyRuns });
  });

  it('switches to parsing every event after 16 consecutive events with different metadata', () => {
    const differentFrames = Array.from({ length: 20 }, (_, n) => event(`t${n}`, `,"created":${n}`));
    const sameFrame = ['a', 'b', 'c'].map((text) => event(text));
    assert.equal(read([...differentFrames, ...sameFrame]).parsed.length, 23);
    assert.equal(read([...differentFrames.slice(0, 10), ...sameFrame]).parsed.length, 12);
  });
});

describe('complete message in a stream of deltas', () => {
  const piece = (content: string): string => JSON.stringify({ choices: [{ delta: { content } }] });
  const thought = (text: string): string => JSON.stringify({ choices: [{ delta: { reasoning_content: text } }] });
  const message = (fields: object): string => JSON.stringify({ choices: [{ message: fields }] });
  const call = [{ index: 0, id: 'c', function: { name: 'read', arguments: '{}' } }];
  const callPart = { index: 0, id: 'c', name: 'read', arguments: '{}' };

  for (const { name, events, deltas } of [
    {
      name: 'adds nothing that the deltas have contained',
      events: [thought('Hm'), piece('a'), piece('b'), piece('c'), message({ content: 'abc', reasoning_content: 'Hm' })],
      deltas: ['reasoning Hm', 'text a', 'text b', 'text c'],
    },
    {
      name: 'adds the end that the deltas lack',
      events: [piece('a'), message({ content: 'ab' })],
      deltas: ['text a', 'text b'],
    },
    {
      name: 'adds no text that differs from the text of the deltas',
      events: [piece('a '), message({ content: 'a' })],
      deltas: ['text a '],
    },
    {
      name: 'is the answer if there are no deltas',
      events: [piece(''), message({ content: 'ab' })],
      deltas: ['text ab'],
    },
    {
      name: 'can be longer in every event',
      events: ['a', 'ab', 'abc'].map((content) => message({ content })),
      deltas: ['text a', 'text b', 'text c'],
    },
    {
      name: 'can contain another part in every event',
      events: ['a', 'b', 'c'].map((content) => message({ content })),
      deltas: ['text a', 'text b', 'text c'],
    },
    {
      name: 'adds nothing if it arrives as the last delta',
      events: [
        piece('Sheep on the hill '),
        piece('graze.'),
        JSON.stringify({ choices: [{ delta: { content: 'Sheep on the hill graze.' }, finish_reason: 'stop' }] }),
      ],
      deltas: ['text Sheep on the hill ', 'text graze.', 'finish {"type":"complete","reason":"stop"}'],
    },
    {
      name: 'repeats no tool call',
      events: [JSON.stringify({ choices: [{ delta: { tool_calls: call } }] }), message({ tool_calls: call })],
      deltas: [`toolCall ${JSON.stringify(callPart)}`],
    },
  ] as const)
    it(name, () => {
      const texts = read(events).deltas.map(([type, value]) => {
        return `${type} ${typeof value === 'string' ? value : JSON.stringify(value)}`;
      });
      assert.deepEqual(texts, deltas);
    });
});

describe('detection of a restart within a stream', () => {
  const chunk = (id: string, content: string, role?: string): string =>
    JSON.stringify({ id, choices: [{ index: 0, delta: { ...(role && { role }), content }, finish_reason: null }] });

  const start = (id: string): string => chunk(id, 'x', 'assistant');

  it('detects a new message if a chunk has a new ID and a role', () => {
    const events = [chunk('a', '', 'assistant'), chunk('a', 'x'), chunk('b', '', 'assistant'), chunk('b', 'y')];
    assert.deepEqual(read(events).deltas, [
      ['text', 'x'],
      ['restartInStream', undefined],
      ['text', 'y'],
    ]);
  });

  for (const { name, events, restarts } of [
    {
      name: 'ignores new IDs when every chunk has a different ID and a role',
      events: ['a', 'b', 'c'].map((id) => start(id)),
      restarts: 0,
    },
    {
      name: 'ignores new IDs when every chunk has a different ID',
      events: [start('a'), chunk('b', 'y'), chunk('c', 'z')],
      restarts: 0,
    },
    { name: 'ignores a new ID without a role', events: [start('a'), chunk('a', 'y'), chunk('b', 'z')], restarts: 0 },
    { name: 'ignores the first ID', events: [start(''), start(''), start('a')], restarts: 0 },
    {
      name: 'ignores chunks without an ID or a delta',
      events: [start('a'), start('a'), start(''), '{"id":"b","choices":[{}]}'],
      restarts: 0,
    },
    {
      name: 'detects a changed ID when every chunk has a role',
      events: [start('a'), start('a'), start('b')],
      restarts: 1,
    },
  ] as const)
    it(name, () => {
      assert.equal(read(events).deltas.filter(([type]) => type === 'restartInStream').length, restarts);
    });
});
