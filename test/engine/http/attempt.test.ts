import assert from 'node:assert/strict';
import { Answer, AnswerText } from '../../../src/engine/answer/answer';
import type { OutgoingMessage } from '../../../src/engine/answer/continuation';
import type { EarlierAnswer } from '../../../src/engine/engine';
import type { StreamEvent } from '../../../src/engine/events';
import { noSharedCooldowns } from '../../../src/engine/gate/cooldowns';
import { newBehavior, type RouteBehavior } from '../../../src/engine/gate/networkState';
import { KnownKeys } from '../../../src/engine/gateway/knownKeys';
import { AnswerSize, Attempt, type AttemptEnd } from '../../../src/engine/http/attempt';
import { readChunk } from '../../../src/engine/http/dialect';
import { maxEventChars, readBody, type BodyEnd } from '../../../src/engine/http/responseBody';
import { requestIdOf } from '../../../src/engine/http/transport';
import { TurnHistory } from '../../../src/engine/turn/turnHistory';
import { TurnOutput } from '../../../src/engine/turn/turnOutput';
import { listen, type Said } from '../../support/deltaListener';
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

const baseUrl = 'https://gateway.test/v1';

interface AttemptOptions {
  readonly messages?: readonly OutgoingMessage[];
  readonly behavior?: Partial<RouteBehavior>;
  /** What the attempt tells, as it tells it. */
  readonly onTold?: (what: string, attempt: Attempt) => void;
}

/** One attempt, a second after its clock began. */
async function attempted(reply: Reply, { messages, behavior, onTold }: AttemptOptions = {}) {
  const clock = new VirtualClock();
  await clock.advance(1000);
  const wire = new ScriptedFetch([reply]);
  const told: string[] = [];
  const tell =
    (what: string) =>
    (...values: readonly unknown[]): void => {
      told.push([what, ...values.filter((value) => typeof value !== 'object')].join(' '));
      onTold?.(what, attempt);
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
    connection: () => Promise.reject(new Error('not asked')),
    cooldowns: noSharedCooldowns,
    userAgent: 'HolySheepPrompt/test',
  };
  const attempt = new Attempt(
    deps,
    {
      connection: { baseUrl, apiKey: 'key-1' },
      request: { model: 'gpt-4o', temperature: 0.7 },
      messages: messages ?? [{ role: 'user', content: 'hi' }],
      behavior: { ...newBehavior(), ...behavior },
    },
    {
      add: ({ type, ...fields }) => {
        if (type !== 'restartInStream') tell(type)(...(Object.values(fields) as unknown[]));
        return true;
      },
    },
    { headers: tell('headers'), quiet: tell('quiet') },
    new AnswerSize(),
    new KnownKeys(),
  );
  const ends: AttemptEnd[] = [];
  void attempt.end.then((end) => ends.push(end));
  await settle();
  return { attempt, clock, wire, told, ends };
}

const saying = (delta: unknown, finish_reason: string | null = null) => ({
  choices: [{ index: 0, delta, finish_reason }],
});
const toolCall = { tool_calls: [{ index: 0, id: 'c1', function: { name: 'now', arguments: '{}' } }] };
const finished = (finishReason: string): AttemptEnd => ({ type: 'finished', finishReason });
const fault = (evidence: (AttemptEnd & { type: 'fault' })['evidence']): AttemptEnd => ({ type: 'fault', evidence });
const inband = (error: unknown, streamed = false): AttemptEnd => fault({ type: 'inband', error, streamed });
const garbled = fault({ type: 'garbled', what: 'events' });
const broken = new TypeError('terminated');

/** Breaks a body whose pieces have been read: what is still queued would be lost. */
async function breakAfterwards(body: LiveBody, error: Error): Promise<void> {
  await settle();
  body.break(error);
}

