import assert from 'node:assert/strict';
import { useVSCode } from '../../support/fakeVSCode';
import type { Log } from '../../../src/host/util/log';

describe('log of the extension', () => {
  let entries: string[];
  let log: Log;
  let closed: boolean;
  const write = (message: string): void => {
    if (closed) throw new Error('Channel has been closed');
    entries.push(message);
  };
  const channel = { debug: write, info: write, warn: write, error: write, dispose: () => undefined };
  useVSCode({ window: { createOutputChannel: () => channel } });
  beforeEach(async () => {
    entries = [];
    closed = false;
    const { Log } = await import('../../../src/host/util/log');
    log = new Log();
  });
  afterEach(() => log.dispose());

  const hostileText =
    'id\r\n2026-01-01 00:00:00.000 [error] faked\u2028\u2029\u0085\u000b\u000c \u001b[2J\u009b31m \u202e\u200b\ud83d';
  for (const level of ['debug', 'info', 'warn', 'error'] as const) {
    it(`contains a message with line breaks and terminal escapes on one line (${level})`, () => {
      log[level](`request ${hostileText}`);
      assert.deepEqual(entries, [
        'request id\\r\\n2026-01-01 00:00:00.000 [error] faked\\u{2028}\\u{2029}\\u{85}\\u{b}\\u{c} ' +
          '\\u{1b}[2J\\u{9b}31m \\u{202e}\\u{200b}\\u{d83d}',
      ]);
    });
  }

  it("writes an error's message on one line, and the stack indented below", () => {
    log.error(new Error(hostileText));
    assert.equal(entries.length, 1);
    const [message, ...stack] = entries[0]!.split('\n');
    assert.match(message!, /^Error: id\\r\\n2026/);
    assert.ok(stack.length > 0 && stack.every((line) => line.startsWith('    at ')));
    assert.doesNotMatch(entries[0]!, /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  });

  it('leaves tabs, emoji and ordinary text in any language unchanged', () => {
    log.info('状态 200\tin 5 ms 🐑 → done');
    assert.deepEqual(entries, ['状态 200\tin 5 ms 🐑 → done']);
  });

  it('redacts a key even where a long message is truncated', () => {
    log.keys.add('my-secret-key');
    log.info(`${'x'.repeat(9995)}my-secret-key${'y'.repeat(100_000)}`);
    assert.ok(entries[0]!.length < 10_100, String(entries[0]!.length));
    assert.doesNotMatch(entries[0]!, /my-se/);
    assert.match(entries[0]!, / … \(\d+ characters more\)$/);
  });

  it('contains the stack of an error and of its causes, without API keys', () => {
    log.keys.add('a-key-of-no-known-form');
    const cause = new Error('refused: a-key-of-no-known-form, Bearer hsa-secret-1');
    log.error(new TypeError('not stored', { cause }));
    assert.match(entries[0]!, /^TypeError: not stored\n\s+at [^]*\nCaused by: Error: refused: [^]*\n\s+at /);
    assert.doesNotMatch(entries[0]!, /a-key-of|hsa-secret/);
  });

  it('contains each error only once if two errors have each other as the cause', () => {
    const [first, second] = [new Error('first'), new Error('second')];
    first.cause = second;
    second.cause = first;
    log.error(first);
    assert.match(entries[0]!, /^Error: first\n[^]*\nCaused by: Error: second\n/);
  });

  it("ignores messages after VS Code has closed the log's output channel", () => {
    closed = true;
    log.info('one');
    log.error(new Error('two'));
    assert.equal(log.errors().length, 1);
  });
});
