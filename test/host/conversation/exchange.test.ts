import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events';
import { initialTurn, reduce, runsOf, type TurnState } from '../../../src/engine/state/turnState';
import { stateForRerun } from '../../../src/host/conversation/exchange';
import { foldJournal } from '../../../src/host/journal/journalFold';
import type { JournalLine } from '../../../src/host/journal/journalSchema';
import { attempt, done, resumed, stopped, text } from './scriptedEngine';

const first: readonly StreamEvent[] = [attempt(), text('Hel'), stopped('Hel')];
const rest: readonly StreamEvent[] = [attempt(), resumed(3), text('lo'), done('Hello')];

const live = (go: 'continue' | 'restart'): TurnState =>
  rest.reduce(reduce, stateForRerun(first.reduce(reduce, initialTurn), go));

describe('A turn that starts again', () => {
  for (const [go, phases] of [
    ['continue', ['stopped', 'done']],
    ['restart', ['done']],
  ] as const) {
    it(`keeps what the network did before, if that is of its answer: ${go}`, () => {
      assert.deepEqual(
        runsOf(live(go)).map(({ phase, ledger }) => [phase, ledger.entries.length]),
        phases.map((phase) => [phase, 1]),
      );
    });

    it(`comes out of the journal as it was: ${go}`, () => {
      const lines: readonly JournalLine[] = [
        { type: 'exchange', id: 'a', prompt: 'Say hello.' },
        { type: 'events', exchangeId: 'a', events: first },
        { type: 'rerun', exchangeId: 'a', go },
        { type: 'events', exchangeId: 'a', events: rest },
      ];
      assert.deepEqual(foldJournal(lines).exchanges[0]?.state, live(go));
    });
  }
});
