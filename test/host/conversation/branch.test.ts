import assert from 'node:assert/strict';
import { costOfAnswers } from '../../../src/host/journal/exchange';
import { openConversation, reopened, shownAnswers } from '../../support/host/openedConversation';
import { attempt, done, paid, reasoning, text } from '../../support/host/scriptedEngine';

const attachments = [{ kind: 'file', label: 'a.ts', languageId: 'ts', code: 'x' }] as const;

/** Opens a conversation, and copies its turns up to an answer into a new conversation. */
function branching() {
  const source = openConversation();
  const branchOf = (answerId: string) => {
    const target = openConversation();
    target.conversation.copyTurns(source.conversation, answerId);
    return target;
  };
  return { ...source, branchOf };
}

describe('branch of a conversation', () => {
  it('continues with the turns up to the answer', () => {
    const { ask, branchOf } = branching();
    ask({ prompt: 'one', content: 'one with code', attachments }, attempt(), done('to one'));
    const two = ask('two', attempt(), text('to two'), done('to two'));
    ask('three', attempt(), done('to three'));
    const branch = branchOf(two);
    branch.ask('next', attempt(), done('to next'));
    assert.deepEqual(branch.sentTexts(), ['one with code', 'to one', 'two', 'to two', 'next']);
    assert.deepEqual(branch.conversation.tree.path()[0]?.exchange.attachments, attachments);
  });

  it('does not change the original conversation', () => {
    const { ask, branchOf, lines, phases } = branching();
    const one = ask('one', attempt(), done('to one'));
    ask('two', attempt(), text('half'));
    const { length } = lines;
    branchOf(one).ask('next');
    assert.equal(lines.length, length);
    assert.deepEqual(phases(), ['one: done', 'two: streaming']);
  });

  /** Branches a conversation with a paid answer, and returns the content of the branch after a reload. */
  const paidBranch = () => {
    const { ask, branchOf } = branching();
    const answered = ask(
      { prompt: 'one', models: ['m'] },
      attempt('m'),
      reasoning('hm'),
      text('to one'),
      paid(0.5),
      done('to one', 'length'),
    );
    return reopened(branchOf(answered).lines).tree;
  };

  it('keeps the models, reasoning and end of each answer', () => {
    const [{ model, state } = assert.fail()] = paidBranch().answers();
    const { phase, finishReason } = state;
    assert.deepEqual(
      { model, phase, text: state.text, finishReason, reasoning: state.reasoning },
      { model: 'm', phase: 'done', text: 'to one', finishReason: 'length', reasoning: 'hm' },
    );
  });

  it('has no attempts and costs', () => {
    const answers = paidBranch().answers();
    assert.deepEqual(answers[0]?.state.ledger.entries, []);
    assert.deepEqual(costOfAnswers(answers), { costs: [], unknownAnswers: 0 });
  });

  it('contains the chosen answer of a comparison, even if the answer is incomplete', () => {
    const { conversation, engine, branchOf } = branching();
    const [, second = ''] = conversation.ask({ prompt: 'one' }, ['a', 'b']);
    engine.turns[0]!.emit(attempt(), done('A'));
    engine.turns[1]!.emit(attempt('b'), text('B'));
    engine.turns[1]!.stop();
    const [answer] = shownAnswers(branchOf(second).conversation);
    assert.deepEqual([answer?.model, answer?.state.phase, answer?.state.text], ['b', 'stopped', 'B']);
  });

  it('contains the summaries before the answer', () => {
    const { ask, branchOf, conversation, emit } = branching();
    ask('one', attempt(), done('to one'));
    const two = ask('two', attempt(), done('to two'));
    conversation.summarize(conversation.tree.path()[0]!.answer.id);
    emit(attempt(), done('In short'));
    const branch = branchOf(two);
    branch.ask('next');
    assert.deepEqual(branch.sentTexts().slice(2), ['two', 'to two', 'next']);
    assert.match(String(branch.sentTexts()[0]), /In short/);
  });

  it('contains no deleted turn', () => {
    const { ask, branchOf, conversation } = branching();
    const one = ask('one', attempt(), done('to one'));
    const two = ask('two', attempt(), done('to two'));
    conversation.deleteExchange(conversation.tree.exchangeOf(one)!.id);
    assert.deepEqual(branchOf(two).phases(), ['two: done']);
  });

  it('uses the same set of gateways', () => {
    const source = openConversation({ demo: true });
    const one = source.ask('one', attempt(), done('to one'));
    const { conversation, demo } = openConversation();
    conversation.copyTurns(source.conversation, one);
    assert.deepEqual([conversation.tree.gateways, demo.id], ['demo', 'demo']);
  });
});