const endings: readonly (readonly [name: string, write: (body: LiveBody) => unknown, end: AttemptEnd])[] = [
  [
    'an event without an end',
    (body) => body.send(`data: ${'x'.repeat(maxEventChars + 1)}`),
    fault({ type: 'endless-event' }),
  ],
  [
    '`[DONE]` while every finish reason was null',
    (body) => body.event(saying({ content: 'a' })).done(),
    fault({ type: 'finish-reason-missing' }),
  ],
  ['`[DONE]` where there is no finish reason', (body) => body.delta('a').done(), finished('stop')],
  [
    'the finish reason `"null"` and then another',
    (body) =>
      body
        .event(saying({ content: 'a' }, 'null'))
        .finish()
        .end(),
    finished('stop'),
  ],
  ['the finish reason `MAX_TOKENS`', (body) => body.delta('a').finish('MAX_TOKENS').done(), finished('length')],
  [
    'the finish reason `network_error`',
    (body) => body.delta('a').finish('network_error').done(),
    fault({ type: 'finish-error' }),
  ],
  ['the finish reason `sensitive`', (body) => body.delta('a').finish('sensitive').done(), fault({ type: 'filtered' })],
  [
    'nothing but reasoning in tags',
    (body) => body.delta('<think>Hm</think>').finish().done(),
    fault({ type: 'no-text' }),
  ],
  ['the finish reason `error`', (body) => body.delta('a').finish('error'), fault({ type: 'finish-error' })],
  [
    'the finish reason `content_filter`',
    (body) => body.delta('a').finish('content_filter'),
    fault({ type: 'filtered' }),
  ],
  ['two events that are no JSON', (body) => body.send('data: {\n\n').delta('a').send('data: {\n\n'), garbled],
  ['a last event that is no JSON', (body) => body.delta('a').send('data: {\n\ndata: [DONE]\n\n'), garbled],
  [
    'one event that is no JSON, and a good end',
    (body) => body.send('data: {\n\n').delta('a').finish().end(),
    finished('stop'),
  ],
  ['`[DONE]` after text', (body) => body.delta('a').done(), finished('stop')],
  ['an event named error', (body) => body.send('event: error\ndata: {"message":"no"}\n\n'), inband({ message: 'no' })],
  ['an event named error, in words', (body) => body.send('event: error\ndata: no\n\n'), inband('no')],
  [
    'an error in an event named error',
    (body) => body.send('event: error\ndata: {"error":{"code":429}}\n\n'),
    inband({ error: { code: 429 } }),
  ],
  ['an error in words', (body) => body.event({ error: 'no' }), inband({ error: 'no' })],
  [
    'a broken connection',
    (body) => breakAfterwards(body.delta('a'), broken),
    fault({ type: 'error', error: broken, streaming: true, baseUrl }),
  ],
  [
    'a connection that breaks after the finish reason',
    (body) => breakAfterwards(body.delta('a').finish('length'), broken),
    finished('length'),
  ],
  [
    'nothing but thoughts, up to the limit',
    (body) =>
      body
        .event(saying({ reasoning: 'Hm' }))
        .finish('length')
        .end(),
    finished('length'),
  ],
  [
    'nothing but thoughts',
    (body) =>
      body
        .event(saying({ reasoning: 'Hm' }))
        .finish('stop')
        .end(),
    fault({ type: 'no-text' }),
  ],
  ['nothing, up to the limit', (body) => body.finish('length').end(), fault({ type: 'no-text' })],
  ['a tool call', (body) => body.event(saying(toolCall)).finish('tool_calls').end(), finished('tool_calls')],
];

const wholes: readonly (readonly [body: string, end: AttemptEnd])[] = [
  ['{"choices":[{"message":{"content":"Hi"}}]}', finished('stop')],
  ['{"choices":[{"message":{"content":"Hi"},"finish_reason":"length"}]}', finished('length')],
  ['{"choices":[]}', fault({ type: 'garbled', what: 'json' })],
  ['{"choices":', fault({ type: 'garbled', what: 'json' })],
];

