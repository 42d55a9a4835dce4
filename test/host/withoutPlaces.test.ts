import assert from 'node:assert/strict';
import { withoutPlaces } from '../../src/host/withoutPlaces';

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
  ] as const) {
    it(`${text} is ${expected}`, () => {
      assert.equal(withoutPlaces(text), expected);
    });
  }
});
