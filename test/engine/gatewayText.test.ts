import assert from 'node:assert/strict';
import { readProviderError } from '../../src/engine/faults/providerError';
import { KeyRedactor } from '../../src/engine/gateway/keyRedactor';
import { parseModelList } from '../../src/engine/gateway/modelList';
import { readFinishReason } from '../../src/engine/http/deltas';
import { requestIdOf } from '../../src/engine/http/transport';
import { parseRetryAfter } from '../../src/engine/faults/retryAfter';

const hiddenCharacters: readonly {
  readonly name: string;
  readonly characters: string;
  readonly replacement: string;
}[] = [
  { name: 'bidi overrides and embeddings', characters: '\u202a\u202b\u202c\u202d\u202e', replacement: '' },
  { name: 'bidi isolates', characters: '\u2066\u2067\u2068\u2069', replacement: '' },
  { name: 'bidi marks', characters: '\u200e\u200f\u061c', replacement: '' },
  { name: 'zero-width characters', characters: '\u200b\u200c\u200d\u2060', replacement: '' },
  { name: 'soft hyphens', characters: '\u00ad', replacement: '' },
  { name: 'C0 controls', characters: '\u0000\u0007\u001b\u007f', replacement: ' ' },
  { name: 'C1 controls', characters: '\u0080\u009b', replacement: ' ' },
  { name: 'tags', characters: '\u{e0001}\u{e0041}\u{e007f}', replacement: '' },
  { name: 'halves of surrogate pairs', characters: '\ud800', replacement: '' },
];

describe('safe reading of text from a gateway', () => {
  for (const { name, characters, replacement } of hiddenCharacters) {
    it(`removes ${name} from errors, finish reasons and request IDs`, () => {
      const text = `a${characters}b`;
      const visible = `a${replacement}b`;
      assert.equal(readProviderError(JSON.stringify({ error: { message: text } })).message, visible);
      assert.deepEqual(readFinishReason(text), { type: 'complete', reason: visible });
      const headers = {
        keys: () => ['x-request-id'],
        get: (header: string) => (header === 'x-request-id' ? text : null),
      } as unknown as Headers;
      assert.equal(requestIdOf(headers, new KeyRedactor()), visible);
    });

    it(`offers no model whose ID contains ${name}`, () => {
      assert.deepEqual(parseModelList([`gpt${characters}-4o`, 'gpt-4o'])?.models, ['gpt-4o']);
    });
  }

  it('accepts model IDs in any script', () => {
    assert.deepEqual(parseModelList(['org/模型 8B 🐑'])?.models, ['org/模型 8B 🐑']);
  });

  it('truncates a long finish reason', () => {
    assert.deepEqual(readFinishReason('z'.repeat(1_000_000)), { type: 'complete', reason: `${'z'.repeat(59)}…` });
  });

  it('ignores a rate limit header in a JSON body if the header name is too long or has invisible characters', () => {
    const delay = (name: string): unknown => {
      const headers = { [`${name}-remaining`]: '0', [`${name}-reset`]: '20s' };
      return parseRetryAfter(new Headers(), JSON.stringify({ error: { metadata: { headers } } }), 0);
    };
    assert.notEqual(delay('x-ratelimit'), undefined);
    assert.equal(delay(`x-ratelimit-${'x'.repeat(1000)}`), undefined);
    assert.equal(delay('x-ratelimit-\u202e'), undefined);
  });

  for (const unit of [' ', '\n', '\u200b', "'", "' ", '"', '`', '“', '‘', '「', '{', '{"', 'exceed', 'retry ', 'a']) {
    it(`reads an error in linear time when it repeats ${JSON.stringify(unit)}`, function () {
      this.timeout(10_000);
      const text = unit.repeat(2_000_000);
      assert.ok(readProviderError(text).message.length <= 400);
      assert.ok(readProviderError(JSON.stringify({ error: { message: text } })).message.length <= 400);
    });
  }
});
