import assert from 'node:assert/strict';
import type { FailedEvent } from '../../../src/engine/events/events';
import { endSchedule, markScheduled, scheduleLifetimeMs } from '../../../src/engine/state/schedule';
import { initialTurn, reduceTurn, type TurnState } from '../../../src/engine/state/turnState';

const schedule = { id: 's1', scheduledAt: 0 };
const message = 'The scheduled prompt has expired.';
const actions = ['retryNow', 'switchModel'] as const;
const stopped: TurnState = { ...initialTurn, text: 'Hal', phase: 'stopped', attempts: 2, endedAt: 9 };

describe('schedule of a prompt', () => {
  it('does not change the partial answer of the turn', () =>
    assert.deepEqual(markScheduled(stopped, schedule), { ...stopped, phase: 'scheduled', schedule }));

  it('expires after 24 hours', () => assert.equal(scheduleLifetimeMs, 86_400_000));

  it('ends when the user cancels it', () =>
    assert.deepEqual(endSchedule(markScheduled(stopped, schedule), { outcome: 'stopped' }), {
      ...stopped,
      isUnscheduled: true,
    }));

  it('changes nothing at its end if the turn is no longer scheduled', () =>
    assert.equal(endSchedule(stopped, { outcome: 'failed', message }), stopped));

  it('makes the turn fail with its earlier fault when the schedule expires', () => {
    const fault = { kind: 'rate-limit', status: 429, requestId: 'r1', attempt: 3, at: 8 } as const;
    const failed: FailedEvent = { type: 'failed', ...fault, message: '', text: '', actions: [], resetsAt: 1 };
    const unknown = { kind: 'offline', attempt: 2, at: 9 };
    for (const [state, cause] of [
      [stopped, unknown],
      [reduceTurn(stopped, failed), fault],
    ] as const) {
      const { phase, failure } = endSchedule(markScheduled(state, schedule), { outcome: 'failed', message });
      const changes = { message, actions, resetsAt: undefined, beyondMaxHint: undefined };
      assert.deepEqual([phase, failure], ['failed', { type: 'failed', ...cause, ...changes }]);
    }
  });
});
