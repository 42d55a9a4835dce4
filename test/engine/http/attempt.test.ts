import assert from 'node:assert/strict';
import type { OutgoingMessage } from '../../../src/engine/text/continuation';
import { noSharedCooldowns } from '../../../src/engine/gate/cooldowns';
import { ModelBehavior } from '../../../src/engine/gate/gatewayState';
import { KeyRedactor } from '../../../src/engine/gateway/keyRedactor';
import { Attempt, type AttemptEnd } from '../../../src/engine/http/attempt';
import { maxEventChars } from '../../../src/engine/http/eventScanner';
import { ReceivedSize } from '../../../src/engine/http/receivedSize';
import { BodyReader, type BodyEnd } from '../../../src/engine/http/responseBody';
import { requestIdOf } from '../../../src/engine/http/transport';
import { defaultSettings } from '../../support/engineRun';
import {
  answering,
  LiveBody,
  rejecting,
  ScriptedFetch,
  sseHeaders,
  streaming,
  type Reply,
} from '../../support/scriptedFetch';
import { settle, VirtualClock } from '../../support/virtualClock';

const maxAnswerChars = 32 * 1024 * 1024;
const maxTurnBytes = 256 * 1024 * 1024;

/** Fails the test, because no sink of a test throws. */
const fail = (error: unknown): never => {
  throw error;
};

const baseUrl = 'https://gateway.test/v1';

interface AttemptOptions {
  readonly messages?: readonly OutgoingMessage[];
  readonly behavior?: Partial<ModelBehavior>;
  /** What the turn has received before. */
  readonly size?: ReceivedSize;
  /** Called for everything that the attempt reports. */
  readonly onReport?: (name: string, attempt: Attempt) => unknown;
}

/** Runs an attempt that starts a second after the start of its clock. */
async function runAttempt(
  reply: Reply,
  { messages, behavior, size = new ReceivedSize(), onReport }: AttemptOptions = {},
) {
  const clock = new VirtualClock();
  await clock.advance(1000);
  const wire = new ScriptedFetch([reply]);
  const reports: string[] = [];
  const report =
    (name: string) =>
    (...values: readonly unknown[]): void => {
      reports.push([name, ...values.filter((value) => typeof value !== 'object')].join(' '));
      onReport?.(name, attempt);
    };
  const ignore = (): void => undefined;
  const deps = {
    clock,
    random: () => 0.5,
    fetch: wire.fetch,
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    localize: (message: string) => message,
    formatTime: String,
    settings: () => defaultSettings,
    gateways: () => Promise.reject(new Error('The attempt must not ask for the gateways.')),
    cooldowns: noSharedCooldowns,
    keys: new KeyRedactor(),
    userAgent: 'HolySheepPrompt/test',
  };
  const attempt = new Attempt(
    deps,
    {
      baseUrl,
      key: 'key-1',
      timeout: defaultSettings.timeout,
      request: { model: 'gpt-4o', temperature: 0.7 },
      messages: messages ?? [{ role: 'user', content: 'hi' }],
      behavior: Object.assign(new ModelBehavior(), behavior),
    },
    {
      add: ({ type, ...fields }) => report(type)(...(Object.values(fields) as unknown[])),
      startOver: () => true,
      endRead: () => undefined,
    },
    report('headers'),
    size,
  );
  const ends: AttemptEnd[] = [];
  void attempt.end.then((end) => ends.push(end));
  await settle();
  return { attempt, clock, wire, reports, ends };
}

const chunkWith = (delta: unknown, finish_reason: string | null = null) => ({
  choices: [{ index: 0, delta, finish_reason }],
});
const counts = { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 };
const toolCall = { tool_calls: [{ index: 0, id: 'c1', function: { name: 'now', arguments: '{}' } }] };
const finished = (finishReason: string): AttemptEnd => ({ type: 'finished', finishReason });
const fault = (evidence: (AttemptEnd & { type: 'fault' })['evidence']): AttemptEnd => ({ type: 'fault', evidence });
const inband = (error: unknown, streamed = false): AttemptEnd =>
  fault({ type: 'inband', body: JSON.stringify(error), streamed });
const garbled = fault('garbledStream');
const connectionError = new TypeError('terminated');