describe('an attempt', () => {
  for (const [name, write, end] of endings) {
    it(`that gets ${name} ends as ${end.type === 'fault' ? end.evidence.type : end.type}`, async () => {
      const { ends, clock } = await attempted(streaming((body) => void write(body)));
      // No clock but that of the end of the body has anything to say.
      await clock.advance(200);
      assert.deepEqual(ends, [end]);
    });
  }

  for (const [text, end] of wholes) {
    it(`answered in one piece with ${text} ends as ${end.type}`, async () => {
      const { ends } = await attempted(() => new Response(text, { headers: { 'content-type': 'application/json' } }));
      assert.deepEqual(ends, [end]);
    });
  }

  it('that reaches nobody was not streaming', async () => {
    const { ends, attempt } = await attempted(rejecting('ECONNREFUSED'));
    const [end] = ends;
    assert.ok(end?.type === 'fault' && end.evidence.type === 'error');
    assert.deepEqual([end.evidence.streaming, attempt.isAccepted], [false, false]);
  });

  it('ends although the error it got is its own cause', async () => {
    const error = new TypeError('fetch failed');
    error.cause = error;
    const { ends } = await attempted(() => Promise.reject(error));
    assert.equal(ends[0]?.type, 'fault');
  });

  const responses: readonly (readonly [status: number, response: () => Response, taken: boolean])[] = [
    [200, () => new Response(''), true],
    [299, () => new Response('', { status: 299 }), true],
    [300, () => new Response('', { status: 300 }), false],
    [503, () => new Response('', { status: 503 }), false],
    // What a redirect is that is not followed.
    [0, () => Response.error(), false],
  ];
  for (const [status, response, taken] of responses) {
    it(`${taken ? 'is' : 'is not'} taken with status ${status}`, async () => {
      const { attempt } = await attempted(response);
      assert.deepEqual([attempt.status, attempt.isAccepted], [status, taken]);
    });
  }

  it('measures from its own beginning, and gives its account once', async () => {
    const body = new LiveBody();
    let respond!: (response: Response) => void;
    const { attempt, clock, told } = await attempted(() => new Promise((resolve) => (respond = resolve)));
    await clock.advance(300);
    respond(new Response(body.stream, { headers: sseHeaders }));
    await settle();
    assert.deepEqual(told, ['headers 200 req-1 300']);
    await clock.advance(200);
    body.event(saying({ reasoning: 'Hm' })).delta('abc');
    await clock.advance(700);
    assert.equal(attempt.idleMs(), 700);
    const account = attempt.takeAccount();
    assert.deepEqual([account?.ms, account?.firstTokenMs, account?.chars], [1200, 500, 5]);
    assert.equal(attempt.takeAccount(), undefined);
    attempt.abandon();
  });

  for (const [delta, streamed] of [
    [{ content: 'a' }, true],
    [{ reasoning: 'a' }, true],
    [toolCall, true],
    [{ role: 'assistant' }, false],
  ] as const) {
    it(`${streamed ? 'has' : 'has not'} streamed after ${JSON.stringify(delta)}`, async () => {
      const { attempt } = await attempted(streaming((body) => body.event(saying(delta))));
      assert.equal(attempt.streamed, streamed);
      assert.equal(attempt.takeAccount()?.firstTokenMs, streamed ? 0 : undefined);
      attempt.abandon();
    });
  }

  it('takes `[DONE]` for the end where the gateway is known to omit finish reasons', async () => {
    const { ends } = await attempted(
      streaming((body) => body.event(saying({ content: 'a' })).done()),
      { behavior: { finishReason: 'omitted' } },
    );
    assert.deepEqual(ends, [finished('stop')]);
  });

  it('passes on the held beginning of a tag when the connection breaks', async () => {
    const { told } = await attempted(
      streaming((body) => void breakAfterwards(body.delta('a <').delta('</th'), broken)),
    );
    await settle();
    assert.deepEqual(
      told.filter((it) => it.startsWith('text')),
      ['text a ', 'text <', 'text </th'],
    );
  });

  it('tells text before a lone closing tag as reasoning', async () => {
    const { told } = await attempted(answering('Hm.\n', '</think>', '4'));
    assert.deepEqual(told.slice(1), ['text Hm.\n', 'textWasReasoning Hm.\n', 'text 4']);
  });

  it('sends a prefix where it has one, and leaves out the temperature that was refused', async () => {
    const messages: readonly OutgoingMessage[] = [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: 'Hel', prefix: true },
    ];
    const { wire } = await attempted(answering('lo'), {
      messages,
      behavior: { unsupportedParameters: new Set(['temperature'] as const) },
    });
    assert.deepEqual(wire.requests[0]?.body.messages, messages);
    assert.ok(!('temperature' in wire.requests[0].body));
  });
});

