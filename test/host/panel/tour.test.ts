import assert from 'node:assert/strict';
import { demoModels, type DemoModel } from '../../../src/demo/scenarios';
import { Conversation } from '../../../src/host/conversation/conversation';
import { Tour } from '../../../src/host/panel/tour';
import { ExchangeTree } from '../../../src/host/journal/exchangeTree';
import { englishWords } from '../../support/englishWords';
import { VirtualClock } from '../../support/virtualClock';
import { fakeSets } from '../../support/host/fakeSets';
import { attempt, done, ScriptedEngine, waitForEvents } from '../../support/host/scriptedEngine';
import { TestBudget } from '../../support/host/testBudget';
import { noImages } from '../../support/host/noImages';

describe('tour of the demo', () => {
  let engine: ScriptedEngine;
  let conversation: Conversation;
  let models: readonly DemoModel[];
  let tour: Tour;
  let { gatewaySets, demo } = fakeSets();
  beforeEach(() => {
    engine = new ScriptedEngine();
    models = demoModels;
    ({ gatewaySets, demo } = fakeSets({ run: (...turn) => engine.run(...turn) }, { isOpen: true }));
    tour = new Tour({ gatewaySets, models: () => models, localize: englishWords.localize });
    conversation = new Conversation(
      'c',
      new ExchangeTree(),
      { append: () => undefined },
      {
        gatewaySets,
        clock: new VirtualClock(),
        images: noImages,
        resumeSetting: () => 'auto',
        budget: new TestBudget(),
        onEvent: () => undefined,
        onError: (error) => assert.fail(String(error)),
      },
    );
  });

  const heading = (): string | undefined => tour.currentStep(conversation)?.heading;
  const offeredActions = (): readonly string[] => tour.currentStep(conversation)?.offers.map(({ act }) => act) ?? [];
  const finishAnswer = async (): Promise<void> => {
    engine.turn.emit(attempt(), done('an answer'));
    await waitForEvents();
  };

  it('describes the first step, and waits for a click', () => {
    assert.equal(heading(), 'Next: Rate limited, with Retry-After (1 of 6)');
    assert.match(tour.currentStep(conversation)?.text ?? '', /asks the client to wait 5 s\. Watch the countdown/);
    assert.deepEqual(offeredActions(), ['next', 'skip']);
    assert.equal(engine.turns.length, 0);
  });

  it('offers the next step after the answer', async () => {
    tour.perform(conversation, 'next');
    assert.equal(engine.turn.request.model, 'demo-rate-limit');
    assert.equal(heading(), '1 of 6 · Rate limited, with Retry-After…');
    assert.deepEqual([tour.currentStep(conversation)?.text, offeredActions()], [undefined, ['skip']]);
    await finishAnswer();
    assert.match(heading() ?? '', /\(2 of 6\)$/);
    assert.deepEqual(offeredActions(), ['next', 'skip']);
  });

  it('sends the prompts of all steps to the demo', async () => {
    for (let step = 0; step < 6; step++) {
      tour.perform(conversation, 'next');
      await finishAnswer();
    }
    assert.equal(conversation.set, gatewaySets.demo);
    assert.equal(engine.turn.request.model, 'demo-gateway-down');
    assert.deepEqual([heading(), offeredActions()], ["You've seen everything.", []]);
  });

  it('keeps the title that the user has given the conversation', async () => {
    tour.perform(conversation, 'next');
    assert.equal(conversation.tree.title, 'Offline demo');
    conversation.rename('mine');
    await finishAnswer();
    tour.perform(conversation, 'next');
    assert.equal(conversation.tree.title, 'mine');
  });

  it('suggests only scenarios that are not steps of the tour', () => {
    const steps = demoModels.filter(({ description }) => description !== undefined);
    assert.deepEqual(
      tour.suggestions().filter(({ id }) => steps.some((step) => step.id === id)),
      [],
    );
    assert.equal(tour.suggestions().length, demoModels.length - steps.length);
  });

  it('lets the user skip a step before the step starts or while the step runs', async () => {
    tour.perform(conversation, 'skip');
    assert.match(heading() ?? '', /\b2 of 6/);
    tour.perform(conversation, 'next');
    tour.perform(conversation, 'skip');
    await waitForEvents();
    assert.deepEqual(engine.turn.controls, ['stop']);
    assert.match(heading() ?? '', /\b3 of 6/);
  });

  it('continues with the next step even if a command started the previous step', async () => {
    tour.ask(conversation, 'demo-cut');
    assert.match(heading() ?? '', /\b4 of 6/);
    await finishAnswer();
    assert.match(heading() ?? '', /\b5 of 6/);
  });

  it('stays at the same step when the user sends another prompt', async () => {
    conversation.useSet(gatewaySets.demo);
    conversation.ask({ prompt: 'mine' });
    assert.match(heading() ?? '', /\b1 of 6/);
    tour.ask(conversation, 'demo-steady');
    await finishAnswer();
    assert.match(heading() ?? '', /\b1 of 6/);
  });

  it("is not shown in a conversation that uses the user's gateway", () => {
    conversation.ask({ prompt: 'real' });
    assert.equal(tour.currentStep(conversation), undefined);
  });

  it('ends with the demo, and starts from the first step in the next demo', () => {
    tour.perform(conversation, 'skip');
    models = [];
    demo.isOpen = false;
    tour.reset();
    assert.equal(tour.currentStep(conversation), undefined);
    assert.deepEqual(tour.suggestions(), []);
    tour.ask(conversation, 'demo-cut');
    tour.perform(conversation, 'next');
    assert.equal(engine.turns.length, 0);
    models = demoModels;
    demo.isOpen = true;
    assert.match(heading() ?? '', /\b1 of 6/);
  });
});
