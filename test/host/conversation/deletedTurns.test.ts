import assert from 'node:assert/strict';
import { conversationTitle, outlineOf, searchableTexts } from '../../../src/host/conversation/conversationOutlines';
import { summaryPrompt } from '../../../src/host/conversation/summaryPrompt';
import { exportJson } from '../../../src/host/history/exportJson';
import { costOfAnswers } from '../../../src/host/journal/exchange';
import { openConversation, reopened, shownAnswers } from '../../support/host/openedConversation';
import { attempt, done, paid, text } from '../../support/host/scriptedEngine';
import { valuesOf } from '../../support/valuesOf';

/** Opens a conversation with three answered prompts. */
function answered() {
  const world = openConversation();
  const { conversation } = world;
  const [one, two, three] = ['one', 'two', 'three'].map((prompt) =>
    world.ask(prompt, attempt(), text(`to ${prompt}`), done(`to ${prompt}`)),
  ) as [string, string, string];
  const exchangeOf = (answerId: string): string => conversation.tree.exchangeOf(answerId)!.id;
  const remove = (answerId: string): void => conversation.deleteExchange(exchangeOf(answerId));
  const restore = (answerId: string): void => conversation.restoreExchange(exchangeOf(answerId));
  const prompts = (): readonly string[] => valuesOf(shownAnswers(conversation), 'prompt');
  const items = (tree = conversation.tree): readonly string[] =>
    tree.page().map((item) => ('prompt' in item ? item.prompt : 'isDeleted' in item ? 'deleted' : 'summary'));
  const ask = (prompt: string): string => world.ask(prompt, attempt(), done(`to ${prompt}`));
  return { ...world, ask, one, two, three, remove, restore, prompts, items };
}

