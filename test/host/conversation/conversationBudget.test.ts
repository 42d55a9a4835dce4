import assert from 'node:assert/strict';
import type { Conversation } from '../../../src/host/conversation/conversation';
import { openConversation } from '../../support/host/openedConversation';
import { attempt, done, failed, text, waitForEvents } from '../../support/host/scriptedEngine';
import { refOf } from '../../support/gatewayRef';

type Window = ReturnType<typeof openConversation>;

describe('turn of a conversation when the daily budget is used up', () => {
  let window: Window;
  let conversation: Conversation;
  /** Answers the open question. */
  let answer: (mayStart: boolean) => Promise<void>;
  let questions: number;

  beforeEach(() => {
    window = openConversation();
    ({ conversation } = window);
    questions = 0;
    const ask = (): Promise<boolean> => {
      questions++;
      return new Promise((resolve) => {
        answer = async (mayStart) => {
          resolve(mayStart);
          await waitForEvents();
        };
      });
    };
    window.budget.mayStart = ask;
    window.budget.mayStartQueued = ask;
  });
  const requests = (): number => window.engine.turns.length;
  const stateOf = (id: string) => conversation.tree.answer(id)?.state;

  const restarts: Readonly<Record<string, (id: string) => void>> = {
    'Retry now': (id) => conversation.retryNow(id),
    'Try anyway': (id) => conversation.tryAnyway(id),
    'Restart answer': (id) => conversation.restart(id),
    'Retry with more room': (id) => conversation.restart(id, { moreRoom: true }),
    'Switch model': (id) => conversation.switchModel(id, 'other'),
    'Switch gateway': (id) => conversation.switchGateway(id),
  };
  for (const [name, restart] of Object.entries(restarts)) {
    it(`does not start with *${name}* until the user agrees to exceed the budget, and keeps its answer if the user declines`, async () => {
      const id = window.ask('a', attempt(), text('partial'), failed('partial'));
      const [before, { length }] = [stateOf(id), window.lines];
      restart(id);
      assert.deepEqual([requests(), conversation.busy], [1, true]);
      await answer(false);
      assert.deepEqual([requests(), stateOf(id), window.lines.length, conversation.busy], [1, before, length, false]);
      restart(id);
      await answer(true);
      assert.deepEqual([requests(), questions, stateOf(id)?.phase], [2, 2, 'connecting']);
    });
  }

  it('switches to another gateway only if the user agrees to exceed the budget', async () => {
    const nextGateway = 'https://backup.example/v1';
    const id = window.ask('a', attempt(), Object.assign(failed(''), { nextGateway: refOf(nextGateway) }));
    conversation.switchGateway(id);
    await answer(false);
    assert.equal(conversation.preferredGateway, undefined);
    conversation.switchGateway(id);
    await answer(true);
    assert.deepEqual(
      [window.engine.turn.options.preferredGateway, conversation.preferredGateway],
      [nextGateway, nextGateway],
    );
  });

  it('restarts a complete answer only if the user agrees to exceed the budget', async () => {
    const id = window.ask('a', attempt(), text('complete'), done('complete'));
    conversation.restart(id);
    await answer(false);
    assert.deepEqual([requests(), stateOf(id)?.phase, stateOf(id)?.text], [1, 'done', 'complete']);
  });

  it('starts only once if the user clicks twice while the question about the budget is open', async () => {
    const id = window.ask('a', attempt(), failed(''));
    conversation.retryNow(id);
    const first = answer;
    conversation.retryNow(id);
    await first(true);
    await answer(true);
    assert.equal(requests(), 2);
  });

  it('continues a partial answer without a question about the budget', () => {
    const id = window.ask('a', attempt(), text('partial'), failed('partial'));
    conversation.continue(id);
    assert.deepEqual([requests(), questions], [2, 0]);
  });

  it('causes no question about the budget when the user clicks *Retry now* while it runs', () => {
    const id = window.ask('a', attempt());
    conversation.retryNow(id);
    assert.deepEqual([window.engine.turn.controls, questions], [['retryNow'], 0]);
  });

  describe('while it is queued', () => {
    let ids: readonly string[];
    beforeEach(() => {
      window.ask('running', attempt());
      ids = ['b', 'c'].map((prompt) => window.ask(prompt));
    });

    it('causes no question about the budget until the earlier turns have ended', async () => {
      assert.equal(questions, 0);
      window.emit(done('ok'));
      assert.deepEqual([requests(), questions], [1, 1]);
      assert.deepEqual(window.phases(), ['running: done', 'b: queued', 'c: queued']);
      await answer(true);
      assert.deepEqual(window.phases(), ['running: done', 'b: connecting', 'c: queued']);
    });

    it('fails with a button *Retry now* if the user declines to exceed the budget', async () => {
      window.emit(done('ok'));
      await answer(false);
      const { phase, failure } = stateOf(ids[0]!) ?? {};
      assert.deepEqual([phase, failure?.kind, failure?.actions], ['failed', 'spending-limit', ['retryNow']]);
      assert.match(failure?.message ?? '', /^Today's budget is used up, so nothing was sent\./);
      assert.equal(questions, 2);
      await answer(false);
      assert.deepEqual([requests(), conversation.busy], [1, false]);
    });

    it('is not sent if the user removes it before answering the question about the budget', async () => {
      window.emit(done('ok'));
      conversation.stop(ids[0]);
      await answer(true);
      await answer(true);
      assert.deepEqual(window.phases(), ['running: done', 'b: stopped', 'c: connecting']);
    });

    it('runs before prompts that the user sends while the question about the budget is open', async () => {
      window.emit(done('ok'));
      window.ask('d');
      assert.equal(requests(), 1);
      await answer(true);
      assert.deepEqual(window.phases(), ['running: done', 'b: connecting', 'c: queued', 'd: queued']);
    });
  });

  it('does not block the next turn after the user declines to exceed the budget', async () => {
    const errors: unknown[] = [];
    const onEvent = (): void => {
      if (conversation.tree.answer(refused)?.state.phase === 'failed') throw new Error('a defect');
    };
    window = openConversation({ onEvent, onError: (error) => errors.push(error) });
    ({ conversation } = window);
    window.ask('running', attempt());
    const refused = window.ask('b');
    window.ask('c');
    window.budget.mayStartQueued = () => Promise.resolve(conversation.tree.answer(refused)?.state.phase === 'failed');
    window.emit(done('ok'));
    await waitForEvents();
    assert.deepEqual(window.phases(), ['running: done', 'b: failed', 'c: connecting']);
    assert.equal(errors.length > 0, true);
  });

  it('causes only one question about the budget for all columns of a queued comparison', async () => {
    window.ask('running', attempt());
    conversation.ask({ prompt: 'b' }, ['m1', 'm2', 'm3']);
    const asked: unknown[] = [];
    const { mayStartQueued } = window.budget;
    window.budget.mayStartQueued = (...question: unknown[]) => {
      asked.push(question);
      return mayStartQueued();
    };
    window.emit(done('ok'));
    await answer(true);
    assert.deepEqual([requests(), asked], [4, [[false, ['m1', 'm2', 'm3']]]]);
  });
});
