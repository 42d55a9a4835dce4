import assert from 'node:assert/strict';
import { startGateway, type Gateway, type Step } from '../../src/demo/gateway';
import { post, parseReply } from './rawClient';

const at = (created: number, more: object): object => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created,
  model: 'm',
  ...more,
});

const event = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;

const chunk = (created: number, delta: object, finish: string | null = null): string =>
  event(at(created, { choices: [{ index: 0, delta, finish_reason: finish }] }));

describe('a step of the gateway', () => {
  let gateway: Gateway;
  beforeEach(async () => (gateway = await startGateway()));
  afterEach(() => gateway.close());

  const table: { name: string; steps: Step[]; chunks: (created: number) => string[] }[] = [
    { name: 'send: text', steps: [{ send: 'a\r\nb\u0000é' }], chunks: () => ['a\r\nb\u0000é'] },
    { name: 'send: bytes', steps: [{ send: Uint8Array.of(0xef, 0xbb, 0xbf, 0x41) }], chunks: () => ['\ufeffA'] },
    { name: 'send: nothing', steps: [{ send: '' }], chunks: () => [] },
    { name: 'send in pieces', steps: [{ send: 'abcde', chunk: 2 }], chunks: () => ['ab', 'cd', 'e'] },
    { name: 'send in paced pieces', steps: [{ send: 'abc', chunk: 1, everyMs: 1 }], chunks: () => ['a', 'b', 'c'] },
    { name: 'event', steps: [{ event: { a: ['é', 1] } }], chunks: () => ['data: {"a":["é",1]}\n\n'] },
    { name: 'comment', steps: [{ comment: 'keep-alive' }], chunks: () => [': keep-alive\n\n'] },
    { name: 'done', steps: [{ done: true }], chunks: () => ['data: [DONE]\n\n'] },
    {
      name: 'delta',
      steps: [{ delta: 'Hi' }, { delta: ' you' }],
      chunks: (created) => [chunk(created, { role: 'assistant', content: 'Hi' }), chunk(created, { content: ' you' })],
    },
    {
      name: 'reasoning',
      steps: [{ reasoning: 'Hm' }, { delta: 'Hi' }],
      chunks: (created) => [
        chunk(created, { role: 'assistant', reasoning_content: 'Hm' }),
        chunk(created, { content: 'Hi' }),
      ],
    },
    { name: 'finish', steps: [{ finish: 'stop' }], chunks: (created) => [chunk(created, {}, 'stop')] },
    {
      name: 'finish with usage',
      steps: [{ finish: 'length', usage: { total_tokens: 3 } }],
      chunks: (created) => [
        chunk(created, {}, 'length'),
        event(at(created, { choices: [], usage: { total_tokens: 3 } })),
      ],
    },
    { name: 'waitMs', steps: [{ waitMs: 1 }, { send: 'x' }], chunks: () => ['x'] },
  ];

  for (const { name, steps, chunks } of table) {
    it(`${name} is these bytes on the wire`, async () => {
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
          complete: true,
        },
      );
      assert.equal(reply.headers.get('content-type'), 'text/event-stream; charset=utf-8');
      assert.equal(reply.headers.get('x-request-id'), 'req-1');
      assert.equal(ending, 'fin');
    });
  }

  it('characters may be torn apart by the pieces', async () => {
    gateway.script = () => [{ send: '语', chunk: 1 }];
    const { bytes } = await post(gateway).ended;
    assert.match(bytes.toString('latin1'), /\r\n\r\n1\r\n\xe8\r\n1\r\n\xaf\r\n1\r\n\xad\r\n0\r\n\r\n$/);
  });

  it('until holds the reply back', async () => {
    let release = (): void => undefined;
    gateway.script = () => [
      { send: 'before' },
      { until: new Promise<void>((go) => (release = go)) },
      { send: 'after' },
    ];
    const client = post(gateway);
    await client.received('before');
    release();
    assert.deepEqual(parseReply((await client.ended).bytes).chunks, ['before', 'after']);
  });

  it('status sends its head at once, before anything else happens', async () => {
    gateway.script = () => [{ status: 503, headers: { 'X-Reason': 'tired' } }, { end: 'stall' }];
    const client = post(gateway);
    await client.received('\r\n\r\n');
    client.socket.destroy();
    const { status, headers } = parseReply((await client.ended).bytes);
    assert.equal(status, 503);
    assert.equal(headers.get('content-type'), 'application/json');
    assert.equal(headers.get('x-reason'), 'tired');
  });

  it('status replaces a default header whatever its case, and an empty content type leaves it out', async () => {
    gateway.script = ({ n }) => [
      { status: 200, headers: n === 1 ? { 'Content-Type': 'text/html' } : { 'Content-Type': '' } },
    ];
    const type = async (): Promise<string | undefined> =>
      parseReply((await post(gateway).ended).bytes).headers.get('content-type');
    assert.deepEqual([await type(), await type()], ['text/html', undefined]);
  });

  it('raw bytes are all there is on the socket', async () => {
    const banner = 'SSH-2.0-OpenSSH_9.6\r\n';
    gateway.script = () => [{ raw: banner }, { raw: Uint8Array.of(0, 255) }, { send: 'x' }, { comment: 'c' }];
    const { bytes, ending } = await post(gateway).ended;
    assert.equal(bytes.toString('latin1'), `${banner}\x00\xffx: c\n\n`);
    assert.equal(ending, 'fin');
  });
});