function nameOf(end: AttemptEnd): string {
  if (end.type !== 'fault') return `as ${end.type}`;
  return `with the fault ${typeof end.evidence === 'string' ? end.evidence : end.evidence.type}`;
}

/** Breaks a body after its pieces have been read, because pieces in the queue would be lost. */
async function breakAfterReading(body: LiveBody, error: Error): Promise<void> {
  await settle();
  body.break(error);
}

const endings: readonly {
  readonly name: string;
  readonly write: (body: LiveBody) => unknown;
  readonly end: AttemptEnd;
}[] = [
  {
    name: 'an event without an end',
    write: (body) => body.send(`data: ${'x'.repeat(maxEventChars + 1)}`),
    end: fault('endlessEvent'),
  },
  {
    name: 'a JSON body that is too long',
    write: (body) => body.send(`{"a":"${'x'.repeat(maxEventChars)}`),
    end: fault('endlessEvent'),
  },
  { name: 'an event stream that ends at once', write: (body) => body.end(), end: fault('noBody') },
  {
    name: '`[DONE]` after chunks whose finish reasons are all null',
    write: (body) => body.event(chunkWith({ content: 'a' })).send('data: [DONE]\n\n'),
    end: fault('finishReasonMissing'),
  },
  {
    name: 'a stream whose finish reasons are all null',
    write: (body) => body.event(chunkWith({ content: 'a' })).end(),
    end: fault('streamTruncated'),
  },
  {
    name: 'an answer that starts over',
    write: (body) => {
      for (const id of ['a', 'a', 'b']) body.event({ id, ...chunkWith({ role: 'assistant', content: 'x' }) });
      body.finish().end();
    },
    end: finished('stop'),
  },
  { name: '`[DONE]` without any finish reason', write: (body) => body.delta('a').done(), end: finished('stop') },
  { name: 'a finish reason and no `[DONE]`', write: (body) => body.delta('a').finish().end(), end: finished('stop') },
  {
    name: '`[DONE]` on an open connection',
    write: (body) => body.delta('a').finish().send('data: [DONE]\n\n'),
    end: finished('stop'),
  },
  {
    name: 'an error after a finish reason',
    write: (body) => body.delta('a').finish().event({ error: 'late' }),
    end: finished('stop'),
  },
  {
    name: 'a connection that breaks after `[DONE]`',
    write: (body) => breakAfterReading(body.delta('a').send('data: [DONE]\n\n'), connectionError),
    end: finished('stop'),
  },
  {
    name: 'a last event without its blank line',
    write: (body) =>
      body
        .delta('a')
        .send(`data: ${JSON.stringify(chunkWith({}, 'stop'))}`)
        .end(),
    end: finished('stop'),
  },
  {
    name: 'the finish reason `"null"` and then another',
    write: (body) =>
      body
        .event(chunkWith({ content: 'a' }, 'null'))
        .finish()
        .end(),
    end: finished('stop'),
  },
  {
    name: 'the finish reason `MAX_TOKENS`',
    write: (body) => body.delta('a').finish('MAX_TOKENS').done(),
    end: finished('length'),
  },
  {
    name: 'the finish reason `network_error`',
    write: (body) => body.delta('a').finish('network_error').done(),
    end: fault('finishedWithError'),
  },
  {
    name: 'the finish reason `sensitive`',
    write: (body) => body.delta('a').finish('sensitive').done(),
    end: fault('answerFiltered'),
  },
  {
    name: 'only reasoning in tags',
    write: (body) => body.delta('<think>Hm</think>').finish().done(),
    end: fault('noText'),
  },
  {
    name: 'only reasoning before a closing tag',
    write: (body) => body.delta('Hm\n</think>').finish().done(),
    end: fault('noText'),
  },
  {
    name: 'a connection that breaks',
    write: (body) => breakAfterReading(body.delta('a'), connectionError),
    end: fault({ type: 'error', error: connectionError, streaming: true, baseUrl }),
  },
  {
    name: 'the finish reason `error`',
    write: (body) => body.delta('a').finish('error'),
    end: fault('finishedWithError'),
  },
  {
    name: 'the finish reason `content_filter`',
    write: (body) => body.delta('a').finish('content_filter'),
    end: fault('answerFiltered'),
  },
  {
    name: 'two events that are not JSON',
    write: (body) => body.send('data: {\n\n').delta('a').send('data: {\n\n'),
    end: garbled,
  },
  {
    name: 'events without data between chunks',
    write: (body) => body.send('data:\n\n').delta('a').send('data: \n\ndata:\n\n').finish().done(),
    end: finished('stop'),
  },
  {
    name: 'texts that keep the connection open',
    write: (body) => body.send('data: ping\n\ndata: null\n\n').delta('a').send('data: keep-alive\n\n').finish().done(),
    end: finished('stop'),
  },
  {
    name: 'named events with plain text',
    write: (body) => body.send('event: tick\ndata: 09:00\n\n'.repeat(2)).delta('a').finish().done(),
    end: finished('stop'),
  },
  {
    name: 'one chunk per line without `data:`',
    write: (body) =>
      body.send(`${JSON.stringify(chunkWith({ content: 'a' }))}\n${JSON.stringify(chunkWith({}, 'stop'))}\n`).end(),
    end: finished('stop'),
  },
  {
    name: 'the finish reason `blocked`',
    write: (body) => body.delta('a').finish('blocked').done(),
    end: fault('answerFiltered'),
  },
  {
    name: 'a last event that is not JSON',
    write: (body) => body.delta('a').send('data: {\n\ndata: [DONE]\n\n'),
    end: garbled,
  },
  {
    name: 'one event that is not JSON and a finish reason',
    write: (body) => body.send('data: {\n\n').delta('a').finish().end(),
    end: finished('stop'),
  },
  {
    name: '`[DONE]` and a space after text',
    write: (body) => body.delta('a').send('data: [DONE] \n\n'),
    end: finished('stop'),
  },
  { name: '`[DONE]` alone', write: (body) => body.send('data: [DONE]\n\n'), end: fault('streamTruncated') },
  {
    name: 'an event named error',
    write: (body) => body.send('event: error\ndata: {"message":"no"}\n\n'),
    end: inband({ message: 'no' }),
  },
  {
    name: 'an event named error that only contains null',
    write: (body) => body.send('event: error\ndata: null\n\n'),
    end: inband('null'),
  },
  {
    name: 'two events with plain text',
    write: (body) => body.send('data: 09:00\n\n'.repeat(2)).delta('a'),
    end: garbled,
  },
  {
    name: 'two events named message with plain text',
    write: (body) => body.send('event: message\ndata: 09:00\n\n'.repeat(2)).delta('a'),
    end: garbled,
  },
  {
    name: 'two named events with JSON that ends too early',
    write: (body) => body.send('event: tick\ndata: {\n\n'.repeat(2)),
    end: garbled,
  },
  {
    name: 'an event named error with plain text',
    write: (body) => body.send('event: error\ndata: no\n\n'),
    end: inband('no'),
  },
  {
    name: 'an error object in an event named error',
    write: (body) => body.send('event: error\ndata: {"error":{"code":429}}\n\n'),
    end: inband({ error: { code: 429 } }),
  },
  { name: 'an error as text', write: (body) => body.event({ error: 'no' }), end: inband({ error: 'no' }) },
  {
    name: 'a connection that breaks after the finish reason',
    write: (body) => breakAfterReading(body.delta('a').finish('length'), connectionError),
    end: finished('length'),
  },
  {
    name: 'only reasoning up to the token limit',
    write: (body) =>
      body
        .event(chunkWith({ reasoning: 'Hm' }))
        .finish('length')
        .end(),
    end: finished('length'),
  },
  {
    name: 'only reasoning',
    write: (body) =>
      body
        .event(chunkWith({ reasoning: 'Hm' }))
        .finish('stop')
        .end(),
    end: fault('noText'),
  },
  {
    name: 'neither text nor reasoning up to the token limit',
    write: (body) => body.finish('length').end(),
    end: finished('length'),
  },
  {
    name: 'a tool call',
    write: (body) => body.event(chunkWith(toolCall)).finish('tool_calls').end(),
    end: finished('tool_calls'),
  },
];

