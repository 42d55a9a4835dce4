import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events/events';
import { summaryPrompt } from '../../../src/host/conversation/summaryPrompt';
import type { ImageStore } from '../../../src/host/journal/imageStore';
import type { PanelServices } from '../../../src/host/panel/panelServices';
import { englishL10n, useVSCode } from '../../support/fakeVSCode';
import { openConversation, shownAnswers } from '../../support/host/openedConversation';
import { attempt, done, text } from '../../support/host/scriptedEngine';
import { promptImageOf } from '../../support/images';

const tooLong: StreamEvent = {
  type: 'failed',
  kind: 'context-length',
  status: 400,
  requestId: undefined,
  message: 'Too long',
  text: '',
  actions: ['summarize'],
  attempt: 1,
  at: 9,
};

/** An answer with about this number of tokens. */
const answerOf = (tokens: number): string => 'abcd'.repeat(tokens - 1);

describe('request for a summary of earlier turns', () => {
  useVSCode({ l10n: englishL10n });

  /** Opens a conversation with answers of these sizes, and a failed question if `question` is given. */
  const open = ({ sizes, windowTokens }: { sizes: readonly number[]; windowTokens?: number }, question?: string) => {
    const images = {
      reads: 0,
      adopt: () => undefined,
      read: (): undefined => void images.reads++,
    };
    const world = openConversation({ images: images as unknown as ImageStore });
    sizes.forEach((size, index) => world.ask(`p${index}__`.slice(0, 4), attempt(), done(answerOf(size))));
    const failedId =
      question === undefined ? undefined : world.ask({ prompt: question, models: ['once'] }, attempt('once'), tooLong);
    const user = { isOverBudget: false, onBudget: (): void => undefined };
    const models: (string | undefined)[] = [];
    const services = {
      gatewaySets: world.gatewaySets,
      catalog: {
        factsOf: (model: string) => {
          models.push(model);
          return { contextWindow: windowTokens };
        },
      },
      budget: {
        mayStart: () => {
          user.onBudget();
          return Promise.resolve(!user.isOverBudget);
        },
      },
    } as unknown as PanelServices;
    const summarize = async (answerId = failedId): Promise<void> => {
      const summaries = await import('../../../src/host/panel/summaries');
      await summaries.summarize(services, world.conversation, world.conversation.tree.answer(answerId ?? ''));
    };
    const canSummarize = async (): Promise<boolean> =>
      (await import('../../../src/host/panel/summaries')).canSummarize(services, world.conversation);
    /** Returns the prompts of the last request. */
    const sent = (): readonly unknown[] =>
      world.engine.turn.request.messages.filter(({ role }) => role === 'user').map(({ content }) => content);
    return { ...world, images, failedId, user, models, summarize, canSummarize, sent };
  };

  it('does not include the last turns, which remain in the conversation', async () => {
    const { summarize, sent, engine } = open({ sizes: [500, 100, 100], windowTokens: 1000 });
    await summarize();
    assert.deepEqual(sent(), ['p0__', summaryPrompt]);
    await summarize();
    assert.equal(engine.turns.length, 4);
  });

  it('is not sent when the user declines to exceed the budget', async () => {
    const { summarize, user, engine } = open({ sizes: [500, 100, 100], windowTokens: 1000 });
    user.isOverBudget = true;
    await summarize();
    assert.equal(engine.turns.length, 3);
  });

  it('is not sent if the user changes the branch while the question about the budget is open', async () => {
    const { summarize, user, engine, conversation } = open({ sizes: [500, 100, 100], windowTokens: 1000 });
    const { exchange, answer } = conversation.tree.path()[0]!;
    conversation.edit(exchange.id, { prompt: 'other' });
    conversation.stopAll();
    conversation.showVersion(answer.id);
    const [, other] = shownAnswers(conversation)[0]?.versions ?? [];
    user.onBudget = () => conversation.showVersion(other!);
    await summarize();
    assert.equal(engine.turns.length, 4);
  });

  it('is sent to the model that refused a request that was too long', async () => {
    const { summarize, sent, engine, conversation, failedId, models } = open(
      { sizes: [500, 100], windowTokens: 700 },
      'And now?',
    );
    await summarize();
    assert.deepEqual([sent(), engine.turn.request.model, models], [['p0__', summaryPrompt], 'once', ['once']]);
    engine.turn.emit(attempt(), text('In short'), done('In short'));
    conversation.retryNow(failedId!);
    assert.deepEqual(sent(), ['Summary of our conversation so far:\n\nIn short', 'p1__', 'And now?']);
  });

  for (const window of [{}, { windowTokens: 200_000 }]) {
    it(`is shorter than the refused request if the context window is ${window.windowTokens ?? 'unknown'}`, async () => {
      const { summarize, sent } = open({ sizes: [100, 100, 100], ...window }, 'And now?');
      await summarize();
      assert.deepEqual(sent(), ['p0__', 'p1__', summaryPrompt]);
    });
  }

  for (const { situation, windowTokens, isPossible } of [
    { situation: 'is not offered if the context window is unknown', windowTokens: undefined, isPossible: false },
    {
      situation: 'is not offered if the request now fits in the context window',
      windowTokens: 1000,
      isPossible: false,
    },
    {
      situation: 'is offered if the request still does not fit in the context window',
      windowTokens: 250,
      isPossible: true,
    },
  ] as const) {
    it(`${situation}, after another summary has already shortened the refused request`, async () => {
      const { summarize, canSummarize, engine } = open(
        { sizes: [100, 100, 100, 100], ...(windowTokens && { windowTokens }) },
        'And now?',
      );
      assert.equal(await canSummarize(), true);
      await summarize();
      engine.turn.emit({ ...attempt(), time: 1 } as StreamEvent, done(answerOf(100)));
      assert.equal(await canSummarize(), isPossible);
    });
  }

  it('is offered if images make the request too long, and reads no image files to find this out', async () => {
    const { ask, images, summarize, canSummarize, engine } = open({ sizes: [100, 100, 100, 100], windowTokens: 380 });
    const image = promptImageOf('large.png', { width: 1000, height: 1000 });
    ask({ prompt: 'And now?', images: [image], models: ['once'] }, attempt('once'), tooLong);
    await summarize();
    engine.turn.emit({ ...attempt(), time: 1 } as StreamEvent, done(answerOf(100)));
    images.reads = 0;
    assert.deepEqual([await canSummarize(), images.reads], [true, 0]);
  });

  it('is still offered for a refused request while the next prompt waits for the summary', async () => {
    const { summarize, canSummarize, ask, conversation, engine } = open({ sizes: [100, 100] }, 'And now?');
    await summarize();
    engine.turn.emit(attempt(), text('In'));
    const next = ask('And then?');
    assert.equal(conversation.tree.answer(next)?.isQueued, true);
    assert.equal(await canSummarize(), true);
    conversation.stopAll();
    assert.equal(await canSummarize(), true);
  });

  it('is not possible in a comparison without earlier turns', async () => {
    const { conversation, engine, canSummarize } = open({ sizes: [] });
    conversation.ask({ prompt: 'Hi' }, ['m1', 'm2']);
    engine.turns[0]!.emit(attempt('m1'), tooLong);
    engine.turns[1]!.emit(attempt('m2'), done(answerOf(50_000)));
    assert.equal(await canSummarize(), false);
  });

  it('contains half the turns after a first request was too long', async () => {
    const { summarize, sent, engine, conversation } = open({ sizes: [100, 100, 100, 100], windowTokens: 10_000 });
    const id = conversation.summarize(conversation.last!.answer.id);
    engine.turn.emit(attempt(), tooLong);
    await summarize(id);
    assert.deepEqual(sent(), ['p0__', 'p1__', summaryPrompt]);
    assert.equal(conversation.tree.summaryOf(id)?.isUndone, true);
  });

  for (const [situation, sizes] of [
    ['if there are no turns', []],
    ['if all turns are short', [10, 10]],
  ] as const) {
    it(`is refused with a message ${situation}`, async () => {
      const { summarize, canSummarize, engine } = open({ sizes, windowTokens: 1000 });
      assert.equal(await canSummarize(), false);
      await assert.rejects(summarize(), { name: 'UserError', message: /too short/ });
      assert.equal(engine.turns.length, sizes.length);
    });
  }

  it('is refused with a message if the first turn alone is too long', async () => {
    const { summarize, engine, conversation } = open({ sizes: [500], windowTokens: 1000 });
    const id = conversation.summarize(conversation.last!.answer.id);
    engine.turn.emit(attempt(), tooLong);
    await assert.rejects(summarize(id), /first turn alone/);
    assert.equal(conversation.tree.summaryOf(id)?.isUndone, undefined);
  });
});
