import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { StreamEvent } from '../../../src/engine/events';
import type { ScheduleEnd } from '../../../src/engine/state/turnState';
import { foldJournal } from '../../../src/host/journal/journalFold';
import { encodeLine } from '../../../src/host/journal/journalLines';
import type { JournalLine } from '../../../src/host/journal/journalSchema';
import { compactJournal } from '../../../src/host/journal/tidyJournal';
import { propertyRuns } from '../../support/propertyRuns';
import { attempt, done, failed, reasoning, resumed, stopped, text, waiting } from '../conversation/scriptedEngine';

const ids = ['a', 'b', 'c'] as const;
const prompts: readonly JournalLine[] = [
  { type: 'exchange', id: 'a', prompt: 'one' },
  { type: 'exchange', id: 'b', prompt: 'two' },
  { type: 'exchange', id: 'c', prompt: 'zwei', after: 'a' },
];
const words = (exchangeId: string, word: string, at = 1): JournalLine => ({
  type: 'events',
  exchangeId,
  events: [text(word, at)],
});

const event: fc.Arbitrary<StreamEvent> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.string(), fc.nat(5000)).map(([word, at]) => text(word, at)) },
  { weight: 3, arbitrary: fc.tuple(fc.string(), fc.nat(5000)).map(([word, at]) => reasoning(word, at)) },
  fc.constantFrom<StreamEvent>(
    attempt(),
    attempt('other', 2),
    waiting,
    resumed(3),
    { type: 'tool-call', index: 0, name: 'read', arguments: '{', attempt: 1, at: 1 },
    { type: 'model', from: 'm', to: 'other', reason: 'user', attempt: 1, at: 1 },
    { type: 'replaced', text: 'anew', attempt: 1, at: 3 },
    done('whole'),
    stopped('half'),
    failed('half'),
  ),
);
const line: fc.Arbitrary<JournalLine> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('events' as const),
      exchangeId: fc.constantFrom(...ids),
      events: fc.array(event, { maxLength: 4 }),
    }),
  },
  fc.record({
    type: fc.constant('rerun' as const),
    exchangeId: fc.constantFrom(...ids),
    go: fc.constantFrom('continue' as const, 'restart' as const),
  }),
  fc.record({ type: fc.constantFrom('interrupted' as const, 'show' as const), exchangeId: fc.constantFrom(...ids) }),
  fc.record({ type: fc.constant('title' as const), title: fc.string() }),
  fc.record({
    type: fc.constant('scheduled' as const),
    exchangeId: fc.constantFrom(...ids),
    id: fc.constantFrom('s', 't'),
    scheduledAt: fc.nat(),
  }),
  fc.record({
    type: fc.constant('unscheduled' as const),
    exchangeId: fc.constantFrom(...ids),
    end: fc.constantFrom<ScheduleEnd>({ outcome: 'stopped' }, { outcome: 'failed', message: 'Lapsed.' }),
  }),
);

/** Returns the stored conversation without the time of the last token, which compacting makes less exact. */
function contentOf(lines: readonly JournalLine[]): unknown {
  const { tree, ...content } = foldJournal(lines);
  const versions = content.allExchanges.map(({ id }) => tree.versions(id));
  return JSON.parse(
    JSON.stringify({ ...content, versions }, (name, value: unknown) => (name === 'lastTokenAt' ? undefined : value)),
  );
}

describe('journal compaction', () => {
  it('joins the events of a turn, even if other lines are between them', () => {
    const titleLine: JournalLine = { type: 'title', title: 'Sheep' };
    assert.deepEqual(
      compactJournal([...prompts, words('a', '1'), words('b', 'x'), words('a', '2'), titleLine, words('a', '3')]),
      [...prompts, words('a', '123'), words('b', 'x'), titleLine],
    );
  });

  it('joins the text of each second, so that the throughput of an answer is preserved', () => {
    const received = [100, 1099, 1100, 2000].map((at) => words('a', 'x', at));
    const events = [text('xx', 100), text('xx', 1100)];
    assert.deepEqual(compactJournal([...prompts, ...received]), [
      ...prompts,
      { type: 'events', exchangeId: 'a', events },
    ]);
    // Seconds are counted from the start of the segment.
    const restarted: JournalLine[] = [...prompts, words('a', 'x', 100), { type: 'rerun', exchangeId: 'a' }];
    const laterWords = [500, 1050, 1499].map((at) => words('a', 'y', at));
    assert.deepEqual(compactJournal([...restarted, ...laterWords]), [...restarted, words('a', 'yyy', 500)]);
  });

  it('does not join events of different segments of a turn', () => {
    for (const between of [
      { type: 'rerun', exchangeId: 'a', go: 'restart' },
      { type: 'interrupted', exchangeId: 'a' },
    ] as const) {
      const lines = [...prompts, words('a', '1'), between, words('a', '2')];
      assert.deepEqual(compactJournal(lines), lines);
    }
  });

  it('preserves the content, and changes nothing when it is repeated', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (turns) => {
        const lines = [...prompts, ...turns];
        const compacted = compactJournal(lines);
        assert.deepEqual(contentOf(compacted), contentOf(lines));
        assert.deepEqual(compactJournal(compacted), compacted);
        const size = (all: readonly JournalLine[]): number => all.map(encodeLine).join('').length;
        assert.ok(size(compacted) <= size(lines));
      }),
      { numRuns: Math.min(propertyRuns, 500) },
    );
  });
});
