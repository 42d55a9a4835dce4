import type { Page } from 'playwright-core';
import type { StreamEvent } from '../../src/engine/events/events';
import { effortChoices } from '../../src/engine/request';
import { markScheduled } from '../../src/engine/state/schedule';
import { panelStrings } from '../../src/shared/panelStrings';
import type { PromptImage } from '../../src/shared/images';
import type { ShownExchange, ShownItem } from '../../src/shared/exchanges';
import { initialTurn, reduceTurn, type HostNotice, type ToWebview, type TurnState } from '../../src/shared/protocol';
import { longPrompt, sampleTexts } from '../e2e/support/sampleTexts';
import { missingImage } from './staticPage';
import { ev } from '../webview/panel/support/events';
import { answer, comparison, connected, exchange, startOfTime } from '../webview/panel/support/panelPage';

const { en: texts } = sampleTexts;

/** A state of the panel: the message that leads to it, and what the user does then. */
export interface PanelState {
  readonly name: string;
  readonly snapshot: ToWebview & { readonly type: 'snapshot' };
  readonly act?: (page: Page) => Promise<void>;
}

type Snapshot = PanelState['snapshot'];

/** Returns the number of answers on the page, and of the summaries among them. */
export function countAnswers({ items }: Snapshot): number {
  return items.flatMap((item) => ('answers' in item ? item.answers : 'answer' in item ? item.answer : [])).length;
}

function snapshot(items: readonly ShownItem[], fields: Partial<Snapshot> = {}): Snapshot {
  const lists = { suggestions: [], promptHistory: [], context: [] };
  return { type: 'snapshot', conversationId: 'c', items, connection: connected, ...lists, ...fields };
}

const stateOf = (...events: readonly StreamEvent[]): TurnState =>
  [ev.attempt(), ...events].reduce(reduceTurn, initialTurn);

const outOfCredit = ev.failed({
  kind: 'credit',
  status: 402,
  message: 'Insufficient Balance',
  at: 3500,
  attempt: 2,
  actions: ['openBilling', 'retryNow', 'switchModel'],
});
const half = texts.short.slice(0, texts.short.length / 2);
const limited = ev.waiting({ requestId: 'req_8f3a61c2' });
const retried = ev.attempt({ attempt: 2, at: 2400, why: 'retry' });
const interrupted: TurnState = { ...stateOf(ev.headers(), ev.text(half)), phase: 'interrupted' };

const turns: Readonly<Record<string, TurnState>> = {
  streaming: stateOf(ev.headers(), ev.text(texts.answer.slice(0, texts.answer.length / 2))),
  quiet: stateOf(ev.attempt({ time: startOfTime - 9000 }), ev.headers(), ev.text(half)),
  'no-response': stateOf(ev.attempt({ hasOtherGateway: true, time: startOfTime - 9000 })),
  waiting: stateOf(limited),
  resuming: stateOf(ev.headers(), ev.text(half), ev.cut(), retried),
  done: stateOf(
    limited,
    retried,
    ev.text(half, 2450),
    ev.cut(),
    ev.attempt({ attempt: 3, at: 2480, why: 'resume' }),
    ev.resumed({ attempt: 3, resumePoint: half.length }),
    ev.usage(),
    ev.done(texts.short),
  ),
  code: stateOf(ev.headers(), ev.reasoning(texts.reasoning), ev.text(texts.answer), ev.done(texts.answer)),
  failed: stateOf(ev.headers(402), outOfCredit),
  'failed-partial': stateOf(ev.headers(), ev.text(half), ev.cut(), retried, outOfCredit),
  'failed-details': stateOf(limited, retried, outOfCredit),
  'refused-effort': stateOf(
    ev.attempt({ attempt: 2, effort: 'medium', refusedEffort: 'xhigh' }),
    ev.headers(),
    ev.text(half),
    ev.done(half),
  ),
  paid: stateOf(
    ev.headers(),
    ev.text(texts.answer),
    ev.ended({ promptTokens: 9000, cachedTokens: 7400, estimatedCost: 0.04, cacheSaving: 0.12 }),
    ev.usage(),
    ev.done(texts.answer),
  ),
  stopped: stateOf(ev.headers(), ev.text(half), ev.stopped(half)),
  interrupted,
};

