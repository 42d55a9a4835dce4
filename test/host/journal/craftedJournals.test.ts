import assert from 'node:assert/strict';
import { foldJournal, type StoredConversation } from '../../../src/host/journal/journalFold';
import { salvageJournal } from '../../../src/host/journal/journalLines';
import { readOutline } from '../../../src/host/conversation/conversationSummaries';
import { countCalls } from '../../support/countedCalls';
import { attempt, stopped, text } from '../conversation/scriptedEngine';

const lines = (count: number, line: (index: number) => object): string =>
  Array.from({ length: count }, (_, index) => `${JSON.stringify(line(index))}\n`).join('');
const header = lines(1, () => ({ type: 'conversation', schema: 1, id: 'c', createdAt: 1 }));
const prompts = (count: number, fields: object = {}): string =>
  lines(count, (index) => ({ type: 'exchange', id: `e${index}`, prompt: 'Hi', ...fields }));

const column = (index: number, comparison: number): object => {
  return { type: 'exchange', id: `e${index}`, prompt: 'Hi', after: '', comparison: `c${comparison}` };
};

/** Journals that took seconds or minutes with 5000 lines, because the work grew with the square of their number. */
const crafted: readonly (readonly [name: string, content: string])[] = [
  ['consecutive prompts', prompts(1500)],
  ['versions of one prompt', prompts(1500, { after: '' })],
  ['comparisons of one prompt', lines(1500, (index) => column(index, index >> 2))],
  ['columns of two comparisons', lines(1500, (index) => column(index, index % 2))],
  ['more prompts than a conversation may have', prompts(6000)],
  ['selections of the last prompt', prompts(1000) + lines(1500, () => ({ type: 'show', exchangeId: 'e999' }))],
  ['invalid lines', prompts(1) + lines(9000, () => ({}))],
  ['empty lines', '\n'.repeat(9000)],
];

describe('crafted journal', () => {
  const functions = [
    [Map.prototype, 'set'],
    [Set.prototype, 'add'],
    [JSON, 'parse'],
  ] as const;
  /** Reads of a field that the tree reads whenever it looks at an exchange. */
  const countLooks = (conversation: StoredConversation): number => {
    let looks = 0;
    for (const exchange of conversation.tree.all()) {
      const { comparison } = exchange;
      const get = () => (looks++, comparison);
      Object.defineProperty(exchange, 'comparison', { get });
    }
    for (const exchange of conversation.tree.onPage()) conversation.tree.snapshot(exchange);
    conversation.tree.otherVersions();
    return looks;
  };
  for (const [name, content] of crafted) {
    it(`of thousands of ${name} is read and listed with work in proportion to its lines`, () => {
      const file = Buffer.from(header + content);
      const count = countCalls(functions, () => {
        foldJournal(salvageJournal(file).lines);
        readOutline(file);
      });
      assert.ok(count < 20 * content.split('\n').length, String(count));
    });

    it(`of thousands of ${name} is drawn with work in proportion to its lines`, () => {
      const looks = countLooks(foldJournal(salvageJournal(Buffer.from(header + content)).lines));
      assert.ok(looks < 20 * content.split('\n').length, String(looks));
    });
  }

  it('with a fifth column of a comparison is damaged, and keeps the first four', () => {
    const { lines: salvaged, damage } = salvageJournal(Buffer.from(header + lines(5, (index) => column(index, 0))));
    assert.equal(damage, 'line 6 is invalid');
    assert.equal(foldJournal(salvaged).tree.columns('e0').length, 4);
  });

  for (const [name, content] of crafted.slice(-2)) {
    it(`of thousands of ${name} is not read to the end`, () => {
      const file = Buffer.from(header + content);
      const count = countCalls([[JSON, 'parse']], () => salvageJournal(file));
      assert.ok(count < 1100, String(count));
    });
  }

  it('of thousands of restarts counts as damaged after 1000 of them, and keeps the text before', () => {
    const turn = lines(1, () => ({ type: 'events', exchangeId: 'e0', events: [attempt(), text('a'), stopped('a')] }));
    const restart = lines(1, () => ({ type: 'rerun', exchangeId: 'e0', go: 'continue' }));
    const salvaged = salvageJournal(Buffer.from(header + prompts(1) + (turn + restart).repeat(5000)));
    assert.notEqual(salvaged.damage, undefined);
    const [exchange] = foldJournal(salvaged.lines).exchanges;
    assert.ok(exchange && exchange.state.previousSegments.length < 1000);
    assert.match(exchange.state.text, /^a+$/);
  });
});
