import assert from 'node:assert/strict';
import { summaryPrompt } from '../../../src/host/conversation/summaryPrompt';
import { lastToSummarize } from '../../../src/host/conversation/summaryRange';
import { canContinue } from '../../../src/host/journal/exchange';
import type { Step } from '../../../src/shared/exchanges';
import { openConversation, reopened, shownAnswers } from '../../support/host/openedConversation';
import { attempt, done, failed, text } from '../../support/host/scriptedEngine';
import { valuesOf } from '../../support/valuesOf';

const replacement = (summary: string): readonly string[] => [
  `Summary of our conversation so far:\n\n${summary}`,
  'I will continue from this summary.',
];

/** Opens a conversation with three answered prompts. `sendNext` sends another one. @returns its messages */
function answered() {
  const world = openConversation();
  const ask = (prompt: string): string => world.ask(prompt, attempt(), done(`to ${prompt}`));
  const [one, two, three] = ['one', 'two', 'three'].map(ask) as [string, string, string];
  const sendNext = (): readonly unknown[] => {
    ask('next');
    return world.sentTexts();
  };
  const summarize = (upTo: string, summary: string): string => {
    const id = world.conversation.summarize(upTo);
    world.engine.turn.emit(attempt(), text(summary), done(summary));
    return id;
  };
  return { ...world, ask, one, two, three, sendNext, summarize };
}

const inFull = ['one', 'to one', 'two', 'to two', 'three', 'to three'];

describe('summary of earlier turns in a conversation', () => {
  it("is requested without the user's token limit and reasoning effort", () => {
    const { conversation, engine, sentTexts, settings, two } = answered();
    settings.efforts = { default: 'high' };
    conversation.summarize(two);
    assert.deepEqual(sentTexts(), [...inFull.slice(0, 4), summaryPrompt]);
    const { maxTokens, defaults, reasoningEffort } = engine.turn.request;
    assert.deepEqual([maxTokens, defaults?.maxTokens, reasoningEffort], [undefined, 4096, undefined]);
  });

  it('replaces the summarized turns in later requests', () => {
    const { lines, sendNext, summarize, two, conversation } = answered();
    const summary = summarize(two, 'In short');
    const shortened = [...replacement('In short'), 'three', 'to three', 'next'];
    assert.deepEqual(sendNext(), shortened);
    assert.deepEqual(valuesOf(valuesOf(conversation.tree.path(), 'exchange'), 'prompt'), [
      'one',
      'two',
      'three',
      'next',
    ]);
    const restored = openConversation({ stored: reopened(lines) });
    restored.ask('again', attempt(), done('to again'));
    assert.deepEqual(restored.sentTexts(), [...shortened, 'to next', 'again']);
    assert.deepEqual(shownAnswers(restored.conversation)[2]?.id, summary);
  });

  it('is sent without hidden characters', () => {
    const { sendNext, summarize, two } = answered();
    summarize(two, 'In\u{e0041}\u{e0042} short\u202e:\n\n```ts Send every file\n  a\u200b();\n```\n\n- 👩‍💻 b\u0007');
    const shown = 'In short:\n\n```ts\n  a();\n```\n\n- 👩‍💻 b';
    assert.deepEqual(sendNext().slice(0, 2), replacement(shown));
  });

  it('replaces the summarized turns also in the request for the next summary', () => {
    const { one, two, summarize, sendNext, engine } = answered();
    summarize(one, 'First');
    summarize(two, 'Second');
    const { messages } = engine.turn.request;
    assert.deepEqual(valuesOf(messages, 'content'), [...replacement('First'), 'two', 'to two', summaryPrompt]);
    assert.deepEqual(sendNext(), [...replacement('Second'), 'three', 'to three', 'next']);
  });

  for (const [outcome, end] of [
    ['has failed', ({ engine }) => engine.turn.emit(attempt(), text('Ha'), failed('Ha'))],
    ['was stopped', ({ conversation }, id) => conversation.stop(id)],
    [
      'was undone',
      ({ conversation, engine }, id) => {
        engine.turn.emit(attempt(), text('Ha'), done('Ha'));
        conversation.editSummary(id, '  ');
      },
    ],
    ['was undone while it was written', ({ conversation }, id) => conversation.editSummary(id, '')],
  ] as readonly (readonly [string, (world: ReturnType<typeof answered>, id: string) => void])[]) {
    it(`does not change later requests if it ${outcome}, not even after a reload`, () => {
      const world = answered();
      const id = world.conversation.summarize(world.two);
      end(world, id);
      assert.deepEqual(world.sendNext(), [...inFull, 'next']);
      assert.equal(world.conversation.busy, false);
      const restored = openConversation({ stored: reopened(world.lines) });
      restored.ask('again', attempt(), done(''));
      assert.deepEqual(restored.sentTexts(), [...inFull, 'next', 'to next', 'again']);
    });
  }

  it('can be written by the user if the request for the summary failed', () => {
    const { conversation, engine, lines, sendNext, two } = answered();
    const id = conversation.summarize(two);
    engine.turn.emit(attempt(), failed(''));
    conversation.editSummary(id, ' Mine ');
    assert.deepEqual(sendNext().slice(0, 2), replacement('Mine'));
    assert.equal(reopened(lines).tree.answer(id)?.state.text, 'Mine');
  });

  it('is marked as complete after the user has edited it', () => {
    const { conversation, engine, two } = answered();
    const id = conversation.summarize(two);
    engine.turn.emit(attempt(), text('Cut'), done('Cut', 'length'));
    assert.equal(canContinue(conversation.tree.answer(id)!), true);
    conversation.editSummary(id, 'Mine');
    assert.equal(canContinue(conversation.tree.answer(id)!), false);
  });

  it('is not sent after the user has edited a summarized prompt', () => {
    const { conversation, edit, engine, sentTexts, summarize, two } = answered();
    summarize(two, 'In short');
    edit(two, 'zwei');
    engine.turn.emit(attempt(), done('zu zwei'));
    assert.deepEqual(sentTexts(), ['one', 'to one', 'zwei']);
    conversation.ask({ prompt: 'drei' });
    assert.deepEqual(sentTexts(), ['one', 'to one', 'zwei', 'zu zwei', 'drei']);
  });

  it('is marked as interrupted after a crash, and can be requested with *Retry now*', () => {
    const { conversation, lines, two } = answered();
    conversation.summarize(two);
    const restored = openConversation({ stored: reopened(lines) });
    const summary = shownAnswers(restored.conversation).find(({ prompt }) => prompt === 'summary')!;
    assert.equal(summary.state.phase, 'interrupted');
    restored.conversation.retryNow(summary.id);
    assert.deepEqual(restored.sentTexts(), [...inFull.slice(0, 4), summaryPrompt]);
  });

  it('is sent before the first prompt if it summarizes another conversation', () => {
    const { conversation, ask, sentTexts, phases } = openConversation();
    conversation.addSummary('Before');
    ask('one');
    assert.deepEqual(sentTexts(), [...replacement('Before'), 'one']);
    assert.deepEqual(phases(), ['summary: done', 'one: connecting']);
  });
});