describe('an abandoned attempt', () => {
  it('tells of no headers that come later', async () => {
    let respond!: (response: Response) => void;
    const { attempt, told, ends } = await attempted(() => new Promise((resolve) => (respond = resolve)));
    attempt.abandon();
    respond(new Response('', { headers: sseHeaders }));
    await settle();
    assert.deepEqual([told, attempt.status, ends], [[], undefined, [{ type: 'abandoned' }]]);
  });

  it('counts nothing that comes later', async () => {
    const body = new LiveBody();
    const { attempt } = await attempted(() => new Response(body.stream, { headers: sseHeaders }));
    body.send(': ping\n\n');
    await settle();
    attempt.abandon();
    body.send(': pong\n\n');
    await settle();
    assert.equal(attempt.takeAccount()?.bytes, 8);
  });

  for (const [first, delta] of [
    ['reasoning', { reasoning: 'Hm', content: 'a' }],
    ['text', { content: 'a', ...toolCall }],
    ['text', { content: ['a', { type: 'thinking', thinking: 'Hm' }] }],
  ] as const) {
    it(`tells nothing after the ${first} it was abandoned at: ${JSON.stringify(delta)}`, async () => {
      const onTold = (what: string, attempt: Attempt): void => {
        if (what === first) attempt.abandon();
      };
      const { told } = await attempted(
        streaming((body) => body.event(saying(delta))),
        { onTold },
      );
      assert.deepEqual(
        told.map((line) => line.split(' ')[0]),
        ['headers', first],
      );
    });
  }

  it('hears of no usage behind an error', async () => {
    const counted = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    const events = [{ error: 'no' }, { choices: [], usage: counted }];
    const { attempt } = await attempted(
      streaming((body) => body.send(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''))),
    );
    assert.equal(attempt.takeAccount()?.usage, undefined);
  });
});

const hi: readonly Said[] = [['text', 'Hi']];
const chunks: readonly (readonly [json: string, said: readonly Said[]])[] = [
  ['{"object":"error","detail":"no"}', [['error', { object: 'error', detail: 'no' }]]],
  ['{"type":"error","detail":"no"}', [['error', { type: 'error', detail: 'no' }]]],
  ['{"code":500,"message":"no"}', [['error', { code: 500, message: 'no' }]]],
  ['{"code":null,"message":"hm"}', []],
  ['{"message":"hm"}', []],
  ['{"success":true,"message":"hm"}', []],
  ['{"code":500}', []],
  ['{"success":false}', []],
  ['{"code":0,"message":"ok","choices":[{"delta":{"content":"Hi"}}]}', hi],
  ['{"choices":[{"delta":{"content":[{"type":"no_reasoning","text":"Hi"}]}}]}', hi],
  ['{"usage":{"prompt_tokens":"5","completion_tokens":1e999,"total_tokens":"10"}}', []],
];

describe('a chunk', () => {
  for (const [json, said] of chunks) {
    it(`${json} says ${said[0]?.[0] ?? 'nothing'}`, () => {
      const heard = listen();
      readChunk(json, heard.sink);
      assert.deepEqual(heard.said, said);
    });
  }
});

