import assert from 'node:assert/strict';
import { answersSideBySide } from '../../../src/host/journal/exchange';
import { foldJournal, type StoredConversation } from '../../../src/host/journal/exchangeTree';
import { salvageJournal } from '../../../src/host/journal/journalLines';
import { readOutline } from '../../../src/host/conversation/conversationOutlines';
import { countCalls } from '../../support/countedCalls';
import { attempt, stopped, text } from '../../support/host/scriptedEngine';

const lines = (count: number, line: (index: number) => object): string =>
  Array.from({ length: count }, (_, index) => `${JSON.stringify(line(index))}\n`).join('');
const header = lines(1, () => ({ type: 'conversation', schema: 1, id: 'c', createdAt: 1 }));
const prompts = (count: number, fields: object = {}): string =>
  lines(count, (index) => {
    const parentAnswer = index === 0 ? '' : `a${index - 1}`;
    return { type: 'exchange', id: `e${index}`, parentAnswer, prompt: 'Hi', answers: [{ id: `a${index}` }], ...fields };
  });
const answersOf = (index: number, count: number): readonly object[] =>
  Array.from({ length: count }, (_, column) => ({ id: `b${index}-${column}` }));
const answers = (count: number, compared: number): string =>
  prompts(1) + lines(count, (index) => ({ type: 'answers', exchange: 'e0', answers: answersOf(index, compared) }));

/** Journals that took seconds or minutes with 5000 lines, because the work grew with the square of their number. */
const crafted: readonly (readonly [name: string, content: string])[] = [
  ['consecutive prompts', prompts(1500)],
  ['versions of one prompt', prompts(1500, { parentAnswer: '' })],
  ['answers to one prompt', answers(1500, 1)],
  ['comparisons of one prompt', answers(400, 4)],
  [
    'prompts after the answers of comparisons',
    lines(1500, (index) => {
      const parentAnswer = index === 0 ? '' : `b${index - 1}-${index % 4}`;
      return { type: 'exchange', id: `e${index}`, parentAnswer, prompt: 'Hi', answers: answersOf(index, 4) };
    }),
  ],
  [
    'summaries',
    prompts(700) + lines(700, (index) => ({ type: 'summary', upTo: `a${index}`, answer: { id: `s${index}` } })),
  ],
  ['more prompts than a conversation may have', prompts(6000)],
  ['selections of the last prompt', prompts(1000) + lines(1500, () => ({ type: 'select', answer: 'a999' }))],
  ['invalid lines', prompts(1) + lines(9000, () => ({}))],
  ['empty lines', '\n'.repeat(9000)],
];

describe('maliciously crafted journal', () => {
  const functions = [
    [Map.prototype, 'set'],
    [Set.prototype, 'add'],
    [JSON, 'parse'],
  ] as const;
  /** Returns how often the tree reads a field that it reads whenever it looks at an answer. */
  const countLooks = ({ tree }: StoredConversation): number => {
    let looks = 0;
    for (const answer of tree.answers()) {
      const { comparison } = answer;
      const get = () => (looks++, comparison);
      Object.defineProperty(answer, 'comparison', { get });
    }
    tree.page();
    tree.answersOffPath();
    return looks;
  };
  for (const [name, content] of crafted) {
    it(`is read and listed in linear time with thousands of ${name}`, () => {
      const file = Buffer.from(header + content);
      const count = countCalls(functions, () => {
        foldJournal(salvageJournal(file).records);
        readOutline(file);
      });
      assert.ok(count < 50 * content.split('\n').length, String(count));
    });

    it(`is drawn in linear time with thousands of ${name}`, () => {
      const looks = countLooks(foldJournal(salvageJournal(Buffer.from(header + content)).records));
      assert.ok(looks < 50 * content.split('\n').length, String(looks));
    });
  }

  it('is read with only four answers of a comparison with five answers', () => {
    const { records } = salvageJournal(Buffer.from(header + answers(1, 5)));
    assert.equal(answersSideBySide(foldJournal(records).tree.exchange('e0')).length, 4);
  });

  for (const [name, content] of crafted.slice(-2)) {
    it(`is read only in part with thousands of ${name}`, () => {
      const file = Buffer.from(header + content);
      const count = countCalls([[JSON, 'parse']], () => salvageJournal(file));
      assert.ok(count < 1100, String(count));
    });
  }

  it('is treated as damaged after the thousandth restart of the same answer', () => {
    const turn = lines(1, () => ({ type: 'events', answer: 'a0', events: [attempt(), text('a'), stopped('a')] }));
    const restart = lines(1, () => ({ type: 'rerun', answer: 'a0', go: 'continue' }));
    const salvaged = salvageJournal(Buffer.from(header + prompts(1) + (turn + restart).repeat(5000)));
    assert.notEqual(salvaged.damage, undefined);
    const { state } = foldJournal(salvaged.records).tree.answer('a0')!;
    assert.ok(state.previousSegments.length < 1000);
    assert.match(state.text, /^a+$/);
  });
});
