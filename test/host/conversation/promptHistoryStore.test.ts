import assert from 'node:assert/strict';
import { PromptHistory } from '../../../src/host/conversation/promptHistoryStore';
import { storeIn } from '../../support/storeIn';
import { valuesOf } from '../../support/valuesOf';

function setUp(stored?: unknown) {
  const memory = new Map<string, unknown>();
  if (stored !== undefined) memory.set('holysheep.prompts', stored);
  return { memory, history: new PromptHistory(storeIn(memory)) };
}

describe('prompt history', () => {
  it('moves a repeated prompt to the end', async () => {
    const { history } = setUp();
    for (const prompt of ['a', 'b', 'a']) await history.add(prompt, 'one');
    assert.deepEqual(history.list(), ['b', 'a']);
  });

  it('keeps the last hundred prompts', async () => {
    const { history } = setUp();
    for (let n = 1; n <= 105; n++) await history.add(String(n), 'one');
    assert.deepEqual([history.list().length, history.list()[0]], [100, '6']);
  });

  it('does not store prompts longer than 4000 characters', async () => {
    const { history } = setUp();
    for (const length of [4000, 4001]) await history.add('x'.repeat(length), 'one');
    assert.deepEqual(valuesOf(history.list(), 'length'), [4000]);
  });

  it('removes only the prompts of a deleted conversation', async () => {
    const { history, memory } = setUp();
    await history.add('secret', 'one');
    await history.add('other', 'two');
    for (const state of ['hidden', 'deleted'] as const) await history.handleRemoval({ id: 'one', state });
    assert.deepEqual([history.list(), history.deletedConversations()], [['other'], ['one']]);
    assert.ok(!JSON.stringify([...memory]).includes('secret'));
  });

  describe('while the deletion of a conversation can be undone', () => {
    const hidden = async () => {
      const { history, memory } = setUp();
      await history.add('first', 'one');
      await history.add('other', 'two');
      await history.add('last', 'one');
      await history.handleRemoval({ id: 'one', state: 'hidden' });
      return { history, memory };
    };

    it('hides the prompts of that conversation, but keeps its drafts', async () => {
      const { history } = await hidden();
      assert.deepEqual([history.list(), history.deletedConversations()], [['other'], []]);
    });

    it('restores the prompts to their positions on Undo', async () => {
      const { history } = await hidden();
      await history.add('later', 'three');
      await history.handleRemoval({ id: 'one', state: 'restored' });
      assert.deepEqual([history.list(), history.deletedConversations()], [['first', 'other', 'last', 'later'], []]);
    });

    it('does not restore prompts on Undo if the user has cleared the history', async () => {
      const { history } = await hidden();
      await history.clear();
      await history.add('later', 'three');
      await history.handleRemoval({ id: 'one', state: 'restored' });
      assert.deepEqual(history.list(), ['later']);
    });

    it("permanently removes that conversation's prompts and drafts when another window opens", async () => {
      const { memory } = await hidden();
      const history = new PromptHistory(storeIn(memory));
      await history.add('later', 'three');
      assert.deepEqual([history.list(), history.deletedConversations()], [['other', 'later'], ['one']]);
      assert.doesNotMatch(JSON.stringify([...memory]), /first|last/);
    });
  });

  it('is empty after the user has cleared it', async () => {
    const { history, memory } = setUp();
    await history.add('secret', 'one');
    await history.clear();
    assert.deepEqual(history.list(), []);
    assert.ok(!JSON.stringify([...memory]).includes('secret'));
  });

  for (const stored of [undefined, 'a', { a: 1 }, [1, null], ['a'], [{ prompt: 'a' }]]) {
    it(`is empty when the stored value is ${JSON.stringify(stored)}`, () =>
      assert.deepEqual(setUp(stored).history.list(), []));
  }
});
