import assert from 'node:assert/strict';
import { withoutPlaces } from '../../../src/host/diagnostics/diagnosticsText';

describe('a text without places', () => {
  for (const [text, expected] of [
    ['gpt-4o', 'gpt-4o'],
    ['Qwen/Qwen2.5', 'Qwen/Qwen2.5'],
    ['https://api.holysheep.ai', 'https://api.holysheep.ai'],
    ['http://127.0.0.1:8080/v1/models', 'http://127.0.0.1:8080/v1/models'],
    ['2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05.678Z'],
    ['/home/me/models/a.gguf', '…/a.gguf'],
    ['C:\\Users\\me\\a.gguf', '…/a.gguf'],
    ['file:///home/me/a.gguf', '…/a.gguf'],
    ['~me/a.gguf', '…/a.gguf'],
    ['../../me/a.gguf', '…/a.gguf'],
    ['//server/me/a.gguf', '…/a.gguf'],
    ['model=/home/me/a', 'model=…/a'],
    ['https://me:secret@host.example/v1', 'https://host.example/v1'],
    ['https://host.example/v1?key=secret#me', 'https://host.example/v1'],
    ['https://me:se?cret@host.example/v1', 'https://host.example/v1'],
    ['https://me:se#cr/et@host.example/v1', 'https://host.example/v1'],
    ['https://me:se/cr?et@host.example/v1', 'https://host.example/v1'],
    ['https://me:12?34@host.example/v1', 'https://host.example/v1'],
    ['https://me:s@e?cr@et@host.example', 'https://host.example'],
    ['https://host.example:8080/v1/me@work', 'https://host.example:8080/v1/me@work'],
    ['http://[::1]:8080/v1/me@work', 'http://[::1]:8080/v1/me@work'],
  ] as const) {
    it(`${text} is ${expected}`, () => {
      assert.equal(withoutPlaces(text), expected);
    });
  }

  for (const unit of [
    'a',
    'a.',
    '~',
    '~/',
    '/',
    '\\',
    '../',
    'c:\\',
    'file:/',
    'http://',
    'http://a@',
    'a://b?',
    'a://b:c',
    'a://b:1?@',
    ' ',
    '\n',
  ]) {
    it(`is produced in linear time when ${JSON.stringify(unit)} is repeated`, function () {
      this.timeout(10_000);
      const text = unit.repeat(1_000_000);
      assert.ok(withoutPlaces(text).length <= text.length);
      assert.ok(withoutPlaces(`${text}!`).length <= text.length + 1);
    });
  }

  it('has no credentials when other characters precede a URL', () => {
    assert.equal(withoutPlaces('1http://me:secret@host.example/v1'), '1http://host.example/v1');
    assert.equal(withoutPlaces(`${'x'.repeat(100)}://me:secret@host.example`), `${'x'.repeat(100)}://host.example`);
    assert.equal(withoutPlaces('http://a.test/http://me:secret@b.test/c'), 'http://a.test/http://b.test/c');
  });
});
