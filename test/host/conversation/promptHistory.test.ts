import assert from 'node:assert/strict';
import { PromptHistory } from '../../../src/host/conversation/promptHistory';

function setUp(kept?: unknown) {
  let value = kept;
  const store = {
    get: () => value,
    update: (_: string, next: unknown) => {
      value = next;
      return Promise.resolve();
    },
  };
  return new PromptHistory(store);
}

describe('PromptHistory', () => {
  it('lists prompts oldest first', async () => {
    const history = setUp();
    for (const prompt of ['a', 'b', 'c']) await history.add(prompt);
    assert.deepEqual(history.list(), ['a', 'b', 'c']);
  });

  it('moves a prompt that is asked again to the end', async () => {
    const history = setUp(['a', 'b']);
    await history.add('a');
    assert.deepEqual(history.list(), ['b', 'a']);
  });

  it('keeps the last hundred', async () => {
    const history = setUp();
    for (let n = 1; n <= 105; n++) await history.add(String(n));
    assert.deepEqual([history.list().length, history.list()[0]], [100, '6']);
  });

  for (const kept of [undefined, 'a', { a: 1 }, [1, null]]) {
    it(`is empty when what was kept is ${JSON.stringify(kept)}`, () => assert.deepEqual(setUp(kept).list(), []));
  }
});