const tooLong = stateOf(
  ev.headers(400),
  ev.failed({
    kind: 'context-length',
    status: 400,
    message: 'The conversation is too long for gpt-4o.',
    actions: ['summarize', 'newConversation', 'switchModel'],
  }),
);
/** A conversation whose last request was too long, with a summary of its first two turns. */
const summarized = (state: TurnState): readonly ShownItem[] => [
  exchange('a', { prompt: texts.code, state: turns['code']! }),
  exchange('b', { prompt: texts.code, state: turns['done']! }),
  { answer: answer('s', { state }), turns: 2 },
  exchange('d', { prompt: texts.code, state: turns['done']! }),
  exchange('q', { prompt: texts.failed, state: tooLong }),
];
const later = ev.attempt({ time: startOfTime + 60_000 });

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).last();

const openTimeline = async (page: Page): Promise<void> => {
  await page.locator('.turn-summary').last().click();
  await page.locator('.timeline-picture').last().waitFor();
};

/** What the user does in the states of a turn. */
const acts: Readonly<Record<string, PanelState['act']>> = {
  done: openTimeline,
  paid: openTimeline,
  code: async (page) => {
    await page.locator('.code-keyword').first().waitFor();
    await page.locator('.reasoning > summary').click();
  },
  'failed-details': async (page) => {
    await page.locator('.card-details > summary').last().click();
    await page.getByText(panelStrings.detailsCause).last().waitFor();
  },
};

const knownLimit = ev.failed({
  kind: 'rate-limit',
  message: 'Rate limited by api.holysheep.ai until Tue 12:28 AM.',
  actions: ['switchGateway', 'sendLater', 'switchModel', 'retryNow'],
  resetsAt: startOfTime + 5_400_000,
  nextGateway: { id: 'https://openrouter.ai/api/v1', label: 'OpenRouter' },
});
const cooldown = { until: startOfTime + 5_400_000, blockKind: 'cooldown' } as const;
const hostNotice = (kind: HostNotice['kind'], text: string, ...actions: readonly string[]): PanelState => ({
  name: `notice-${kind}`,
  snapshot: snapshot([finished]),
  act: async (page) => {
    const notices = [{ id: kind, kind, severity: kind === 'spending' ? 'warning' : 'information', text, actions }];
    await page.evaluate((message) => window.postMessage(message, '*'), { type: 'notices', notices });
    await page.getByText(text).first().waitFor();
  },
});

const tableRow = (cell: (column: number) => string): string =>
  `|${Array.from({ length: 14 }, (_, column) => ` ${cell(column)} |`).join('')}\n`;
const header = (column: number): string => (column === 2 ? 'Column two with a long list of words' : `Column ${column}`);
const wideTable = tableRow(header) + tableRow(() => '---') + tableRow((column) => `${column}`);
const longSum = Array.from({ length: 30 }, (_, index) => `x_{${index}}^2`).join(' + ');
const formulas = [
  'The area of a meadow with the radius $r$ is $A = \\pi r^2$, and a sheep costs $5 to $10.',
  '$$\n\\int_0^\\infty e^{-x^2}\\,dx = \\frac{\\sqrt{\\pi}}{2}\n$$',
  `\\[ ${longSum} \\]`,
  '$$\n\\begin{aligned}\n(a + b)^2 &= a^2 + 2ab + b^2 \\\\\n&\\ge 4ab\n\\end{aligned}\n$$',
  '- The matrix \\(\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}\\) in a list',
  '- The result \\(\\boxed{\\frac{\\cancel{a} b}{\\cancel{a}}}\\), and \\(\\begin{array}{c|c} 1 & 2 \\\\ \\hline 3 & 4 \\end{array}\\)',
  `- The sum \\(${longSum}\\) in a list`,
  '| Formula | Result |\n|---|---|\n| $\\sum_{i=1}^{3} i$ | $6$ |',
  'This formula is wrong: $\\frac{a}$',
].join('\n\n');
/** An answer whose text is set from right to left, with code, which is not. */
const hebrew = [
  'כבשה היא יונק (`Ovis aries`).',
  '- צמר\n- `sheep.ts` הוא קובץ\n- English item\n  1. חלב',
  '> ציטוט.',
  '| גזע | צמר |\n|---|---|\n| מרינו | עדין. |',
  '```ts\nconst sheep = 1;\n```',
].join('\n\n');

const attachment = { kind: 'file', label: 'sample.ts', languageId: 'typescript', code: 'let a = 1;' } as const;
const image = (name: string, hash: string): PromptImage => ({
  name,
  hash,
  mimeType: 'image/png',
  width: 1568,
  height: 882,
  bytes: 245_000,
});
const finished = exchange('a', { prompt: texts.code, state: turns['done']! });

