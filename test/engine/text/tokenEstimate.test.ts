import assert from 'node:assert/strict';
import { estimateTokens, exceededContext } from '../../../src/engine/text/tokenEstimate';
import { EngineRun } from '../../support/engineRun';
import { answering, status } from '../../support/scriptedFetch';

describe('estimated number of tokens', () => {
  for (const [text, tokens] of [
    ['', 0],
    ['word', 1],
    ['words', 2],
    ['你好，世界。', 6],
    ['你好 world', 4],
    ['안녕 さようなら', 8],
  ] as const)
    it(`is ${tokens} for “${text}”`, () => assert.equal(estimateTokens(text), tokens));
});

describe('warning about a prompt that the gateway cuts', () => {
  const content = 'x'.repeat(404);
  const facts = { cutsLongPrompts: true, contextWindow: 100 };
  const attemptsOf = async (contextWindow: number, cutsLongPrompts = true) => {
    const run = new EngineRun({
      replies: [status(503), answering('ok')],
      deps: { facts: () => ({ contextWindow, cutsLongPrompts }) },
      request: { messages: [{ role: 'user', content }] },
    });
    await run.toEnd();
    return run.events.flatMap((event) => (event.type === 'attempt' ? event.cutAtTokens : []));
  };

  it('has the context window, at each attempt', async () => {
    assert.deepEqual(await attemptsOf(100), [100, 100]);
  });

  it('is absent for a prompt that fits, and for a gateway that rejects long prompts', async () => {
    assert.deepEqual(await attemptsOf(101), [undefined, undefined]);
    assert.deepEqual(await attemptsOf(100, false), [undefined, undefined]);
  });

  it('counts the texts of all messages, but no images', () => {
    const image = { type: 'image', mimeType: 'image/png', data: content } as const;
    const text = { type: 'text', text: 'x'.repeat(200) } as const;
    assert.equal(exceededContext([{ role: 'user', content: [text, image] }], facts), undefined);
    const system = { role: 'system', content: 'x'.repeat(204) } as const;
    assert.equal(exceededContext([system, { role: 'user', content: [text, image] }], facts), 100);
  });

  it('is absent if the context is unknown', () => {
    assert.equal(exceededContext([{ role: 'user', content }], { cutsLongPrompts: true }), undefined);
  });
});