/** Reads a body that arrives in pieces; `overAfter` events nobody wants more of it. */
async function bodyOf(pieces: readonly string[], type: string, overAfter = Infinity) {
  const body = new LiveBody();
  for (const piece of pieces) body.send(piece);
  const seen = { events: 0, bytes: 0, endless: false, end: undefined as BodyEnd | undefined };
  const reading = readBody(new Response(body.stream, { headers: { 'content-type': type } }), {
    bytes: (count) => (seen.bytes += count),
    event: () => seen.events++,
    tooLong: () => (seen.endless = true),
    isDone: () => seen.endless || seen.events >= overAfter,
  });
  await settle();
  const early = seen.events;
  seen.end = await (body.end(), reading);
  return { ...seen, early };
}

describe('the body of a response', () => {
  it('of nothing but empty pieces is empty', async () => {
    const { end } = await bodyOf(['', ''], 'text/event-stream');
    assert.deepEqual(end, { kind: 'stream', empty: true });
  });

  it('is what it is called once a long beginning has told nothing', async () => {
    const { early } = await bodyOf([`${'x'.repeat(70)}\n`, 'data: 1\n\n'], 'text/event-stream');
    assert.equal(early, 1);
  });

  it('has a beginning after white space of any length', async () => {
    const { end, events } = await bodyOf([`${'\n'.repeat(70)}d`, 'ata: 1\n\n'], 'application/json');
    assert.deepEqual([end, events], [{ kind: 'stream', empty: false }, 1]);
  });

  it('in one piece has a limit, the blank line behind it included', async () => {
    const [longest, longer] = [0, 1].map((more) => `{${' '.repeat(maxEventChars - 3 + more)}`) as [string, string];
    assert.equal((await bodyOf([longest], 'application/json')).endless, false);
    assert.equal((await bodyOf([longer], 'application/json')).endless, true);
  });

  it('is not read on where nobody wants it', async () => {
    const unread = await bodyOf(['data: 1\n\n'], 'text/event-stream', 0);
    assert.deepEqual([unread.bytes, unread.end], [0, undefined]);
    assert.equal((await bodyOf(['data: 1'], 'text/event-stream', 1)).end, undefined);
  });
});

describe('the id of a request', () => {
  const keys = new KnownKeys();

  it('is the first that is not blank, within limits', () => {
    assert.equal(requestIdOf(new Headers({ 'x-request-id': '\u00a0', 'request-id': '\u00a0b' }), keys), 'b');
    assert.equal(requestIdOf(new Headers({ 'cf-ray': 'x'.repeat(300) }), keys)?.length, 200);
    assert.equal(requestIdOf(new Headers(), keys), undefined);
  });
});

const partial =
  'The quick brown fox jumps over the lazy dog, and then it goes on to jump over 13 other dogs of the same sort.';

function answerAfter(earlier: Partial<EarlierAnswer>) {
  const clock = new VirtualClock();
  const output = new TurnOutput(clock, () => undefined);
  const answer = new Answer(clock, output, new TurnHistory('gpt-4o'), {
    text: '',
    reasoned: false,
    go: 'continue',
    ...earlier,
  });
  const shown = async (): Promise<readonly string[]> => {
    output.events.close();
    const events: StreamEvent[] = [];
    for await (const event of output.events) events.push(event);
    return events.map((event) => (event.type === 'resumed' ? `${event.how} ${event.trimmed}` : event.type));
  };
  return { answer, clock, shown };
}

