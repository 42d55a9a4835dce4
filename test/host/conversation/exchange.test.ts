import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events';
import { initialTurn, reduceTurn, segmentsOf, type TurnState } from '../../../src/engine/state/turnState';
import { stateForRerun } from '../../../src/host/journal/exchange';
import { foldJournal } from '../../../src/host/journal/journalFold';
import type { JournalLine } from '../../../src/host/journal/journalSchema';
import { attempt, done, resumed, stopped, text } from './scriptedEngine';

const firstEvents: readonly StreamEvent[] = [attempt(), text('Hel'), stopped('Hel')];
const laterEvents: readonly StreamEvent[] = [attempt(), resumed(3), text('lo'), done('Hello')];

const stateAfter = (go: 'continue' | 'restart'): TurnState =>
  laterEvents.reduce(reduceTurn, stateForRerun(firstEvents.reduce(reduceTurn, initialTurn), go));

describe('turn that starts again', () => {
  for (const [go, phases] of [
    ['continue', ['stopped', 'done']],
    ['restart', ['done']],
  ] as const) {
    it(`${go === 'continue' ? 'keeps' : 'discards'} the previous attempts in mode "${go}"`, () => {
      assert.deepEqual(
        segmentsOf(stateAfter(go)).map(({ phase, ledger }) => [phase, ledger.entries.length]),
        phases.map((phase) => [phase, 1]),
      );
    });

    it(`has the same state in mode "${go}" when it is read from the journal`, () => {
      const lines: readonly JournalLine[] = [
        { type: 'exchange', id: 'a', prompt: 'Say hello.' },
        { type: 'events', exchangeId: 'a', events: firstEvents },
        { type: 'rerun', exchangeId: 'a', go },
        { type: 'events', exchangeId: 'a', events: laterEvents },
      ];
      assert.deepEqual(foldJournal(lines).exchanges[0]?.state, stateAfter(go));
    });
  }
});
