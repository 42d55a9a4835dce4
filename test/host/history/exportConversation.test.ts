import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events/events';
import { initialTurn, markInterrupted, reduceTurn, type TurnState } from '../../../src/engine/state/turnState';
import { ExchangeTree } from '../../../src/host/journal/exchangeTree';
import type { Prompt } from '../../../src/shared/exchanges';
import { exportJson } from '../../../src/host/history/exportJson';
import { outlineOf, searchableTexts } from '../../../src/host/conversation/conversationOutlines';
import { summaryPrompt } from '../../../src/host/conversation/summaryPrompt';
import { openConversation } from '../../support/host/openedConversation';
import { englishL10n, useVSCode } from '../../support/fakeVSCode';
import type { exportMarkdown as ExportMarkdown } from '../../../src/host/history/exportMarkdown';
import { exportFileName } from '../../../src/host/history/exportSource';
import type { ReadImage } from '../../../src/host/conversation/requestImages';
import { pngFile, promptImageOf } from '../../support/images';
import { rowsOf } from '../../support/valuesOf';
import { refOf } from '../../support/gatewayRef';

const origin = 'https://gateway.test';
const time = Date.UTC(2026, 0, 15, 9, 0, 0);

const attempt: StreamEvent = {
  type: 'attempt',
  gateway: refOf(origin),
  attempt: 1,
  at: 10,
  time,
  model: 'gpt-4o',
  why: 'first',
};
const text = (content: string): StreamEvent => ({ type: 'text', attempt: 1, at: 20, text: content });
const done = (content: string, finishReason = 'stop'): StreamEvent => {
  return { type: 'done', attempt: 1, at: 30, finishReason, attempts: 1, waitedMs: 0, text: content };
};
const failed: StreamEvent = {
  type: 'failed',
  attempt: 1,
  at: 30,
  kind: 'rate-limit',
  status: 429,
  requestId: 'req-1',
  text: 'half',
  message: 'Rate limited by api.example.',
  actions: [],
};

/** A prompt and the state of its only answer. */
interface Turn extends Prompt {
  readonly state: TurnState;
}

function exchange(events: readonly StreamEvent[], more: Partial<Turn> = {}): Turn {
  return { prompt: 'Why?', state: events.reduce(reduceTurn, initialTurn), ...more };
}

const dot = promptImageOf('dot.png');
/** Reads every image except those with the name `gone.png`. */
const readImage: ReadImage = ({ name }) => (name === 'gone.png' ? undefined : pngFile);

/** Creates a conversation with these turns. The exchanges and the answers have the ids e1, e2 and so on. */
const sourceOf = (...turns: readonly Turn[]) => {
  const tree = new ExchangeTree();
  turns.forEach(({ state, ...prompt }, index) => {
    const id = `e${index + 1}`;
    tree.apply({ type: 'exchange', id, parentAnswer: index === 0 ? '' : `e${index}`, ...prompt, answers: [{ id }] });
    tree.amend(id, { state });
  });
  return { title: 'Retries', tree, readImage };
};
const vscode = { l10n: englishL10n, env: { language: 'en' } };
let exportMarkdown: typeof ExportMarkdown;
const markdown = (...turns: readonly Turn[]): string => exportMarkdown(sourceOf(...turns));

