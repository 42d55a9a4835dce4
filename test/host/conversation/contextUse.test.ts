import assert from 'node:assert/strict';
import type { ModelCatalog } from '../../../src/host/models/modelCatalog';
import { fake } from '../../support/fake';
import type { EndedEvent, StreamEvent } from '../../../src/engine/events/events';
import type { ModelFacts } from '../../../src/engine/models/modelFacts';
import { estimateContextUse, estimateTurnTokens } from '../../../src/host/conversation/contextUse';
import { openConversation, reopened } from '../../support/host/openedConversation';
import { attempt, done } from '../../support/host/scriptedEngine';

/** A text with an estimate of as many tokens. */
const tokens = (count: number): string => 'x'.repeat(4 * count);

type Counts = Partial<Pick<EndedEvent, 'promptTokens' | 'completionTokens' | 'cachedTokens' | 'reasoningTokens'>>;

describe('tokens in the next request', () => {
  let opened: ReturnType<typeof openConversation>;
  let time: number;
  beforeEach(() => {
    opened = openConversation();
    time = 0;
  });

  const turn = (answer: string, counts: Counts = {}, model = 'm'): readonly StreamEvent[] => [
    { ...attempt(model), time: ++time } as StreamEvent,
    { type: 'ended', how: 'finished', ...counts, ms: 1, bytes: 1, chars: 1, attempt: 1, at: 1 },
    done(answer),
  ];
  /** Sends a prompt of 1000 tokens whose answer has 1000 tokens, by our estimate. */
  const ask = (counts?: Counts, model?: string): string =>
    opened.ask(tokens(1000), ...turn(tokens(1000), counts, model));
  const catalog = fake<ModelCatalog>({ factsOf: () => ({ contextWindow: 100_000 }) });
  const use = (draft: Parameters<typeof estimateContextUse>[2] = {}, { conversation, gatewaySets } = opened) =>
    estimateContextUse({ gatewaySets, catalog }, conversation, { model: 'm', ...draft });
  const partsOf = (estimate = use()): Readonly<Record<string, number>> =>
    Object.fromEntries(estimate?.parts.map((part) => [part.kind, part.tokens]) ?? []);

  it('are estimated before the gateway has reported any tokens', () => {
    assert.deepEqual(use(), { windowTokens: 100_000, parts: [] });
    opened = openConversation({ systemPrompt: tokens(10) });
    ask();
    assert.deepEqual(partsOf(use({ attachmentTokens: 20 })), { system: 10, turns: 2000, attachments: 20 });
  });

  for (const { name, counts, turns } of [
    {
      name: 'are the tokens that the gateway has reported',
      counts: { promptTokens: 1500, completionTokens: 1500 },
      turns: 3000,
    },
    {
      name: 'exclude the reasoning tokens',
      counts: { promptTokens: 1000, completionTokens: 3000, reasoningTokens: 2000 },
      turns: 2000,
    },
    {
      name: 'include cached tokens only once',
      counts: { promptTokens: 1500, completionTokens: 500, cachedTokens: 1400 },
      turns: 2000,
    },
    { name: 'include the tokens that the gateway adds to the prompt', counts: { promptTokens: 14_000 }, turns: 14_000 },
    {
      name: 'are estimated if the gateway reports zero tokens',
      counts: { promptTokens: 0, completionTokens: 5000 },
      turns: 2000,
    },
    {
      name: 'are estimated if the gateway reports far fewer tokens than the request can have',
      counts: { promptTokens: 599 },
      turns: 2000,
    },
    {
      name: 'are the reported tokens even if they are fewer than estimated',
      counts: { promptTokens: 600 },
      turns: 600,
    },
    {
      name: 'are estimated if the gateway reports more tokens than the context window has',
      counts: { promptTokens: 100_001 },
      turns: 2000,
    },
    {
      name: 'are not reduced by more reasoning tokens than the answer has tokens',
      counts: { promptTokens: 2000, completionTokens: 1, reasoningTokens: 9 },
      turns: 2000,
    },
  ] as const) {
    it(name, () => {
      ask(counts);
      assert.deepEqual(partsOf(), { turns });
    });
  }

  it('are the tokens that the gateway last reported, plus an estimate for newer prompts and attachments', () => {
    ask({ promptTokens: 1500, completionTokens: 1500 });
    opened.ask(tokens(1000), attempt());
    assert.deepEqual(partsOf(use({ attachmentTokens: 20 })), { turns: 4000, attachments: 20 });
  });

  it('include the system prompt only once', () => {
    opened = openConversation({ systemPrompt: tokens(100) });
    ask({ promptTokens: 3150 });
    assert.deepEqual(partsOf(), { system: 100, turns: 3050 });
  });

  it('include the prompt of a running turn, but not of a turn that was stopped without an answer', () => {
    opened.ask(tokens(1000), attempt());
    assert.deepEqual(partsOf(), { turns: 1000 });
    opened.conversation.stop();
    assert.deepEqual(partsOf(), {});
  });

  it('are estimated if the last answer came from another model', () => {
    ask({ promptTokens: 1500, completionTokens: 1500 }, 'other');
    assert.deepEqual([partsOf(), partsOf(use({ model: 'other' }))], [{ turns: 2000 }, { turns: 3000 }]);
  });

  it('are the same after a reload', () => {
    ask({ promptTokens: 1500, completionTokens: 1500 });
    assert.deepEqual(use({}, openConversation({ stored: reopened(opened.lines) })), use());
  });

  it('are estimated after the user has restarted an earlier answer', () => {
    const first = ask();
    ask({ promptTokens: 6000 });
    assert.deepEqual(partsOf(), { turns: 6000 });
    opened.conversation.restart(first);
    opened.emit(...turn(tokens(500)));
    assert.deepEqual(partsOf(), { turns: 3500 });
  });

  describe('after a summary', () => {
    let summary: string;
    beforeEach(() => {
      const first = ask({ promptTokens: 1500, completionTokens: 1500 });
      ask({ promptTokens: 4500, completionTokens: 1500 });
      summary = opened.conversation.summarize(first);
      opened.emit(...turn(tokens(100)));
    });

    it('include the summary instead of the summarized turns', () => {
      // The two messages of the summary contain 19 tokens beside it.
      assert.deepEqual(partsOf(), { summary: 119, turns: 2000 });
    });

    it("use the gateway's report for the first answer after the summary", () => {
      ask({ promptTokens: 4000, completionTokens: 1000 });
      const { summary: summarized = 0, turns = 0 } = partsOf();
      assert.equal(summarized + turns, 5000);
      opened.conversation.editSummary(summary, '');
      assert.deepEqual(partsOf(), { turns: 3 * 2000 });
    });

    it('are the same as before the summary when the user undoes the summary', () => {
      opened.conversation.editSummary(summary, '');
      assert.deepEqual(partsOf(), { turns: 6000 });
    });
  });

  it('are estimated from the complete prompt, not from the shortened prompt that the user sees', () => {
    ask();
    const { exchange, answer } = opened.conversation.last!;
    assert.equal(estimateTurnTokens({ exchange: { ...exchange, content: tokens(5) }, answer: { ...answer } }), 1005);
  });

  describe('shown in a panel', () => {
    const useOf = (facts: ModelFacts | undefined, { conversation, gatewaySets } = opened, draft = {}) => {
      const catalog = fake<ModelCatalog>({ factsOf: (model) => (model === 'other' ? { contextWindow: 5 } : facts) });
      return estimateContextUse({ gatewaySets, catalog }, conversation, draft);
    };

    for (const [facts, windowTokens] of [
      [{ contextWindow: 1000 }, 1000],
      [{ contextWindow: 1000, maxInput: 600, maxOutput: 100 }, 600],
      [{ maxInput: 600 }, 600],
      [{ images: true }, undefined],
      [undefined, undefined],
    ] as const) {
      it(`have a limit of ${windowTokens ?? 'unknown size'} if the facts of the model are ${JSON.stringify(facts)}`, () => {
        assert.equal(useOf(facts)?.windowTokens, windowTokens);
      });
    }

    it('include the attachments in the composer', () => {
      const world = openConversation({ systemPrompt: tokens(7) });
      const { windowTokens, parts } = useOf({}, world, { model: 'other', attachmentTokens: 3 }) ?? {};
      assert.deepEqual([windowTokens, parts?.map((part) => part.tokens)], [5, [7, 3]]);
    });

    it('are unknown in the demo', () => {
      const world = openConversation({ demo: true });
      world.demo.isOpen = true;
      world.conversation.ask({ prompt: 'Hi' });
      assert.equal(useOf({ contextWindow: 1000 }, world), undefined);
    });
  });
});