const jsonBodies: readonly (readonly [body: string, end: AttemptEnd])[] = [
  ['{"choices":[{"message":{"content":"Hi"}}]}', finished('stop')],
  ['{"choices":[{"message":{"content":"Hi"},"finish_reason":"length"}]}', finished('length')],
  ['{"choices":[{"message":{"content":""},"finish_reason":"length"}]}', finished('length')],
  ['{"message":"no"}', inband({ message: 'no' })],
  ['{"choices":[]}', fault('garbledBody')],
  ['{"choices":', fault('garbledBody')],
  ['Slow down', fault({ type: 'plainText', text: 'Slow down' })],
  ['"Slow down"', fault({ type: 'plainText', text: '"Slow down"' })],
  ['x'.repeat(1001), fault('garbledBody')],
];

describe('attempt', () => {
  for (const { name, write, end } of endings) {
    it(`ends ${nameOf(end)} after ${name}`, async () => {
      const { ends, clock } = await runAttempt(streaming((body) => void write(body)));
      // Only the timeout for the end of the body is shorter than this.
      await clock.advance(200);
      assert.deepEqual(ends, [end]);
    });
  }

  for (const [text, end] of jsonBodies) {
    it(`ends as ${end.type} after the JSON body ${text.slice(0, 80)}`, async () => {
      const { ends } = await runAttempt(() => new Response(text, { headers: { 'content-type': 'application/json' } }));
      assert.deepEqual(ends, [end]);
    });
  }

  it('ends with the fault answerTooLong when all response bodies of the turn together exceed the size limit', async () => {
    const size = new ReceivedSize();
    size.addBytes(maxTurnBytes);
    const { ends } = await runAttempt(
      streaming((body) => body.send(': \n\n')),
      { size },
    );
    assert.deepEqual(ends, [fault('answerTooLong')]);
  });

  for (const [name, delta] of [
    ['text', { content: 'a' }],
    ['tool calls', toolCall],
  ] as const)
    it(`ends with the fault answerTooLong when the ${name} of the turn exceed the size limit`, async () => {
      const size = new ReceivedSize();
      size.addChars(maxAnswerChars);
      const { ends, reports } = await runAttempt(
        streaming((body) => body.event(chunkWith(delta))),
        { size },
      );
      assert.deepEqual([ends, reports], [[fault('answerTooLong')], ['headers 200 req-1 0']]);
    });

  it('is neither accepted nor streaming if the connection is refused', async () => {
    const { ends, attempt } = await runAttempt(rejecting('ECONNREFUSED'));
    const [end] = ends;
    assert.ok(end?.type === 'fault' && typeof end.evidence === 'object' && end.evidence.type === 'error');
    assert.deepEqual([end.evidence.streaming, attempt.isAccepted], [false, false]);
  });

  it('ends with the fault noBody when the response has no body', async () => {
    const { ends } = await runAttempt(() => new Response(null));
    assert.deepEqual(ends, [fault('noBody')]);
  });

  it('ends with the fault slept when no data arrives within 10 s after the computer has woken up', async () => {
    const { ends, clock } = await runAttempt(streaming((body) => body.delta('a')));
    clock.sleep(100_000);
    await clock.advance(10_000);
    assert.deepEqual(ends, [fault('slept')]);
  });

  it('ends with an internal error when a listener throws during a timeout', async () => {
    let texts = 0;
    const onReport = (name: string): unknown => name === 'text' && ++texts === 2 && fail(connectionError);
    const { ends, clock } = await runAttempt(
      streaming((body) => body.delta('a <')),
      { onReport },
    );
    await clock.advance(180_000);
    assert.deepEqual(ends, [{ type: 'defect', error: connectionError }]);
  });

  it('ends even if the `cause` of an error is the error itself', async () => {
    const error = new TypeError('fetch failed');
    error.cause = error;
    const { ends } = await runAttempt(() => Promise.reject(error));
    assert.equal(ends[0]?.type, 'fault');
  });

  const responses: readonly {
    readonly status: number;
    readonly response: () => Response;
    readonly isAccepted: boolean;
  }[] = [
    { status: 200, response: () => new Response(''), isAccepted: true },
    { status: 299, response: () => new Response('', { status: 299 }), isAccepted: true },
    { status: 300, response: () => new Response('', { status: 300 }), isAccepted: false },
    { status: 503, response: () => new Response('', { status: 503 }), isAccepted: false },
    // `fetch` returns status 0 for a redirect that is not followed.
    { status: 0, response: () => Response.error(), isAccepted: false },
  ];
  for (const { status, response, isAccepted } of responses) {
    it(`${isAccepted ? 'is' : 'is not'} accepted with status ${status}`, async () => {
      const { attempt } = await runAttempt(response);
      assert.deepEqual([attempt.status, attempt.isAccepted], [status, isAccepted]);
    });
  }

  it('measures its duration and the time to the first token', async () => {
    const body = new LiveBody();
    let respond!: (response: Response) => void;
    const { attempt, clock, reports } = await runAttempt(() => new Promise((resolve) => (respond = resolve)));
    await clock.advance(300);
    respond(new Response(body.stream, { headers: sseHeaders }));
    await settle();
    assert.deepEqual(reports, ['headers 200 req-1 300']);
    await clock.advance(200);
    body.event(chunkWith({ reasoning: 'Hm' })).delta('abc');
    await clock.advance(700);
    assert.equal(attempt.idleMs(), 700);
    const stats = attempt.takeStats();
    assert.deepEqual([stats?.ms, stats?.firstTokenMs, stats?.chars], [1200, 500, 5]);
    attempt.abandon();
  });

  it('returns its statistics only to the first caller', async () => {
    const { attempt } = await runAttempt(streaming((body) => body.delta('a')));
    assert.ok(attempt.takeStats());
    assert.equal(attempt.takeStats(), undefined);
    attempt.abandon();
  });

  for (const [delta, streamed] of [
    [{ content: 'a' }, true],
    [{ reasoning: 'a' }, true],
    [toolCall, true],
    [{ role: 'assistant' }, false],
  ] as const) {
    it(`is ${streamed ? '' : 'not '}marked as streaming after the delta ${JSON.stringify(delta)}`, async () => {
      const { attempt } = await runAttempt(streaming((body) => body.event(chunkWith(delta))));
      assert.equal(attempt.hasStreamed, streamed);
      assert.equal(attempt.hasCompleteToolCalls, delta === toolCall);
      assert.equal(attempt.takeStats()?.firstTokenMs, streamed ? 0 : undefined);
      attempt.abandon();
    });
  }

  it('accepts `[DONE]` as the end of a complete answer if the gateway omits finish reasons', async () => {
    const { ends } = await runAttempt(
      streaming((body) => body.event(chunkWith({ content: 'a' })).done()),
      { behavior: { finishReason: 'omitted' } },
    );
    assert.deepEqual(ends, [finished('stop')]);
  });

  it('emits an incomplete think tag as text when the connection breaks', async () => {
    const { reports } = await runAttempt(
      streaming((body) => void breakAfterReading(body.delta('a <').delta('</th'), connectionError)),
    );
    await settle();
    assert.deepEqual(
      reports.filter((line) => line.startsWith('text')),
      ['text a ', 'text <', 'text </th'],
    );
  });

  it('turns text into reasoning when a `</think>` without `<think>` follows', async () => {
    const { reports } = await runAttempt(answering('Hm.\n', '</think>', '4'));
    assert.deepEqual(reports.slice(1), ['text Hm.\n', 'textWasReasoning Hm.\n', 'text 4']);
  });

  it('sends messages unchanged, including the `prefix` field of a prefill', async () => {
    const messages: readonly OutgoingMessage[] = [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: 'Hel', prefix: true },
    ];
    const { wire } = await runAttempt(answering('lo'), { messages });
    assert.deepEqual(wire.requests[0]?.body.messages, messages);
  });

  it('sends no temperature if the gateway does not support that parameter', async () => {
    const behavior = { unsupportedParameters: new Set(['temperature'] as const) };
    const { wire } = await runAttempt(answering('lo'), { behavior });
    assert.ok(wire.requests[0] && !('temperature' in wire.requests[0].body));
  });
});

