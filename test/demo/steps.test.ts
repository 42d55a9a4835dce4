import assert from 'node:assert/strict';
import { type Gateway, startGateway, type Step } from '../support/testGateway';
import { parseReply, post } from './rawClient';

const chunkWith = (created: number, fields: object): object => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created,
  model: 'm',
  ...fields,
});

const event = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;

const chunk = (created: number, delta: object, finish: string | null = null): string =>
  event(chunkWith(created, { choices: [{ index: 0, delta, finish_reason: finish }] }));

describe('gateway step', () => {
  let gateway: Gateway;
  beforeEach(async () => (gateway = await startGateway()));
  afterEach(() => gateway.close());

  const cases: { name: string; steps: Step[]; chunks: (created: number) => string[] }[] = [
    { name: 'text', steps: [{ send: 'a\r\nb\u0000é' }], chunks: () => ['a\r\nb\u0000é'] },
    {
      name: 'raw bytes in the body',
      steps: [{ send: Uint8Array.of(0xef, 0xbb, 0xbf, 0x41) }],
      chunks: () => ['\ufeffA'],
    },
    { name: 'an empty text', steps: [{ send: '' }], chunks: () => [] },
    { name: 'a text in chunks', steps: [{ send: 'abcde', chunk: 2 }], chunks: () => ['ab', 'cd', 'e'] },
    {
      name: 'a text in chunks with pauses',
      steps: [{ send: 'abc', chunk: 1, everyMs: 1 }],
      chunks: () => ['a', 'b', 'c'],
    },
    { name: 'an event', steps: [{ event: { a: ['é', 1] } }], chunks: () => ['data: {"a":["é",1]}\n\n'] },
    { name: 'a comment', steps: [{ comment: 'keep-alive' }], chunks: () => [': keep-alive\n\n'] },
    { name: '[DONE]', steps: [{ done: true }], chunks: () => ['data: [DONE]\n\n'] },
    {
      name: 'deltas',
      steps: [{ delta: 'Hi' }, { delta: ' you' }],
      chunks: (created) => [chunk(created, { role: 'assistant', content: 'Hi' }), chunk(created, { content: ' you' })],
    },
    {
      name: 'reasoning and a delta',
      steps: [{ reasoning: 'Hm' }, { delta: 'Hi' }],
      chunks: (created) => [
        chunk(created, { role: 'assistant', reasoning_content: 'Hm' }),
        chunk(created, { content: 'Hi' }),
      ],
    },
    { name: 'a finish reason', steps: [{ finish: 'stop' }], chunks: (created) => [chunk(created, {}, 'stop')] },
    {
      name: 'a finish reason with usage',
      steps: [{ finish: 'length', usage: { total_tokens: 3 } }],
      chunks: (created) => [
        chunk(created, {}, 'length'),
        event(chunkWith(created, { choices: [], usage: { total_tokens: 3 } })),
      ],
    },
    { name: 'a pause before a text', steps: [{ waitMs: 1 }, { send: 'x' }], chunks: () => ['x'] },
  ];

  for (const { name, steps, chunks } of cases) {
    it(`sends the expected bytes for ${name}`, async () => {
      gateway.script = () => steps;
      const { bytes, ending } = await post(gateway).ended;
      const reply = parseReply(bytes);
      const created = Math.floor(gateway.requests[0]!.at / 1000);
      assert.deepEqual(
        { ...reply, headers: undefined },
        {
          status: 200,
          headers: undefined,
          chunks: chunks(created),
          isComplete: true,
        },
      );
      assert.equal(reply.headers.get('content-type'), 'text/event-stream; charset=utf-8');
      assert.equal(reply.headers.get('x-request-id'), 'req-1');
      assert.equal(ending, 'fin');
    });
  }

  it('splits the bytes of a character over several chunks if the script requests small chunks', async () => {
    gateway.script = () => [{ send: '语', chunk: 1 }];
    const { bytes } = await post(gateway).ended;
    assert.match(bytes.toString('latin1'), /\r\n\r\n1\r\n\xe8\r\n1\r\n\xaf\r\n1\r\n\xad\r\n0\r\n\r\n$/);
  });

  it('sends the status and headers before the first byte of the body', async () => {
    gateway.script = () => [{ status: 503, headers: { 'X-Reason': 'tired' } }, { end: 'stall' }];
    const client = post(gateway);
    await client.received('\r\n\r\n');
    client.socket.destroy();
    const { status, headers } = parseReply((await client.ended).bytes);
    assert.equal(status, 503);
    assert.equal(headers.get('content-type'), 'application/json');
    assert.equal(headers.get('x-reason'), 'tired');
  });

  it('sends raw bytes, and all bytes after them, without headers or chunked encoding', async () => {
    const banner = 'SSH-2.0-OpenSSH_9.6\r\n';
    gateway.script = () => [{ raw: banner }, { raw: Uint8Array.of(0, 255) }, { send: 'x' }, { comment: 'c' }];
    const { bytes, ending } = await post(gateway).ended;
    assert.equal(bytes.toString('latin1'), `${banner}\x00\xffx: c\n\n`);
    assert.equal(ending, 'fin');
  });
});