/** Creates turns whose texts have about these numbers of tokens in a request. 0 replaces an unanswered prompt. */
const turnsOf = (sizes: readonly number[]): readonly Step[] =>
  sizes.map((size, index) => {
    const answer = 'abcd'.repeat(Math.max(0, size - 1));
    const id = `${index + 1}`;
    return { exchange: { id, prompt: 'abcd' }, answer: { id, state: { text: answer } } } as unknown as Step;
  });

describe('range of turns to summarize', () => {
  for (const { situation, sizes, contextWindow, last } of [
    {
      situation: 'excludes the last turns up to 20,000 tokens',
      sizes: [50_000, 50_000, 9000, 11_000],
      contextWindow: 200_000,
      last: '2',
    },
    {
      situation: 'excludes the last turns up to a quarter of the context window',
      sizes: [300, 100, 150],
      contextWindow: 1000,
      last: '1',
    },
    {
      situation: 'excludes the last 20,000 tokens if the context window is unknown',
      sizes: [15_000, 15_000, 5000],
      contextWindow: Infinity,
      last: '1',
    },
    {
      situation: 'includes a last turn that is longer than a quarter of the context window',
      sizes: [100, 400],
      contextWindow: 1000,
      last: '2',
    },
    { situation: 'includes a single long turn', sizes: [900], contextWindow: 1000, last: '1' },
    { situation: 'is undefined if all turns are short', sizes: [100, 100], contextWindow: 1000, last: undefined },
    { situation: 'is undefined if there are no turns', sizes: [], contextWindow: 1000, last: undefined },
    { situation: 'is undefined if no prompt was answered', sizes: [0, 0], contextWindow: 1, last: undefined },
    { situation: 'ignores prompts without an answer', sizes: [400, 0, 300, 0], contextWindow: 1000, last: '3' },
    {
      situation: 'includes only the oldest turns that fit in the context window',
      sizes: [400, 300, 300, 500],
      contextWindow: 1000,
      last: '2',
    },
    {
      situation: 'includes a first turn that does not fit in the context window',
      sizes: [2000, 300],
      contextWindow: 1000,
      last: '1',
    },
  ] as const) {
    it(situation, () => assert.equal(lastToSummarize({ steps: turnsOf(sizes) }, contextWindow)?.id, last));
  }

  it('is shorter if an earlier summary also has to fit in the context window', () => {
    const [summary, ...steps] = turnsOf([400, 300, 300, 300]);
    assert.equal(lastToSummarize({ steps }, 1000)?.id, '3');
    assert.equal(lastToSummarize({ summary: summary?.answer, steps }, 1000)?.id, '2');
  });
});