describe('abandoned attempt', () => {
  it('ignores headers that arrive later', async () => {
    let respond!: (response: Response) => void;
    const { attempt, reports, ends } = await runAttempt(() => new Promise((resolve) => (respond = resolve)));
    attempt.abandon();
    respond(new Response('', { headers: sseHeaders }));
    await settle();
    assert.deepEqual([reports, attempt.status, ends], [[], undefined, [{ type: 'abandoned' }]]);
  });

  it('does not count bytes that arrive later', async () => {
    const body = new LiveBody();
    const { attempt } = await runAttempt(() => new Response(body.stream, { headers: sseHeaders }));
    body.send(': ping\n\n');
    await settle();
    attempt.abandon();
    body.send(': pong\n\n');
    await settle();
    assert.equal(attempt.takeStats()?.bytes, 8);
  });

  for (const [first, delta] of [
    ['reasoning', { reasoning: 'Hm', content: 'a' }],
    ['text', { content: 'a', ...toolCall }],
    ['text', { content: ['a', { type: 'thinking', thinking: 'Hm' }] }],
  ] as const) {
    it(`reports nothing more if the attempt is abandoned while ${first} is reported: ${JSON.stringify(delta)}`, async () => {
      const onReport = (name: string, attempt: Attempt): void => {
        if (name === first) attempt.abandon();
      };
      const { reports } = await runAttempt(
        streaming((body) => body.event(chunkWith(delta))),
        { onReport },
      );
      const reported = reports.map((line) => line.split(' ')[0]);
      assert.deepEqual(reported, ['headers', first]);
    });
  }
});

