import assert from 'node:assert/strict';
import { type Gateway, startGateway, type Step } from '../testGateway';
import { parseReply, post } from './rawClient';

const body = JSON.stringify({ model: 'm', messages: [], stream: true });

describe('reply of the test gateway', () => {
  let gateway: Gateway;
  beforeEach(async () => (gateway = await startGateway()));
  afterEach(() => gateway.close());

  const fetchText = async (): Promise<string> => {
    const response = await fetch(`${gateway.baseUrl}/chat/completions`, { method: 'POST', body });
    return response.text();
  };

  /** `text` is undefined if the client receives no byte. */
  const cases: readonly {
    readonly name: string;
    readonly steps: Step[];
    readonly ending: string;
    readonly isComplete: boolean;
    readonly text?: string;
  }[] = [
    { name: 'one byte and no end step', steps: [{ send: 'x' }], ending: 'fin', isComplete: true, text: 'x' },
    {
      name: 'one byte and a fin step',
      steps: [{ send: 'x' }, { end: 'fin' }],
      ending: 'fin',
      isComplete: true,
      text: 'x',
    },
    { name: 'only a fin step', steps: [{ end: 'fin' }], ending: 'fin', isComplete: true, text: '' },
    {
      name: 'one byte and a short step',
      steps: [{ send: 'x' }, { end: 'short' }],
      ending: 'fin',
      isComplete: false,
      text: 'x',
    },
    { name: 'only a short step', steps: [{ end: 'short' }], ending: 'fin', isComplete: false, text: '' },
    {
      name: 'an empty raw step and a fin step',
      steps: [{ raw: '' }, { end: 'fin' }],
      ending: 'fin',
      isComplete: false,
    },
    { name: 'only a reset step', steps: [{ end: 'reset' }], ending: 'ECONNRESET', isComplete: false },
  ];

  for (const { name, steps, ending, isComplete, text } of cases) {
    it(`closes the connection with "${ending}" and is ${isComplete ? 'complete' : 'incomplete'} when the script has ${name}`, async () => {
      gateway.script = () => steps;
      const connection = await post(gateway).ended;
      const reply = parseReply(connection.bytes);
      assert.equal(connection.ending, ending);
      assert.equal(reply.isComplete, isComplete);
      if (text === undefined) assert.equal(connection.bytes.length, 0);
      else assert.equal(reply.chunks.join(''), text);
      assert.equal(await gateway.requests[0]!.closed, 'server');
    });
  }

  it('resets the connection only after all sent bytes have arrived at the client', async () => {
    let release = (): void => undefined;
    gateway.script = () => [
      { send: 'half' },
      { until: new Promise<void>((resolve) => (release = resolve)) },
      { end: 'reset' },
    ];
    const client = post(gateway);
    await client.received('half');
    release();
    const { bytes, ending } = await client.ended;
    assert.equal(ending, 'ECONNRESET');
    assert.deepEqual(parseReply(bytes).chunks, ['half']);
  });

  const failing: { steps: Step[]; message: RegExp }[] = [
    { steps: [{ send: 'x' }, { end: 'short' }], message: /terminated/ },
    { steps: [{ send: 'x' }, { end: 'reset' }], message: /terminated|fetch failed/ },
    { steps: [{ end: 'reset' }], message: /fetch failed/ },
    { steps: [{ raw: 'SSH-2.0-OpenSSH_9.6\r\n' }], message: /fetch failed/ },
    { steps: [{ raw: 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf' }], message: /terminated/ },
  ];

  for (const { steps, message } of failing) {
    it(`makes fetch reject after the steps ${JSON.stringify(steps)}`, async () => {
      gateway.script = () => steps;
      await assert.rejects(fetchText(), { name: 'TypeError', message });
    });
  }

  it('keeps the connection open without data after a stall until the client disconnects', async () => {
    gateway.script = () => [{ send: 'half' }, { end: 'stall' }];
    const client = post(gateway);
    await client.received('half');
    client.socket.destroy();
    assert.equal(await gateway.requests[0]!.closed, 'client');
    const { chunks, isComplete } = parseReply((await client.ended).bytes);
    assert.deepEqual({ chunks, isComplete }, { chunks: ['half'], isComplete: false });
  });

  const unfinishedScripts: { name: string; steps: Step[] }[] = [
    { name: 'a pause', steps: [{ send: 'half' }, { waitMs: 2 ** 30 }] },
    { name: 'a step that awaits a promise', steps: [{ send: 'half' }, { until: new Promise(() => undefined) }] },
    { name: 'a stall', steps: [{ send: 'half' }, { end: 'stall' }] },
    { name: 'raw bytes', steps: [{ raw: 'half' }, { waitMs: 2 ** 30 }] },
  ];

  for (const { name, steps } of unfinishedScripts) {
    it(`ends its script when the client disconnects during ${name}`, async () => {
      const returned = new Promise<void>((resolve) => {
        gateway.script = function* () {
          try {
            yield* steps;
          } finally {
            resolve();
          }
        };
      });
      const client = post(gateway);
      await client.received('half');
      client.socket.destroy();
      await returned;
      assert.equal(await gateway.requests[0]!.closed, 'client');
    });
  }

  it('ends immediately when the gateway is closed', async () => {
    gateway.script = () => [{ send: 'half' }, { waitMs: 2 ** 30 }];
    const client = post(gateway);
    await client.received('half');
    const { port } = new URL(gateway.origin);
    await gateway.close();
    assert.equal(await gateway.requests[0]!.closed, 'server');
    await client.ended;
    gateway = await startGateway({ port: Number(port) });
    assert.equal(new URL(gateway.origin).port, port);
  });
});
