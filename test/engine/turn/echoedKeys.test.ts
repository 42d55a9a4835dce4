import assert from 'node:assert/strict';
import { KeyRedactor } from '../../../src/engine/gateway/keyRedactor';
import { EngineRun, EngineWorld } from '../../support/engineRun';
import {
  answering,
  cutAfter,
  rejecting,
  sseHeaders,
  status,
  streaming,
  type LiveBody,
  type Reply,
} from '../../support/scriptedFetch';

const key = 'Qx7-own/key-of-no-known+form-42';
const otherKey = 'k9-of-another-gateway-0123456789';
const connection = { baseUrl: 'https://gateway.test/v1', apiKey: key };

/** Returns a finished turn of a session with both keys. */
async function finishedTurn(...replies: readonly Reply[]): Promise<EngineRun> {
  const keys = new KeyRedactor([otherKey]);
  const settings = { retry: { maxRetries: 1 } };
  const world = new EngineWorld({ replies, settings, keys, connection: () => Promise.resolve(connection) });
  return new EngineRun({ world }).toEnd();
}

const secrets = [key, otherKey, key.toUpperCase(), encodeURIComponent(key)];

/** Fails if the events or the report of the engine contain eight consecutive characters of any encoding of a key. */
function assertNoKey(run: EngineRun): void {
  const report = JSON.stringify(run.world.engine.report());
  // A key that is split between deltas is complete in the joined text and arguments.
  const texts = [...run.events.map((event) => JSON.stringify(event)), report, run.shownText, argumentsOf(run)];
  for (const secret of secrets) {
    for (let start = 0; start + 8 <= secret.length; start++) {
      const part = secret.slice(start, start + 8);
      const leak = texts.find((text) => text.includes(part));
      assert.equal(leak, undefined, `${part} is in ${leak ?? ''}`);
    }
  }
}

const argumentsOf = (run: EngineRun): string =>
  run
    .of('tool-call')
    .map((event) => event.arguments)
    .join('');

const stream = (write: (body: LiveBody) => unknown, headers = {}): Reply =>
  streaming((body) => void write(body), { ...sseHeaders, ...headers });

const error = (message: string, fields = {}): unknown => ({ error: { message, ...fields } });

const echoes: readonly (readonly [where: string, ...replies: readonly Reply[]])[] = [
  ['the request ID of an error response', status(400, error('no'), { 'x-request-id': `req-${key}` })],
  [
    'the request ID of a successful response',
    stream((body) => body.delta('hi').finish().done(), { 'x-request-id': otherKey }),
  ],
  ['an error about the key of another gateway', status(401, error(`Incorrect API key: ${otherKey}`))],
  ['an error that contains it in upper case', status(401, error(`Incorrect API key: ${key.toUpperCase()}`))],
  ['an error that contains it in a URL', status(400, error(`https://x.test/?key=${encodeURIComponent(key)}`))],
  ['an error that is truncated after 300 characters', status(400, error(`${'x'.repeat(280)} ${key}`))],
  ['an error that is truncated after 8192 characters', status(400, error(`x${' '.repeat(8175)}${key}`))],
  ['an error that contains only the start of the key', status(400, error(`Incorrect key ${key.slice(0, 12)}...`))],
  ['the code of an error', status(400, error('', { code: key, type: otherKey, param: key }))],
  [
    'an error in a stream',
    stream((body) =>
      body
        .delta('hi')
        .event(error(`no ${key}`))
        .end(),
    ),
  ],
  ['a finish reason', stream((body) => body.delta('hi').finish(`stopped_by_${key}`).done())],
  [
    'the name of a header that contains a retry-after',
    status(429, error('no'), {
      'x-ratelimit-remaining': '0',
      [`x-ratelimit-reset`]: '1s',
      [`x-ratelimit-remaining-${otherKey}`]: '0',
      [`x-ratelimit-reset-${otherKey}`]: '20s',
    }),
  ],
  ['a redirect', status(302, '', { location: `https://elsewhere.test/${key}`, 'x-request-id': key })],
  ['a network error', rejecting('ENOTFOUND', `getaddrinfo ENOTFOUND ${key}.test`)],
  [
    'the address of a proxy',
    () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND', hostname: `${key}.proxy.test` })),
  ],
  ['an answer', stream((body) => body.delta(`Your key is ${key}.`).finish().done())],
  [
    'an answer that splits it over several deltas',
    stream((body) => {
      for (const char of `It is ${key}!`) body.delta(char);
      body.finish().done();
    }),
  ],
  [
    'the end of an answer whose stream breaks',
    stream((body) => body.delta(`Your key is ${key.slice(0, 20)}`).end()),
    stream((body) => body.delta('Done.').finish().done()),
  ],
  [
    'reasoning',
    stream((body) => {
      for (const part of [key.slice(0, 9), key.slice(9)])
        body.event({ choices: [{ delta: { reasoning_content: part } }] });
      body.delta('hi').finish().done();
    }),
  ],
  [
    'the arguments of a tool call',
    stream((body) => {
      for (const part of ['{"k":"', key.slice(0, 9), key.slice(9), '"}'])
        body.event({
          choices: [{ delta: { tool_calls: [{ index: 0, id: 'c', function: { name: 'write', arguments: part } }] } }],
        });
      body.finish('tool_calls').done();
    }),
  ],
  [
    'the arguments of two tool calls at the same time',
    stream((body) => {
      for (const [index, part] of [
        [0, key.slice(0, 9)],
        [1, otherKey.slice(0, 9)],
        [0, key.slice(9)],
        [1, otherKey.slice(9)],
      ] as const)
        body.event({ choices: [{ delta: { tool_calls: [{ index, function: { name: 'f', arguments: part } }] } }] });
      body.finish('tool_calls').done();
    }),
  ],
  [
    'the arguments of a tool call with a new ID in each part',
    stream((body) => {
      for (const [id, part] of Object.entries({ a: key.slice(0, 9), b: key.slice(9) }))
        body.event({ choices: [{ delta: { tool_calls: [{ index: 0, id, function: { arguments: part } }] } }] });
      body.finish('tool_calls').done();
    }),
  ],
  [
    'reasoning before a closing tag without an opening one',
    stream((body) => body.delta(`It is ${key}\n</think>\n4`).finish().done()),
  ],
  [
    'the name of a tool call',
    stream((body) =>
      body
        .event({
          choices: [{ delta: { tool_calls: [{ index: 0, id: key, function: { name: otherKey, arguments: '{}' } }] } }],
        })
        .finish('tool_calls')
        .done(),
    ),
  ],
];