describe('finish reason "error"', () => {
  it('is overridden by an error event that arrives in the same network read', async () => {
    const error = { message: 'engine crashed' };
    const events = [chunkWith({}, 'error'), { error }].map((event) => `data: ${JSON.stringify(event)}\n\n`);
    const { ends } = await runAttempt(streaming((body) => body.delta('a').send(events.join(''))));
    assert.deepEqual(ends, [inband({ error }, true)]);
  });
});

describe('text that an attempt holds back', () => {
  it('is emitted when the attempt is abandoned', async () => {
    const { attempt, reports } = await runAttempt(streaming((body) => body.delta('a </thi')));
    attempt.abandon();
    assert.deepEqual(reports.slice(1), ['text a ', 'text </thi']);
  });

  it('is reported even if the next event causes an exception', async () => {
    const events = [{ ...chunkWith({ content: 'a' }), x_groq: null }, chunkWith({ content: '' })];
    const get = (): never => fail(new Error('defect'));
    Object.defineProperty(Object.prototype, 'x_groq', { get, configurable: true });
    try {
      const data = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
      const { reports, ends } = await runAttempt(streaming((body) => body.send(data)));
      assert.deepEqual([reports.slice(1), ends[0]?.type], [['text a'], 'defect']);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'x_groq');
    }
  });
});