describe('Markdown export', () => {
  useVSCode(vscode);
  before(async () => {
    ({ exportMarkdown } = await import('../../../src/host/history/exportMarkdown'));
  });

  it('contains the title, the date and the text of each turn', () => {
    const answer = 'Because *it* must.\n\n1. First\n';
    const [title, date, ...rest] = markdown(exchange([attempt, text(answer), done(answer)])).split('\n\n');
    assert.equal(title, '# Retries');
    assert.match(date ?? '', /^\*January 15, 2026 at .+\*$/);
    assert.equal(rest.join('\n\n'), `## You\n\nWhy?\n\n## gpt-4o\n\n${answer}\n`);
  });

  it('writes the title on one line, without hidden characters', () => {
    const exported = exportMarkdown({ ...sourceOf(), title: 'a\n# b \u202ec\u200b' });
    assert.equal(exported, '# a # b c\n');
  });

  it('escapes links that VS Code would run as commands', () => {
    const answer = 'See [Details](command:run) and [the page](https://a.test).';
    assert.match(
      markdown(exchange([attempt, text(answer), done(answer)])),
      /^See \[Details\]\(command\\:run\) and \[the page\]\(https:\/\/a\.test\)\.$/m,
    );
  });

  it('puts attached code in a fence that is longer than any fence in the code', () => {
    const attachments = [
      { kind: 'selection' as const, label: 'src/a.ts:1-2', languageId: 'ts', code: 'a\n```\nb' },
      { kind: 'problems' as const, label: 'src/a.ts', languageId: 'ts', code: '- line 1: no', truncated: true },
    ];
    const written = markdown(exchange([attempt, done('Yes')], { attachments }));
    assert.ok(written.includes('src/a.ts:1-2:\n\n````ts\na\n```\nb\n````\n\n'), written);
    assert.ok(written.includes('src/a.ts (truncated):\n\n```\n- line 1: no\n```\n\n'), written);
  });

  it('shows each image below its prompt, with the data of all images at the end', () => {
    const answered = exchange([attempt, done('Yes')], { images: [dot] });
    const [, ...blocks] = markdown(answered, answered).split('\n\n## You\n\n');
    const block = `Why?\n\n![dot.png][${dot.hash}]\n\n## gpt-4o\n\nYes`;
    const data = `data:image/png;base64,${pngFile.toString('base64')}`;
    assert.deepEqual(blocks, [block, `${block}\n\n[${dot.hash}]: ${data}\n`]);
  });

  it('escapes Markdown in the name of an image', () => {
    const written = markdown(exchange([], { images: [promptImageOf('a](b) *c*.png')] }));
    assert.ok(written.includes('![a\\](b) \\*c\\*.png]['), written);
  });

  it('has a note in place of an image whose file is missing', () => {
    const images = [promptImageOf('gone.png')];
    const written = markdown(exchange([attempt, done('Yes')], { images }));
    assert.match(written, /\n\nWhy\?\n\n> gone\.png: Image file missing\n\n## gpt-4o\n\nYes\n$/);
  });

  for (const { what, events, note } of [
    {
      what: 'a turn that was stopped before its first text',
      events: [attempt, { type: 'stopped', attempt: 1, at: 30, text: '' }],
      note: 'Stopped.',
    },
    {
      what: 'a turn that was stopped during the answer',
      events: [attempt, text('half'), { type: 'stopped', attempt: 1, at: 30, text: 'half' }],
      note: 'Stopped. The partial answer was kept.',
    },
    { what: 'a failed turn', events: [attempt, text('half'), failed], note: 'Rate limited by api.example.' },
    { what: 'the token limit', events: [attempt, done('half', 'length')], note: 'The answer reached the token limit.' },
    {
      what: 'an answer that is not complete yet',
      events: [attempt, text('half')],
      note: 'This answer was still incomplete when exported.',
    },
  ] as const) {
    it(`adds a note about ${what}`, () =>
      assert.ok(markdown(exchange(events as readonly StreamEvent[])).endsWith(`\n\n> ${note}\n`)));
  }

  it('adds a note below the partial answer of an interrupted turn', () => {
    const { state } = exchange([attempt, text('half')]);
    const written = markdown(exchange([], { state: markInterrupted(state) }));
    assert.match(
      written,
      /half\n\n> Interrupted: VS Code closed, reloaded, or crashed, or another window took over\. The partial answer was kept\.\n$/,
    );
  });

  for (const { behavior, answer, end } of [
    { behavior: 'closes a code fence at the end of an answer', answer: 'So:\n```ts\ncode', end: '\ncode\n```\n' },
    {
      behavior: 'closes a long code fence at the end of an answer',
      answer: '`````\n```\ncode\n',
      end: '\ncode\n`````\n',
    },
    { behavior: 'closes a fence of tildes at the end of an answer', answer: '~~~\n```\ncode', end: '\ncode\n~~~\n' },
    {
      behavior: 'adds no fence to an answer whose code fence is closed',
      answer: '```\ncode\n```',
      end: '\ncode\n```\n',
    },
    {
      behavior: 'adds no fence to an answer that starts with inline code in three backticks',
      answer: '```a``` b',
      end: '\n```a``` b\n',
    },
  ] as const) {
    it(behavior, () => {
      assert.ok(markdown(exchange([attempt, done(answer)])).endsWith(end));
    });
  }
});

/** An answer that three models wrote. */
const continued: readonly StreamEvent[] = [
  attempt,
  text('a'.repeat(1204)),
  { type: 'model', attempt: 1, at: 21, from: 'gpt-4o', to: 'qwen', reason: 'overloaded' },
  { ...attempt, attempt: 2, model: 'qwen', why: 'switch', how: 'continue' },
  { type: 'resumed', attempt: 2, at: 22, how: 'continue', trimmed: 0, resumePoint: 1204 },
  text('b'),
  { ...attempt, attempt: 3, model: 'qwen', why: 'resume', how: 'continue' },
  { type: 'resumed', attempt: 3, at: 23, how: 'continue', trimmed: 0, resumePoint: 1205 },
  text('c'),
  { ...attempt, attempt: 4, model: 'glm', why: 'first', how: 'continue' },
  { type: 'resumed', attempt: 4, at: 24, how: 'continue', trimmed: 0, resumePoint: 1206 },
  text('d'),
  done(`${'a'.repeat(1204)}bcd`),
];

describe('costs in an exported conversation', () => {
  useVSCode(vscode);
  const paid = (fields: { readonly cost?: number; readonly estimatedCost?: number }): readonly StreamEvent[] => [
    attempt,
    text('Yes'),
    {
      type: 'ended',
      attempt: 1,
      at: 25,
      how: 'finished',
      ms: 5,
      bytes: 9,
      chars: 3,
      cachedTokens: 8,
      cacheWriteTokens: 2,
      ...fields,
    },
    done('Yes'),
  ];
  const reported = exchange(paid({ cost: 0.2 }));
  const estimated = exchange(paid({ estimatedCost: 0.1 }));
  const unknown = exchange([attempt, { type: 'headers', attempt: 1, at: 12, status: 200, ms: 2 }, done('Yes')]);

  it('include the costs of a summary in JSON', () => {
    const { conversation, engine, ask } = openConversation();
    const id = ask('Why?', attempt, done('Yes'));
    conversation.summarize(id);
    engine.turn.emit(...paid({ cost: 0.3 }));
    const written = exportJson({ tree: conversation.tree, title: 'Costs', readImage }, time);
    const { summaries, cost } = JSON.parse(written) as Record<string, unknown>;
    const costs = [{ amount: 0.3, currency: 'USD', isEstimate: false }];
    assert.deepEqual(rowsOf(summaries as readonly Record<string, unknown>[], 'text', 'costs'), [['Yes', costs]]);
    assert.deepEqual((cost as { readonly costs: unknown }).costs, costs);
  });

  it('include the cost of each answer and of the conversation in Markdown', () => {
    const free = [exchange(paid({ cost: 0 })), exchange(paid({ estimatedCost: 0 }))];
    const [, , total, ...rest] = markdown(reported, estimated, unknown, ...free).split('\n\n');
    assert.equal(total, '*Cost of this conversation: ≈\u00a0$0.30 · unknown for 1 answer*');
    assert.deepEqual(
      rest.filter((block) => block.startsWith('*')),
      ['*$0.20*', '*≈\u00a0$0.10*', '*$0.00*'],
    );
  });

  it('include the cost of each attempt, of each answer and of the conversation in JSON', () => {
    const document = JSON.parse(exportJson(sourceOf(reported, estimated, unknown), time)) as {
      readonly cost: unknown;
      readonly turns: readonly {
        readonly costs?: unknown;
        readonly runs: readonly { readonly attempts: readonly object[] }[];
      }[];
    };
    const usd = (amount: number, isEstimate: boolean) => ({ amount, currency: 'USD', isEstimate });
    assert.deepEqual(document.cost, { costs: [usd(0.3, true)], unknownAnswers: 1 });
    assert.deepEqual(
      document.turns.map(({ costs }) => costs),
      [[usd(0.2, false)], [usd(0.1, true)], undefined],
    );
    assert.partialDeepStrictEqual(document.turns[1]?.runs[0]?.attempts[0], {
      cachedTokens: 8,
      cacheWriteTokens: 2,
      cost: usd(0.1, true),
    });
  });
});

describe('export of an answer that several models wrote', () => {
  useVSCode(vscode);
  it('names the models in the heading and in notes below the answer in Markdown', () => {
    const written = markdown(exchange(continued));
    assert.match(written, /^## gpt-4o → qwen → glm$/m);
    const notes = written.split('\n').filter((line) => line.startsWith('>'));
    assert.deepEqual(notes, [
      '> gpt-4o was overloaded. qwen continued the answer. glm continued the answer from qwen.',
    ]);
  });

  it('lists the models, and the offsets at which they continued the answer, in JSON', () => {
    const { turns } = JSON.parse(exportJson(sourceOf(exchange(continued)), time)) as {
      readonly turns: readonly Record<string, unknown>[];
    };
    const { model, models, resumePoints } = turns[0] ?? {};
    assert.deepEqual([model, models], ['glm', ['gpt-4o', 'qwen', 'glm']]);
    assert.deepEqual(resumePoints, [
      { offset: 1204, from: 'gpt-4o', to: 'qwen' },
      { offset: 1205 },
      { offset: 1206, from: 'qwen', to: 'glm' },
    ]);
  });

  it('names only the model that has restarted the answer', () => {
    const restarted: readonly StreamEvent[] = [
      ...continued.slice(0, 6),
      { ...attempt, attempt: 3, model: 'glm', why: 'switch', how: 'restart' },
      { type: 'resumed', attempt: 3, at: 25, how: 'restart', trimmed: 0, resumePoint: 0 },
      { type: 'replaced', attempt: 3, at: 25, text: 'New' },
      done('New'),
    ];
    assert.match(markdown(exchange(restarted)), /^## glm\n\nNew\n$/m);
  });
});

describe('JSON export', () => {
  const json = (...turns: readonly Turn[]) =>
    JSON.parse(exportJson(sourceOf(...turns), time)) as {
      readonly [name: string]: unknown;
      readonly turns: readonly Record<string, unknown>[];
    };

  it('contains the schema, the title and the time of the export', () => {
    const { schema, title, exportedAt, turns } = json();
    assert.deepEqual([schema, title, exportedAt, turns], [1, 'Retries', '2026-01-15T09:00:00.000Z', []]);
  });

  it('contains the prompt, attachments, model, answer, outcome and tokens of a turn', () => {
    const attachments = [{ kind: 'selection' as const, label: 'a.ts', languageId: 'ts', code: 'a' }];
    const counts = { promptTokens: 3, completionTokens: 4, totalTokens: 7 };
    const usage = { ...counts, cachedTokens: 2, reasoningTokens: 1 };
    const used: StreamEvent = { type: 'usage', attempt: 1, at: 25, ...usage, cost: 0.25 };
    const thought: StreamEvent = { type: 'reasoning', attempt: 1, at: 15, text: 'hm' };
    const [turn] = json(
      exchange([attempt, thought, text('Yes'), used, done('Yes')], { attachments, content: 'Why? a' }),
    ).turns;
    assert.deepEqual(
      { ...turn, runs: undefined },
      {
        id: 'e1',
        prompt: 'Why?',
        sent: 'Why? a',
        attachments: [{ kind: 'selection', label: 'a.ts', languageId: 'ts', code: 'a', truncated: false }],
        model: 'gpt-4o',
        answer: 'Yes',
        reasoning: 'hm',
        state: 'done',
        finishReason: 'stop',
        usage,
        askedAt: '2026-01-15T09:00:00.000Z',
        runs: undefined,
      },
    );
  });

  it('contains the data of each image, or null if the image file is missing', () => {
    const [turn] = json(exchange([], { images: [dot, promptImageOf('gone.png')] })).turns;
    assert.deepEqual(turn?.['images'], [
      { ...dot, data: pngFile.toString('base64') },
      { ...promptImageOf('gone.png'), data: null },
    ]);
  });

  it('contains every attempt with the waits before it', () => {
    const events: readonly StreamEvent[] = [
      attempt,
      { type: 'headers', attempt: 1, at: 12, status: 429, requestId: 'req-1', ms: 2 },
      { type: 'ended', attempt: 1, at: 15, how: 'rate-limit', row: 'proxySignIn', ms: 5, bytes: 9, chars: 0 },
      {
        type: 'waiting',
        attempt: 2,
        at: 15,
        until: time + 1000,
        delayMs: 1000,
        source: 'server',
        reason: 'rate-limit',
        maxAttempts: 6,
        message: '',
        actions: [],
        hintMs: 900,
        hintFrom: 'retry-after',
      },
      {
        type: 'attempt',
        gateway: refOf(origin),
        attempt: 2,
        at: 1015,
        time: time + 1005,
        model: 'gpt-4o',
        why: 'retry',
      },
      { type: 'done', attempt: 2, at: 1020, finishReason: 'stop', attempts: 2, waitedMs: 1000, text: 'Yes' },
    ];
    const [turn] = json(exchange(events)).turns;
    const [run] = turn?.['runs'] as readonly { readonly totalMs: number; readonly attempts: readonly object[] }[];
    assert.equal(run?.totalMs, 1010);
    const waits = { source: 'server', reason: 'rate-limit', plannedMs: 1000, waitedMs: 1000 };
    assert.deepEqual(run.attempts, [
      {
        attempt: 1,
        model: 'gpt-4o',
        why: 'first',
        at: '2026-01-15T09:00:00.000Z',
        waits: [],
        status: 429,
        requestId: 'req-1',
        headersMs: 2,
        ended: 'rate-limit',
        ms: 5,
        bytes: 9,
        characters: 0,
      },
      {
        attempt: 2,
        model: 'gpt-4o',
        why: 'retry',
        at: '2026-01-15T09:00:01.005Z',
        waits: [{ ...waits, hintMs: 900, hintFrom: 'retry-after' }],
      },
    ]);
  });

  it('contains the failure of a turn', () => {
    const [turn] = json(exchange([attempt, text('half'), failed])).turns;
    assert.deepEqual(turn?.['failure'], {
      kind: 'rate-limit',
      status: 429,
      requestId: 'req-1',
      message: 'Rate limited by api.example.',
    });
  });

  it('contains the answers of other branches', () => {
    const source = sourceOf(exchange([attempt, done('No')]), exchange([]));
    source.tree.apply({ type: 'answers', exchange: 'e1', answers: [{ id: 'again' }] });
    const document = JSON.parse(exportJson(source, time)) as {
      otherVersions: Record<string, unknown>[];
    };
    assert.deepEqual(rowsOf(document.otherVersions, 'id', 'after', 'answer'), [
      ['e1', null, 'No'],
      ['e2', 'e1', ''],
    ]);
  });

  it('omits all fields that are not part of the format, such as keys and URLs', () => {
    const secret = { apiKey: 'hsa-secret', baseUrl: 'https://secret.example/v1' };
    const one = exchange([attempt, text('half'), failed]);
    const failure = one.state.failure && { ...one.state.failure, ...secret };
    const state = { ...one.state, ...secret, ...(failure && { failure }) };
    assert.doesNotMatch(exportJson(sourceOf(Object.assign({ ...one, state }, secret)), time), /secret/);
  });
});

describe('conversation with comparisons and summaries', () => {
  useVSCode(vscode);
  before(async () => {
    ({ exportMarkdown } = await import('../../../src/host/history/exportMarkdown'));
  });

  /** A comparison that ended with *Use this answer*, a prompt, a summary of both, and an open comparison. */
  const content = () => {
    const { conversation, engine, ask } = openConversation();
    const compare = (prompt: string, ...models: readonly string[]) => {
      const columns = conversation.ask({ prompt }, models);
      engine.turns
        .slice(-models.length)
        .forEach((turn, index) => turn.emit({ ...attempt, model: models[index]! }, done(`answer ${models[index]}`)));
      return columns;
    };
    conversation.addSummary('Earlier facts');
    const [, used] = compare('First?', 'a', 'b', 'c');
    conversation.useAnswer(used!);
    const second = ask('Second?', attempt, done('Two'));
    conversation.editSummary(conversation.summarize(second), 'In short');
    conversation.editSummary(conversation.summarize(second), '');
    compare('Third?', 'd', 'e');
    const { tree } = conversation;
    return { title: 'Models', tree, readImage, texts: searchableTexts(tree), outline: outlineOf(tree) };
  };

  it('is exported with the chosen answer of a comparison before the other answers', () => {
    const written = exportMarkdown(content());
    const lines = written.split('\n').filter((line) => line !== '' && !/^[*>]/.test(line));
    assert.deepEqual(lines, [
      '# Models',
      '## Summary of another conversation',
      'Earlier facts',
      '## You',
      'First?',
      '## Comparison: b, a, c',
      '### b',
      'answer b',
      '### a',
      'answer a',
      '### c',
      'answer c',
      '## You',
      'Second?',
      '## gpt-4o',
      'Two',
      '## Summary of 2 earlier turns',
      'In short',
      '## You',
      'Third?',
      '## Comparison: d, e',
      '### d',
      'answer d',
      '### e',
      'answer e',
    ]);
  });

  it('is exported to JSON with the same mark on all answers of a comparison', () => {
    const { turns, otherVersions } = JSON.parse(exportJson(content(), time)) as Record<
      'turns' | 'otherVersions',
      readonly Record<string, unknown>[]
    >;
    const comparisonOf = (answer: string) =>
      [...turns, ...otherVersions].find((turn) => turn['answer'] === `answer ${answer}`)?.['comparison'];
    assert.equal(new Set(['a', 'b', 'c'].map(comparisonOf)).size, 1);
    assert.ok(comparisonOf('d') && comparisonOf('d') === comparisonOf('e') && comparisonOf('d') !== comparisonOf('a'));
    assert.deepEqual(rowsOf(turns, 'prompt', 'answer'), [
      ['First?', 'answer b'],
      ['Second?', 'Two'],
      ['Third?', 'answer d'],
    ]);
  });

  it('is exported to JSON with the number of turns that each summary replaces', () => {
    const { turns, summaries } = JSON.parse(exportJson(content(), time)) as Record<
      'turns' | 'summaries',
      readonly Record<string, unknown>[]
    >;
    assert.deepEqual(rowsOf(summaries, 'after', 'turns', 'text'), [
      [null, 0, 'Earlier facts'],
      [turns[1]?.['id'], 2, 'In short'],
    ]);
  });

  it('is found by a search for words of its answers and summaries', () => {
    const { texts, outline } = content();
    assert.deepEqual(outline, { title: 'First?', turns: 3 });
    for (const text of ['answer a', 'answer c', 'answer e', 'Earlier facts', 'In short'])
      assert.ok(texts.includes(text));
    assert.ok(!texts.includes(summaryPrompt));
  });
});

describe('export file name', () => {
  for (const [title, name] of [
    ['How do I retry?', 'How do I retry.md'],
    ['a/b\\c: d*e"f<g>h|i', 'a b c d e f g h i.md'],
    ['../../etc/passwd', 'etc passwd.md'],
    ['.hidden', 'hidden.md'],
    ['line\nbreak\u0000', 'line break.md'],
    ['cod\u202egnp.exe\u200b\u0085', 'codgnp.exe.md'],
    [`${'.'.repeat(300_000)}x`, 'conversation.md'],
    ['如何重试？', '如何重试？.md'],
    ['???', 'conversation.md'],
    ['', 'conversation.md'],
    ['x'.repeat(100), `${'x'.repeat(59)}.md`],
    [`${'x'.repeat(59)} yz`, `${'x'.repeat(59)}.md`],
    ['😀'.repeat(61), `${'😀'.repeat(59)}.md`],
  ] as const) {
    it(`is ${JSON.stringify(name.slice(-20))} for the title ${JSON.stringify(title.slice(-20))}`, () => {
      assert.equal(exportFileName(title, 'md'), name);
    });
  }
});
