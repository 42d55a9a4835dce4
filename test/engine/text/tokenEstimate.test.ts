import assert from 'node:assert/strict';
import { estimateTokens, exceededContext } from '../../../src/engine/text/tokenEstimate';
import { EngineRun } from '../../support/engineRun';
import { answering, status, streaming } from '../../support/scriptedFetch';

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

  it('depends on all characters of a text of 20,000 characters', () => {
    assert.equal(estimateTokens(`${'word'.repeat(2500)}${'羊'.repeat(10_000)}`), 12_500);
  });

  it('is based on 20,000 characters of a longer text', () => {
    const half = 'Sheep graze. '.repeat(100_000);
    const text = half + '羊吃草，人看羊。'.repeat(half.length / 8);
    let examined = 0;
    const counted = { length: text.length, charCodeAt: (index: number) => (examined++, text.charCodeAt(index)) };
    const expected = half.length / 4 + half.length;
    assert.ok(Math.abs(estimateTokens(counted as unknown as string) / expected - 1) < 0.05);
    assert.equal(examined, 20_000);
  });
});

describe('estimated cost of an attempt for which the gateway reports no usage', () => {
  const price = { input: 1, output: 1_000_000 };
  const costOf = async (...texts: readonly string[]): Promise<number | undefined> => {
    const reply = streaming((body) => {
      for (const text of texts) body.delta(text);
      body.finish().done();
    });
    const run = await new EngineRun({ replies: [reply], deps: { facts: () => ({ price }) } }).toEnd();
    return Math.floor(run.last('ended').estimatedCost ?? NaN);
  };

  it('is based on the estimated tokens of the text that arrived', async () => {
    assert.equal(await costOf('你好，', '世界。 words', ' and'), 9);
  });
});

describe('warning about a prompt that the gateway truncates', () => {
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

  it('appears at each attempt, with the size of the context window', async () => {
    assert.deepEqual(await attemptsOf(100), [100, 100]);
  });

  it('does not appear if the prompt fits in the context window', async () => {
    assert.deepEqual(await attemptsOf(101), [undefined, undefined]);
  });

  it('does not appear if the gateway rejects long prompts', async () => {
    assert.deepEqual(await attemptsOf(100, false), [undefined, undefined]);
  });

  it('depends on the texts of all messages, but not on images', () => {
    const image = { type: 'image', mimeType: 'image/png', data: content } as const;
    const text = { type: 'text', text: 'x'.repeat(200) } as const;
    assert.equal(exceededContext([{ role: 'user', content: [text, image] }], facts), undefined);
    const system = { role: 'system', content: 'x'.repeat(204) } as const;
    assert.equal(exceededContext([system, { role: 'user', content: [text, image] }], facts), 100);
  });

  it('does not appear if the context window is unknown', () => {
    assert.equal(exceededContext([{ role: 'user', content }], { cutsLongPrompts: true }), undefined);
  });
});
