import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { exportJson } from '../../../src/host/history/exportJson';
import { readOutline, searchableTexts } from '../../../src/host/conversation/conversationOutlines';
import { foldJournal } from '../../../src/host/journal/exchangeTree';
import { encodeJournal, salvageJournal } from '../../../src/host/journal/journalLines';
import { englishL10n, useVSCode } from '../../support/fakeVSCode';
import { propertyRuns } from '../../support/propertyRuns';
import { attempt, done, failed, text } from '../../support/host/scriptedEngine';

const header = { type: 'conversation', schema: 1, id: 'c', createdAt: 1 };
/** Few ids, so that records often name each other, are repeated, or name what does not exist. */
const id = fc.oneof({ weight: 9, arbitrary: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', '') }, fc.jsonValue());
const answer = fc.record({ id, model: fc.oneof(fc.constant('m'), fc.jsonValue()) }, { requiredKeys: ['id'] });
const answers = fc.oneof({ weight: 9, arbitrary: fc.array(answer, { maxLength: 6 }) }, fc.jsonValue());
const events = fc.array(fc.constantFrom<unknown>(attempt(), text('Hi'), done('Hi'), failed(''), {}, null), {
  maxLength: 4,
});
const record = fc.oneof(
  fc.record({
    type: fc.constant('exchange'),
    id,
    parentAnswer: id,
    prompt: fc.constantFrom<unknown>('Why?', 1),
    answers,
  }),
  fc.record({ type: fc.constant('answers'), exchange: id, answers }),
  fc.record({ type: fc.constant('deletion'), exchange: id, isUndone: fc.constantFrom<unknown>(true, undefined, 1) }),
  fc.record({ type: fc.constant('summary'), upTo: id, answer }),
  fc.record({ type: fc.constant('summaryText'), answer: id, text: fc.constantFrom('', 'In short') }),
  fc.record({ type: fc.constant('select'), answer: id, use: fc.constantFrom<unknown>(true, undefined, 1) }),
  fc.record({ type: fc.constant('events'), answer: id, events }),
  fc.record({ type: fc.constant('rerun'), answer: id, go: fc.constantFrom('continue', 'restart', 'stop') }),
  fc.record({ type: fc.constantFrom('interrupted', 'gateways', 'title', 'other'), answer: id, set: id, title: id }),
  fc.record({ type: fc.constant('scheduled'), answer: id, id, dueAt: fc.double(), scheduledAt: fc.double() }),
  fc.record({ type: fc.constant('unscheduled'), answer: id, end: fc.constant({ outcome: 'stopped' }) }),
);
/** Removes a part of a line, as a damaged disk does. */
const line = fc
  .tuple(fc.oneof({ weight: 9, arbitrary: record }, fc.jsonValue()), fc.nat(20))
  .map(([value, cut]) => (cut === 0 ? JSON.stringify(value).slice(0, -2) : JSON.stringify(value)));

describe('journal that consists of random records', () => {
  useVSCode({ l10n: englishL10n, env: { language: 'en' } });

  it('can be shown and exported, and is unchanged when it is read a second time', async () => {
    const { exportMarkdown } = await import('../../../src/host/history/exportMarkdown');
    const read = (content: Buffer) => {
      const { records, damage } = salvageJournal(content);
      const { tree, interrupted } = foldJournal(records);
      return { records, damage, tree, interrupted };
    };
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const file = Buffer.from([JSON.stringify(header), ...lines].map((each) => `${each}\n`).join(''));
        const { records, tree, interrupted } = read(file);
        readOutline(file);
        searchableTexts(tree);
        const source = { title: 'T', tree, readImage: () => undefined };
        exportMarkdown(source);
        exportJson(source, 0);
        for (const each of tree.answers()) {
          const { steps } = tree.precedingOf(each.id);
          assert.ok(steps.length <= tree.answers().length);
        }
        for (const item of tree.page()) {
          if ('isDeleted' in item) continue;
          const shown = 'turns' in item ? [item.answer] : item.answers;
          assert.ok(shown.length > 0 && shown.every((each) => tree.isShown(each.id)));
          assert.ok('turns' in item || item.versions.includes(shown[0]?.id ?? ''));
        }
        const again = read(encodeJournal({ ...header, type: 'conversation' }, [...records, ...interrupted]));
        assert.equal(again.damage, undefined);
        assert.deepEqual(again.tree.page(), tree.page());
      }),
      { numRuns: propertyRuns },
    );
  });
});
