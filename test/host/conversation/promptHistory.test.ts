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

  it('leaves out what is too long to be read at each start', async () => {
    const history = setUp(['a']);
    await history.add('x'.repeat(4000));
    await history.add('x'.repeat(4001));
    assert.deepEqual(
      history.list().map(({ length }) => length),
      [1, 4000],
    );
  });

  for (const kept of [undefined, 'a', { a: 1 }, [1, null]]) {
    it(`is empty when what was kept is ${JSON.stringify(kept)}`, () => assert.deepEqual(setUp(kept).list(), []));
  }
});