const models = ['claude-sonnet-4', 'gpt-4o', 'deepseek-v3', 'gemini-3-pro'];
/** A comparison whose answers are in the given states. */
const compared = (id: string, ...names: readonly string[]): ShownExchange => {
  const answers = names.map((name, index) => {
    const model = models[index]!;
    return answer(`${id}${index}`, { state: { ...turns[name]!, model }, model });
  });
  return comparison(answers, { prompt: texts.code });
};

export const panelStates: readonly PanelState[] = [
  { name: 'no-key', snapshot: snapshot([], { connection: { ...connected, hasKey: false } }) },
  ...[[], ['x', 'y']].map((deleted): PanelState => ({
    name: deleted.length === 0 ? 'empty' : 'all-deleted',
    snapshot: snapshot(
      deleted.map((id) => ({ id, isDeleted: true })),
      {
        suggestions: [
          { kind: 'code', id: 'file', label: 'Explain sample.ts' },
          { kind: 'conversation', id: 'c', label: texts.code, time: '3:01 PM' },
        ],
      },
    ),
  })),
  ...[[], [finished]].map((exchanges): PanelState => ({
    name: exchanges.length === 0 ? 'demo' : 'tour-step',
    snapshot: snapshot(exchanges, {
      connection: { ...connected, set: 'demo' },
      suggestions: [{ kind: 'scenario', id: 's', label: 'A normal answer' }],
    }),
    act: async (page) => {
      const offers = [{ act: 'next', label: 'Run it' }];
      const tourStep = { heading: 'Next: Overloaded (2 of 6)', text: texts.short, offers };
      await page.evaluate((message) => window.postMessage(message, '*'), { type: 'tourStep', tourStep });
      await button(page, 'Run it').waitFor();
    },
  })),
  ...Object.entries(turns).map(([name, state]): PanelState => {
    const [act, content] = [acts[name], snapshot([exchange('a', { prompt: texts.code, state })])];
    return { name, snapshot: content, ...(act && { act }) };
  }),
  { name: 'comparison', snapshot: snapshot([compared('c', 'streaming', 'waiting', 'done', 'failed-partial')]) },
  {
    name: 'comparison-ended',
    snapshot: snapshot([
      { ...compared('b', 'done', 'code'), followed: 'b0' },
      compared('c', 'done', 'code', 'stopped'),
    ]),
    act: async (page) => {
      await button(page, panelStrings.showDifferences).click();
      await page.getByRole('menuitem').first().waitFor();
    },
  },
  { name: 'comparison-interrupted', snapshot: snapshot([compared('c', 'interrupted', 'done', 'interrupted')]) },
  {
    name: 'comparison-used',
    snapshot: snapshot(
      [{ ...finished, comparedWith: models.slice(0, 3).map((model, index) => ({ model, laterTurns: index })) }],
      {
        connection: { ...connected, model: 'claude-sonnet-4' },
      },
    ),
  },
  {
    name: 'cost',
    snapshot: snapshot([exchange('b', { state: turns['paid']! }), finished]),
    act: async (page) => {
      const costs = [
        { amount: 0.0123, currency: 'USD', isEstimate: false },
        { amount: 0.00042, currency: 'CNY', isEstimate: true },
      ];
      const message = { type: 'conversationCost', costs, unknownAnswers: 12 };
      await page.evaluate((posted) => window.postMessage(posted, '*'), message);
      await page.locator('.conversation-header button').waitFor();
      await page.getByRole('log').evaluate((log) => (log.scrollTop = 30));
    },
  },
  {
    name: 'title',
    snapshot: snapshot([exchange('b', { state: turns['paid']! }), finished]),
    act: async (page) => {
      const costs = [{ amount: 0.0123, currency: 'USD', isEstimate: false }];
      const title = 'What do the sheep of the northern islands eat in the winter months?';
      await page.evaluate((posted) => window.postMessage(posted, '*'), { type: 'title', title });
      await page.evaluate((posted) => window.postMessage(posted, '*'), {
        type: 'conversationCost',
        costs,
        unknownAnswers: 12,
      });
      await page.locator('.conversation-header button').waitFor();
    },
  },
  {
    name: 'deleted-turn',
    snapshot: snapshot([finished, { id: 'x', isDeleted: true }, exchange('b', { state: turns['failed']! })]),
    act: async (page) => {
      await button(page, panelStrings.moreActions).click();
      await page.getByRole('menuitem').first().waitFor();
    },
  },
  { name: 'versions', snapshot: snapshot([{ ...finished, versions: ['z', 'a'] }]) },
  {
    name: 'editing',
    snapshot: snapshot([finished]),
    act: async (page) => {
      await page.locator('article.you').last().hover();
      await button(page, panelStrings.editPrompt).click();
      await page.getByRole('textbox', { name: panelStrings.editBox }).waitFor();
    },
  },
  {
    name: 'attached',
    snapshot: snapshot([{ ...finished, attachments: [attachment, { ...attachment, truncated: true }] }]),
    act: (page) => page.locator('article.you summary').first().click(),
  },
  {
    name: 'wide-table',
    snapshot: snapshot([exchange('a', { state: stateOf(ev.text(wideTable), ev.done(wideTable)) })]),
  },
  {
    name: 'formulas',
    snapshot: snapshot([exchange('a', { state: stateOf(ev.text(formulas), ev.done(formulas)) })]),
    act: (page) => page.locator('math').last().waitFor(),
  },
  {
    name: 'right-to-left',
    snapshot: snapshot([exchange('a', { prompt: 'מהי כבשה?', state: stateOf(ev.text(hebrew), ev.done(hebrew)) })]),
  },
  { name: 'long-prompt', snapshot: snapshot([{ ...finished, prompt: longPrompt(texts) }]) },
  {
    name: 'chips',
    snapshot: snapshot([], {
      context: ['sample.ts', 'sample.py'].map((label) => ({
        id: label,
        kind: 'file',
        label,
        characters: 1200,
        lines: 40,
        truncated: label === 'sample.py',
      })),
    }),
    act: (page) => page.getByRole('textbox').fill(texts.context),
  },
  ...['images', 'enlarged-image'].map((name): PanelState => ({
    name,
    snapshot: snapshot([{ ...finished, images: [image('sheep.png', '1'), image('lost.png', missingImage)] }], {
      connection: { ...connected, images: false },
      context: [
        image('Screenshot of the sheep of the northern islands in the winter.png', '2'),
        image('b.png', '3'),
      ].map((each) => ({ ...each, id: each.name, kind: 'image' })),
    }),
    act: async (page) => {
      await page.getByText(panelStrings.imageMissing).waitFor();
      if (name === 'enlarged-image') await page.getByRole('img', { name: 'sheep.png' }).click();
    },
  })),
  {
    name: 'suggestions',
    snapshot: snapshot([]),
    act: async (page) => {
      await page.getByRole('textbox').pressSequentially('#sam');
      const files = ['sample.ts', 'sample.py'].map((label) => ({ id: label, kind: 'file', label, detail: 'src' }));
      const problems = {
        id: 'problems',
        kind: 'problems',
        label: 'Problems',
        detail: 'no problems',
        unavailable: true,
      };
      await page.evaluate(
        (value) => {
          for (let request = 1; request <= 4; request++) {
            window.postMessage({ type: 'reply', request, value }, '*');
          }
        },
        [problems, ...files],
      );
      await page.getByRole('option').first().waitFor();
    },
  },
  {
    name: 'commands',
    snapshot: snapshot([]),
    act: async (page) => {
      await page.getByRole('textbox').pressSequentially('/');
      const value = [
        { id: 'command:new', kind: 'command', label: '/new', detail: 'New Conversation' },
        { id: 'command:compare', kind: 'command', label: '/compare', detail: 'Compare Models…' },
        { id: 'user:Translate', kind: 'prompt', label: 'Translate', detail: texts.context },
      ];
      await page.evaluate((message) => window.postMessage(message, '*'), { type: 'reply', request: 1, value });
      await page.getByRole('option').first().waitFor();
    },
  },
  {
    name: 'send-menu',
    snapshot: snapshot([]),
    act: async (page) => {
      const recent = { type: 'recentModels', used: models, compared: models };
      await page.evaluate((message) => window.postMessage(message, '*'), recent);
      await page.getByRole('textbox').fill(texts.context);
      await button(page, panelStrings.moreSendOptions).click();
      await page.getByRole('menuitem').last().waitFor();
    },
  },
  {
    name: 'effort',
    snapshot: snapshot([exchange('a', { state: turns['refused-effort']! })], {
      connection: {
        ...connected,
        backups: ['api.example'],
        effort: { level: 'xhigh', levels: effortChoices, sent: 'medium' },
      },
    }),
    act: async (page) => {
      await button(page, panelStrings.reasoningEffort).click();
      await page.getByRole('menuitemradio').first().waitFor();
    },
  },
  ...[64, 86, 97].map((percent): PanelState => ({
    name: `context-${percent}`,
    snapshot: snapshot([finished], {
      connection: { ...connected, effort: { level: 'high', levels: effortChoices } },
    }),
    act: async (page) => {
      const parts = ['system', 'summary', 'turns', 'attachments'].map((kind) => ({ kind, tokens: percent * 500 }));
      const use = { windowTokens: 200_000, parts };
      await page.evaluate((message) => window.postMessage(message, '*'), {
        type: 'contextUse',
        use,
        canSummarize: true,
      });
      await page.locator('.context-ring').click();
      await page.getByRole('menuitem', { name: panelStrings.summarize }).waitFor();
    },
  })),
  {
    name: 'notice-limit',
    snapshot: snapshot([finished], {
      connection: {
        ...connected,
        model: 'claude-sonnet-4',
        cooldown: { ...cooldown, otherGateway: { id: 'https://openrouter.ai/api/v1', label: 'OpenRouter' } },
      },
    }),
  },
  {
    name: 'notice-limit-failed',
    snapshot: snapshot(
      ['a', 'b', 'c'].map((id) => exchange(id, { prompt: texts.code, state: reduceTurn(initialTurn, knownLimit) })),
      { connection: { ...connected, model: 'claude-sonnet-4', cooldown } },
    ),
    act: (page) => page.getByRole('textbox').fill(texts.context),
  },
  hostNotice('message', 'OpenRouter is now the primary gateway.', 'Undo'),
  hostNotice('spending', "You have used 84% of today's budget: $0.84 of $1.00.", 'Usage'),
  {
    name: 'notice-context',
    snapshot: snapshot([finished]),
    act: async (page) => {
      const use = { windowTokens: 1000, parts: [{ kind: 'turns', tokens: 930 }] };
      await page.evaluate((message) => window.postMessage(message, '*'), {
        type: 'contextUse',
        use,
        canSummarize: true,
      });
      await page.locator('.notice-area').getByRole('button').first().waitFor();
    },
  },
  {
    name: 'gateway',
    snapshot: snapshot(
      [exchange('a', { state: stateOf(ev.attempt({ cutAtTokens: 4096 }), ev.text('Hi'), ev.done('Hi')) })],
      { connection: { ...connected, model: 'qwen3-coder:480b', host: 'Server at home', gateway: 'Server at home' } },
    ),
  },
  {
    name: 'scheduled',
    snapshot: snapshot([
      exchange('a', {
        prompt: texts.failed,
        state: markScheduled(turns['failed']!, { id: 's', scheduledAt: startOfTime, dueAt: startOfTime + 7_200_000 }),
      }),
    ]),
  },
  { name: 'summary', snapshot: snapshot(summarized(stateOf(later, ev.text(texts.short), ev.done(texts.short)))) },
  {
    name: 'summary-edited',
    snapshot: snapshot(summarized(stateOf(later, ev.text(texts.answer), ev.done(texts.answer)))),
    act: async (page) => {
      await page.getByRole('button', { name: '2 earlier turns' }).click();
      await page.locator('.summary-tools .button').first().click();
      await page.getByRole('textbox', { name: panelStrings.editSummary }).waitFor();
    },
  },
  { name: 'summary-running', snapshot: snapshot(summarized(stateOf(later, ev.headers(), ev.text(half)))) },
  {
    name: 'summary-interrupted',
    snapshot: snapshot([
      ...summarized({ ...stateOf(later, ev.headers(), ev.text(half)), phase: 'interrupted' }).slice(0, 3),
      exchange('q', { prompt: texts.failed, state: { ...initialTurn, phase: 'interrupted' } }),
    ]),
  },
  {
    name: 'summary-queued',
    snapshot: snapshot([
      ...summarized(stateOf(later, ev.headers(), ev.text(half))).slice(0, 3),
      exchange('q', { prompt: texts.failed, isQueued: true, state: initialTurn }),
    ]),
  },
  {
    name: 'summary-of-other',
    snapshot: snapshot([
      {
        answer: answer('s', { state: stateOf(later, ev.text(texts.short), ev.done(texts.short)) }),
        turns: 0,
        source: { id: 'c', title: texts.code },
      },
      exchange('d', { prompt: texts.code, state: turns['done']! }),
    ]),
  },
  { name: 'summary-failed', snapshot: snapshot(summarized(stateOf(later, ev.headers(402), outOfCredit))) },
  {
    name: 'conversation',
    snapshot: snapshot(Object.entries(turns).map(([id, state]) => exchange(id, { prompt: texts.code, state }))),
  },
];