describe('deleted turn of a conversation', () => {
  it('is left out of later requests', () => {
    const { ask, remove, two, sentTexts } = answered();
    remove(two);
    ask('next');
    assert.deepEqual(sentTexts(), ['one', 'to one', 'three', 'to three', 'next']);
  });

  it('is not sent after it was the last turn', () => {
    const { ask, remove, three, sentTexts, prompts } = answered();
    remove(three);
    ask('next');
    assert.deepEqual(sentTexts(), ['one', 'to one', 'two', 'to two', 'next']);
    assert.deepEqual(prompts(), ['one', 'two', 'next']);
  });

  it('remains deleted after a reload', () => {
    const { ask, remove, two, lines } = answered();
    remove(two);
    ask('next');
    assert.deepEqual(valuesOf(shownAnswers(reopened(lines)), 'prompt'), ['one', 'three', 'next']);
  });

  it('is left out of the search, the export and the number of turns', () => {
    const { remove, two, edit, conversation } = answered();
    edit(two, 'zwei');
    remove(two);
    const { tree } = conversation;
    assert.deepEqual(searchableTexts(tree), ['one', 'to one']);
    assert.equal(outlineOf(tree)?.turns, 1);
    assert.doesNotMatch(exportJson({ title: '', tree, readImage: () => undefined }, 0), /two|zwei/);
  });

  it('leaves its cost in the cost of the conversation', () => {
    const { conversation, emit, remove } = answered();
    const [id = ''] = conversation.ask({ prompt: 'paid' });
    emit(attempt(), text('Hi'), paid(0.5), done('Hi'));
    remove(id);
    assert.equal(costOfAnswers(conversation.tree.answers()).costs[0]?.amount, 0.5);
  });

  it('gives the conversation the title of the next turn', () => {
    const { remove, one, conversation } = answered();
    remove(one);
    assert.equal(conversationTitle(conversation.tree), 'two');
  });

  it('leaves a line on the page until the next prompt', () => {
    const { ask, remove, two, items, lines } = answered();
    remove(two);
    assert.deepEqual([items(), items(reopened(lines).tree)], Array(2).fill(['one', 'deleted', 'three']));
    ask('next');
    assert.deepEqual([items(), items(reopened(lines).tree)], Array(2).fill(['one', 'three', 'next']));
  });

  it('can be restored with its versions', () => {
    const { ask, edit, emit, remove, restore, three, two, prompts, sentTexts } = answered();
    const other = edit(three, 'drei');
    emit(attempt(), done('zu drei'));
    remove(other);
    remove(two);
    restore(two);
    restore(other);
    assert.deepEqual(prompts(), ['one', 'two', 'drei']);
    ask('next');
    assert.deepEqual(sentTexts().slice(-3), ['drei', 'zu drei', 'next']);
  });

  it('is stopped if it is running', () => {
    const { conversation, engine, remove, prompts, changes } = answered();
    const [id = ''] = conversation.ask({ prompt: 'running' });
    engine.turn.emit(attempt(), text('half'));
    remove(id);
    assert.deepEqual([engine.turn.controls, conversation.busy], [['stop'], false]);
    assert.deepEqual(prompts(), ['one', 'two', 'three']);
    assert.equal(changes.at(-1)?.type, 'events', 'The status bar must learn that the turn has ended.');
  });

  it('is left out of the request of the queued prompt that starts next', () => {
    const { conversation, engine, remove, sentTexts } = answered();
    const [id = ''] = conversation.ask({ prompt: 'running' });
    engine.turn.emit(attempt(), text('half'));
    conversation.ask({ prompt: 'queued' });
    remove(id);
    assert.deepEqual(sentTexts().slice(-3), ['three', 'to three', 'queued']);
  });

  it('is removed from the queue', () => {
    const { conversation, engine, remove } = answered();
    conversation.ask({ prompt: 'running' });
    const [queued = ''] = conversation.ask({ prompt: 'queued' });
    const { length } = engine.turns;
    remove(queued);
    engine.turn.emit(attempt(), done('Hi'));
    assert.deepEqual([engine.turns.length, conversation.busy], [length, false]);
  });

  it('is no longer scheduled', () => {
    const { conversation, changes, remove } = answered();
    const [id = ''] = conversation.ask({ prompt: 'later' });
    conversation.schedule(id, { id: 's', scheduledAt: 1 });
    remove(id);
    assert.deepEqual(conversation.scheduledAnswers, []);
    assert.equal(changes.at(-1)?.type, 'answer', 'The scheduler must learn that the schedule has ended.');
  });

  it('is no longer scheduled in a version that is not on the page', () => {
    const { conversation, edit, emit, remove } = answered();
    const [old = ''] = conversation.ask({ prompt: 'old version' });
    conversation.stop(old);
    const edited = edit(old, 'new version');
    emit(attempt(), done('Hi'));
    conversation.showVersion(old);
    conversation.schedule(old, { id: 's', scheduledAt: 1 });
    conversation.showVersion(edited);
    remove(edited);
    assert.deepEqual(conversation.scheduledAnswers, []);
  });

  it('includes all answers of a comparison', () => {
    const { conversation, remove, prompts } = answered();
    const [, second = ''] = conversation.ask({ prompt: 'compared' }, ['a', 'b']);
    remove(second);
    assert.deepEqual([prompts(), conversation.busy], [['one', 'two', 'three'], false]);
  });

  it('is not part of a later summary', () => {
    const { conversation, remove, two, three, sentTexts, items } = answered();
    remove(two);
    conversation.summarize(three);
    assert.deepEqual(sentTexts(), ['one', 'to one', 'three', 'to three', summaryPrompt]);
    assert.deepEqual(items(), ['one', 'three', 'summary']);
  });

  it('is not deleted in a read-only conversation', () => {
    const { conversation, remove, two, prompts } = answered();
    conversation.setReadOnly();
    remove(two);
    assert.deepEqual(prompts(), ['one', 'two', 'three']);
  });

  it('leaves a conversation without turns if it was the only turn', () => {
    const { conversation, remove, one, two, three, ask, sentTexts } = answered();
    for (const id of [one, two, three]) remove(id);
    const { tree } = conversation;
    assert.deepEqual([tree.firstPrompt, tree.isEmpty, conversationTitle(tree)], [undefined, false, '']);
    ask('next');
    assert.deepEqual(sentTexts(), ['next']);
    assert.equal(tree.firstPrompt, 'next');
  });
});