describe('usage recording of an attempt', () => {
  const cost = { promptTokens: 0, completionTokens: 0, totalTokens: 0, cost: 0.004 };
  for (const { name, events, usage } of [
    {
      name: 'keeps cost and cached tokens that a later report lacks',
      events: [
        { usage: { prompt_tokens: 9, cached_tokens: 4, cost: 0.5 } },
        { usage: { ...counts, cached_tokens: 0 } },
      ],
      usage: { promptTokens: 10, completionTokens: 20, totalTokens: 30, cachedTokens: 4, cost: 0.5 },
    },
    {
      name: 'reads the tokens of the prompt from one report and those of the answer from another (Anthropic)',
      events: [
        { usage: { input_tokens: 9, cache_read_input_tokens: 5, output_tokens: 1 } },
        { usage: { output_tokens: 20 } },
      ],
      usage: { promptTokens: 14, completionTokens: 20, totalTokens: 34, cachedTokens: 5 },
    },
    {
      name: 'reads a cost that arrives after the usage',
      events: [{ usage: counts }, { choices: [], cost_usd: 0.004 }],
      usage: { ...cost, promptTokens: 10, completionTokens: 20, totalTokens: 30 },
    },
    {
      name: 'keeps the last cost that is not zero',
      events: [{ usage: { cost: 0.002 } }, { usage: { cost: 0.004 } }, { usage: { cost: 0 } }],
      usage: cost,
    },
    { name: 'reads the usage beside an error', events: [{ error: 'no', usage: { cost: 0.004 } }], usage: cost },
  ] as const)
    it(name, async () => {
      const { attempt } = await runAttempt(streaming((body) => events.forEach((event) => body.event(event))));
      assert.deepEqual(attempt.takeStats()?.usage, usage);
      attempt.abandon();
    });

  it('reads the usage from an event named "error"', async () => {
    const event = JSON.stringify({ message: 'no', usage: { cost: 0.004 } });
    const { attempt, ends } = await runAttempt(streaming((body) => body.send(`event: error\ndata: ${event}\n\n`)));
    assert.deepEqual(ends, [inband(JSON.parse(event))]);
    assert.deepEqual(attempt.takeStats()?.usage, cost);
  });

  it('ignores usage that arrives after an error', async () => {
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    const events = [{ error: 'no' }, { choices: [], usage }];
    const { attempt } = await runAttempt(
      streaming((body) => body.send(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''))),
    );
    assert.equal(attempt.takeStats()?.usage, undefined);
  });
});

