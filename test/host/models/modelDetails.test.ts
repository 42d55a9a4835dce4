import assert from 'node:assert/strict';
import { defaultModels } from '../../../src/engine/gateway/modelList';
import type { ModelFacts } from '../../../src/engine/models/modelFacts';
import { useVSCode } from '../../support/fakeVSCode';

describe('details of a model', () => {
  useVSCode({
    env: { language: 'en' },
    l10n: {
      t: (text: string, ...args: unknown[]) => text.replace(/\{(\d)\}/g, (_, index) => String(args[Number(index)])),
    },
  });
  const load = () => import('../../../src/host/models/modelDetails');

  const texts: readonly (readonly [facts: ModelFacts | undefined, text: string | undefined])[] = [
    [undefined, undefined],
    [{ tools: true, images: false }, undefined],
    [
      { contextWindow: 200_000, images: true, price: { input: 3, output: 15 } },
      '200K context · images · $3 / $15 per million tokens',
    ],
    [{ contextWindow: 131_072 }, '128K context'],
    [{ contextWindow: 1_048_576 }, '1M context'],
    [{ contextWindow: 1_050_000 }, '1.1M context'],
    [{ contextWindow: 128_000 }, '128K context'],
    [{ contextWindow: 204_800 }, '200K context'],
    [{ contextWindow: 500 }, '500 context'],
    [{ price: { input: 0.075, output: 0.3, cacheRead: 0.01 } }, '$0.075 / $0.3 per million tokens'],
    [{ price: { input: 0, output: 0 } }, 'free of charge'],
  ];
  for (const [facts, text] of texts) {
    it(`read ${text === undefined ? 'nothing' : `“${text}”`} for ${JSON.stringify(facts)}`, async () => {
      const { createFactsText } = await load();
      assert.equal(createFactsText()(facts), text);
    });
  }

  it('come from the list of the gateway first, and from the table else', async () => {
    const { knownFacts } = await load();
    const listed = new Map([['gpt-4o', { contextWindow: 8192 }]]);
    assert.deepEqual([knownFacts('gpt-4o', listed)?.contextWindow, knownFacts('gpt-4o', listed)?.images], [8192, true]);
    assert.equal(knownFacts('gpt-4o', undefined)?.contextWindow, 128_000);
    assert.equal(knownFacts('unheard-of', listed), undefined);
  });

  it('say that the default models can chat', async () => {
    const { canChat } = await load();
    assert.ok(defaultModels.every((id) => canChat(id)));
  });

  for (const model of [
    ...['text-embedding-3-large', 'whisper-1', 'tts-1', 'dall-e-3', 'gpt-4o-transcribe', 'qwen-image', 'bge-rerank'],
  ]) {
    it(`say that ${model} can't chat`, async () => assert.equal((await load()).canChat(model), false));
  }

  it('say that a model can chat if the gateway lists that it writes text, and else not', async () => {
    const { canChat } = await load();
    const listed = new Map([
      ['gemini-image', { writesText: true }],
      ['painter', { writesText: false }],
    ]);
    assert.deepEqual([canChat('gemini-image', listed), canChat('painter', listed)], [true, false]);
  });
});
