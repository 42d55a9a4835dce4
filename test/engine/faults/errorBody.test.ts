import assert from 'node:assert/strict';
import { classify } from '../../../src/engine/faults/classify';
import { isContextWindow, reportsTooLargeTokenLimit } from '../../../src/engine/faults/contextTokens';
import { plainKeys } from '../../../src/engine/faults/errorBody';

const rejected = (status: number, message: string) =>
  classify({ type: 'status', status, headers: new Headers(), body: JSON.stringify({ error: { message } }) }, 0);

describe('body of an error', () => {
  for (const [name, wrap] of [
    ['arrays', (value: unknown): unknown => [value]],
    ['objects', (value: unknown): unknown => ({ A: value })],
  ] as const)
    it(`is read up to a depth of 16 ${name}`, () => {
      let value: unknown = 'end';
      for (let depth = 0; depth < 15; depth++) value = wrap(value);
      assert.ok(JSON.stringify(plainKeys(value)).includes('end'));
      assert.ok(!JSON.stringify(plainKeys(wrap(wrap(value)))).includes('end'));
    });
});

describe('message of a rejected request', () => {
  for (const [message, isTooLarge] of [
    ['max_tokens is too large', true],
    ['max_completion_tokens is too large: 50000', true],
    ["max_tokens is too large: 9000. This model's maximum context length is 8192 tokens", true],
    ["max_tokens is too large: 4000. This model's maximum context length is 8192 tokens", false],
    ['the prompt is too large', false],
  ] as const)
    it(`${isTooLarge ? 'blames' : 'does not blame'} a token limit that is too large: "${message}"`, () => {
      assert.equal(reportsTooLargeTokenLimit(message), isTooLarge);
    });

  it('names a context window only if the number of tokens is at least 256', () => {
    assert.deepEqual([isContextWindow(255), isContextWindow(256)], [false, true]);
  });
});

describe('fault of a rejected request', () => {
  it('contains no context window if the error message names none', () => {
    assert.equal('contextTokens' in rejected(400, 'Bad request'), false);
  });

  it("blames the gateway's own API key, not the user's, only if the error message ends with a request ID", () => {
    const id = '(request id: 20260115090000123)';
    const rows = [`Incorrect API key provided ${id}`, `${id} Incorrect API key provided`].map(
      (message) => rejected(401, message).row,
    );
    assert.deepEqual(rows, ['upstreamKeyRejected', 'keyRejected']);
  });
});
