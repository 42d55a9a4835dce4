import assert from 'node:assert/strict';
import type { TotalCost } from '../../../src/shared/protocol';
import { exchange, usePage, type PanelPage } from '../panel/support/panelPage';

describe('line with the cost of the conversation', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened), [exchange('a')]);

  const usd = { amount: 0.42, currency: 'USD', isEstimate: false } as const;
  const cny = { amount: 0.3, currency: 'CNY', isEstimate: true } as const;
  for (const [name, total, text] of [
    ['is hidden before anything costs something', { costs: [], unknownAnswers: 0 }, undefined],
    ['is hidden if all is free', { costs: [{ ...usd, amount: 0 }], unknownAnswers: 0 }, undefined],
    ['is hidden if nothing is known', { costs: [], unknownAnswers: 3 }, undefined],
    [
      'names each currency',
      { costs: [usd, cny], unknownAnswers: 0 },
      'Cost of this conversation: ≈\u00a0$0.42 + ¥0.30',
    ],
    [
      'says that an answer has an unknown cost',
      { costs: [usd], unknownAnswers: 1 },
      'Cost of this conversation: $0.42 · unknown for 1 answer',
    ],
    [
      'says how many answers have an unknown cost',
      { costs: [cny], unknownAnswers: 1200 },
      'Cost of this conversation: ≈\u00a0¥0.30 · unknown for 1.2K answers',
    ],
  ] satisfies readonly [string, TotalCost, string | undefined][])
    it(name, () => {
      const line = page.root.querySelector<HTMLElement>('.cost-line')!;
      page.receive({ type: 'conversationCost', costs: [usd, usd], unknownAnswers: 0 });
      assert.ok(!line.hidden);
      page.receive({ type: 'conversationCost', ...total });
      assert.deepEqual([line.hidden, line.textContent], [text === undefined, text ?? '']);
    });
});