/** Reads a body that arrives in pieces, until `maxEvents` events have arrived. */
async function readPieces(pieces: readonly string[], type: string, maxEvents = Infinity) {
  const body = new LiveBody();
  for (const piece of pieces) body.send(piece);
  const result = { events: 0, bytes: 0, isTooLong: false, end: undefined as BodyEnd | undefined };
  const sink = {
    onBytes: (count: number) => (result.bytes += count),
    onEvent: () => result.events++,
    onTooLong: () => (result.isTooLong = true),
    isDone: () => result.isTooLong || result.events >= maxEvents,
  };
  const reader = new BodyReader(new Response(body.stream, { headers: { 'content-type': type } }), sink, sink);
  const reading = reader.read();
  await settle();
  const eventsBeforeEnd = result.events;
  result.end = await (body.end(), reading);
  return { ...result, eventsBeforeEnd };
}

describe('reading of a response body', () => {
  it('uses the content type header if the start of the body does not show whether the body is a stream', async () => {
    const { eventsBeforeEnd } = await readPieces([`${'x'.repeat(70)}\n`, 'data: 1\n\n'], 'text/event-stream');
    assert.equal(eventsBeforeEnd, 1);
  });

  it('recognizes a stream after leading whitespace of any length', async () => {
    const { end, events } = await readPieces([`${'\n'.repeat(70)}d`, 'ata: 1\n\n'], 'application/json');
    assert.deepEqual([end, events], [{ kind: 'stream' }, 1]);
  });

  it('rejects a JSON body that exceeds the length limit', async () => {
    const [longest, tooLong] = [0, 1].map((extra) => `{${' '.repeat(maxEventChars - 3 + extra)}`) as [string, string];
    assert.equal((await readPieces([longest], 'application/json')).isTooLong, false);
    assert.equal((await readPieces([tooLong], 'application/json')).isTooLong, true);
  });

  it('stops reading when the caller needs no more events', async () => {
    const unread = await readPieces(['data: 1\n\n'], 'text/event-stream', 0);
    assert.deepEqual([unread.bytes, unread.end], [0, undefined]);
    assert.equal((await readPieces(['data: 1'], 'text/event-stream', 1)).end, undefined);
  });
});

describe('reading of the request ID', () => {
  const keys = new KeyRedactor();

  it('returns the first ID that is not empty', () => {
    assert.equal(requestIdOf(new Headers({ 'x-request-id': '\u00a0', 'request-id': '\u00a0b' }), keys), 'b');
    assert.equal(requestIdOf(new Headers({ 'cf-ray': 'x'.repeat(300) }), keys)?.length, 200);
    assert.equal(requestIdOf(new Headers(), keys), undefined);
  });

  for (const name of [
    'x-github-request-id',
    'nvcf-reqid',
    'x-siliconcloud-trace-id',
    'x-litellm-call-id',
    'x-tt-logid',
  ]) {
    it(`prefers the header ${name} to the request ID of Cloudflare`, () => {
      assert.equal(requestIdOf(new Headers({ 'cf-ray': 'a', [name]: 'b' }), keys), 'b');
    });
  }
});
