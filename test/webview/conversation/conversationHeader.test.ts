import assert from 'node:assert/strict';
import type { TotalCost } from '../../../src/shared/protocol';
import { exchange, usePage, type PanelPage } from '../panel/support/panelPage';

describe('header of the conversation', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened), [exchange('a')]);

  const usd = { amount: 0.42, currency: 'USD', isEstimate: false } as const;
  const cny = { amount: 0.3, currency: 'CNY', isEstimate: true } as const;
  for (const { name, total, text } of [
    { name: 'is hidden before an answer has a cost', total: { costs: [], unknownAnswers: 0 } },
    { name: 'is hidden if all answers are free', total: { costs: [{ ...usd, amount: 0 }], unknownAnswers: 0 } },
    { name: 'is hidden if no cost is known', total: { costs: [], unknownAnswers: 3 } },
    {
      name: 'shows the cost in each currency',
      total: { costs: [usd, cny], unknownAnswers: 0 },
      text: 'Cost of this conversation: ≈\u00a0$0.42 + ¥0.30',
    },
    {
      name: 'says that the cost of one answer is unknown',
      total: { costs: [usd], unknownAnswers: 1 },
      text: 'Cost of this conversation: $0.42 · unknown for 1 answer',
    },
    {
      name: 'says for how many answers the cost is unknown',
      total: { costs: [cny], unknownAnswers: 1200 },
      text: 'Cost of this conversation: ≈\u00a0¥0.30 · unknown for 1.2K answers',
    },
  ] satisfies readonly { name: string; total: TotalCost; text?: string }[])
    it(name, () => {
      const line = page.root.querySelector<HTMLElement>('.conversation-header')!;
      page.receive({ type: 'conversationCost', costs: [usd, usd], unknownAnswers: 0 });
      assert.ok(!line.hidden);
      page.receive({ type: 'conversationCost', ...total });
      assert.deepEqual([line.hidden, line.querySelector('.full-text')!.textContent], [text === undefined, text ?? '']);
    });

  it('shows the title in the side bar, beside the sum', () => {
    page.receive({ type: 'title', title: 'Fix the parser' });
    page.receive({ type: 'conversationCost', costs: [usd], unknownAnswers: 1 });
    const parts = [...page.root.querySelectorAll('.conversation-title, .conversation-header .short-text')];
    assert.deepEqual(
      parts.map(({ textContent }) => textContent),
      ['Fix the parser', '$0.42'],
    );
    assert.equal(parts[1]?.parentElement?.ariaLabel, 'Cost of this conversation: $0.42 · unknown for 1 answer');
  });

  it('opens the usage with a click', () => {
    page.receive({ type: 'conversationCost', costs: [usd], unknownAnswers: 0 });
    page.root.querySelector<HTMLElement>('.conversation-header button')?.click();
    assert.deepEqual(page.posted.at(-1), { type: 'openUsage' });
  });
});
