import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { classify, type Fault } from '../../../src/engine/faults/classify';
import { contextTokensIn } from '../../../src/engine/faults/contextTokens';

/** Messages of providers that reject a long prompt, and the context window that each one names. */
const cases = readFileSync(join(__dirname, 'contextTokens.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { readonly tokens: number | null; readonly message: string });

function classified(error: object, status = 400): Fault {
  return classify({ type: 'status', status, headers: new Headers(), body: JSON.stringify({ error }) }, 0);
}

describe('context window in an error message of a provider', () => {
  for (const { tokens, message } of cases) {
    it(`is ${tokens ?? 'unknown'} after “${message}”`, () => {
      const { row, contextTokens = null } = classified({ message });
      assert.deepEqual([row, contextTokens], ['contextLength', tokens]);
    });
  }

  it('is read from a 413 error of GitHub Models', () => {
    const message = 'Request body too large for gpt-4o model. Max size: 8000 tokens.';
    const { row, contextTokens } = classified({ code: 'tokens_limit_reached', message }, 413);
    assert.deepEqual([row, contextTokens], ['contextLength', 8000]);
  });

  it('is read from the field `n_ctx` of llama.cpp', () => {
    const message = 'the request exceeds the available context size, try increasing it';
    for (const [value, tokens] of [
      [4096, 4096] as const,
      ...[0, -1, 1e12, 4096.5, '4096', null].map((v) => [v] as const),
    ])
      assert.equal(classified({ message, n_ctx: value }).contextTokens, tokens, String(value));
  });

  it('is not read from a rate limit error that contains a number', () => {
    assert.equal(classified({ message: 'maximum requests is 5000', code: 'rate_limit' }, 429).contextTokens, undefined);
  });

  it('is searched for in linear time, even in a very long message', () => {
    for (const part of ['1,', '9', 'max ', 'limit 1 ', '> '])
      assert.equal(contextTokensIn(part.repeat(20_000)), undefined);
  });
});