describe('an answer', () => {
  it('with thoughts is not prefilled, unless a restart has replaced it', () => {
    const { answer } = answerAfter({ text: partial, reasoned: true });
    assert.equal(answer.plan('auto', 'prefix'), 'continue');
    answer.begin('continue');
    assert.equal(answer.plan('auto', 'prefix'), 'continue');
    answer.begin('restart');
    assert.equal(answer.plan('auto', 'prefix'), 'prefill');
  });

  it('of nothing is asked for again as it was once that has begun', () => {
    const { answer } = answerAfter({ reasoned: true, calledTools: true });
    assert.equal(answer.plan('auto', undefined), 'restart');
    answer.begin('replay');
    assert.equal(answer.plan('auto', undefined), 'replay');
  });

  it('that is wanted anew is so until it has overtaken the old one', () => {
    const { answer } = answerAfter({ text: 'old', go: 'restart' });
    answer.begin('restart');
    answer.add({ type: 'text', text: 'ne' });
    answer.cut();
    assert.equal(answer.plan('auto', undefined), 'restart');
    answer.begin('restart');
    answer.add({ type: 'text', text: 'newer' });
    assert.equal(answer.plan('auto', undefined), 'continue');
  });

  const firsts: readonly (readonly [what: string, arrive: (answer: Answer) => void])[] = [
    ['text', (answer) => answer.add({ type: 'text', text: 'a' })],
    ['reasoning', (answer) => answer.add({ type: 'reasoning', text: 'Hm' })],
    ['tool-call', (answer) => answer.add({ type: 'toolCall', part: { index: 0, id: '', name: 'now', arguments: '' } })],
  ];
  for (const [what, arrive] of firsts) {
    it(`without text tells of its restart once, before its first ${what}`, async () => {
      const { answer, shown } = answerAfter({ reasoned: true });
      answer.begin('restart');
      arrive(answer);
      arrive(answer);
      assert.deepEqual(await shown(), ['restart 0', what, what]);
    });
  }

  it('is held on a timer only while its place is not clear', () => {
    for (const over of ['finish', 'cut'] as const) {
      const { answer, clock } = answerAfter({ text: partial });
      answer.begin('continue');
      answer.add({ type: 'text', text: partial.slice(0, 5) });
      assert.equal(clock.pending, 1);
      answer[over]();
      assert.equal(clock.pending, 0);
    }
    const { answer, clock } = answerAfter({});
    answer.begin('replay');
    answer.add({ type: 'text', text: 'a' });
    assert.equal(clock.pending, 0);
  });

  it('shows nothing of an echo that was cut', async () => {
    const { answer, shown } = answerAfter({ text: partial });
    answer.begin('continue');
    answer.add({ type: 'text', text: partial.slice(0, 5) });
    answer.cut();
    answer.finish();
    assert.deepEqual(await shown(), []);
  });

  it('says what it dropped of a whole echo, and shows no empty text', async () => {
    const { answer, shown } = answerAfter({ text: partial });
    answer.begin('continue');
    answer.add({ type: 'text', text: partial });
    assert.equal(answer.finish(), true);
    assert.deepEqual(await shown(), [`continue ${partial.length}`]);
  });

  it('says nothing of a continuation that brought nothing', async () => {
    const { answer, shown } = answerAfter({ text: partial });
    answer.begin('continue');
    answer.finish();
    assert.deepEqual(await shown(), []);
  });
});

describe('the text of one attempt', () => {
  it('goes behind what is there, and nothing is no change', () => {
    const text = new AnswerText('ab');
    assert.equal(text.repeatedOnlyPart, false);
    text.startAttempt('replay');
    assert.deepEqual([text.append(''), text.append('c')], [undefined, { type: 'append', text: 'c' }]);
    assert.equal(text.repeatedOnlyPart, false);
  });

  it('has stopped short where it only repeated a part', () => {
    const text = new AnswerText(partial);
    text.startAttempt('continue');
    text.append(partial.slice(0, 80));
    assert.deepEqual([text.finish(false), text.repeatedOnlyPart, text.text], [undefined, true, partial]);
  });

  it('leaves no half character behind', () => {
    const text = new AnswerText();
    text.append('\ud83d');
    text.finish(false);
    text.append('a\ud83d');
    text.endAttempt();
    text.append('b');
    assert.equal(text.text, 'ab');
  });
});
