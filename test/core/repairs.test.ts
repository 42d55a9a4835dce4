import assert from 'node:assert/strict';
import { RepairMemory } from '../../src/core/repairs';

const url = 'https://api.holysheep.ai/v1';

describe('the memory of repairs', () => {
  it('knows nothing of a model it has not met', () => {
    assert.deepEqual([...new RepairMemory().for(url, 'gpt-5')], []);
  });

  it('keeps what one model refused, one parameter after the other', () => {
    const memory = new RepairMemory();
    assert.equal(memory.learn(url, 'gpt-5', 'max_tokens'), true);
    assert.equal(memory.learn(url, 'gpt-5', 'temperature'), true);
    assert.deepEqual([...memory.for(url, 'gpt-5')], ['max_tokens', 'temperature']);
  });

  it('says where a repair was in force already', () => {
    const memory = new RepairMemory();
    memory.learn(url, 'gpt-5', 'max_tokens');
    assert.equal(memory.learn(url, 'gpt-5', 'max_tokens'), false);
    assert.deepEqual([...memory.for(url, 'gpt-5')], ['max_tokens']);
  });

  it('holds it against no other model, nor the same one elsewhere', () => {
    const memory = new RepairMemory();
    memory.learn(url, 'gpt-5', 'max_tokens');
    assert.equal(memory.for(url, 'gpt-4o').size, 0);
    assert.equal(memory.for('https://example.com/v1', 'gpt-5').size, 0);
  });
});
