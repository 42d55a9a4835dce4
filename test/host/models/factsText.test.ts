import assert from 'node:assert/strict';
import type { ModelFacts } from '../../../src/engine/models/modelFacts';
import { useVSCode } from '../../support/fakeVSCode';

describe('description of a model by its facts', () => {
  useVSCode({
    env: { language: 'en' },
    l10n: {
      t: (text: string, ...args: unknown[]) => text.replace(/\{(\d)\}/g, (_, index) => String(args[Number(index)])),
    },
  });
  const load = () => import('../../../src/host/models/factsText');

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
    it(`is ${text === undefined ? 'absent' : `“${text}”`} for ${JSON.stringify(facts)}`, async () => {
      const { createFactsText } = await load();
      assert.equal(createFactsText()(facts), text);
    });
  }
});
