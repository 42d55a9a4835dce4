import assert from 'node:assert/strict';
import { drainMs, isReasoningModel, quietMs, tailMs, timeoutsFor } from '../../../src/engine/http/timeouts';

const thinking: readonly string[] = [
  'deepseek-r1',
  'deepseek-reasoner',
  'deepseek/deepseek-r1:free',
  'deepseek-r1-distill-qwen-32b',
  'o1',
  'o3-mini',
  'openai/o4-mini-high',
  'gpt-5',
  'gpt-5.1-codex',
  'openai/gpt-5-mini',
  'gemini-3-pro',
  'gemini-2.5-pro',
  'gemini-3.1-pro',
  'gemini-3.10-pro',
  'demo-reason',
  'demo-think',
  'grok-4',
  'qwq-32b',
  'qwen3-235b-a22b-thinking-2507',
  'kimi-k2-thinking',
  'claude-3-7-sonnet-thinking',
  'magistral-medium-2507',
  'demo-reasoning',
  'DeepSeek-R1',
];

const plain: readonly string[] = [
  'gpt-4o',
  'gpt-4.1-mini',
  'claude-opus-4',
  'claude-sonnet-4',
  'deepseek-v3',
  'deepseek-chat',
  'gemini-2.5-flash',
  'grok-4-fast-non-reasoning',
  'grok-4-fast-nonreasoning',
  'command-r-plus',
  'solo1',
  'llama-3.1-8b-instruct',
  '',
];

const unset = { headersMs: null, firstTokenMs: null, idleMs: null, silentMs: null };

describe('timeouts', () => {
  for (const model of thinking) {
    it(`give ${model} the time to think`, () => assert.equal(isReasoningModel(model), true));
  }

  for (const model of plain) {
    it(`treat ${JSON.stringify(model)} as one that answers at once`, () => {
      assert.equal(isReasoningModel(model), false);
    });
  }

  it('have a set of defaults for either kind of model', () => {
    const usual = { headersMs: 60_000, firstTokenMs: 120_000, idleMs: 60_000, silentMs: 180_000 };
    const patient = { headersMs: 180_000, firstTokenMs: 270_000, idleMs: 180_000, silentMs: 270_000 };
    assert.deepEqual(timeoutsFor('gpt-4o', unset), usual);
    assert.deepEqual(timeoutsFor('deepseek-r1', unset), patient);
  });

  it('are those of the settings where they are set, one by one', () => {
    const set = { headersMs: 1000, firstTokenMs: 2000, idleMs: 3000, silentMs: 4000 };
    assert.deepEqual(timeoutsFor('deepseek-r1', set), set);
    assert.deepEqual(timeoutsFor('gpt-4o', { ...unset, idleMs: 5000 }), {
      headersMs: 60_000,
      firstTokenMs: 120_000,
      idleMs: 5000,
      silentMs: 180_000,
    });
  });

  it('end before the clocks of runtimes and proxies, at 300 s', () => {
    const all = ['gpt-4o', 'o3'].flatMap((model) => Object.values<number>({ ...timeoutsFor(model, unset) }));
    assert.equal(all.length, 8);
    assert.ok(Math.max(...all) < 300_000);
  });

  it('leave 5 s to the tail, a moment to the drain, and say so after 10 s of quiet', () => {
    assert.deepEqual([tailMs, drainMs, quietMs], [5000, 100, 10_000]);
  });
});
