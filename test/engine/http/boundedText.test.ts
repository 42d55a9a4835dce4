import assert from 'node:assert/strict';
import { boundedText, errorBodyLimits } from '../../../src/engine/http/responseBody';
import { settle, VirtualClock } from '../../support/virtualClock';

interface Source {
  readonly body: ReadableStream<Uint8Array>;
  readonly push: (bytes: Uint8Array | string) => void;
  readonly close: () => void;
  readonly fail: (error: Error) => void;
  readonly cancelled: () => boolean;
}

function source(onCancel: () => void = () => undefined): Source {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start: (it) => void (controller = it),
    cancel: () => {
      cancelled = true;
      onCancel();
    },
  });
  return {
    body,
    push: (bytes) => controller.enqueue(typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes),
    close: () => controller.close(),
    fail: (error) => controller.error(error),
    cancelled: () => cancelled,
  };
}

const replyOf = (body: ReadableStream<Uint8Array> | null, contentType = 'application/json') => ({
  body,
  headers: new Headers({ 'content-type': contentType }),
});

describe('the text of an error', () => {
  it('is all of a short body, with characters put together that arrived in pieces', async () => {
    const clock = new VirtualClock();
    const { body, push, close } = source();
    for (const byte of new TextEncoder().encode('余额不足 🐑')) push(Uint8Array.of(byte));
    close();
    assert.equal(await boundedText(replyOf(body), clock), '余额不足 🐑');
    assert.equal(clock.pending, 0);
  });

  it('is empty where there is no body', async () => {
    assert.equal(await boundedText(replyOf(null), new VirtualClock()), '');
  });

  it('ends where the bytes are enough, and the rest is let go', async () => {
    const clock = new VirtualClock();
    const { body, push, cancelled } = source();
    for (const piece of ['abcd', 'efgh', 'ijkl']) push(piece);
    assert.equal(await boundedText(replyOf(body), clock, { bytes: 8, ms: 1000 }), 'abcdefgh');
    assert.equal(cancelled(), true);
    assert.equal(clock.pending, 0);
  });

  it('ends when the time is up, and the rest is let go', async () => {
    const clock = new VirtualClock();
    const { body, push, cancelled } = source();
    let text: string | undefined;
    void boundedText(replyOf(body), clock, { bytes: 100, ms: 1000 }).then((it) => (text = it));
    push('slow');
    await clock.advance(999);
    assert.deepEqual([text, cancelled()], [undefined, false]);
    await clock.advance(1);
    assert.deepEqual([text, cancelled()], ['slow', true]);
  });

  it('is what had arrived where the body breaks', async () => {
    const clock = new VirtualClock();
    const { body, push, fail } = source();
    const text = boundedText(replyOf(body), clock);
    push('half of a sen');
    await settle();
    fail(new Error('terminated'));
    assert.equal(await text, 'half of a sen');
    assert.equal(clock.pending, 0);
  });

  it('comes without complaint where the rest does not want to be let go', async () => {
    const { body, push } = source(() => {
      throw new Error('no');
    });
    push('abcd');
    assert.equal(await boundedText(replyOf(body), new VirtualClock(), { bytes: 1, ms: 1000 }), 'abcd');
    await settle();
  });

  it('is at most 64 KB, and takes at most five seconds', () => {
    assert.deepEqual(errorBodyLimits, { bytes: 65_536, ms: 5000 });
  });

  it('keeps to these limits where none are given', async () => {
    const clock = new VirtualClock();
    const { body, push } = source();
    for (let kilobyte = 0; kilobyte < 70; kilobyte++) push('x'.repeat(1024));
    assert.equal((await boundedText(replyOf(body), clock)).length, errorBodyLimits.bytes);
    let over = false;
    void boundedText(replyOf(source().body), clock).then(() => (over = true));
    await clock.advance(errorBodyLimits.ms);
    assert.equal(over, true);
  });
});
