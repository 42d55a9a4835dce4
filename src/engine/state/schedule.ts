import { endWait, type Failure, type Schedule, type TurnState } from './turnState';

export const scheduleLifetimeMs = 24 * 60 * 60 * 1000;

/** How a schedule ended without sending its prompt. */
export type ScheduleEnd =
  | { readonly outcome: 'stopped' }
  /** The schedule has expired, because the prompt could not be sent in time. `message` is localized. */
  | { readonly outcome: 'failed'; readonly message: string };

/**
 * Sets the phase of an ended turn to `scheduled`, because its prompt will be sent at a later time. The partial answer
 * is preserved.
 */
export function markScheduled(state: TurnState, schedule: Schedule): TurnState {
  return { ...endWait(state), phase: 'scheduled', schedule };
}

/** Ends the schedule of a turn. If the prompt is not scheduled, returns the turn unchanged. */
export function endSchedule(state: TurnState, end: ScheduleEnd): TurnState {
  const { schedule, ...rest } = state;
  if (!schedule) return state;
  if (end.outcome === 'stopped') return { ...rest, phase: 'stopped', isUnscheduled: true };
  const { attempts, endedAt = 0 } = state;
  const failure: Failure = {
    ...(state.failure ?? { type: 'failed', kind: 'offline', attempt: attempts, at: endedAt }),
    message: end.message,
    actions: ['retryNow', 'switchModel'],
    resetsAt: undefined,
    beyondMaxHint: undefined,
  };
  return { ...rest, phase: 'failed', failure };
}