describe('API key that the gateway echoes', () => {
  for (const [where, ...replies] of echoes) {
    it(`is removed from ${where}`, async () => {
      assertNoKey(await finishedTurn(...replies));
    });
  }

  for (const [name, splits] of [
    ['a cut', (at: number) => [at]],
    ['two cuts', (at: number) => [at, at + 8]],
  ] as const) {
    it(`is removed from an answer after ${name}, wherever the key is split`, async () => {
      for (let at = 1; at + 8 < key.length; at++) {
        const offsets = [0, ...splits(at), key.length];
        const parts = offsets.slice(1).map((end, index) => key.slice(offsets[index], end));
        const cuts = parts.slice(0, -1).map((part, index) => cutAfter(index === 0 ? `Your key is ${part}` : part));
        const run = await finishedTurn(...cuts, answering(`${parts.at(-1)} and no other.`));
        assertNoKey(run);
        const shown = run.shownText.replace(/(?:Qx7-|Qx7|Qx|Q)(?=\[)/, '');
        assert.equal(shown, 'Your key is [redacted] and no other.', `split at ${at}`);
        assert.equal(run.last('done').text, run.shownText);
      }
    });
  }

  it('is removed from an answer whose stream broke inside the key', async () => {
    const run = await finishedTurn(
      cutAfter(`The key that you have set is ${key.slice(0, 9)}`),
      answering(`that you have set is ${key} and no other.`),
    );
    assertNoKey(run);
    assert.equal(run.shownText, 'The key that you have set is [redacted] and no other.');
  });

  it('is removed from the continuation of an answer that ended inside the key', async () => {
    const run = new EngineRun({
      replies: [answering(key.slice(8), '.')],
      connection: () => Promise.resolve(connection),
      options: { resumeFrom: { text: `It is ${key.slice(0, 8)}`, hadReasoning: false, resumeMode: 'continue' } },
    });
    await run.toEnd();
    assert.equal(run.last('done').text, `It is ${key.slice(0, 8)}[redacted].`);
  });

  for (const [name, end] of [
    ['stopped', (body: LiveBody) => body],
    ['broken', (body: LiveBody) => body.end()],
    ['complete', (body: LiveBody) => body.finish().done()],
  ] as const) {
    it(`leaves the start of a possible key at the end of an answer that is ${name}`, async () => {
      const replies = [stream((body) => end(body.delta(`It is ${key.slice(0, 8)}`)))];
      const settings = { retry: { maxRetries: 0 }, resume: 'off' } as const;
      const run = new EngineRun({ replies, settings, connection: () => Promise.resolve(connection) });
      await run.clock.advance(0);
      assert.equal(run.of('text')[0]?.text, 'It is ');
      run.turn.stop();
      await run.toEnd();
      assert.equal(run.shownText, `It is ${key.slice(0, 8)}`);
      assert.ok(run.terminal && 'text' in run.terminal && run.terminal.text === run.shownText);
    });
  }

  it('is removed from an error message, and the fault stays the same', async () => {
    const run = await finishedTurn(
      status(401, error(`Incorrect API key provided: ${key}.`, { code: 'invalid_api_key' })),
    );
    assert.equal(run.last('failed').kind, 'auth');
    assert.equal(run.last('failed').detail, 'Incorrect API key provided: [redacted].');
  });
});
