import assert from 'node:assert/strict';
import { startGateway, type ClosedBy, type Gateway, type Step } from '../../src/demo/gateway';
import { post, parseReply } from './rawClient';

const body = JSON.stringify({ model: 'm', messages: [], stream: true });

describe('the end of a reply', () => {
  let gateway: Gateway;
  beforeEach(async () => (gateway = await startGateway()));
  afterEach(() => gateway.close());

  const fetchText = async (): Promise<string> => {
    const response = await fetch(`${gateway.baseUrl}/chat/completions`, { method: 'POST', body });
    return response.text();
  };

  /** `text` undefined: not one byte arrives. */
  const seen: { name: string; steps: Step[]; ending: string; complete: boolean; text?: string }[] = [
    { name: 'none, as fin', steps: [{ send: 'x' }], ending: 'fin', complete: true, text: 'x' },
    { name: 'fin', steps: [{ send: 'x' }, { end: 'fin' }], ending: 'fin', complete: true, text: 'x' },
    { name: 'fin of nothing', steps: [{ end: 'fin' }], ending: 'fin', complete: true, text: '' },
    { name: 'short', steps: [{ send: 'x' }, { end: 'short' }], ending: 'fin', complete: false, text: 'x' },
    { name: 'short of nothing', steps: [{ end: 'short' }], ending: 'fin', complete: false, text: '' },
    { name: 'FIN before any byte', steps: [{ raw: '' }, { end: 'fin' }], ending: 'fin', complete: false },
    { name: 'RST before any byte', steps: [{ end: 'reset' }], ending: 'ECONNRESET', complete: false },
  ];

  for (const { name, steps, ending, complete, text } of seen) {
    it(`${name}: the client sees ${ending}, ${complete ? 'whole' : 'unfinished'}`, async () => {
      gateway.script = () => steps;
      const all = await post(gateway).ended;
      const reply = parseReply(all.bytes);
      assert.equal(all.ending, ending);
      assert.equal(reply.isComplete, complete);
      if (text === undefined) assert.equal(all.bytes.length, 0);
      else assert.equal(reply.chunks.join(''), text);
      assert.equal(await gateway.requests[0]!.closed, 'server');
    });
  }

  it('a reset in mid-answer is an RST, after the bytes before it', async () => {
    let read = (): void => undefined;
    gateway.script = () => [{ send: 'half' }, { until: new Promise<void>((go) => (read = go)) }, { end: 'reset' }];
    const client = post(gateway);
    await client.received('half');
    read();
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
    it(`fetch rejects after ${JSON.stringify(steps)}`, async () => {
      gateway.script = () => steps;
      await assert.rejects(fetchText(), { name: 'TypeError', message });
    });
  }

  it('a stall stays open and silent until the client leaves', async () => {
    gateway.script = () => [{ send: 'half' }, { end: 'stall' }];
    const client = post(gateway);
    await client.received('half');
    client.socket.destroy();
    assert.equal(await gateway.requests[0]!.closed, 'client');
    const { chunks, isComplete: complete } = parseReply((await client.ended).bytes);
    assert.deepEqual({ chunks, complete }, { chunks: ['half'], complete: false });
  });

  it('a stall before any byte sends no head', async () => {
    gateway.script = () => [{ end: 'stall' }];
    const client = post(gateway);
    const { closed } = await gateway.request(1);
    await gateway.close();
    assert.equal(await closed, 'server');
    assert.equal((await client.ended).bytes.length, 0);
    gateway = await startGateway();
  });

  const places: { name: string; steps: Step[] }[] = [
    { name: 'a wait', steps: [{ send: 'half' }, { waitMs: 2 ** 30 }] },
    { name: 'paced pieces', steps: [{ send: 'half more', chunk: 4, everyMs: 2 ** 30 }] },
    { name: 'until', steps: [{ send: 'half' }, { until: new Promise(() => undefined) }] },
    { name: 'a stall', steps: [{ send: 'half' }, { end: 'stall' }] },
    { name: 'raw bytes', steps: [{ raw: 'half' }, { waitMs: 2 ** 30 }] },
  ];

  for (const { name, steps } of places) {
    it(`a client that leaves during ${name} closes the script`, async () => {
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

  it('a client that aborts its fetch is seen to leave, and the script is closed', async () => {
    const closedBy: Promise<ClosedBy>[] = [];
    const returned = new Promise<void>((resolve) => {
      gateway.script = async function* ({ closed }) {
        closedBy.push(closed);
        try {
          yield { delta: 'x' };
          await closed;
        } finally {
          resolve();
        }
      };
    });
    const abort = new AbortController();
    const { signal } = abort;
    const response = await fetch(`${gateway.baseUrl}/chat/completions`, { method: 'POST', body, signal });
    abort.abort();
    await returned;
    assert.equal(await closedBy[0], 'client');
    await assert.rejects(response.text(), { name: 'AbortError' });
  });

  it('a connection that is kept alive serves the next request, and both replies are complete', async () => {
    gateway.script = ({ n }) => [{ send: `${n}` }];
    assert.deepEqual([await fetchText(), await fetchText()], ['1', '2']);
    assert.deepEqual(await Promise.all(gateway.requests.map(({ closed }) => closed)), ['server', 'server']);
  });

  it('close() ends what is under way, whatever it waits for', async () => {
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
